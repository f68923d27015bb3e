// What the window asks of the program around it.
//
// The one implementation in the product is `tauri.ts`; `fake/` stands in for it in tests and in a plain browser.

import type {
  ConsoleUpdate, ExecutionsQuery, ExecutionView, ExportFormat, Facets, Failure, Folder, Language, LogPage, Python,
  PythonTest, Selection, SettingsView, Statistics, Update, Words,
} from "../bindings";

/** A change of settings: `null` takes the default again. */
export type Changes = Record<string, unknown>;

export interface Backend {
  follow(listener: (update: Update) => void): Promise<void>;
  startService(): Promise<void>;
  stopService(): Promise<void>;
  restartService(): Promise<void>;
  usePort(port: number): Promise<void>;
  cancelExecution(id: string): Promise<void>;
  executions(query: ExecutionsQuery): Promise<LogPage>;
  execution(id: string): Promise<ExecutionView>;
  facets(): Promise<Facets>;
  exportExecutions(format: ExportFormat, query: ExecutionsQuery): Promise<string | null>;
  /** What a deletion would take, as of now. */
  selectExecutions(query: ExecutionsQuery): Promise<Selection>;
  /** Deletes exactly what was selected; how many entries those were. */
  deleteExecutions(selection: Selection): Promise<number>;
  statistics(): Promise<Statistics>;
  pythons(): Promise<Python[]>;
  testPython(path: string): Promise<PythonTest>;
  browsePython(): Promise<string | null>;
  languages(): Promise<Language[]>;
  settings(): Promise<SettingsView>;
  changeSettings(changes: Changes): Promise<SettingsView>;
  allowOrigin(origin: string): Promise<void>;
  denyOrigin(origin: string): Promise<void>;
  revokeOrigin(origin: string): Promise<void>;
  autostart(): Promise<boolean>;
  setAutostart(on: boolean): Promise<boolean>;
  /** The token that callers must send; `null` when none is asked for. */
  token(): Promise<string | null>;
  /** Tells this window of the Console's program from now on, with what it has printed so far. */
  followConsole(window: string, listener: (update: ConsoleUpdate) => void): Promise<void>;
  /** Says that so many pieces of output were shown; only a few are sent before that. */
  shownInConsole(window: string, pieces: number): void;
  /** Runs a program in the Console; `message` is the first one of `/execute/ws`. */
  runInConsole(message: string): Promise<void>;
  /** Tells the Console's program any of the later messages. */
  tellConsole(message: string): Promise<void>;
  /** Ends the Console's program without asking it. */
  killInConsole(): Promise<void>;
  /** Runs a program of the log again; its new id. */
  runAgain(message: string): Promise<string>;
  dismissWelcome(): Promise<void>;
  openFolder(which: Folder): Promise<void>;
  copy(text: string): Promise<void>;
  quit(): Promise<void>;
}

let present: Backend | undefined;

/** Sets the backend; once, before anything is shown. */
export function install(chosen: Backend): void {
  present = chosen;
}

export function backend(): Backend {
  if (!present) throw new Error("no backend is installed");
  return present;
}

/** Any error as the one shape that commands fail with. */
export function failure(error: unknown): Failure {
  if (typeof error === "object" && error !== null && "message" in error) {
    const { code = "internal", message, said, field } = error as Partial<Failure>;
    const text = String(message);
    return { code, message: text, said: said ?? unknown(text), ...(field === undefined ? {} : { field }) };
  }
  return { code: "internal", message: String(error), said: unknown(String(error)) };
}

/** A sentence that has no code: it is shown as it is. */
function unknown(text: string): Words {
  return { code: "", values: {}, text };
}
