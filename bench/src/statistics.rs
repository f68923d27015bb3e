//! Percentiles and ratios.

use serde::Serialize;

/// The summary of samples, in their unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// The number of samples.
    pub(crate) count: usize,
    /// The smallest.
    pub(crate) min: f64,
    /// The median.
    pub(crate) p50: f64,
    /// 95 % are at most this.
    pub(crate) p95: f64,
    /// 99 % are at most this.
    pub(crate) p99: f64,
    /// The largest.
    pub(crate) max: f64,
    /// The arithmetic mean.
    pub(crate) mean: f64,
}

impl Summary {
    /// The summary of `samples`; everything is 0 when there are none.
    pub(crate) fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| percentile(&sorted, share);
        let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        Self { count: sorted.len(), min: at(0.0), p50: at(0.50), p95: at(0.95), p99: at(0.99), max: at(1.0), mean }
    }
}

/// The median of `samples`.
pub(crate) fn median(samples: &[f64]) -> f64 {
    Summary::of(samples).p50
}

/// The smallest sample such that at least `share` of all are at most as large (nearest rank).
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The ratio of one subject to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Ratio {
    /// The dividend and the divisor.
    pub(crate) name: String,
    /// The median of the rounds' ratios.
    pub(crate) value: f64,
    /// The lowest of the rounds' ratios.
    pub(crate) low: f64,
    /// The highest of the rounds' ratios.
    pub(crate) high: f64,
}

impl Ratio {
    /// `above` ÷ `below`, round by round. Both have one figure for each round, so that a disturbance of a round affects both.
    pub(crate) fn of_rounds(name: impl Into<String>, above: &[f64], below: &[f64]) -> Self {
        let ratios: Vec<f64> = above.iter().zip(below).map(|(above, below)| above / below).collect();
        let Summary { p50, min, max, .. } = Summary::of(&ratios);
        Self { name: name.into(), value: p50, low: min, high: max }
    }

    /// The same ratio under another name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ratio, Summary, median};

    #[test]
    fn nothing_measured_is_all_zero() {
        let Summary { count, p50, p99, mean, .. } = Summary::of(&[]);
        assert_eq!((count, p50, p99, mean), (0, 0.0, 0.0, 0.0));
    }

    #[test]
    fn percentiles_are_samples_whatever_their_order() {
        let samples: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        let Summary { min, p50, p95, p99, max, mean, .. } = Summary::of(&samples);
        assert_eq!((min, p50, p95, p99, max, mean), (1.0, 100.0, 190.0, 198.0, 200.0, 100.5));
    }

    #[test]
    fn one_sample_is_every_percentile() {
        let Summary { min, p50, p99, max, .. } = Summary::of(&[7.0]);
        assert_eq!((min, p50, p99, max), (7.0, 7.0, 7.0, 7.0));
    }

    #[test]
    fn the_median_of_an_even_number_is_the_lower_middle() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.0);
    }

    #[test]
    fn a_ratio_compares_within_each_round() {
        // The machine was twice as slow in the last round, for both.
        let ratio = Ratio::of_rounds("a ÷ b", &[11.0, 12.0, 26.0], &[10.0, 10.0, 20.0]);
        assert_eq!((ratio.value, ratio.low, ratio.high), (1.2, 1.1, 1.3));
    }
}
