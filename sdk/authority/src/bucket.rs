//! Token buckets: how often something may happen, evenly refilled.

use edgeward_core::time::{Seconds, UnixMillis};

/// How often: so many at once, and so long until an empty bucket is full again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many may come at once.
    pub requests: u32,
    /// How long an empty bucket takes to fill, in milliseconds.
    pub window_millis: u32,
}

/// A bucket as it was left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// What is in it.
    pub level: f64,
    /// When that was so.
    pub at: UnixMillis,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub fn full(limit: Limit, now: UnixMillis) -> Self {
        Self { level: limit.requests.into(), at: now }
    }

    /// Takes one. A limit or a level that makes no sense lets nothing through.
    ///
    /// # Errors
    /// How long to wait until there is one, at least a second.
    pub fn take(&mut self, limit: Limit, now: UnixMillis) -> Result<(), Seconds> {
        let (most, window) = (f64::from(limit.requests), f64::from(limit.window_millis));
        let passed = now.0.saturating_sub(self.at.0).max(0);
        #[expect(clippy::cast_precision_loss, reason = "a span that fills any bucket")]
        let filled = self.level + passed as f64 * most / window;
        self.at = now;
        // A level that is not a number is none; this comes first, since `min` and `max` drop what is no number.
        self.level = if filled.is_finite() { filled.clamp(0.0, most) } else { 0.0 };
        if self.level >= 1.0 - EPSILON {
            self.level = (self.level - 1.0).max(0.0);
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casting saturates")]
        let wait = ((1.0 - self.level) * window / most / 1000.0).ceil() as u32;
        Err(Seconds(wait.max(1)))
    }
}

/// How far sums of fractions may be off.
const EPSILON: f64 = 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { requests: 3, window_millis: 1000 };

    #[test]
    fn it_gives_so_many_at_once_and_refills_evenly() {
        let mut bucket = Bucket::full(LIMIT, UnixMillis(0));
        for _ in 0..3 {
            assert_eq!(bucket.take(LIMIT, UnixMillis(0)), Ok(()));
        }
        assert_eq!(bucket.take(LIMIT, UnixMillis(0)), Err(Seconds(1)));
        assert_eq!(bucket.take(LIMIT, UnixMillis(333)), Err(Seconds(1)));
        assert_eq!(bucket.take(LIMIT, UnixMillis(334)), Ok(()));
        assert_eq!(bucket.take(LIMIT, UnixMillis(334)), Err(Seconds(1)));
    }

    #[test]
    fn a_hundred_rounds_do_not_drift() {
        let mut bucket = Bucket::full(LIMIT, UnixMillis(0));
        for round in 1..=100 {
            for _ in 0..3 {
                assert_eq!(bucket.take(LIMIT, UnixMillis(round * 1000)), Ok(()), "{round}");
            }
            assert!(bucket.level.abs() < 1e-9);
        }
    }

    #[test]
    fn what_makes_no_sense_lets_nothing_through() {
        for (level, limit) in [
            (f64::NAN, LIMIT),
            (f64::NEG_INFINITY, LIMIT),
            (5.0, Limit { requests: 0, window_millis: 1 }),
            (0.0, Limit { requests: 1, window_millis: 0 }),
        ] {
            assert!(
                Bucket { level, at: UnixMillis(0) }.take(limit, UnixMillis(0)).is_err(),
                "{level} {limit:?}"
            );
        }
    }

    #[test]
    fn a_clock_that_goes_back_fills_nothing() {
        let mut bucket = Bucket { level: 0.0, at: UnixMillis(10_000) };
        assert!(bucket.take(LIMIT, UnixMillis(0)).is_err());
        assert!(bucket.level.abs() < 1e-9);
    }
}
