//! What answers tell about time: when the server answered, how long the server wants to be left alone, and how far its clock is
//! from the one here.

use crate::{
    http::Response,
    text,
    time::{Seconds, UnixMillis, UnixSeconds},
};

/// Longer waits are taken for this one: nobody sits through a longer one.
const MAX_WAIT: Seconds = Seconds(3600);

/// When the server answered, by its own clock. A browser shows it only to its own origin and to
/// those that `Access-Control-Expose-Headers` lets see it.
///
/// Source: [RFC 9110 §6.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1)
#[must_use]
pub fn date(response: &Response) -> Option<UnixSeconds> {
    UnixSeconds::parse_http(response.header("date")?.trim())
}

/// How long the server wants to be left alone, an hour at most. Where it named a date, whoever brought
/// the answer has made a span of it: from the answer's own `Date`, never from a clock here, which may
/// be wrong.
///
/// Source: [RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)
#[must_use]
pub fn retry_after(response: &Response) -> Option<Seconds> {
    let text = response.header("retry-after")?.trim_ascii();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| Seconds(text::number(text).unwrap_or(u32::MAX)).min(MAX_WAIT))
}

/// How many milliseconds the server's clock is ahead of the one here; negative if it is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skew(pub i64);

impl Skew {
    /// What is certain about the skew: the server wrote down a second, its `Date` or the `iat` of
    /// a token, after the request was sent and before the answer was there. Zero, if both clocks
    /// may be right.
    #[must_use]
    pub const fn measured(server: UnixSeconds, sent: UnixMillis, received: UnixMillis) -> Self {
        let (earliest, latest) = (server.to_millis().0, server.to_millis().0.saturating_add(999));
        Self(if earliest > received.0 {
            earliest.saturating_sub(received.0)
        } else if latest < sent.0 {
            latest.saturating_sub(sent.0)
        } else {
            0
        })
    }

    /// The server's time, from the clock here.
    #[must_use]
    pub const fn server_time(self, now: UnixMillis) -> UnixMillis {
        UnixMillis(now.0.saturating_add(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn wait(headers: &[(&str, &str)]) -> Option<u32> {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        retry_after(&Response { status: 503, headers, body: Vec::new() }).map(|span| span.0)
    }

    #[test]
    fn a_wait_is_a_span_within_bounds() {
        assert_eq!(wait(&[("retry-after", "120")]), Some(120));
        assert_eq!(wait(&[("retry-after", " 0 ")]), Some(0));
        assert_eq!(wait(&[("retry-after", "99999999999999999999")]), Some(3600));
    }

    #[test]
    fn what_cannot_be_read_is_no_wait() {
        for odd in ["", "soon", "-1", "1.5", "+1", "Sat, 01 Jan 2000 00:01:59 GMT"] {
            assert_eq!(wait(&[("retry-after", odd)]), None, "{odd}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn a_skew_is_only_what_is_certain() {
        let measured = |server, sent, received| {
            Skew::measured(UnixSeconds(server), UnixMillis(sent), UnixMillis(received)).0
        };
        // The server's second 100 is any instant from 100_000 to 100_999.
        assert_eq!(measured(100, 100_100, 100_400), 0);
        assert_eq!(measured(100, 99_000, 100_000), 0);
        assert_eq!(measured(100, 100_999, 101_500), 0);
        assert_eq!(measured(100, 98_000, 99_000), 1000);
        assert_eq!(measured(100, 102_000, 103_000), -1001);
        assert_eq!(measured(i64::MAX, 0, i64::MIN), i64::MAX);
        assert_eq!(Skew(-1001).server_time(UnixMillis(102_000)), UnixMillis(100_999));
        assert_eq!(Skew(i64::MIN).server_time(UnixMillis(-1)), UnixMillis(i64::MIN));
    }
}
