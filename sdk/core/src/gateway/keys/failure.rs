//! An issuer that failed, and when it is asked again.

use crate::{
    error::Error,
    time::{Seconds, UnixSeconds},
};

const WAIT_MAX: u32 = 30;
/// An issuer that asks for more is asked all the same: the keys may change meanwhile.
const RETRY_AFTER_MAX: u32 = 120;

/// The last failure of a row.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: Error,
    at: UnixSeconds,
    times: u32,
    wait: Seconds,
}

impl Failure {
    /// The failure that follows `before`: 1, 2, 4 … 30 seconds until the issuer is asked again, or
    /// the time that it asked for, if that is longer, up to two minutes.
    pub fn after(before: Option<Self>, error: Error, retry_after: Option<Seconds>, now: UnixSeconds) -> Self {
        let times = before.map_or(0, |failure| failure.times).saturating_add(1);
        let backoff = 1_u32.checked_shl(times - 1).unwrap_or(WAIT_MAX).min(WAIT_MAX);
        let asked = retry_after.map_or(0, |span| span.0.min(RETRY_AFTER_MAX));
        Self { error, at: now, times, wait: Seconds(backoff.max(asked)) }
    }

    /// Whether the issuer is left alone. A clock that jumped back must not make that any longer, and
    /// since seconds are whole, the last one counts.
    pub fn is_cooling(&self, now: UnixSeconds) -> bool {
        now >= self.at && now.since(self.at) <= self.wait
    }
}
