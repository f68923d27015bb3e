//! How many connections there may be at once, by what the system gives this process.

use runtray_engine::raise_open_files;

/// Connections at once, where there are descriptors for them; each has one.
const MOST_CONNECTIONS: u64 = 512;
/// WebSockets at once, those that run nothing yet included.
const MOST_SESSIONS: u64 = 256;
/// What the service has open besides: listeners, journal, log, watches, interpreters that wait.
const OWN: u64 = 96;
/// What an interactive run has open: its connection, its pipes or terminal, its control socket, and what starting it takes.
const PER_SESSION: u64 = 8;

/// How many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Connections; for one more, one that waits is closed.
    pub(crate) connections: usize,
    /// WebSockets; one more is refused.
    pub(crate) sessions: usize,
}

impl Capacity {
    /// What this process can have, after its limits were raised as far as that is allowed.
    pub(crate) fn of_this_process() -> Self {
        let limit = raise_open_files();
        let capacity = Self::within(limit);
        if capacity.connections < MOST_CONNECTIONS as usize {
            tracing::warn!(
                open_files = limit,
                connections = capacity.connections,
                "few files may be open at once (`ulimit -n`), so fewer connections are taken"
            );
        }
        capacity
    }

    /// Half of what is left after our own is for connections, a quarter for interactive runs, the rest for the others.
    fn within(limit: Option<u64>) -> Self {
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(OWN));
        let at_least = |most: u64, least: u64| usize::try_from(most.max(least)).unwrap_or(usize::MAX);
        Self {
            connections: at_least((left / 2).min(MOST_CONNECTIONS), 8),
            sessions: at_least((left / 4 / PER_SESSION).min(MOST_SESSIONS), 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Capacity, OWN, PER_SESSION};

    #[test]
    fn all_of_them_together_fit_into_what_there_is() {
        for limit in [160, 256, 1024, 4096, 65_536] {
            let Capacity { connections, sessions } = Capacity::within(Some(limit));
            let needed = OWN + connections as u64 + PER_SESSION * sessions as u64;
            assert!(needed <= limit && connections >= 8 && sessions >= 2, "{connections} and {sessions} of {limit}");
        }
        assert_eq!(Capacity::within(None), Capacity { connections: 512, sessions: 256 });
        assert_eq!(Capacity::within(Some(65_536)), Capacity::within(None));
        assert_eq!(Capacity::within(Some(10)), Capacity { connections: 8, sessions: 2 });
    }
}
