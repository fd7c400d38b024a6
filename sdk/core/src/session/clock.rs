//! What time it is, and how much of it has passed.

use core::ops::{Add, Sub};

use crate::time::{Seconds, UnixMillis};

/// A span in milliseconds, or a reading of a clock that counts them from somewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// The readings of both clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The wall clock: it jumps, but everybody on the machine reads the same.
    pub wall: UnixMillis,
    /// A clock that only goes forward, and may stand still while the machine sleeps.
    pub monotonic: Millis,
}

impl From<Seconds> for Millis {
    fn from(span: Seconds) -> Self {
        Self(i64::from(span.0) * 1000)
    }
}

impl Add for Millis {
    type Output = Self;

    fn add(self, span: Self) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub for Millis {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}
