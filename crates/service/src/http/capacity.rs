//! How many connections the service accepts, by the file descriptors that the system grants this process.

use runtray_engine::raise_open_files;

/// The most connections. Each has one descriptor.
const MOST_CONNECTIONS: u64 = 512;
/// The most WebSockets, including sockets that have not started a program.
const MOST_SESSIONS: u64 = 256;
/// Descriptors of the service itself: listeners, journal, log, file watchers, interpreters that were started ahead.
const OWN: u64 = 96;
/// Descriptors of an interactive run: its connection, its pipes or terminal, its control socket, and those for its start.
const PER_SESSION: u64 = 8;

/// The limits of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Connections. For a further one, an idle one is closed.
    pub(crate) connections: usize,
    /// WebSockets. A further one is refused.
    pub(crate) sessions: usize,
}

impl Capacity {
    /// The capacity of this process, after raising its limit of descriptors as far as the system allows.
    pub(crate) fn of_this_process() -> Self {
        let limit = raise_open_files();
        let capacity = Self::within(limit);
        if capacity.connections < MOST_CONNECTIONS as usize {
            tracing::warn!(
                open_files = limit,
                connections = capacity.connections,
                "few files may be open at once (`ulimit -n`), so fewer connections are accepted"
            );
        }
        capacity
    }

    /// Divides the descriptors that the service itself does not need: half for connections, a quarter for interactive runs, the
    /// rest for other runs.
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
    fn all_descriptors_together_stay_within_the_limit() {
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
