//! What a run reports: events while it goes on, one outcome when it has ended.

use std::time::Duration;

/// Something that happened during a run, in the order it happened.
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
    /// The tree used more memory than allowed.
    MemoryLimit,
    /// The program wrote more output, or more into its folder, than allowed.
    OutputLimit,
    /// The program died of a signal or a Windows exception, or was stopped for too many processes.
    Crashed,
    /// Somebody asked for its end.
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

/// How far a run was kept from the rest of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Isolation {
    /// Containment only: files and network as the user has them.
    #[default]
    None,
}

impl Isolation {
    /// The name used on every wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
        }
    }
}

/// How a run's process tree is held together, so that it ends as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Containment {
    /// A PID namespace, made with root's rights (Linux).
    PidNamespace,
    /// A PID namespace inside a user namespace (Linux).
    UserNamespace,
    /// A process that adopts what its descendants leave, and looks for them: the fallback on Linux, where a program sees the user's
    /// other processes.
    Subreaper,
    /// A Job Object (Windows).
    JobObject,
    /// A session of its own, and a look at the process table (macOS).
    ProcessGroup,
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
        }
    }

    /// Whether this machine could do better, and a program may reach more than its own processes.
    pub fn is_fallback(self) -> bool {
        self == Self::Subreaper
    }
}

/// A file that the run created or changed in its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// Where it lies in the run's folder, `/` between names; a name that is not UTF-8 has U+FFFD in it.
    pub path: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// What it holds; `None` when it is larger than the limits allow to carry.
    pub content: Option<Vec<u8>>,
}

/// The one end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal (`SIGSEGV`) or Windows exception (`0xC0000005`) that ended it.
    pub signal: Option<String>,
    /// From the start of the program until its whole tree was gone.
    pub duration: Duration,
    /// CPU time of the tree, user and system.
    pub cpu: Duration,
    /// The most memory that the tree was seen to hold, in bytes.
    pub peak_memory_bytes: u64,
    /// For every status but `Completed` and `Failed`: one sentence that says what happened.
    pub reason: Option<String>,
    /// What the run created or changed in its folder.
    pub files: Vec<OutputFile>,
    /// The isolation level that was used.
    pub isolation: Isolation,
    /// How its process tree was held together; `None` for a run that ended before it was started.
    pub containment: Option<Containment>,
    /// Whether its interpreter had been started ahead.
    pub warm: bool,
}
