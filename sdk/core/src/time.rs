//! Points in time and spans, with their unit in the type.
//!
//! JWT and OAuth count seconds, JavaScript and the JSON API milliseconds. All arithmetic saturates:
//! a number from outside can be wrong, but it cannot overflow.

mod http_date;

use alloc::{format, string::String};
use core::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Seconds(pub u32);

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnixSeconds(pub i64);

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnixMillis(pub i64);

impl Seconds {
    /// The span in milliseconds.
    #[must_use]
    pub const fn to_millis(self) -> i64 {
        self.0 as i64 * 1000
    }
}

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

    /// Reads what `Date.prototype.toISOString` writes for the years 1970 to 9999:
    /// `2026-11-28T08:00:00.000Z`. `None` for anything else.
    ///
    /// Source: [ECMA-262 §21.4.1.32](https://tc39.es/ecma262/#sec-date-time-string-format)
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.bytes().zip(*b"0000-00-00T00:00:00.000Z");
        let fits =
            |(own, wanted): (u8, u8)| if wanted == b'0' { own.is_ascii_digit() } else { own == wanted };
        if text.len() != 24 || !shape.into_iter().all(fits) {
            return None;
        }
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let known = year >= 1970 && (1..=12).contains(&month) && hour < 24 && minute < 60 && second < 60;
        if !known || !(1..=days_of_month(year, month)).contains(&day) {
            return None;
        }
        let days = days_before_year(year) + (1..month).map(|month| days_of_month(year, month)).sum::<i64>();
        let seconds = ((days + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
        Some(Self(seconds * 1000 + number(20, 23)?))
    }

    /// What `Date.prototype.toISOString` writes; an instant outside of the years 1970 to 9999 as the nearest one
    /// inside.
    #[must_use]
    pub fn to_iso(self) -> String {
        let millis = self.0.clamp(0, LAST_ISO);
        let (days, of_day) = (millis.div_euclid(DAY_MILLIS), millis.rem_euclid(DAY_MILLIS));
        let mut year = 1970 + days / 366;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        let (mut month, mut day) = (1, days - days_before_year(year));
        while day >= days_of_month(year, month) {
            day -= days_of_month(year, month);
            month += 1;
        }
        let (seconds, millis) = (of_day / 1000, of_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let day = day + 1;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

/// 9999-12-31T23:59:59.999Z
const LAST_ISO: i64 = 253_402_300_799_999;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Days from 1970-01-01 to the first of January.
const fn days_before_year(year: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    365 * (year - 1970) + leap_days - 477
}

const fn days_of_month(year: i64, month: i64) -> i64 {
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leaps => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
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

impl Add<Seconds> for UnixMillis {
    type Output = Self;

    fn add(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.to_millis()))
    }
}

impl Sub<Seconds> for UnixMillis {
    type Output = Self;

    fn sub(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span.to_millis()))
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
        assert_eq!(UnixMillis(i64::MAX) + Seconds(1), UnixMillis(i64::MAX));
        assert_eq!(UnixMillis(i64::MIN) - Seconds(1), UnixMillis(i64::MIN));
        assert_eq!(UnixMillis(5) + Seconds(u32::MAX) - Seconds(u32::MAX), UnixMillis(5));
    }

    #[test]
    fn dates_of_javascript_are_read() {
        for (text, millis) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T12:30:45.678Z", 951_827_445_678),
            ("2026-11-28T08:00:00.001Z", 1_795_852_800_001),
            ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(UnixMillis::parse(text), Some(UnixMillis(millis)), "{text}");
            assert_eq!(UnixMillis(millis).to_iso(), text);
        }
        for odd in [
            "",
            "2026-11-28",
            "2026-11-28T08:00:00Z",
            "2026-11-28T08:00:00.000+",
            "2026-11-28t08:00:00.000z",
            "2026-13-01T00:00:00.000Z",
            "2026-00-01T00:00:00.000Z",
            "2026-02-29T00:00:00.000Z",
            "2026-04-31T00:00:00.000Z",
            "2026-01-00T00:00:00.000Z",
            "2026-01-01T24:00:00.000Z",
            "2026-01-01T00:60:00.000Z",
            "2026-01-01T00:00:60.000Z",
            "1969-12-31T23:59:59.999Z",
            "+026-01-01T00:00:00.000Z",
            " 2026-01-01T00:00:00.000Z",
        ] {
            assert_eq!(UnixMillis::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_day_is_written_as_it_is_read() {
        for day in 0..110_000 {
            let instant = UnixMillis(day * DAY_MILLIS + day % 86_400 * 1000 + day % 1000);
            assert_eq!(UnixMillis::parse(&instant.to_iso()), Some(instant));
        }
        assert_eq!(UnixMillis(i64::MIN).to_iso(), "1970-01-01T00:00:00.000Z");
        assert_eq!(UnixMillis(i64::MAX).to_iso(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn milliseconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(UnixMillis(1999).to_seconds(), UnixSeconds(1));
        assert_eq!(UnixMillis(-1).to_seconds(), UnixSeconds(-1));
    }
}
