//! The results of a run: events while it goes on, then one outcome.

use std::time::Duration;

/// An event of a run, in the order of their occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The program was started.
    Started,
    /// Text from standard output; never splits a UTF-8 sequence.
    Stdout(String),
    /// Text from standard error; never splits a UTF-8 sequence.
    Stderr(String),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The program exited with code 0.
    Completed,
    /// The program exited with another code.
    Failed,
    /// The wall-clock or CPU limit was reached.
    Timeout,
    /// The tree exceeded its memory limit.
    MemoryLimit,
    /// The program exceeded the limit of its output or of its folder.
    OutputLimit,
    /// The program was ended by a signal or a Windows exception, or had too many processes.
    Crashed,
    /// A client cancelled the run.
    Cancelled,
}

impl Status {
    /// The name used on every wire, for example `memory_limit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::MemoryLimit => "memory_limit",
            Self::OutputLimit => "output_limit",
            Self::Crashed => "crashed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Every status, for documents and filters.
    pub const ALL: [Self; 7] = [
        Self::Completed,
        Self::Failed,
        Self::Timeout,
        Self::MemoryLimit,
        Self::OutputLimit,
        Self::Crashed,
        Self::Cancelled,
    ];
}

/// How far a run is isolated from the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Isolation {
    /// Containment only: the program has the user's files and network.
    #[default]
    None,
    /// The program reads the system, its interpreter and granted folders, writes to its own folder, and has no network.
    Sandbox,
    /// The built-in Python: the program has its run's folders, and no network.
    Wasm,
    /// A container of Docker or Podman: the program has the files of an image and its own, and no network.
    Container,
}

impl Isolation {
    /// The name used on every wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sandbox => "sandbox",
            Self::Wasm => "wasm",
            Self::Container => "container",
        }
    }
}

/// How a run's process tree is contained, so that it ends as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Containment {
    /// A PID namespace, created with root's rights (Linux).
    PidNamespace,
    /// A PID namespace inside a user namespace (Linux).
    UserNamespace,
    /// A child subreaper, which adopts orphans and searches for descendants. The fallback on Linux; the program can see the
    /// user's other processes.
    Subreaper,
    /// A Job Object (Windows).
    JobObject,
    /// A session, with a search of the process table (macOS).
    ProcessGroup,
    /// A container of Docker or Podman.
    Container,
}

impl Containment {
    /// The name used on every wire, for example `pid_namespace`.
    pub fn name(self) -> &'static str {
        match self {
            Self::PidNamespace => "pid_namespace",
            Self::UserNamespace => "user_namespace",
            Self::Subreaper => "subreaper",
            Self::JobObject => "job_object",
            Self::ProcessGroup => "process_group",
            Self::Container => "container",
        }
    }

    /// Whether the system could offer stronger containment: the program may reach other processes of the user.
    pub fn is_fallback(self) -> bool {
        self == Self::Subreaper
    }

    /// Whether no other program can open a run's terminal. Elsewhere it belongs to the user, as all files do.
    pub(crate) fn hides_terminals(self) -> bool {
        matches!(self, Self::PidNamespace | Self::UserNamespace)
    }
}

/// A file that the run created or changed in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Its path in the run's folder, with `/` between names. A name that is not UTF-8 contains U+FFFD.
    pub path: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// Its content; `None` if it is larger than the limits allow.
    pub content: Option<Vec<u8>>,
}

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The exit code, if the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal (`SIGSEGV`) or Windows exception (`0xC0000005`) that ended it.
    pub signal: Option<String>,
    /// From the start of the program until its whole tree was gone.
    pub duration: Duration,
    /// CPU time of the tree, user and system.
    pub cpu: Duration,
    /// The most memory that the tree was measured to hold, in bytes.
    pub peak_memory_bytes: u64,
    /// One sentence with the reason, for every status but `Completed` and `Failed`; for `Failed` if the sandbox was why.
    pub reason: Option<String>,
    /// Files that the run created or changed in its folder.
    pub files: Vec<OutputFile>,
    /// The isolation level of the run.
    pub isolation: Isolation,
    /// How its process tree was contained; `None` for a run that ended before it was started.
    pub containment: Option<Containment>,
    /// Whether the run used a warm interpreter.
    pub warm: bool,
}
