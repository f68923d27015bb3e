// What the window asks of the program around it.
//
// The one implementation in the product is `tauri.ts`; `fake/` stands in for it in tests and in a plain browser.

import type {
  ConsoleAccess, Execution, ExecutionsPage, ExecutionsQuery, ExportFormat, Facets, Failure, Folder, Language, Python,
  PythonTest, SettingsView, Statistics, Update,
} from "../bindings";

/** A change of settings: `null` takes the default again. */
export type Changes = Record<string, unknown>;

/** The part of `WebSocket` that the Console uses. */
export interface Socket {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface Backend {
  follow(listener: (update: Update) => void): Promise<void>;
  startService(): Promise<void>;
  stopService(): Promise<void>;
  restartService(): Promise<void>;
  usePort(port: number): Promise<void>;
  cancelExecution(id: string): Promise<void>;
  executions(query: ExecutionsQuery): Promise<ExecutionsPage>;
  execution(id: string): Promise<Execution>;
  facets(): Promise<Facets>;
  exportExecutions(format: ExportFormat, query: ExecutionsQuery): Promise<string | null>;
  clearExecutions(): Promise<number>;
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
  consoleAccess(): Promise<ConsoleAccess>;
  dismissWelcome(): Promise<void>;
  openFolder(which: Folder): Promise<void>;
  copy(text: string): Promise<void>;
  quit(): Promise<void>;
  /** Opens the terminal's connection to the service itself. */
  connect(access: ConsoleAccess): Socket;
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
    const { code = "internal", message, field } = error as Partial<Failure>;
    return { code, message: String(message), ...(field === undefined ? {} : { field }) };
  }
  return { code: "internal", message: String(error) };
}
