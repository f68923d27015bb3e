//! The report: sections of figures, ratios and targets.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::machine::Machine;
use crate::statistics::{Ratio, Summary};

/// All results of one run of the benchmark.
#[derive(Serialize)]
pub(crate) struct Report {
    /// The machine and the time.
    pub(crate) machine: Machine,
    /// Whether it was a short run, whose figures are not reliable.
    pub(crate) quick: bool,
    /// One for each experiment.
    pub(crate) sections: Vec<Section>,
}

/// The results of one experiment.
#[derive(Default, Serialize)]
pub(crate) struct Section {
    /// The experiment's title.
    pub(crate) title: String,
    /// The measurements.
    pub(crate) figures: Vec<Figure>,
    /// The ratios between subjects.
    pub(crate) ratios: Vec<Ratio>,
    /// The differences between percentiles of two subjects.
    pub(crate) differences: Vec<Difference>,
    /// The targets.
    pub(crate) targets: Vec<Target>,
    /// Notes for the reader, such as a subject that could not be measured.
    pub(crate) notes: Vec<String>,
}

/// The samples of one measurement.
#[derive(Clone)]
pub(crate) struct Figure {
    /// The subject.
    pub(crate) subject: String,
    /// The measured quantity.
    pub(crate) what: String,
    /// The unit of the samples.
    pub(crate) unit: &'static str,
    /// The samples.
    pub(crate) samples: Vec<f64>,
    /// The ratio to the bare interpreter of the language, if that ran in the same rounds.
    pub(crate) to_bare: Option<Ratio>,
}

/// The difference between two figures that were measured in turns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Difference {
    /// The names of the two.
    pub(crate) name: String,
    /// The unit.
    pub(crate) unit: &'static str,
    /// The difference of the medians.
    pub(crate) p50: f64,
    /// The difference of the 99th percentiles.
    pub(crate) p99: f64,
}

/// A target, and whether it was met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Target {
    /// The target value.
    pub(crate) target: String,
    /// The measured value.
    pub(crate) measured: String,
    /// Whether the target is met.
    pub(crate) met: bool,
}

impl Figure {
    /// A figure of these samples.
    pub(crate) fn new(
        subject: impl Into<String>,
        what: impl Into<String>,
        unit: &'static str,
        samples: Vec<f64>,
    ) -> Self {
        Self { subject: subject.into(), what: what.into(), unit, samples, to_bare: None }
    }

    /// Its summary.
    pub(crate) fn summary(&self) -> Summary {
        Summary::of(&self.samples)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut figure = serializer.serialize_struct("Figure", 5)?;
        figure.serialize_field("subject", &self.subject)?;
        figure.serialize_field("what", &self.what)?;
        figure.serialize_field("unit", self.unit)?;
        figure.serialize_field("summary", &self.summary())?;
        figure.serialize_field("to_bare", &self.to_bare)?;
        figure.end()
    }
}

impl Difference {
    /// `above` − `below`, which must have the same unit.
    pub(crate) fn of(name: impl Into<String>, above: &Figure, below: &Figure) -> Self {
        let (high, low) = (above.summary(), below.summary());
        Self { name: name.into(), unit: above.unit, p50: high.p50 - low.p50, p99: high.p99 - low.p99 }
    }

    /// Targets that the difference is at most `p50` and `p99`.
    pub(crate) fn targets(&self, p50: f64, p99: f64) -> [Target; 2] {
        let Self { name, unit, .. } = self;
        [
            Target::at_most(&format!("{name}, at p50"), self.p50, p50, unit),
            Target::at_most(&format!("{name}, at p99"), self.p99, p99, unit),
        ]
    }
}

impl Target {
    /// A target: `what` is at most `limit`.
    pub(crate) fn at_most(what: &str, value: f64, limit: f64, unit: &str) -> Self {
        Self::compared(what, "at most", value, limit, unit, value <= limit)
    }

    /// A target: `what` is below `limit`.
    pub(crate) fn below(what: &str, value: f64, limit: f64, unit: &str) -> Self {
        Self::compared(what, "below", value, limit, unit, value < limit)
    }

    /// A target: `what` is at least `limit`.
    pub(crate) fn at_least(what: &str, value: f64, limit: f64, unit: &str) -> Self {
        Self::compared(what, "at least", value, limit, unit, value >= limit)
    }

    fn compared(what: &str, how: &str, value: f64, limit: f64, unit: &str, met: bool) -> Self {
        let (target, measured) = (format!("{what}: {how} {limit} {unit}"), format!("{value:.2} {unit}"));
        Self { target: target.trim_end().to_owned(), measured: measured.trim_end().to_owned(), met }
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Figure, Target};

    #[test]
    fn a_target_is_missed_or_met_at_its_limit() {
        assert!(Target::at_most("latency", 1.15, 1.15, "×").met);
        assert!(!Target::at_most("latency", 1.1501, 1.15, "×").met);
        assert!(!Target::below("memory", 15.0, 15.0, "MiB").met);
        assert!(Target::at_least("throughput", 0.85, 0.85, "×").met);
        assert!(!Target::at_least("throughput", 0.8499, 0.85, "×").met);
    }

    #[test]
    fn json_holds_a_figure_as_its_summary() {
        let json = serde_json::to_value(Figure::new("flask", "latency", "ms", vec![1.0, 3.0])).expect("it serializes");
        assert_eq!(json["summary"]["p99"], 3.0);
        assert_eq!(json["unit"], "ms");
    }
    #[test]
    fn a_difference_is_between_equal_percentiles() {
        let below = Figure::new("direct", "first byte", "ms", vec![1.0, 2.0, 3.0]);
        let above = Figure::new("stream", "first byte", "ms", vec![5.5, 2.5, 3.5]);
        let difference = Difference::of("stream − direct", &above, &below);
        assert_eq!((difference.p50, difference.p99), (1.5, 2.5));
        assert_eq!(difference.targets(1.5, 2.0).map(|target| target.met), [true, false]);
    }
}
