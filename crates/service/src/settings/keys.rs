//! The table of all keys of `settings.toml`. Reading, the commented file and the restart rule are derived from it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use runtray_engine::PoolSize;
use toml_edit::Item;

use super::key::{Fault, Key, set};
use super::model::{DAY, IsolationChoice, Settings};
use super::read::{GIB, MIB, buffer, count, excerpt, length, millis, program, python, size, switch};
use super::{access, callers, container, desktop, journal, updates};
use crate::platform::origin::Origin;
use crate::sentences as s;

/// The most interpreters of one language that wait.
const MOST_WAITING: u64 = 64;
const TIB: u64 = 1024 * GIB;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The sections of the file, with their comments.
pub(super) const SECTIONS: [(&str, &str); 10] = [
    (
        "sandbox",
        "Files and network of programs at the isolation \"sandbox\", besides the system, their interpreter and own folder.",
    ),
    ("container", "Images for programs at the isolation \"container\". You install and start Docker or Podman."),
    ("python", "Python."),
    ("node", "JavaScript and TypeScript."),
    ("limits", "Limits of one run. Sizes are in bytes (1048576 is 1 MiB), times in milliseconds."),
    ("admission", "How many programs run at once."),
    ("warm", "Interpreters that are started ahead and wait, so that a program starts at once."),
    ("journal", "The log of executions, kept on this machine only."),
    ("updates", "New versions of Runtray. No server is asked unless you allow it here or ask for it."),
    ("desktop", "The app in the system tray."),
];

/// Every key, in the order of the commented file.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "port",
        "The port on both loopback addresses, 127.0.0.1 and ::1. 0 takes a free one.",
        |s, v| set(&mut s.port, count(v, 0, 65_535).map(|port| port as u16)),
        |s| s.port.to_string(),
    )
    .after_restart(),
    Key::new(
        "allowed_origins",
        "Web pages that may run code, each as scheme, host and port. [] allows none.",
        |s, v| access::origins(&mut s.allowed_origins, v),
        |s| list(s.allowed_origins.iter().map(Origin::as_str)),
    ),
    Key::new(
        "allowed_hosts",
        "Names besides localhost by which programs may reach the service, for example \"host.docker.internal\" for\nprograms in Docker. Requests that use such a name must carry the token.",
        |s, v| access::hosts(&mut s.allowed_hosts, v),
        |s| list(s.allowed_hosts.iter().map(String::as_str)),
    ),
    Key::new(
        "denied_origins",
        "Web pages that were denied: they are refused like all others, and Runtray does not ask about them again.",
        |s, v| access::denied(&mut s.denied_origins, v),
        |s| list(s.denied_origins.iter().map(Origin::as_str)),
    ),
    Key::new(
        "require_token",
        "true asks every caller for the token that Runtray shows, except for /health, /prove and the page /docs.",
        access::token,
        |s| s.require_token.to_string(),
    ),
    Key::new(
        "same_user_only",
        "true asks programs of other users of this machine for the token. false lets them, and containers that share its\nnetwork, run code as you.",
        access::same_user,
        |s| s.same_user_only.to_string(),
    ),
    Key::new(
        "isolation",
        "How far programs are kept from the rest of the machine: \"sandbox\" keeps them from your files and the network,\n\"auto\" is the strongest level there is here, \"wasm\" runs Python only, in the built-in one,\n\"container\" uses Docker or Podman, \"none\" only holds them to their limits.",
        access::isolation,
        |s| level(s).to_owned(),
    ),
    Key::new(
        "allow_shells",
        "true lets programs for bash, sh, PowerShell and cmd run without isolation too, as far as the machine has these shells.",
        |s, v| set(&mut s.allow_shells, switch(v)),
        |s| s.allow_shells.to_string(),
    ),
    Key::new(
        "stop_grace_ms",
        "How long running programs may go on when the service stops, in milliseconds.",
        |s, v| set(&mut s.stop_grace, millis(v, 0, 600_000)),
        |s| ms(s.stop_grace),
    ),
    Key::new(
        "sandbox.read",
        "Folders of yours that they may read, each with its whole path. [] is none.",
        |s, v| access::folders(&mut s.sandbox_read, v),
        |s| paths(&s.sandbox_read),
    ),
    Key::new(
        "sandbox.write",
        "Folders of yours that they may read and change.",
        |s, v| access::folders(&mut s.sandbox_write, v),
        |s| paths(&s.sandbox_write),
    ),
    Key::new(
        "sandbox.network",
        "\"on\" lets them reach public addresses: not this machine, not the local network. \"ask\" does so after a yes of yours:\nthe app asks about each program. \"off\": they reach nothing but themselves.",
        access::network,
        |s| format!("{:?}", s.network.name()),
    ),
    Key::new(
        "sandbox.network_always",
        "With \"ask\": whose programs get a network without a question, as the log names them, such as \"http://localhost:3000\"\nor \"mcp\".",
        callers::always,
        |s| list(s.network_always.iter().map(String::as_str)),
    ),
    Key::new(
        "sandbox.network_never",
        "Whose programs get no network and are not asked about, whatever else is said here.",
        callers::never,
        |s| list(s.network_never.iter().flatten().map(String::as_str)),
    ),
    Key::new(
        "sandbox.network_allow",
        "With a network they may also reach these services of this machine and the local network, each with its address and\nport, such as \"192.168.1.20:5432\". Runtray's own port is never open.",
        |s, v| access::addresses(&mut s.network_allow, v),
        |s| {
            let texts: Vec<String> = s.network_allow.iter().map(ToString::to_string).collect();
            list(texts.iter().map(String::as_str))
        },
    ),
    container::IMAGE,
    container::IMAGES,
    Key::new(
        "python.path",
        "The whole path of an interpreter, \"builtin\" for the built-in one, whose programs see only their own folder,\nor \"science\" for that one with the science pack. Empty: Runtray looks for one.",
        |s, v| set(&mut s.python, python(v)),
        |s| path(s.python.as_deref()),
    ),
    Key::new(
        "node.path",
        "The whole path of Node.js. Empty: Runtray looks for one.",
        |s, v| set(&mut s.node, program(v)),
        |s| path(s.node.as_deref()),
    ),
    Key::new(
        "limits.timeout_ms",
        "Wall-clock time of a run that asks for none of its own, in milliseconds.",
        |s, v| set(&mut s.default_timeout, millis(v, 1, DAY_MS)),
        |s| ms(s.default_timeout),
    ),
    Key::new(
        "limits.max_timeout_ms",
        "The most wall-clock time that a run may ask for, in milliseconds.",
        |s, v| set(&mut s.max_timeout, millis(v, 1, DAY_MS)),
        |s| ms(s.max_timeout),
    ),
    Key::new(
        "limits.terminal_idle_ms",
        "How long nothing may be typed or printed before an interactive run is ended, in milliseconds.",
        |s, v| set(&mut s.terminal_idle, millis(v, 1, DAY_MS)),
        |s| ms(s.terminal_idle),
    ),
    Key::new(
        "limits.terminal_total_ms",
        "Wall-clock time of an interactive run, and the most that one may ask for, in milliseconds.",
        |s, v| set(&mut s.terminal_total, millis(v, 1, DAY_MS)),
        |s| ms(s.terminal_total),
    ),
    Key::new(
        "limits.cpu_ms",
        "CPU time of all its processes together, in milliseconds.",
        |s, v| set(&mut s.limits.cpu, millis(v, 100, DAY_MS)),
        |s| ms(s.limits.cpu),
    ),
    Key::new(
        "limits.memory_bytes",
        "Memory of all its processes together, in bytes.",
        |s, v| set(&mut s.limits.memory_bytes, size(v, 16 * MIB, 16 * TIB)),
        |s| s.limits.memory_bytes.to_string(),
    ),
    Key::new(
        "limits.processes",
        "Processes at once, the program itself included.",
        |s, v| set(&mut s.limits.processes, count(v, 1, 65_536).map(|count| count as u32)),
        |s| s.limits.processes.to_string(),
    ),
    Key::new(
        "limits.open_files",
        "Open files of one process. Windows has no such limit.",
        |s, v| set(&mut s.limits.open_files, count(v, 16, 1 << 20)),
        |s| s.limits.open_files.to_string(),
    ),
    Key::new(
        "limits.file_size_bytes",
        "Size of one file that the program writes, in bytes. Windows has only folder_bytes.",
        |s, v| set(&mut s.limits.file_size_bytes, size(v, 4096, 16 * TIB)),
        |s| s.limits.file_size_bytes.to_string(),
    ),
    Key::new(
        "limits.folder_bytes",
        "Size of everything in its folder, in bytes.",
        |s, v| set(&mut s.limits.folder_bytes, size(v, 4096, 16 * TIB)),
        |s| s.limits.folder_bytes.to_string(),
    ),
    Key::new(
        "limits.output_bytes",
        "The most output (standard output and error together) before the run is stopped, in bytes.",
        |s, v| set(&mut s.limits.output_bytes, size(v, 1024, 16 * TIB)),
        |s| s.limits.output_bytes.to_string(),
    ),
    Key::new(
        "limits.kept_output_bytes",
        "The most of standard output, and of standard error, that the answer contains, in bytes. The rest is dropped, and\nthe answer says so.",
        |s, v| set(&mut s.kept_output_bytes, buffer(v, 1024, GIB)),
        |s| s.kept_output_bytes.to_string(),
    ),
    Key::new(
        "limits.body_bytes",
        "Size of a request, in bytes.",
        |s, v| set(&mut s.body_bytes, buffer(v, 1024, GIB)),
        |s| s.body_bytes.to_string(),
    ),
    Key::new(
        "limits.result_files",
        "The most files made by the program that the answer lists.",
        |s, v| set(&mut s.limits.result_files, length(v, 0, 10_000)),
        |s| s.limits.result_files.to_string(),
    ),
    Key::new(
        "limits.result_file_bytes",
        "Size above which such a file is listed without its content, in bytes.",
        |s, v| set(&mut s.limits.result_file_bytes, size(v, 0, 256 * MIB)),
        |s| s.limits.result_file_bytes.to_string(),
    ),
    Key::new(
        "admission.slots",
        "Programs that run at once. The default is the number of this machine's processor cores.",
        |s, v| set(&mut s.slots, length(v, 1, 1024)),
        |s| s.slots.to_string(),
    ),
    Key::new(
        "admission.queue",
        "Programs that may wait for their turn; more are refused.",
        |s, v| set(&mut s.queue, length(v, 0, 100_000)),
        |s| s.queue.to_string(),
    ),
    Key::new(
        "admission.terminals",
        "Interactive programs at once, besides the others; more are refused.",
        |s, v| set(&mut s.terminals, length(v, 0, 1024)),
        |s| s.terminals.to_string(),
    ),
    Key::new(
        "admission.waiting_bytes",
        "Memory of requests that wait and of answers that were not taken yet, all together, in bytes; beyond it more are\nrefused.",
        |s, v| set(&mut s.waiting_bytes, buffer(v, MIB, TIB)),
        |s| s.waiting_bytes.to_string(),
    ),
    Key::new(
        "warm.python",
        "How many wait for Python programs: \"auto\" for as many as were lately used at once and none after long\nidleness, or a number that always waits. 0 is none.",
        |s, v| waiting(s, "python", v),
        |s| size_of(s, "python"),
    ),
    Key::new(
        "warm.javascript",
        "The same for JavaScript programs.",
        |s, v| waiting(s, "javascript", v),
        |s| size_of(s, "javascript"),
    ),
    Key::new(
        "warm.typescript",
        "The same for TypeScript programs.",
        |s, v| waiting(s, "typescript", v),
        |s| size_of(s, "typescript"),
    ),
    Key::new(
        "warm.memory_bytes",
        "Memory of all that wait, in bytes, above which no more are started. 0 has none wait.",
        |s, v| set(&mut s.warm.memory_bytes, size(v, 0, TIB)),
        |s| s.warm.memory_bytes.to_string(),
    ),
    Key::new(
        "warm.idle_ms",
        "How long \"auto\" keeps those of a language that nobody uses, in milliseconds.",
        |s, v| set(&mut s.warm.idle, millis(v, 1000, DAY_MS)),
        |s| ms(s.warm.idle),
    ),
    Key::new(
        "journal.enabled",
        "false writes nothing down. What is there already stays until it is cleared.",
        |s, v| set(&mut s.journal.enabled, switch(v)),
        |s| s.journal.enabled.to_string(),
    ),
    Key::new(
        "journal.max_age_days",
        "Executions older than this many days are deleted.",
        |s, v| set(&mut s.journal.max_age, count(v, 1, 36_500).map(days)),
        |s| (s.journal.max_age.as_secs() / DAY.as_secs()).to_string(),
    ),
    Key::new(
        "journal.max_bytes",
        "Size of the log, in bytes, above which the oldest executions are deleted.",
        |s, v| set(&mut s.journal.max_bytes, size(v, MIB, TIB)),
        |s| s.journal.max_bytes.to_string(),
    ),
    Key::new(
        "journal.max_text_bytes",
        "The most of standard output, and of standard error, that the log keeps of each run, in bytes.",
        |s, v| set(&mut s.journal.max_text_bytes, buffer(v, 1024, 64 * MIB)),
        |s| s.journal.max_text_bytes.to_string(),
    ),
    journal::MAX_CODE_BYTES,
    journal::MAX_INPUT_BYTES,
    journal::ENV_VALUES,
    updates::DAILY,
    updates::FEED,
    updates::KEY,
    updates::HOSTS,
    desktop::START_HIDDEN,
    desktop::NOTIFICATIONS,
    desktop::THEME,
    desktop::LANGUAGE,
    desktop::WELCOMED,
];

impl Settings {
    /// The keys that differ in `new` and need a restart of the service; all others change live.
    pub fn needs_restart(&self, new: &Self) -> Vec<&'static str> {
        KEYS.iter().filter(|key| key.restart && (key.show)(self) != (key.show)(new)).map(|key| key.name).collect()
    }
}

fn level(settings: &Settings) -> &'static str {
    match settings.isolation {
        IsolationChoice::None => "\"none\"",
        IsolationChoice::Sandbox => "\"sandbox\"",
        IsolationChoice::Wasm => "\"wasm\"",
        IsolationChoice::Container => "\"container\"",
        IsolationChoice::Auto => "\"auto\"",
    }
}

fn waiting(settings: &mut Settings, language: &str, item: &Item) -> Result<(), Fault> {
    let size = match item.as_str() {
        Some("auto") => PoolSize::Auto,
        Some(_) => return Err(Fault::Replaced(s::SETTING_WAITING.with("written", excerpt(item)))),
        None => PoolSize::Fixed(length(item, 0, MOST_WAITING)?),
    };
    match size {
        // A language without an entry is "auto".
        PoolSize::Auto => settings.warm.sizes.remove(language),
        PoolSize::Fixed(_) => settings.warm.sizes.insert(language.to_owned(), size),
    };
    Ok(())
}

fn size_of(settings: &Settings, language: &str) -> String {
    match settings.warm.size(language) {
        PoolSize::Auto => "\"auto\"".to_owned(),
        PoolSize::Fixed(count) => count.to_string(),
    }
}

fn days(count: u64) -> Duration {
    DAY * u32::try_from(count).unwrap_or(u32::MAX)
}

fn ms(time: Duration) -> String {
    time.as_millis().to_string()
}

fn path(path: Option<&Path>) -> String {
    let text = path.map_or_else(String::new, |path| path.display().to_string());
    toml_edit::Value::from(text).to_string()
}

fn paths(paths: &[PathBuf]) -> String {
    let texts: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    list(texts.iter().map(String::as_str))
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    toml_edit::Value::from_iter(texts).to_string()
}
