//! The attempts to get out of the sandbox, each with what stops it and a harmless twin that must work.

use super::files::FILES;
use super::kernel::KERNEL;

/// What stops an attempt, with the error numbers that it answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wall {
    /// The run's own root folder, and Landlock: the path is not there, closed, or read-only.
    Files,
    /// The filter of system calls.
    Calls,
    /// The run's own network, or the filter that allows no sockets.
    Network,
    /// The run's own processes, and what Landlock and the filter keep from reaching others.
    Processes,
    /// The run's capabilities: none.
    Rights,
}

impl Wall {
    /// ENOENT and so on; 0 is an error of Python's own.
    #[cfg(windows)]
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files | Self::Calls | Self::Rights => &[2, 13, 18],
            // Also time-outs, and no answer for a name.
            Self::Network => &[0, 13, 10013, 10051, 10060, 10061, 10065, 11001, 11002, 11004],
            Self::Processes => &[2, 13],
        }
    }

    /// ENOENT and so on, as numbers of Linux; 0 is an error of Python's own.
    #[cfg(not(windows))]
    pub(super) fn answers(self) -> &'static [i64] {
        match self {
            Self::Files => &[1, 2, 13, 18, 20, 30],
            Self::Calls => &[1, 38],
            Self::Network => &[1, 2, 13, 97, 101, 111, -2, -3],
            Self::Processes => &[1, 2, 3, 13],
            Self::Rights => &[1, 2, 13, 22],
        }
    }
}

/// Where an attempt is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In each way of containment.
    Everywhere,
    /// Where runs have a root folder of their own; elsewhere the service says that this is open.
    Rooted,
}

/// An attempt: its name, what stops it, the program, and the twin.
pub(super) struct Escape(
    pub(super) &'static str,
    pub(super) Wall,
    #[cfg_attr(windows, expect(dead_code, reason = "Windows has one way of containment"))] pub(super) Where,
    pub(super) &'static str,
    pub(super) &'static str,
);

/// All attempts.
pub(super) fn all() -> impl Iterator<Item = &'static Escape> {
    FILES.iter().chain(KERNEL)
}
