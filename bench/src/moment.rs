//! A point in time on a clock that the benchmark and its programs share.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

const NANOSECONDS_PER_MILLISECOND: f64 = 1e6;

/// A point in time: nanoseconds since 1970 on the system's clock, as from Python's `time.time_ns()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(i128);

impl Moment {
    /// The present time.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self(since.as_nanos().cast_signed())
    }

    /// Parses a moment that a program printed.
    ///
    /// # Errors
    /// The text is not a number of nanoseconds.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        text.parse().map(Self).with_context(|| format!("the program printed {text:?} where a time was expected"))
    }

    /// Milliseconds from `earlier` to this moment; negative if `earlier` was later.
    pub(crate) fn since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / NANOSECONDS_PER_MILLISECOND
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_printed_time_is_parsed() {
        let (early, late) = (Moment::parse("1700000000000000000\n"), Moment::parse("1700000000001500000"));
        let (early, late) = (early.expect("a moment"), late.expect("a moment"));
        assert_eq!((late.since(early), early.since(late)), (1.5, -1.5));
        for text in ["", "soon", "1.5"] {
            assert!(Moment::parse(text).is_err(), "{text:?}");
        }
    }
}
