//! CPU time and memory of a container, as the daemon measures them.

use std::time::Duration;

use bollard::query_parameters::StatsOptionsBuilder;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::daemon::Daemon;

/// How long a measurement may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The use of all processes of a container together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time, user and system.
    pub(super) cpu: Duration,
    /// The most memory that was measured, files in memory included.
    pub(super) memory_bytes: u64,
}

impl Usage {
    /// Adds another measurement.
    pub(super) fn add(&mut self, now: Self) {
        self.cpu = self.cpu.max(now.cpu);
        self.memory_bytes = self.memory_bytes.max(now.memory_bytes);
    }
}

/// Measures the container `name`; `None` if the daemon reports no values.
pub(super) async fn measure(daemon: &Daemon, name: &str) -> Option<Usage> {
    let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
    let mut told = std::pin::pin!(daemon.docker.stats(name, Some(options)));
    let told = timeout(PATIENCE, told.next()).await.ok().flatten()?.ok()?;
    let cpu = told.cpu_stats.and_then(|stats| stats.cpu_usage).and_then(|usage| usage.total_usage);
    let memory = told.memory_stats.unwrap_or_default();
    let memory_bytes = memory.usage.unwrap_or_default().max(memory.max_usage.unwrap_or_default());
    Some(Usage { cpu: Duration::from_nanos(cpu.unwrap_or_default()), memory_bytes })
}
