// A tool for the AI SDK (the package `ai`): a model runs programs on the user's machine.
import { jsonSchema, tool } from "ai";
import type { Tool } from "ai";

import { RuntrayError } from "./errors.ts";
import type { ExecuteRequest, ResultFile, Result, Runner } from "./types.ts";

/** What a model gives to the tool. */
export type RunCodeInput = Pick<ExecuteRequest, "code" | "language" | "stdin" | "files" | "timeout_ms">;

/** Why a program was not run. */
export type NotRun = { success: false; status: "rejected"; error: string };

/** What the tool gives: the result of the program, or why there is none. */
export type RunCodeOutput = Result | NotRun;

const DESCRIPTION =
  "Runs a program on the user's computer and returns what it printed. Each call is a new process in an empty folder: no variable, " +
  "import or file of an earlier call is there, so send the whole program, and print what you want to see. Files that it writes into " +
  "its current folder are returned, and pictures are shown. Nobody types: `stdin` is all that it can read.";

const INPUT = {
  type: "object",
  properties: {
    code: { type: "string", description: "The whole program." },
    language: { type: "string", description: "Its language, such as python or javascript; python when left out." },
    stdin: { type: "string", description: "Its standard input, followed by end-of-file." },
    files: {
      type: "array",
      description: "Files for its current folder.",
      items: {
        type: "object",
        properties: {
          path: { type: "string", description: "Relative, such as data/input.csv." },
          content: { type: "string" },
          encoding: { type: "string", enum: ["utf8", "base64"], description: "utf8 when left out." },
        },
        required: ["path", "content"],
      },
    },
    timeout_ms: { type: "integer", minimum: 1, description: "Milliseconds after which it is ended." },
  },
  required: ["code"],
} as const;

/** Pictures that models can look at. */
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** The tool, on the service or on any other runner. Aborting the call of the model cancels the run. */
export function runCodeTool(runner: Runner): Tool<RunCodeInput, RunCodeOutput> {
  return tool({
    description: DESCRIPTION,
    inputSchema: jsonSchema<RunCodeInput>(structuredClone(INPUT) as object, { validate }),
    execute: (input: RunCodeInput, { abortSignal }) => execute(runner, input, abortSignal),
    toModelOutput: ({ output }) => ({ type: "content", value: [{ type: "text", text: text(output) }, ...pictures(output)] }),
  });
}

/** The service checks the rest, and says what is wrong in words for the model. */
function validate(value: unknown): { success: true; value: RunCodeInput } | { success: false; error: Error } {
  const { code } = (value ?? {}) as { code?: unknown };
  if (typeof code === "string") return { success: true, value: value as RunCodeInput };
  return { success: false, error: new TypeError("`code` must be the program's text") };
}

async function execute(runner: Runner, input: RunCodeInput, signal: AbortSignal | undefined): Promise<RunCodeOutput> {
  try {
    return await runner.execute(input, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted || !(error instanceof RuntrayError)) throw error;
    return { success: false, status: "rejected", error: error.message };
  }
}

/** What the model reads: output, standard error, how the program ended unless well, and the names of its files. */
function text(output: RunCodeOutput): string {
  if (output.status === "rejected") return `The program was not run: ${output.error}`;
  const parts = [output.output.trimEnd()];
  if (output.error) parts.push(`[stderr]\n${output.error.trimEnd()}`);
  if (output.output_truncated || output.error_truncated) parts.push("[the output was cut]");
  if (!output.success) parts.push(`[${output.status}${typeof output.exit_code === "number" ? `: exit code ${output.exit_code}` : ""}]`);
  if (output.files.length) parts.push(`[files: ${output.files.map(({ path, size_bytes }) => `${path} (${size_bytes} bytes)`).join(", ")}]`);
  return parts.filter(Boolean).join("\n") || "[no output]";
}

function pictures(output: RunCodeOutput) {
  const files = output.status === "rejected" ? [] : output.files.filter(isShown);
  return files.map(({ path, media_type, content }) => ({
    type: "file" as const,
    filename: path,
    mediaType: media_type,
    data: { type: "data" as const, data: content },
  }));
}

function isShown(file: ResultFile): file is ResultFile & { content: string } {
  return PICTURES.includes(file.media_type) && typeof file.content === "string";
}
