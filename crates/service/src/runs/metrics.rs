//! Metrics for Prometheus, in the OpenMetrics text format.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use runtray_engine::Outcome;

use super::admission::Load;

/// The media type of [`Metrics::text`].
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRule {
    rule: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByLanguage {
    language: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByEnding {
    language: String,
    status: &'static str,
}

/// The values that other parts of the service hold; they are read when the metrics are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gauges {
    /// How busy the service is.
    pub(crate) load: Load,
    /// The number of interpreters that were started ahead and wait, by language.
    pub(crate) waiting: BTreeMap<String, usize>,
    /// Whether executions are written to the journal.
    pub(crate) journal_writes: bool,
    /// The time since the service started.
    pub(crate) uptime: Duration,
}

/// The counters.
pub(crate) struct Metrics {
    registry: Registry,
    executions: Family<ByEnding, Counter>,
    warm: Family<ByLanguage, Counter>,
    waiting: Family<ByLanguage, Gauge>,
    durations: Family<ByLanguage, Histogram, fn() -> Histogram>,
    refused: Family<ByRule, Counter>,
    running: Gauge,
    queued: Gauge,
    journal: Gauge,
    uptime: Gauge<f64, std::sync::atomic::AtomicU64>,
}

impl Metrics {
    /// Counters at zero.
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("runtray"),
            executions: Family::default(),
            warm: Family::default(),
            waiting: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.005, 2.0, 16))),
            refused: Family::default(),
            running: Gauge::<i64, AtomicI64>::default(),
            queued: Gauge::default(),
            journal: Gauge::default(),
            uptime: Gauge::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("executions", "Executions that ended", self.executions.clone());
        registry.register("warm_executions", "Executions whose interpreter had waited for them", self.warm.clone());
        registry.register("waiting_interpreters", "Interpreters that wait for a program", self.waiting.clone());
        registry.register_with_unit(
            "execution_duration",
            "Wall-clock time of executions",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("refused_requests", "Requests that a rule of the guard refused", self.refused.clone());
        registry.register("running_executions", "Executions that run", self.running.clone());
        registry.register("queued_executions", "Executions that wait for a slot", self.queued.clone());
        registry.register("journal_writing", "1 when executions are written to the journal", self.journal.clone());
        registry.register_with_unit("uptime", "Time since the service started", Unit::Seconds, self.uptime.clone());
        self
    }

    /// Counts an execution that ended.
    pub(crate) fn ended(&self, language: &str, outcome: &Outcome) {
        let language = language.to_owned();
        let by_language = ByLanguage { language: language.clone() };
        self.durations.get_or_create(&by_language).observe(outcome.duration.as_secs_f64());
        self.warm.get_or_create(&by_language).inc_by(u64::from(outcome.warm));
        self.executions.get_or_create(&ByEnding { language, status: outcome.status.name() }).inc();
    }

    /// Counts a request that `rule` of the guard refused.
    pub(crate) fn refused(&self, rule: &'static str) {
        self.refused.get_or_create(&ByRule { rule }).inc();
    }

    /// All metrics as text.
    ///
    /// # Errors
    /// The metrics cannot be formatted.
    pub(crate) fn text(&self, gauges: &Gauges) -> Result<String, fmt::Error> {
        self.running.set(gauge(gauges.load.running));
        self.queued.set(gauge(gauges.load.queued));
        self.journal.set(i64::from(gauges.journal_writes));
        self.uptime.set(gauges.uptime.as_secs_f64());
        self.waiting.clear();
        for (language, count) in &gauges.waiting {
            self.waiting.get_or_create(&ByLanguage { language: language.clone() }).set(gauge(*count));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use runtray_engine::{Isolation, Outcome, Status};

    use super::{Gauges, Load, Metrics};

    fn outcome() -> Outcome {
        Outcome {
            status: Status::Timeout,
            exit_code: None,
            signal: None,
            duration: Duration::from_millis(1500),
            cpu: Duration::ZERO,
            peak_memory_bytes: 0,
            reason: None,
            files: Vec::new(),
            isolation: Isolation::None,
            containment: None,
            warm: true,
        }
    }

    #[test]
    fn endings_and_refusals_are_counted() {
        let metrics = Metrics::new();
        metrics.ended("python", &outcome());
        metrics.refused("forwarded_host");
        let load = Load { running: 2, queued: 3 };
        let waiting = BTreeMap::from([("python".to_owned(), 1)]);
        let gauges = Gauges { load, waiting, journal_writes: true, uptime: Duration::from_secs(4) };
        let text = metrics.text(&gauges).expect("a text");
        for line in [
            "runtray_executions_total{language=\"python\",status=\"timeout\"} 1",
            "runtray_warm_executions_total{language=\"python\"} 1",
            "runtray_waiting_interpreters{language=\"python\"} 1",
            "runtray_execution_duration_seconds_sum{language=\"python\"} 1.5",
            "runtray_refused_requests_total{rule=\"forwarded_host\"} 1",
            "runtray_running_executions 2",
            "runtray_queued_executions 3",
            "runtray_journal_writing 1",
            "runtray_uptime_seconds 4.0",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
        }
    }
}
