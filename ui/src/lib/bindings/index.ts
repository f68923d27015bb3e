// The types that Rust and the window share. `src-tauri` owns them.

export type ServiceState = "stopped" | "starting" | "running" | "stopping" | "failed";

export interface Python {
  path: string;
  version: string;
  name: string;
  source: string;
  in_use: boolean;
  problem: string | null;
}

export interface Running {
  id: string;
  language: string;
  first_line: string;
  origin: string;
  started_at: string;
}

export interface Pending {
  origin: string;
  first_seen: string;
  requests: number;
}

export type Action = "use_port" | "restart_service" | "open_folder" | "settings" | "quit";

export type ExportFormat = "jsonl" | "csv";

export type Folder = "log" | "data" | "settings";

export interface ProblemAction {
  label: string;
  command: Action;
  argument: string | null;
}

export interface Problem {
  id: string;
  text: string;
  remedy: string | null;
  actions: ProblemAction[];
}

export interface Status {
  state: ServiceState;
  reason: string | null;
  url: string;
  addresses: string[];
  missing: string | null;
  running: number;
  queued: number;
  python: Python | null;
  python_problem: string | null;
  isolation: string;
  now: Running[];
  pending_origins: Pending[];
  allowed_origins: string[];
  denied_origins: string[];
  problems: Problem[];
  welcome: boolean;
  version: string;
}

export interface Summary {
  id: string;
  started_at: string;
  language: string;
  runtime: string;
  status: string;
  origin: string;
  first_line: string;
  duration_ms: number | null;
}

export interface Execution extends Summary {
  code: string;
  stdin: string;
  args: string[];
  output: string;
  error: string;
  exit_code: number | null;
  signal: string | null;
  cpu_ms: number | null;
  peak_memory_bytes: number | null;
  output_truncated: boolean;
  error_truncated: boolean;
  isolation: string | null;
}

export interface ExecutionsQuery {
  limit?: number;
  before?: string;
  status?: string;
  language?: string;
  origin?: string;
  q?: string;
}

export interface ExecutionsPage {
  executions: Summary[];
  next: string | null;
  total: number;
}

export interface Facets {
  languages: string[];
  origins: string[];
  total: number;
}

export interface Minute {
  at: string;
  count: number;
  failed: number;
  median_ms: number | null;
}

export interface Statistics {
  today: number;
  failed_today: number;
  median_ms: number | null;
  minutes: Minute[];
}

export interface PythonTest {
  ok: true;
  name: string;
  version: string;
  starts_in_ms: number;
}

export interface Language {
  language: string;
  aliases: string[];
  runtime: string | null;
  version: string | null;
  path: string | null;
  available: boolean;
  detail: string;
}

export interface SettingsProblem {
  key: string | null;
  line: number | null;
  message: string;
}

export interface SettingsView {
  values: Record<string, unknown>;
  defaults: Record<string, unknown>;
  problems: SettingsProblem[];
  file: string;
  restart_needed: string[];
}

export interface ConsoleAccess {
  url: string;
  token: string | null;
}

export interface Failure {
  code: string;
  message: string;
  field?: string;
}

export type Update =
  | { kind: "status"; status: Status }
  | { kind: "begun"; execution: Summary }
  | { kind: "ended"; execution: Summary }
  | { kind: "settings"; settings: SettingsView }
  | { kind: "cleared" }
  | { kind: "show"; place: string };
