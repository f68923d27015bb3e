//! A point in time that the benchmark and the programs that it starts name alike.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

const NANOSECONDS_PER_MILLISECOND: f64 = 1e6;

/// A point in time: nanoseconds of the machine's clock since 1970, which is what Python's `time.time_ns()` gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment(i128);

impl Moment {
    /// This moment.
    pub(crate) fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        Self(since.as_nanos().cast_signed())
    }

    /// The moment that a program printed.
    ///
    /// # Errors
    /// It printed something else.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        text.parse().map(Self).with_context(|| format!("the program printed {text:?} where a time was expected"))
    }

    /// Milliseconds from `earlier` to this; below 0 if it was later.
    pub(crate) fn since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0) as f64 / NANOSECONDS_PER_MILLISECOND
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn what_a_program_printed_is_a_moment() {
        let (early, late) = (Moment::parse("1700000000000000000\n"), Moment::parse("1700000000001500000"));
        let (early, late) = (early.expect("a moment"), late.expect("a moment"));
        assert_eq!((late.since(early), early.since(late)), (1.5, -1.5));
        for text in ["", "soon", "1.5"] {
            assert!(Moment::parse(text).is_err(), "{text:?}");
        }
    }
}
