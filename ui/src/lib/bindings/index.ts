// The types that Rust and the window share. Written by `cargo xtask bindings`: change src-tauri/src/model instead.

export type Sentence = { 
/**
 * Which sentence it is: a key of `said.*.json`.
 */
code: string, 
/**
 * The values of the placeholders: texts, sentences, lists of sentences.
 */
values: Record<string, string | Sentence | Sentence[]>, 
/**
 * In English.
 */
text: string, };

export type ServiceState = "stopped" | "starting" | "running" | "stopping" | "failed";

export type Python = { 
/**
 * What the settings name it by: its path, or `builtin`.
 */
path: string, 
/**
 * Whether it is the built-in one, whose programs see only their own folder.
 */
built_in: boolean, 
/**
 * Its environment, by which it is told from all others: `demo`, `work/demo`.
 */
label: string, 
/**
 * `3.13.1`.
 */
version: string, 
/**
 * For people: `CPython 3.13.1`.
 */
name: string, 
/**
 * How it was found, for people; empty while that is unknown.
 */
source: string, in_use: boolean, 
/**
 * Why it cannot be used.
 */
problem: string | null, };

export type Running = { id: string, language: string, first_line: string, origin: string, started_at: string, };

export type Pending = { origin: string, first_seen: string, requests: number, };

export type Action = "use_port" | "restart_service" | "open_folder" | "settings" | "quit";

export type ProblemAction = { label: string, command: Action, 
/**
 * The port, the folder, the settings' key.
 */
argument: string | null, };

export type Problem = { 
/**
 * The same for the same kind of problem.
 */
id: string, text: string, remedy: string | null, actions: Array<ProblemAction>, };

export type Status = { state: ServiceState, 
/**
 * Why it failed: a fragment, which follows a colon.
 */
reason: string | null, 
/**
 * For clients, also while it is stopped.
 */
url: string, 
/**
 * A command for the system's shell that runs a program.
 */
example: string, addresses: Array<string>, 
/**
 * The loopback address that this machine does not have.
 */
missing: string | null, running: number, queued: number, 
/**
 * Whether the search for the Python in use goes on.
 */
is_searching: boolean, 
/**
 * The Python in use.
 */
python: Python | null, 
/**
 * Why nothing does.
 */
python_problem: string | null, isolation: string, 
/**
 * How programs are held together, such as `user_namespace`; `subreaper` is the fallback.
 */
containment: string | null, now: Array<Running>, pending_origins: Array<Pending>, allowed_origins: Array<string>, denied_origins: Array<string>, problems: Array<Problem>, 
/**
 * Whether the introduction is to be shown.
 */
welcome: boolean, version: string, };

export type Summary = { id: string, started_at: string, language: string, 
/**
 * The interpreter, for people.
 */
runtime: string, 
/**
 * A result's status, `running`, or `lost`.
 */
status: string, 
/**
 * The web origin that asked, or `local`.
 */
origin: string, first_line: string, duration_ms: number | null, };

export type Variable = { name: string, 
/**
 * Where that is kept.
 */
value: string | null, };

export type GivenFile = { path: string, size_bytes: number, 
/**
 * Where that is kept.
 */
content: string | null, 
/**
 * How `content` is written.
 */
encoding: string, };

export type Execution = { code: string, 
/**
 * Whether `code` is only the beginning.
 */
code_truncated: boolean, stdin: string, args: Array<string>, env: Array<Variable>, files: Array<GivenFile>, 
/**
 * The parts that were not kept: `code`, `stdin`, `args`, `env`, `files`, `typed`, or `all`.
 */
missing: Array<string>, output: string, error: string, exit_code: number | null, signal: string | null, cpu_ms: number | null, peak_memory_bytes: number | null, output_truncated: boolean, error_truncated: boolean, isolation: string | null, containment: string | null, 
/**
 * The sentence about its end that `error` ends with, where the service wrote one there.
 */
ending: Sentence | null, id: string, started_at: string, language: string, 
/**
 * The interpreter, for people.
 */
runtime: string, 
/**
 * A result's status, `running`, or `lost`.
 */
status: string, 
/**
 * The web origin that asked, or `local`.
 */
origin: string, first_line: string, duration_ms: number | null, };

export type ExecutionsQuery = { 
/**
 * At most 1000.
 */
limit?: number, 
/**
 * The previous page's `next`.
 */
before?: string, status?: string, language?: string, origin?: string, 
/**
 * Words that must all occur in code, output or error.
 */
q?: string, };

export type ExecutionsPage = { executions: Array<Summary>, next: string | null, 
/**
 * How many there are on all pages.
 */
total: number, };

export type Facets = { languages: Array<string>, origins: Array<string>, total: number, };

export type Selection = { query: ExecutionsQuery, 
/**
 * The newest entry at that time; nothing later is deleted.
 */
upto: string | null, 
/**
 * Executions that were running and so were not counted.
 */
except: Array<string>, 
/**
 * How many entries that are.
 */
count: number, };

export type ExportFormat = "jsonl" | "csv";

export type Minute = { at: string, count: number, failed: number, median_ms: number | null, };

export type Statistics = { today: number, failed_today: number, median_ms: number | null, 
/**
 * The last sixty, oldest first.
 */
minutes: Array<Minute>, };

export type PythonTest = { ok: true, name: string, version: string, starts_in_ms: number, };

export type Language = { language: string, aliases: Array<string>, runtime: string | null, version: string | null, path: string | null, available: boolean, 
/**
 * Why it cannot run, and how to change that.
 */
detail: string, };

export type SettingsProblem = { key: string | null, line: number | null, 
/**
 * What is wrong: it follows the key in a sentence, or is one when there is no key.
 */
message: string, 
/**
 * The same as a code with values.
 */
said: Sentence, };

export type SettingsView = { 
/**
 * By full name, such as `limits.timeout_ms`.
 */
values: Record<string, unknown>, 
/**
 * The defaults.
 */
defaults: Record<string, unknown>, problems: Array<SettingsProblem>, 
/**
 * The file's path.
 */
file: string, 
/**
 * Keys that wait for a restart of the service.
 */
restart_needed: Array<string>, };

export type ConsoleState = "idle" | "starting" | "running" | "ended";

export type ConsoleUpdate = { "kind": "cleared" } | { "kind": "output", data: string, is_old: boolean, } | { "kind": "state", state: ConsoleState, 
/**
 * The message `finished` or `error` with which it ended.
 */
ended: string | null, };

export type Folder = "log" | "data" | "settings" | "file";

export type Failure = { 
/**
 * A word for the window's own logic.
 */
code: string, 
/**
 * A sentence for people, in English.
 */
message: string, 
/**
 * The same as a code with values, which the window words in its language.
 */
said: Sentence, 
/**
 * The settings' key that it is about.
 */
field?: string, };

export type Update = { "kind": "status", status: Status, } | { "kind": "begun", execution: Summary, } | { "kind": "ended", execution: Summary, } | { "kind": "settings", settings: SettingsView, } | { "kind": "cleared" } | { "kind": "show", route: string, };
