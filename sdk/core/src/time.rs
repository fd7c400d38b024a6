//! Points in time and spans, with their unit in the type.
//!
//! JWT and OAuth count seconds, JavaScript and the JSON API milliseconds. All arithmetic saturates:
//! a number from outside can be wrong, but it cannot overflow.

use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Seconds(pub u32);

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixSeconds(pub i64);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);

impl UnixSeconds {
    /// The span from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(u32::try_from(self.0.saturating_sub(earlier.0).max(0)).unwrap_or(u32::MAX))
    }

    /// The same instant in milliseconds.
    #[must_use]
    pub const fn to_millis(self) -> UnixMillis {
        UnixMillis(self.0.saturating_mul(1000))
    }
}

impl UnixMillis {
    /// The second that the instant lies in.
    #[must_use]
    pub const fn to_seconds(self) -> UnixSeconds {
        UnixSeconds(self.0.div_euclid(1000))
    }
}

impl Add<Seconds> for UnixSeconds {
    type Output = Self;

    fn add(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0.into()))
    }
}

impl Sub<Seconds> for UnixSeconds {
    type Output = Self;

    fn sub(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span.0.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(UnixSeconds(i64::MAX) + Seconds(u32::MAX), UnixSeconds(i64::MAX));
        assert_eq!(UnixSeconds(i64::MIN) - Seconds(1), UnixSeconds(i64::MIN));
        assert_eq!(UnixSeconds(i64::MAX).since(UnixSeconds(i64::MIN)), Seconds(u32::MAX));
        assert_eq!(UnixSeconds(5).since(UnixSeconds(9)), Seconds(0));
        assert_eq!(UnixSeconds(i64::MAX).to_millis(), UnixMillis(i64::MAX));
    }

    #[test]
    fn milliseconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(UnixMillis(1999).to_seconds(), UnixSeconds(1));
        assert_eq!(UnixMillis(-1).to_seconds(), UnixSeconds(-1));
    }
}
