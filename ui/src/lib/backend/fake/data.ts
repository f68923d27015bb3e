// Made-up executions, settings and interpreters.

import type { AssistantAction, AssistantChange, AssistantsView, AssistantView, Examination, ExecutionSummary, ExecutionView, Failure, NetworkQuestion, Pack, Python, SettingsView, Statistics, Status } from "../../bindings";

const PROGRAMS: [language: string, code: string, output: string, error: string][] = [
  ["python", "print('Hello from Runtray!')", "Hello from Runtray!\n", ""],
  ["python", "import csv, io\n\nrows = csv.DictReader(io.StringIO('name,age\\nAda,36\\nAlan,41'))\nfor row in rows:\n    print(f\"{row['name']:>6} {row['age']}\")\n", "   Ada 36\n  Alan 41\n", ""],
  ["javascript", "const words = 'the quick brown fox'.split(' ');\nconsole.log(words.map((word) => word.length));\n", "[ 3, 5, 5, 3 ]\n", ""],
  ["python", "def area(radius):\n    # Circles only.\n    return 3.14159 * radius ** 2\n\n\nprint(area('4'))\n", "", "Traceback (most recent call last):\n  File \"main.py\", line 6, in <module>\n    print(area('4'))\n          ^^^^^^^^^\n  File \"main.py\", line 3, in area\n    return 3.14159 * radius ** 2\n                     ~~~~~~~^^~~\nTypeError: unsupported operand type(s) for ** or pow(): 'str' and 'int'\n"],
  ["python", "from collections import Counter\nprint(Counter('mississippi').most_common(2))\n", "[('i', 4), ('s', 4)]\n", ""],
  ["python", "while True:\n    pass\n", "", "Execution timed out after 10 s.\n"],
  ["typescript", "interface Point { x: number; y: number }\nconst origin: Point = { x: 0, y: 0 };\nconsole.log(origin);\n", "{ x: 0, y: 0 }\n", ""],
  ["python", "print('\\x1b[32mok\\x1b[0m   12 tests')\nprint('\\x1b[31mfail\\x1b[0m  1 test')\n", "\u001b[32mok\u001b[0m   12 tests\n\u001b[31mfail\u001b[0m  1 test\n", ""],
];
const ORIGINS = ["local", "http://localhost:3000", "http://localhost:3001", "local"];
const RUNTIMES: Record<string, string> = { python: "CPython 3.13.1" };
const STATUSES: Record<number, string> = { 3: "failed", 5: "timeout" };

/** The `index`th made-up execution, which began `age` seconds before `now`. */
export function execution(index: number, now: number, age: number): ExecutionView {
  const [language, code, output, error] = PROGRAMS[index % PROGRAMS.length] ?? ["python", "", "", ""];
  const status = STATUSES[index % PROGRAMS.length] ?? "completed";
  const at = now - age * 1000;
  return {
    id: `01J${String(at).padStart(14, "0")}${String(index).padStart(9, "0")}`,
    started_at: new Date(at).toISOString(),
    language,
    runtime: RUNTIMES[language] ?? "Node.js v24.1.0",
    status,
    origin: ORIGINS[index % ORIGINS.length] ?? "local",
    duration_ms: status === "timeout" ? 10_003 : 4.2 + (index % 7) * 3.1,
    code,
    code_truncated: false,
    given: { stdin: "", args: [], env: [], files: [], missing: [] },
    output,
    error,
    exit_code: status === "timeout" ? null : status === "failed" ? 1 : 0,
    signal: null,
    cpu_ms: 3.1 + (index % 5),
    peak_memory_bytes: 9_437_184,
    output_truncated: false,
    error_truncated: false,
    isolation: index % 17 === 4 ? "none" : "sandbox",
    containment: "user_namespace",
    network: index % 17 === 4 || index % 11 === 3,
    ending: status === "timeout" ? { code: "outcome.timeout", values: { limit: "10 s" }, text: "Execution timed out after 10 s." } : null,
  };
}

export function summary(execution: ExecutionView): ExecutionSummary {
  const { id, started_at, language, runtime, status, origin, duration_ms, exit_code, isolation, code } = execution;
  const first_line = code.split("\n")[0] ?? "";
  return { id, started_at, language, runtime, status, origin, duration_ms, exit_code, isolation, first_line };
}

export const PYTHONS: Python[] = [
  { label: "demo", path: "/home/ada/projects/demo/.venv/bin/python", built_in: false, version: "3.13.1", name: "CPython 3.13.1", source: "virtual environment", in_use: true, problem: null },
  { label: "python3", path: "/usr/bin/python3", built_in: false, version: "3.11.2", name: "CPython 3.11.2", source: "PATH", in_use: false, problem: null },
  { label: "cpython-3.12.8-linux-x86_64-gnu", path: "/home/ada/.local/share/uv/python/cpython-3.12.8-linux-x86_64-gnu/bin/python3.12", built_in: false, version: "3.12.8", name: "CPython 3.12.8", source: "uv", in_use: false, problem: null },
  { label: "Runtray", path: "builtin", built_in: true, version: "3.14.0", name: "CPython 3.14 (built in)", source: "built in", in_use: false, problem: null },
  { label: "python", path: "/opt/old/bin/python", built_in: false, version: "2.7.18", name: "CPython 2.7.18", source: "PATH", in_use: false, problem: "Python 2 cannot be used: programs need Python 3.8 or newer." },
];

export function pack(name: string, requested: boolean): Pack {
  return { name, version: "1.2.0", sha256: "0".repeat(64), bytes: 180_000, requested };
}

export function native(name: string): Failure {
  const values = { name, version: "2.5.2" };
  const text = `${name} 2.5.2 has machine code, which the built-in Python cannot run`;
  return { code: "packs", message: text, localized: { code: "packs.native", values, text } };
}

/** A program of `caller` that asks for the network. */
export function question(id: string, caller: string): NetworkQuestion {
  const code = "import json, urllib.request\n\nrates = json.load(urllib.request.urlopen(\"https://rates.example/today\"))\nprint(rates[\"EUR\"])";
  return { id, caller, asked_at: new Date().toISOString(), program: { language: "python", code, more_lines: 2 } };
}

export function statistics(now: number, busy: boolean): Statistics {
  const start = Math.floor(now / 60_000) * 60_000 - 59 * 60_000;
  const minutes = Array.from({ length: 60 }, (_, index) => {
    const count = busy ? Math.max(0, Math.round(4 + 4 * Math.sin(index / 5) + ((index * 7) % 5) - 3)) : 0;
    const failed = count > 0 && index % 13 === 0 ? 1 : 0;
    const median = count === 0 ? null : 4.5 + ((index * 3) % 7) * 0.6;
    return { at_ms: start + index * 60_000, count, failed, median_ms: median };
  });
  return busy
    ? { today: 1284, failed_today: 37, median_ms: 5.2, minutes }
    : { today: 0, failed_today: 0, median_ms: null, minutes };
}

export function status(now: number): Status {
  const started_at = new Date(now - 2100).toISOString();
  return {
    state: "running",
    reason: null,
    url: "http://localhost:5000",
    addresses: ["127.0.0.1:5000", "[::1]:5000"],
    missing: null,
    running: 1,
    queued: 0,
    python: PYTHONS[0] ?? null,
    is_searching: false,
    example: "curl http://localhost:5000/execute -H 'Content-Type: application/json' -d '{\"code\":\"print(6 * 7)\"}'",
    python_problem: null,
    isolation: "sandbox",
    containment: "user_namespace",
    now: [{
      id: "01JRUNNING", language: "python", runtime: "CPython 3.13.1", first_line: "import urllib.request, json  # fetch today's rates",
      origin: "http://localhost:3001", started_at, status: "running", duration_ms: null, exit_code: null, isolation: null,
    }],
    pending_origins: [],
    network_questions: [],
    allowed_origins: ["http://localhost:3000", "http://localhost:3001"],
    denied_origins: ["https://tracker.example"],
    problems: [],
    welcome: false,
    version: "0.1.0",
  };
}

const DEFAULTS: Record<string, unknown> = {
  port: 5000, allowed_origins: ["http://localhost:3000", "http://localhost:3001"], allowed_hosts: [], require_token: false, isolation: "auto",
  stop_grace_ms: 5000, "python.path": "", "node.path": "", "limits.timeout_ms": 10_000, "limits.max_timeout_ms": 300_000,
  "limits.cpu_ms": 300_000, "limits.memory_bytes": 1 << 30, "limits.processes": 64, "limits.open_files": 1024,
  "limits.file_size_bytes": 256 << 20, "limits.folder_bytes": 512 << 20, "limits.output_bytes": 64 << 20,
  "limits.kept_output_bytes": 8 << 20, "limits.body_bytes": 16 << 20, "limits.result_files": 100,
  "limits.result_file_bytes": 1 << 20, "admission.slots": 8, "admission.queue": 256, "journal.enabled": true,
  "journal.max_age_days": 30, "journal.max_bytes": 256 << 20, "journal.max_text_bytes": 256 << 10,
  "journal.max_code_bytes": 4 << 20, "journal.max_input_bytes": 1 << 20, "journal.env_values": false,
  "desktop.start_hidden": false, "sandbox.read": [], "sandbox.write": [], "sandbox.network": "off", "sandbox.network_always": [], "sandbox.network_never": [], "sandbox.network_allow": [], "container.image": "", "container.images": [], "desktop.notifications": true, "desktop.theme": "system", "desktop.language": "system",
  "warm.enabled": true, "warm.memory_bytes": 128 << 20,
};

export function settings(): SettingsView {
  return {
    values: { ...DEFAULTS },
    defaults: DEFAULTS,
    problems: [],
    file: "/home/ada/.config/runtray/settings.toml",
    restart_needed: [],
  };
}

export function examination(): Examination {
  const localized = (code: string, text: string, values: Record<string, string> = {}) => [{ code, values, text }];
  const checks = [
    { name: "containment", ok: true, details: localized("doctor.containment", "user_namespace", { name: "user_namespace" }) },
    { name: "Landlock", ok: true, details: localized("doctor.old_landlock", "version 4; 6 or newer (Linux 6.12) does more", { version: "4" }) },
    { name: "own root folder", ok: true, details: localized("doctor.root", "files that are not granted do not exist there") },
    { name: "own network", ok: false, details: localized("doctor.no_network", "needs network namespaces") },
    { name: "sandbox", ok: true, details: localized("isolation.gap_network", "There are no network namespaces: programs cannot open connections even to themselves.") },
    { name: "python", ok: true, details: localized("doctor.ran", "CPython 3.13.1 in 24 ms", { name: "CPython 3.13.1", milliseconds: "24" }) },
    { name: "javascript", ok: true, details: localized("doctor.ran", "Node.js v24.1.0 in 41 ms", { name: "Node.js v24.1.0", milliseconds: "41" }) },
    { name: "files closed", ok: true, details: localized("doctor.files_held", "a program could not read a file in your home") },
    { name: "network closed", ok: true, details: localized("doctor.network_held", "a program could not reach a server on this machine") },
    { name: "network outward", ok: false, details: localized("isolation.network_lack_namespaces", "this machine gives programs no network and mount namespaces, without which its own network cannot be kept closed. Allow user namespaces, or leave the network off") },
  ];
  return { isolation: "sandbox", checks };
}

const assistant = (id: string, name: string, file: string, state: AssistantView["state"]): AssistantView => {
  const text = `/home/ada/${file} has a mistake in line 4: Expected comma`;
  const mistake = { code: "app.not_json", values: { line: "4", cause: "Expected comma" }, text: "has a mistake in line 4: Expected comma" };
  const problem = { code: "app.has_a_mistake", values: { path: `/home/ada/${file}`, mistake }, text };
  return { id, name, file: `/home/ada/${file}`, state, problem: state === "broken" ? problem : null, can_undo: state === "connected" };
};

export const ASSISTANTS: AssistantsView = {
  program: "/home/ada/.cargo/bin/runtray",
  assistants: [
    assistant("claude", "Claude Desktop", ".config/Claude/claude_desktop_config.json", "connected"),
    assistant("cursor", "Cursor", ".cursor/mcp.json", "absent"),
    assistant("vscode", "Visual Studio Code", ".config/Code/User/mcp.json", "other"),
    assistant("zed", "Zed", ".config/zed/settings.json", "broken"),
  ],
};

export function change({ file }: AssistantView, action: AssistantAction): AssistantChange {
  const added = action === "connect" ? "added" : "removed";
  const entry = ['    "runtray": {', '      "command": "/home/ada/.cargo/bin/runtray",', '      "args": ["mcp"]', "    }"];
  const lines: AssistantChange["lines"] = [
    { kind: "same", text: "  // Servers for the whole team" },
    { kind: "same", text: '  "mcpServers": {' },
    { kind: "same", text: '    "files": { "command": "npx", "args": ["-y", "server-files"] },' },
    ...entry.map((text) => ({ kind: added, text }) as const),
    { kind: "same", text: "  }" },
    { kind: "gap", text: "" },
  ];
  return { file, makes_file: false, lines, basis: "b1" };
}
