// The mark and the words for the status of an execution.

import type { Key } from "../i18n/index.svelte";

/** One of the four shapes. */
export type Mark = "running" | "busy" | "stopped" | "problem";

interface Look {
  mark: Mark;
  word: Key;
}

const LOOKS: Record<string, Look> = {
  running: { mark: "busy", word: "outcome.running" },
  completed: { mark: "running", word: "outcome.completed" },
  failed: { mark: "problem", word: "outcome.failed" },
  timeout: { mark: "problem", word: "outcome.timeout" },
  memory_limit: { mark: "problem", word: "outcome.memoryLimit" },
  output_limit: { mark: "problem", word: "outcome.outputLimit" },
  crashed: { mark: "problem", word: "outcome.crashed" },
  cancelled: { mark: "stopped", word: "outcome.cancelled" },
  lost: { mark: "stopped", word: "outcome.lost" },
};

/** Every status that an execution can have. */
export const STATUSES = Object.keys(LOOKS);

export function outcome(status: string): Look {
  return LOOKS[status] ?? { mark: "stopped", word: "outcome.lost" };
}
