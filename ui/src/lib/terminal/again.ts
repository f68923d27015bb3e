// Running an execution of the log again, with the same input and without a terminal.

import { backend } from "../backend";
import type { ExecutionView } from "../bindings";
import { secondRun } from "./given";

/** Starts the run and returns its id. It belongs to the app and is logged like any other. */
export function runAgain(execution: ExecutionView): Promise<string> {
  return backend().runAgain(JSON.stringify(secondRun(execution)));
}
