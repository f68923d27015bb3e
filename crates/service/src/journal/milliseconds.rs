//! Durations in the unit of the journal and the wire.

use std::time::Duration;

/// Milliseconds with at most three decimals.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    let microseconds = u32::try_from(duration.as_micros()).map_or_else(|_| duration.as_secs_f64() * 1e6, f64::from);
    microseconds.round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::milliseconds;

    #[test]
    fn milliseconds_have_three_decimals() {
        for (nanoseconds, expected) in
            [(0, "0.0"), (4_100_000, "4.1"), (1_234_567_891, "1234.567"), (86_400_000_000_001, "86400000.0")]
        {
            assert_eq!(serde_json::json!(milliseconds(Duration::from_nanos(nanoseconds))).to_string(), expected);
        }
    }
}
