// The types that Rust and the window share. Written by `cargo xtask bindings`: change crates/wire or src-tauri/src/model instead.

export type About = { version: string, 
/**
 * The commit that it was built from, if that is known.
 */
commit: string | null, 
/**
 * The version of the built-in Python, if it is installed.
 */
built_in_python: string | null, 
/**
 * Whether the notices of licences are installed.
 */
has_notices: boolean, 
/**
 * A text for reports: state, versions, folders and problems, without code or output of runs.
 */
diagnostics: string, };

export type Action = "use_port" | "restart_service" | "open_folder" | "settings" | "quit";

export type AssistantAction = "connect" | "disconnect";

export type AssistantChange = { file: string, 
/**
 * Whether the file is made by it.
 */
makes_file: boolean, lines: Array<ChangedLine>, 
/**
 * To be given back with the person's consent.
 */
basis: string, };

export type AssistantState = "connected" | "other" | "absent" | "broken";

export type AssistantView = { id: string, name: string, 
/**
 * The path of its settings, which need not exist.
 */
file: string, state: AssistantState, 
/**
 * The mistake in its settings.
 */
problem: Words | null, 
/**
 * Whether the last change of its settings can be undone.
 */
can_undo: boolean, };

export type AssistantsView = { 
/**
 * The path of the program that they start; `null` if it is not installed.
 */
program: string | null, assistants: Array<AssistantView>, };

export type ChangedLine = { kind: ChangedLineKind, text: string, };

export type ChangedLineKind = "same" | "added" | "removed" | "gap";

export type Check = { 
/**
 * Its name, which the window translates.
 */
name: string, 
/**
 * Whether it works.
 */
ok: boolean, 
/**
 * The findings, or the missing part and how to get it.
 */
details: Array<Words>, };

export type ClientMessage = { "type": "run" } & Run | { "type": "stdin" } & Typed | { "type": "eof" } | { "type": "signal" } & SentSignal | { "type": "resize" } & TerminalSize;

export type ConsoleEnd = { "type": "finished" } & Finished | { "type": "refused" } & Failure;

export type ConsoleState = "idle" | "starting" | "running" | "ended";

export type ConsoleUpdate = { "kind": "cleared" } | { "kind": "output", data: string, is_old: boolean, } | { "kind": "state", state: ConsoleState, 
/**
 * How it ended; `null` also when it was stopped before it began.
 */
ended: ConsoleEnd | null, };

export type Encoding = "utf8" | "base64";

export type Examination = { 
/**
 * The level at which programs run.
 */
isolation: string, 
/**
 * The checks in their order.
 */
checks: Array<Check>, };

export type ExecutionSummary = { 
/**
 * Its id, a ULID.
 */
id: string, 
/**
 * When it began.
 */
started_at: string, 
/**
 * The language's name.
 */
language: string, 
/**
 * The interpreter, for people.
 */
runtime: string, 
/**
 * A result's status, `running`, or `lost` when the service was gone before the end.
 */
status: string, 
/**
 * Wall-clock time, once it has ended.
 */
duration_ms: number | null, 
/**
 * The web origin that asked, or `local`.
 */
origin: string, 
/**
 * The exit code, when the program exited by itself.
 */
exit_code: number | null, 
/**
 * The isolation level that was used, once it has ended.
 */
isolation: string | null, 
/**
 * The first line of the program that is not blank.
 */
first_line: string, };

export type ExecutionView = { 
/**
 * The service's sentence at the end of `error`, if there is one.
 */
ending: Words | null, 
/**
 * Its id, a ULID.
 */
id: string, 
/**
 * When it began.
 */
started_at: string, 
/**
 * The language's name.
 */
language: string, 
/**
 * The interpreter, for people.
 */
runtime: string, 
/**
 * The web origin that asked, or `local`.
 */
origin: string, 
/**
 * A result's status, `running`, or `lost` when the service was gone before the end.
 */
status: string, 
/**
 * The exit code, when the program exited by itself.
 */
exit_code: number | null, 
/**
 * The signal or Windows exception that ended it.
 */
signal: string | null, 
/**
 * Wall-clock time, once it has ended.
 */
duration_ms: number | null, 
/**
 * CPU time of the whole process tree, once it has ended.
 */
cpu_ms: number | null, 
/**
 * The most memory that the process tree held, once it has ended.
 */
peak_memory_bytes: number | null, 
/**
 * The isolation level that was used, once it has ended.
 */
isolation: string | null, 
/**
 * How the process tree was held together (`subreaper` is the fallback of Linux), once it has ended.
 */
containment: string | null, 
/**
 * Whether it had a network, once it has ended; null for entries of older versions.
 */
network: boolean | null, 
/**
 * The program.
 */
code: string, 
/**
 * Whether `code` is only the beginning.
 */
code_truncated: boolean, 
/**
 * The rest of the program's input; `null` when it is not kept.
 */
given: Given | null, 
/**
 * Standard output.
 */
output: string, 
/**
 * Whether `output` is not all that was printed.
 */
output_truncated: boolean, 
/**
 * Standard error.
 */
error: string, 
/**
 * Whether `error` is not all that was printed.
 */
error_truncated: boolean, };

export type ExecutionsQuery = { 
/**
 * How many, at most 1000; 50 when left out.
 */
limit?: number, 
/**
 * Only what began before the execution of this id: the previous page's `next`.
 */
before?: string, 
/**
 * Only this status: one of a result's, `running`, or `lost` when the service was gone before the end.
 */
status?: string, 
/**
 * Only this language.
 */
language?: string, 
/**
 * Only this web origin, or `local`.
 */
origin?: string, 
/**
 * Words that must all occur in code, output or error.
 */
q?: string, };

export type ExportFormat = "jsonl" | "csv";

export type Facets = { 
/**
 * The languages of the executions, sorted.
 */
languages: Array<string>, 
/**
 * The origins of the executions, sorted.
 */
origins: Array<string>, 
/**
 * The number of executions.
 */
total: number, };

export type Failure = { 
/**
 * A code for the window's own logic.
 */
code: string, 
/**
 * A sentence in English.
 */
message: string, 
/**
 * The same as a code with values, which the window translates.
 */
localized: Words, 
/**
 * The key of the setting in question.
 */
field?: string, };

export type Finished = { 
/**
 * Whether `status` is `completed`.
 */
success: boolean, 
/**
 * How.
 */
status: RunStatus, 
/**
 * The execution's id, a ULID.
 */
id: string, 
/**
 * The language's name.
 */
language: string, 
/**
 * The interpreter, for people.
 */
runtime: string, 
/**
 * The exit code, when the program exited by itself.
 */
exit_code: number | null, 
/**
 * The signal or Windows exception that ended it.
 */
signal: string | null, 
/**
 * Wall-clock time.
 */
duration_ms: number, 
/**
 * CPU time of the whole process tree.
 */
cpu_ms: number, 
/**
 * The most memory that the process tree held.
 */
peak_memory_bytes: number, 
/**
 * Whether `output` is not all that was printed.
 */
output_truncated: boolean, 
/**
 * Whether `error` is not all that was printed.
 */
error_truncated: boolean, 
/**
 * The isolation level that was used.
 */
isolation: string, 
/**
 * The user's grants to the sandbox; left out without any.
 */
granted?: Granted, 
/**
 * How its process tree was held together: `pid_namespace`, `user_namespace` or, as the fallback, `subreaper` on Linux,
 * `job_object` on Windows, `process_group` on macOS, `container` for one; null for a run that was ended before it began.
 */
containment: string | null, 
/**
 * The files that the run created or changed in its folder.
 */
files: Array<ResultFile>, 
/**
 * Fields of the request that Runtray does not have, such as `timeout`, and a version that is not here; left out if none.
 */
ignored?: Array<string>, };

export type Folder = "log" | "data" | "settings" | "file" | "notices";

export type Given = { 
/**
 * Its standard input.
 */
stdin: string, 
/**
 * Its arguments.
 */
args: Array<string>, 
/**
 * Its own environment variables.
 */
env: Array<GivenVariable>, 
/**
 * The files that were put into its folder.
 */
files: Array<GivenFile>, 
/**
 * The parts that were not kept, without which a second run would differ: `code`, `stdin`, `args`, `env`, `files`, `typed`.
 */
missing: Array<Missing>, };

export type GivenFile = { 
/**
 * Where in the run's folder.
 */
path: string, 
/**
 * How large it was.
 */
size_bytes: number, 
/**
 * Its content; `null` when it is not kept.
 */
content: string | null, 
/**
 * How `content` is written, `utf8` or `base64`.
 */
encoding: Encoding, };

export type GivenVariable = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value; `null` unless the settings have values kept, as they are often secrets.
 */
value: string | null, };

export type Granted = { 
/**
 * Folders for reading.
 */
read: Array<string>, 
/**
 * Folders for reading and writing.
 */
write: Array<string>, 
/**
 * Whether it had a network.
 */
network?: boolean, };

export type InputFile = { 
/**
 * Where, relative to the run's folder.
 */
path: string, 
/**
 * Its content.
 */
content: string, 
/**
 * How `content` is written; `utf8` when left out.
 */
encoding?: Encoding, };

export type Language = { 
/**
 * Its name.
 */
language: string, 
/**
 * Other names that are taken for it.
 */
aliases: Array<string>, 
/**
 * The interpreter, for people.
 */
runtime: string | null, 
/**
 * The interpreter's version where it is known.
 */
version: string | null, 
/**
 * The interpreter's path.
 */
path: string | null, 
/**
 * The isolation level of its programs, if it can run.
 */
isolation?: string, 
/**
 * Whether it can run.
 */
available: boolean, 
/**
 * Why it cannot run, and how to change that; empty when it can.
 */
detail: string, 
/**
 * `detail` as a code with values; only when it cannot run.
 */
reason?: Words, };

export type Level = "auto" | "none" | "sandbox" | "wasm" | "container";

export type LogPage = { 
/**
 * The number of entries on all pages.
 */
total: number, 
/**
 * The executions.
 */
items: Array<ExecutionSummary>, 
/**
 * The value of `before` for the next page; `null` on the last one.
 */
next: string | null, };

export type Minute = { 
/**
 * The minute's beginning, in milliseconds since 1970.
 */
at_ms: number, 
/**
 * The number of executions.
 */
count: number, 
/**
 * Those of them that ended neither completed nor cancelled.
 */
failed: number, 
/**
 * The median duration.
 */
median_ms: number | null, };

export type Missing = "code" | "stdin" | "args" | "env" | "files" | "typed";

export type Network = "off" | "ask" | "on";

export type NetworkAnswer = "once" | "always" | "without" | "never";

export type NetworkQuestion = { 
/**
 * The id of its execution.
 */
id: string, 
/**
 * Its caller: a web origin, or a word such as `local`.
 */
caller: string, 
/**
 * Since when it waits.
 */
asked_at: string, 
/**
 * Its beginning.
 */
program: PendingProgram, };

export type NewVersion = { version: string, 
/**
 * The day of its publication, if the feed says it.
 */
date: string, 
/**
 * Its news: plain text.
 */
notes: string, };

export type Pack = { 
/**
 * Its normalized name.
 */
name: string, 
/**
 * Its version.
 */
version: string, 
/**
 * The SHA-256 of its wheel, in hexadecimal.
 */
sha256: string, 
/**
 * Its size when unpacked.
 */
bytes: number, 
/**
 * Whether it was asked for by name; others are needed by those.
 */
requested: boolean, };

export type PackProgress = { 
/**
 * The present step.
 */
step: PackStep, 
/**
 * The package that it is done for; empty for all of them.
 */
name: string, 
/**
 * The bytes that are done; for [`PackStep::Machine`] the seconds.
 */
done: number, 
/**
 * All bytes of this step; 0 if that is not known.
 */
total: number, };

export type PackStep = "resolve" | "download" | "unpack" | "compile" | "machine";

export type Packs = { 
/**
 * The packages, sorted by name.
 */
packages: Array<Pack>, 
/**
 * The size of everything on the disk.
 */
bytes: number, };

export type PendingOrigin = { 
/**
 * The origin.
 */
origin: string, 
/**
 * When it was first refused.
 */
first_refused_at: string, 
/**
 * How often it was refused since then.
 */
refusals: number, 
/**
 * The first program that its page wanted to run, if one was seen. It is the page's own word.
 */
program: PendingProgram | null, };

export type PendingProgram = { 
/**
 * The language that the page named.
 */
language: string | null, 
/**
 * The first lines, with control characters escaped.
 */
code: string, 
/**
 * How many lines follow.
 */
more_lines: number, };

export type Problem = { 
/**
 * An identifier of the kind of problem.
 */
id: string, text: string, remedy: string | null, actions: Array<ProblemAction>, };

export type ProblemAction = { label: string, command: Action, 
/**
 * The port, the folder or the key of the setting.
 */
argument: string | null, };

export type Python = { 
/**
 * Its value in the settings: its path, `builtin` or `science`.
 */
path: string, 
/**
 * Whether it is the built-in one, whose programs see only their own folder.
 */
built_in: boolean, 
/**
 * The shortest unique name of its environment: `demo`, `work/demo`.
 */
label: string, 
/**
 * `3.13.1`.
 */
version: string, 
/**
 * The name to show: `CPython 3.13.1`.
 */
name: string, 
/**
 * How it was found, as a text to show; empty while that is unknown.
 */
source: string, in_use: boolean, 
/**
 * The reason why it cannot be used, if so.
 */
problem: string | null, };

export type PythonTest = { ok: true, name: string, version: string, starts_in_ms: number, };

export type ResultFile = { 
/**
 * Where it lay in the run's folder.
 */
path: string, 
/**
 * Its size.
 */
size_bytes: number, 
/**
 * Guessed from its name.
 */
media_type: string, 
/**
 * Its content in base64; left out when it is too large.
 */
content?: string, };

export type Run = { 
/**
 * With it the program gets a terminal of that size in place of its three streams; all it writes comes as `stdout`.
 */
terminal?: TerminalSize, 
/**
 * The program's text.
 */
code: string, 
/**
 * How `code` is written; `utf8` when left out. Base64 carries a program of any encoding, byte for byte.
 */
code_encoding?: Encoding, 
/**
 * A language's name or alias, letter case aside; `python` when left out.
 */
language?: string, 
/**
 * The program's standard input, followed by end-of-file; empty when left out.
 */
stdin?: string, 
/**
 * The program's arguments.
 */
args?: Array<string>, 
/**
 * Environment variables on top of the few that every run gets.
 */
env?: { [key in string]: string }, 
/**
 * Files that are put into the run's folder.
 */
files?: Array<InputFile>, 
/**
 * Milliseconds of wall-clock time after which the run is ended; the settings hold the default and the maximum.
 */
timeout_ms?: number, 
/**
 * The level of isolation. It may raise that of the settings, never lower it; what cannot be given is refused.
 */
isolation?: Level, 
/**
 * The network in the sandbox; as in the settings when left out. It may be less than that, never more.
 */
network?: Network, };

export type RunStatus = "completed" | "failed" | "timeout" | "memory_limit" | "output_limit" | "crashed" | "cancelled";

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
 * The number of these entries.
 */
count: number, };

export type SentSignal = { 
/**
 * `interrupt` is what Ctrl-C does, `terminate` is SIGTERM, `kill` cancels the run. Windows has none of the first two
 * without a terminal and cancels the run.
 */
signal: SignalName, };

export type ServiceState = "stopped" | "starting" | "running" | "stopping" | "failed";

export type SettingsProblem = { key: string | null, line: number | null, 
/**
 * The description, which follows the key in a sentence, or is a sentence if there is no key.
 */
message: string, 
/**
 * The same as a code with values.
 */
localized: Words, };

export type SettingsView = { 
/**
 * The values by full key, such as `limits.timeout_ms`.
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

export type SignalName = "interrupt" | "terminate" | "kill";

export type Statistics = { 
/**
 * Executions since midnight, by this machine's clock and zone.
 */
today: number, 
/**
 * Those of them that ended neither completed nor cancelled.
 */
failed_today: number, 
/**
 * The median duration today.
 */
median_ms: number | null, 
/**
 * The last sixty minutes, oldest first.
 */
minutes: Array<Minute>, };

export type Status = { state: ServiceState, 
/**
 * The reason of a failure: a fragment, which follows a colon.
 */
reason: string | null, 
/**
 * The address for clients, even while the service is stopped.
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
 * Whether the search for the Python in use is still running.
 */
is_searching: boolean, 
/**
 * The Python in use.
 */
python: Python | null, 
/**
 * The reason why no Python is in use, if so.
 */
python_problem: string | null, isolation: string, 
/**
 * The containment mode, such as `user_namespace`; `subreaper` is the fallback.
 */
containment: string | null, now: Array<ExecutionSummary>, pending_origins: Array<PendingOrigin>, 
/**
 * The programs that wait until the user says whether they may use the network.
 */
network_questions: Array<NetworkQuestion>, allowed_origins: Array<string>, denied_origins: Array<string>, problems: Array<Problem>, 
/**
 * Whether to show the introduction.
 */
welcome: boolean, version: string, };

export type TerminalSize = { 
/**
 * Character cells in a row.
 */
columns: number, 
/**
 * Rows.
 */
rows: number, };

export type Typed = { 
/**
 * The text; what Enter types into a terminal is `\r`.
 */
data: string, };

export type Update = { "kind": "status", status: Status, } | { "kind": "begun", execution: ExecutionSummary, } | { "kind": "ended", execution: ExecutionSummary, } | { "kind": "settings", settings: SettingsView, } | { "kind": "news", news: VersionNews, } | { "kind": "cleared" } | { "kind": "show", route: string, };

export type VersionNews = { 
/**
 * The version that runs.
 */
installed: string, 
/**
 * Whether there is a feed that can be asked.
 */
has_feed: boolean, 
/**
 * Why the app does not install new versions itself, and what to do; `None` if it does.
 */
advice: Words | null, step: VersionStep, };

export type VersionStep = { "kind": "unknown" } | { "kind": "looking" } | { "kind": "newest" } | { "kind": "found", found: NewVersion, } | { "kind": "fetching", found: NewVersion, percent: number | null, } | { "kind": "waiting", found: NewVersion, programs: number, } | { "kind": "installing", found: NewVersion, } | { "kind": "installed", found: NewVersion, } | { "kind": "failed", reason: Words, };

export type Words = { 
/**
 * Which sentence it is.
 */
code: string, 
/**
 * The values by name: texts, sentences of this form, or lists of such sentences.
 */
values: Record<string, string | Words | Words[]>, 
/**
 * The sentence in English.
 */
text: string, };
