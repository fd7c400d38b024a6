//! What time it is, and how much of it has passed.

use core::ops::{Add, Sub};

use crate::time::{Seconds, UnixMillis};

/// A span in milliseconds, or a reading of a clock that counts them from somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// The readings of both clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Now {
    /// The wall clock: it jumps, but everybody on the machine reads the same.
    pub wall: UnixMillis,
    /// A clock that only goes forward, and may stand still while the machine sleeps.
    pub monotonic: Millis,
}

/// How far the wall clock may run ahead of the other one before that counts as sleep. It is rounded
/// and adjusted all the time.
const SLEEP: Millis = Millis(2_000);

/// Counts the time that has passed, sleep included.
///
/// A wall clock that jumps forward may mean that the machine slept: what is kept counts as older
/// by that. One that jumps back means nothing.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Clock {
    last: Option<Now>,
    slept: Millis,
}

/// Both clocks, and the time that has passed. Handed on by reference: it is three words of 64 bits.
pub(super) struct Moment {
    pub wall: UnixMillis,
    /// For how long somebody has waited.
    pub monotonic: Millis,
    /// For how old something is.
    pub passed: Millis,
}

impl Clock {
    pub(super) fn read(&mut self, now: Now) -> Moment {
        if let Some(last) = self.last {
            let jump = Millis(now.wall.0) - Millis(last.wall.0) - (now.monotonic - last.monotonic);
            if jump > SLEEP {
                self.slept = self.slept + jump;
            }
        }
        self.last = Some(now);
        Moment { wall: now.wall, monotonic: now.monotonic, passed: now.monotonic + self.slept }
    }
}

impl From<Seconds> for Millis {
    fn from(span: Seconds) -> Self {
        Self(i64::from(span.0) * 1000)
    }
}

impl Add for Millis {
    type Output = Self;

    // To stop at the ends is a dozen instructions, in dozens of places.
    #[inline(never)]
    fn add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub for Millis {
    type Output = Self;

    #[inline(never)]
    fn sub(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(readings: &[(i64, i64)]) -> i64 {
        let mut clock = Clock::default();
        let mut last = 0;
        for &(wall, monotonic) in readings {
            last = clock.read(Now { wall: UnixMillis(wall), monotonic: Millis(monotonic) }).passed.0;
        }
        last
    }

    #[test]
    fn a_forward_jump_of_the_wall_clock_counts_as_time_and_a_backward_one_does_not() {
        assert_eq!(passed(&[(0, 0), (5_000, 5_000)]), 5_000);
        assert_eq!(passed(&[(0, 0), (3_600_000, 1_000)]), 3_600_000);
        assert_eq!(passed(&[(9_000_000, 0), (0, 1_000)]), 1_000);
    }

    #[test]
    fn sleep_is_not_forgotten_when_the_clock_is_set_back() {
        assert_eq!(passed(&[(0, 0), (3_600_000, 1_000), (0, 2_000)]), 3_601_000);
    }

    #[test]
    fn a_wall_clock_that_is_adjusted_a_little_is_no_sleep() {
        assert_eq!(passed(&[(0, 0), (2_900, 1_000), (4_900, 2_000)]), 2_000);
    }
}
