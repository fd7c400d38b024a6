//! The dates of HTTP headers.

use super::{UnixSeconds, days_before_year, days_of_month};

const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";

impl UnixSeconds {
    /// Reads the three notations of an HTTP date for the years 1970 to 9999. `None` for anything else.
    ///
    /// The name of the day is not compared with the date.
    ///
    /// Source: [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)
    #[must_use]
    pub fn parse_http(text: &str) -> Option<Self> {
        if text.len() > 40 {
            return None;
        }
        let mut words = text.split([' ', ',', '-', ':']).filter(|word| !word.is_empty()).skip(1);
        let mut next = || words.next();
        let (first, second) = (next()?, next()?);
        let (month, day, year, time) = match number(first) {
            Some(day) => (second, day, next()?, [next()?, next()?, next()?]),
            // The notation of `asctime` alone begins with the month and ends with the year.
            None => {
                let time = [next()?, next()?, next()?];
                (first, number(second)?, next()?, time)
            }
        };
        let zone = next();
        if !matches!(zone, None | Some("GMT")) || next().is_some() {
            return None;
        }
        let [hour, minute, second] = time.map(number);
        at(year_of(year)?, month_of(month)?, day, [hour?, minute?, second?])
    }
}

fn at(year: i64, month: i64, day: i64, [hour, minute, second]: [i64; 3]) -> Option<UnixSeconds> {
    // 60 is a leap second.
    let known = year >= 1970 && hour < 24 && minute < 60 && second <= 60;
    if !known || !(1..=days_of_month(year, month)).contains(&day) {
        return None;
    }
    let days = days_before_year(year) + (1..month).map(|month| days_of_month(year, month)).sum::<i64>();
    Some(UnixSeconds(((days + day - 1) * 24 + hour) * 3600 + minute * 60 + second))
}

fn month_of(name: &str) -> Option<i64> {
    let place = MONTHS.find(name).filter(|place| name.len() == 3 && place % 3 == 0)?;
    i64::try_from(place / 3 + 1).ok()
}

/// A year of two digits is one of the hundred from 1970 on.
fn year_of(text: &str) -> Option<i64> {
    let year = number(text)?;
    match text.len() {
        4 => Some(year),
        2 => Some(year + if year < 70 { 2000 } else { 1900 }),
        _ => None,
    }
}

fn number(digits: &str) -> Option<i64> {
    let plain = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::UnixMillis;
    use proptest::prelude::*;

    #[test]
    fn reads_the_examples_of_rfc_9110() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(UnixSeconds::parse_http(text), Some(UnixSeconds(784_111_777)), "{text}");
        }
    }

    #[test]
    fn agrees_with_the_dates_of_javascript() {
        for (text, iso) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
            ("Tue, 29 Feb 2000 12:30:45 GMT", "2000-02-29T12:30:45.000Z"),
            ("Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.000Z"),
        ] {
            let date = UnixMillis::parse(iso).unwrap().to_seconds();
            assert_eq!(UnixSeconds::parse_http(text), Some(date), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_date() {
        for odd in [
            "",
            "120",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 anF 1994 08:49:37 GMT",
            "Sun, 06 JanFeb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Wed, 06 Nov 1963 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(UnixSeconds::parse_http(odd), None, "{odd}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in ".{0,50}") {
            let _ = UnixSeconds::parse_http(&text);
        }

        #[test]
        fn days_follow_each_other(day in 1_i64..29, month in 0_usize..12, year in 1970_i64..9999) {
            let name = &MONTHS[month * 3..month * 3 + 3];
            let read = |day: i64| UnixSeconds::parse_http(&format!("Sun, {day:02} {name} {year} 00:00:00 GMT"));
            if let Some(next) = read(day + 1) {
                prop_assert_eq!(next.0 - read(day).unwrap().0, 86_400);
            }
        }
    }
}
