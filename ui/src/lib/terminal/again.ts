// A second run of an execution from the log, with the same input and no terminal.

import { backend } from "../backend";
import type { Execution } from "../bindings";
import { t } from "../i18n/index.svelte";
import { secondRun } from "./given";
import { parse } from "./protocol";

/** Starts it and answers with its id; it goes on by itself and ends up in the log like any other. */
export async function runAgain(execution: Execution): Promise<string> {
  const socket = backend().connect(await backend().consoleAccess());
  return new Promise((started, failed) => {
    socket.onopen = () => {
      socket.send(JSON.stringify(secondRun(execution)));
      socket.send(JSON.stringify({ type: "eof" }));
    };
    socket.onmessage = ({ data }) => {
      const message = parse(data);
      if (message?.type === "started") started(message.id);
      if (message?.type === "error") failed(new Error(message.error));
      // The service ends a run whose client leaves, so the connection stays until then.
      if (message?.type === "finished" || message?.type === "error") socket.close();
    };
    socket.onclose = () => failed(new Error(t("console.lost")));
  });
}
