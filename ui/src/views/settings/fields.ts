// The settings with a plain value: key, texts, control. Each has one row.

import type { Key } from "../../lib/i18n/index.svelte";

/** The unit of a field, and its size in the file's unit. */
export interface Unit {
  name: string;
  factor: number;
}

interface Words {
  key: string;
  label: Key;
  help: Key;
}

export type Field = Words &
  (
    | { kind: "switch" }
    | { kind: "number"; unit?: Unit }
    | { kind: "path" }
    | { kind: "text"; placeholder: string }
    | { kind: "choice"; options: { value: string; label: Key }[] }
  );

/** Its sandbox is another one, which has not been proven yet. */
const ON_WINDOWS = /Windows/.test(navigator.userAgent);

const SECONDS: Unit = { name: "s", factor: 1000 };
const KB: Unit = { name: "KB", factor: 1024 };
const MB: Unit = { name: "MB", factor: 1024 * 1024 };

export const DESKTOP: Field[] = [
  { key: "desktop.start_hidden", label: "settings.hidden", help: "settings.hidden.help", kind: "switch" },
  { key: "desktop.notifications", label: "settings.notifications", help: "settings.notifications.help", kind: "switch" },
  {
    key: "desktop.theme",
    label: "settings.theme",
    help: "settings.theme.help",
    kind: "choice",
    options: [
      { value: "system", label: "settings.theme.system" },
      { value: "light", label: "settings.theme.light" },
      { value: "dark", label: "settings.theme.dark" },
    ],
  },
  {
    key: "desktop.language",
    label: "settings.language",
    help: "settings.language.help",
    kind: "choice",
    options: [
      { value: "system", label: "settings.language.system" },
      { value: "en", label: "settings.language.en" },
      { value: "de", label: "settings.language.de" },
    ],
  },
];

export const NODE: Field = { key: "node.path", label: "settings.node", help: "settings.node.help", kind: "path" };

export const PORT: Field = { key: "port", label: "settings.port", help: "settings.port.help", kind: "number" };

export const TOKEN: Field = {
  key: "require_token",
  label: "settings.requireToken",
  help: "settings.requireToken.help",
  kind: "switch",
};

export const LIMITS: Field[] = [
  { key: "limits.timeout_ms", label: "settings.timeout", help: "settings.timeout.help", kind: "number", unit: SECONDS },
  {
    key: "limits.max_timeout_ms",
    label: "settings.maxTimeout",
    help: "settings.maxTimeout.help",
    kind: "number",
    unit: SECONDS,
  },
  { key: "limits.memory_bytes", label: "settings.memory", help: "settings.memory.help", kind: "number", unit: MB },
  { key: "admission.slots", label: "settings.slots", help: "settings.slots.help", kind: "number" },
  { key: "admission.queue", label: "settings.queue", help: "settings.queue.help", kind: "number" },
  {
    key: "isolation",
    label: "settings.isolation",
    help: ON_WINDOWS ? "settings.isolation.helpWindows" : "settings.isolation.help",
    kind: "choice",
    options: [
      { value: "auto", label: "settings.isolation.auto" },
      { value: "sandbox", label: ON_WINDOWS ? "settings.isolation.sandboxUnproven" : "settings.isolation.sandbox" },
      { value: "wasm", label: "settings.isolation.wasm" },
      { value: "container", label: "settings.isolation.container" },
      { value: "none", label: "settings.isolation.none" },
    ],
  },
  {
    key: "container.image",
    label: "settings.image",
    help: "settings.image.help",
    kind: "text",
    placeholder: "docker.io/library/python:3.13-slim",
  },
  {
    key: "sandbox.network",
    label: "settings.network",
    help: "settings.network.help",
    kind: "choice",
    options: [
      { value: "off", label: "settings.network.off" },
      { value: "ask", label: "settings.network.ask" },
      { value: "on", label: "settings.network.on" },
    ],
  },
  { key: "allow_shells", label: "settings.shells", help: "settings.shells.help", kind: "switch" },
];

export const MORE_LIMITS: Field[] = [
  { key: "limits.cpu_ms", label: "settings.cpu", help: "settings.cpu.help", kind: "number", unit: SECONDS },
  { key: "limits.processes", label: "settings.processes", help: "settings.processes.help", kind: "number" },
  { key: "limits.open_files", label: "settings.openFiles", help: "settings.openFiles.help", kind: "number" },
  { key: "limits.file_size_bytes", label: "settings.fileSize", help: "settings.fileSize.help", kind: "number", unit: MB },
  { key: "limits.folder_bytes", label: "settings.folder", help: "settings.folder.help", kind: "number", unit: MB },
  { key: "limits.output_bytes", label: "settings.output", help: "settings.output.help", kind: "number", unit: MB },
  {
    key: "limits.kept_output_bytes",
    label: "settings.keptOutput",
    help: "settings.keptOutput.help",
    kind: "number",
    unit: MB,
  },
  { key: "limits.body_bytes", label: "settings.body", help: "settings.body.help", kind: "number", unit: MB },
  { key: "limits.result_files", label: "settings.resultFiles", help: "settings.resultFiles.help", kind: "number" },
  {
    key: "limits.result_file_bytes",
    label: "settings.resultFile",
    help: "settings.resultFile.help",
    kind: "number",
    unit: KB,
  },
  { key: "stop_grace_ms", label: "settings.grace", help: "settings.grace.help", kind: "number", unit: SECONDS },
];

export const JOURNAL: Field[] = [
  { key: "journal.enabled", label: "settings.journal", help: "settings.journal.help", kind: "switch" },
  { key: "journal.max_age_days", label: "settings.maxAge", help: "settings.maxAge.help", kind: "number" },
  { key: "journal.max_bytes", label: "settings.maxBytes", help: "settings.maxBytes.help", kind: "number", unit: MB },
  { key: "journal.max_text_bytes", label: "settings.maxText", help: "settings.maxText.help", kind: "number", unit: KB },
  { key: "journal.max_code_bytes", label: "settings.maxCode", help: "settings.maxCode.help", kind: "number", unit: KB },
  { key: "journal.max_input_bytes", label: "settings.maxInput", help: "settings.maxInput.help", kind: "number", unit: KB },
  { key: "journal.env_values", label: "settings.envValues", help: "settings.envValues.help", kind: "switch" },
];

/** Lists of folders. */
export const FOLDERS: Words[] = [
  { key: "sandbox.read", label: "settings.sandboxRead", help: "settings.sandboxRead.help" },
  { key: "sandbox.write", label: "settings.sandboxWrite", help: "settings.sandboxWrite.help" },
];

/** Closed services that programs with a network may reach. */
export const ADDRESSES: Words = {
  key: "sandbox.network_allow",
  label: "settings.networkAllow",
  help: "settings.networkAllow.help",
};

/** Whose programs get a network without a question. */
export const CALLERS: Words = { key: "sandbox.network_always", label: "settings.caller", help: "settings.caller.help" };

/** The key of those whose programs get none. Both have one list. */
export const NO_NETWORK = "sandbox.network_never";

/** Images of containers for single languages. */
export const IMAGES: Words = { key: "container.images", label: "settings.images", help: "settings.images.help" };

/** Keys with a control of their own, and what the window writes down for itself. */
const OTHERS = [
  "python.path",
  "allowed_origins",
  "denied_origins",
  "allowed_hosts",
  "desktop.welcomed",
  "updates.daily",
  ADDRESSES.key,
  CALLERS.key,
  NO_NETWORK,
  IMAGES.key,
  ...FOLDERS.map((field) => field.key),
];

const KNOWN = new Set([...DESKTOP, NODE, PORT, TOKEN, ...LIMITS, ...MORE_LIMITS, ...JOURNAL].map((field) => field.key));

/** Keys in the file without a row here, which get a plain row, so that every key can be changed. */
export function unknownKeys(keys: Iterable<string>): string[] {
  return [...new Set(keys)].filter((key) => !KNOWN.has(key) && !OTHERS.includes(key)).sort();
}
