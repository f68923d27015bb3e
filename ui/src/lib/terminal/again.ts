// A second run of an execution from the log, with the same input and no terminal.

import { backend } from "../backend";
import type { ExecutionView } from "../bindings";
import { secondRun } from "./given";

/** Starts it and answers with its id; it belongs to the program around the window and ends up in the log like any other. */
export function runAgain(execution: ExecutionView): Promise<string> {
  return backend().runAgain(JSON.stringify(secondRun(execution)));
}
