// The interface between the window and the app.
//
// The product's implementation is `tauri.ts`; tests and a plain browser use `fake/`.

import type {
  About, AssistantAction, AssistantChange, AssistantsView, ConsoleUpdate, Examination, ExecutionsQuery, ExecutionView, ExportFormat, Facets, Failure, Folder, Language, LogPage, NetworkAnswer, PackProgress, Packs, Python,
  PythonTest, Selection, SettingsView, Statistics, Update, VersionNews, Words,
} from "../bindings";

/** A change of settings: `null` restores the default. */
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
  /** The entries that a deletion would delete at this moment. */
  selectExecutions(query: ExecutionsQuery): Promise<Selection>;
  /** Deletes exactly the selected entries and returns their number. */
  deleteExecutions(selection: Selection): Promise<number>;
  statistics(): Promise<Statistics>;
  pythons(): Promise<Python[]>;
  testPython(path: string): Promise<PythonTest>;
  browsePython(): Promise<string | null>;
  /** The packages of the built-in Python. */
  packs(): Promise<Packs>;
  /** Adds a package, or updates it, and reports how far it is. */
  addPack(name: string, progress: (step: PackProgress) => void): Promise<Packs>;
  removePack(name: string): Promise<Packs>;
  /** Ends the change of packages that is being made. */
  cancelPacks(): Promise<void>;
  languages(): Promise<Language[]>;
  /** The assistants that are installed, and whether they use Runtray. */
  assistants(): Promise<AssistantsView>;
  /** Opens the settings of an assistant in their editor. */
  openAssistant(id: string): Promise<void>;
  /** What a change of an assistant's settings would be. */
  planAssistant(id: string, action: AssistantAction): Promise<AssistantChange>;
  /** Makes the change whose `basis` was shown. */
  applyAssistant(id: string, action: AssistantAction, basis: string): Promise<AssistantsView>;
  /** Tests what this computer can do, each part by doing it. */
  examine(): Promise<Examination>;
  settings(): Promise<SettingsView>;
  changeSettings(changes: Changes): Promise<SettingsView>;
  allowOrigin(origin: string): Promise<void>;
  denyOrigin(origin: string): Promise<void>;
  revokeOrigin(origin: string): Promise<void>;
  /** Answers the program of an execution, which waits to hear whether it may use the network. */
  answerNetwork(id: string, answer: NetworkAnswer): Promise<void>;
  autostart(): Promise<boolean>;
  setAutostart(on: boolean): Promise<boolean>;
  /** The token that callers must send; `null` if none is required. */
  token(): Promise<string | null>;
  /** Sends this window the Console's output so far and every later update. */
  followConsole(window: string, listener: (update: ConsoleUpdate) => void): Promise<void>;
  /** Confirms that this many pieces of output were shown; the app sends only a few unconfirmed ones. */
  acknowledgeConsole(window: string, pieces: number): void;
  /** Runs a program in the Console; `message` is the first one of `/execute/ws`. */
  runInConsole(message: string): Promise<void>;
  /** Sends the Console's program a later message. */
  tellConsole(message: string): Promise<void>;
  /** Kills the Console's program. */
  killInConsole(): Promise<void>;
  /** Runs a program of the log again and returns its new id. */
  runAgain(message: string): Promise<string>;
  dismissWelcome(): Promise<void>;
  openFolder(which: Folder): Promise<void>;
  about(): Promise<About>;
  /** What is known of new versions. */
  versionNews(): Promise<VersionNews>;
  /** Asks whether there is a new version; what comes of it is told by updates. */
  lookForUpdate(): Promise<void>;
  /** Installs the version that was shown. */
  installUpdate(version: string): Promise<void>;
  copy(text: string): Promise<void>;
  quit(): Promise<void>;
}

let present: Backend | undefined;

/** Sets the backend. Must be called once, before anything is shown. */
export function install(chosen: Backend): void {
  present = chosen;
}

export function backend(): Backend {
  if (!present) throw new Error("no backend is installed");
  return present;
}

/** Converts any error to the failure type of commands. */
export function failure(error: unknown): Failure {
  if (typeof error === "object" && error !== null && "message" in error) {
    const { code = "internal", message, localized, field } = error as Partial<Failure>;
    const text = String(message);
    return { code, message: text, localized: localized ?? unknown(text), ...(field === undefined ? {} : { field }) };
  }
  return { code: "internal", message: String(error), localized: unknown(String(error)) };
}

/** A sentence without a code, which is shown unchanged. */
function unknown(text: string): Words {
  return { code: "", values: {}, text };
}
