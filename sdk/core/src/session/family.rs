//! A family of refresh tokens at the server that issues them: which of them is good, and what it means
//! when one that was used comes back.
//!
//! The tokens of a family are numbered. One is active: the newest, which nobody has used. Whoever brings
//! it gets the next one. One that was used can come back for three reasons, which look different:
//!
//! - its answer was lost: then the one that it was exchanged for is still the active one, and is given again,
//!   however late;
//! - several tabs raced: then it was first used a moment ago, and the active one is given;
//! - somebody has stolen it, or the one after it: then the family ends, since who is who cannot be told.
//!
//! Source: [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700#section-4.14),
//! [RFC 6749 §10.4](https://www.rfc-editor.org/rfc/rfc6749#section-10.4).

use alloc::vec::Vec;

use crate::time::{Seconds, UnixMillis};

/// For how long after its first use a token may come back from another tab, in milliseconds.
pub const RACE_MILLIS: i64 = 10_000;

/// How many uses are remembered; who refreshes more often than that within ten seconds is no racing tab.
const MAX_USES: usize = 16;

/// A family, as it is kept between two requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The number of the active token.
    pub active: u32,
    /// When the tokens before it were first used, the newest last: of the last ten seconds, and of the one
    /// right before.
    pub uses: Vec<UnixMillis>,
    /// When the active token is no longer good, if nobody uses it.
    pub idle_until: UnixMillis,
    /// When the family ends, however often it is used.
    pub until: UnixMillis,
    /// Whether it was ended.
    pub ended: bool,
}

/// What becomes of a token that is presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The family goes on like this: its active token is the answer.
    Rotated(Family),
    /// The active token is the answer once more; nothing changes.
    Again,
    /// A token was used by two: the family ends.
    Reused,
    /// There is nothing to be had from this family any more, or the token was never one of it.
    Over,
}

impl Family {
    /// A new family, with one token.
    #[must_use]
    pub const fn new(idle: Seconds, total: Seconds, now: UnixMillis) -> Self {
        let until = after(now, total);
        Self {
            active: 0,
            uses: Vec::new(),
            idle_until: earlier(after(now, idle), until),
            until,
            ended: false,
        }
    }

    /// What becomes of the token of a number. That it is genuine was checked before: numbers are
    /// nothing that could not be guessed.
    #[must_use]
    pub fn present(&self, number: u32, idle: Seconds, now: UnixMillis) -> Turn {
        if self.ended || now >= self.until || number > self.active {
            return Turn::Over;
        }
        // A token that nobody brought in time is over, and so are those that would lead to it.
        if now >= self.idle_until {
            return Turn::Over;
        }
        let Some(active) = self.active.checked_add(1) else { return Turn::Over };
        let back = usize::try_from(self.active - number).unwrap_or(usize::MAX);
        match back {
            0 => Turn::Rotated(Self {
                active,
                uses: self.uses_at(now),
                idle_until: earlier(after(now, idle), self.until),
                ..self.clone()
            }),
            1 => Turn::Again,
            _ if self.first_use(back).is_some_and(|first| now.0.saturating_sub(first.0) <= RACE_MILLIS) => {
                Turn::Again
            }
            _ => Turn::Reused,
        }
    }

    fn first_use(&self, back: usize) -> Option<UnixMillis> {
        self.uses.len().checked_sub(back).and_then(|at| self.uses.get(at)).copied()
    }

    /// The uses to remember after another one.
    fn uses_at(&self, now: UnixMillis) -> Vec<UnixMillis> {
        let recent = |first: &&UnixMillis| now.0.saturating_sub(first.0) <= RACE_MILLIS;
        let kept = self.uses.iter().rev().take(MAX_USES - 1).take_while(recent).count();
        let kept = self.uses.get(self.uses.len().saturating_sub(kept)..).unwrap_or_default();
        kept.iter().copied().chain([now]).collect()
    }
}

const fn after(now: UnixMillis, span: Seconds) -> UnixMillis {
    UnixMillis(now.0.saturating_add(span.0 as i64 * 1000))
}

const fn earlier(one: UnixMillis, other: UnixMillis) -> UnixMillis {
    if one.0 < other.0 { one } else { other }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: u32 = 86_400;
    const IDLE: Seconds = Seconds(30 * DAY);

    fn family() -> Family {
        Family::new(IDLE, Seconds(30 * DAY), UnixMillis(0))
    }

    fn rotated(family: &Family, number: u32, now: i64) -> Family {
        match family.present(number, IDLE, UnixMillis(now)) {
            Turn::Rotated(next) => next,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_active_token_is_exchanged_for_the_next() {
        let mut own = family();
        for number in 0..50 {
            own = rotated(&own, number, i64::from(number) * 60_000);
            assert_eq!(own.active, number + 1);
        }
        assert_eq!(own.present(30, IDLE, UnixMillis(60 * 60_000)), Turn::Reused);
    }

    #[test]
    fn a_lost_answer_is_given_again_however_late() {
        let own = rotated(&family(), 0, 1000);
        for now in [1000, 11_000, 11_001, 3_600_000, 29 * i64::from(DAY) * 1000] {
            assert_eq!(own.present(0, IDLE, UnixMillis(now)), Turn::Again, "{now}");
        }
    }

    #[test]
    fn tabs_race_for_ten_seconds_and_after_that_it_is_theft() {
        let own = rotated(&rotated(&rotated(&family(), 0, 1000), 1, 2000), 2, 3000);
        assert_eq!(own.present(0, IDLE, UnixMillis(11_000)), Turn::Again);
        assert_eq!(own.present(1, IDLE, UnixMillis(12_000)), Turn::Again);
        assert_eq!(own.present(0, IDLE, UnixMillis(11_001)), Turn::Reused);
        assert_eq!(own.present(1, IDLE, UnixMillis(12_001)), Turn::Reused);
        assert_eq!(own.present(2, IDLE, UnixMillis(12_001)), Turn::Again);
    }

    #[test]
    fn the_whole_is_never_prolonged_and_idle_tokens_end() {
        let day = i64::from(DAY) * 1000;
        let own = rotated(&family(), 0, 29 * day);
        assert!(matches!(own.present(1, IDLE, UnixMillis(30 * day - 1)), Turn::Rotated(_)));
        assert_eq!(own.present(1, IDLE, UnixMillis(30 * day)), Turn::Over);
        let short = Family::new(Seconds(10), Seconds(DAY), UnixMillis(0));
        let next = match short.present(0, Seconds(10), UnixMillis(9_999)) {
            Turn::Rotated(next) => next,
            other => panic!("{other:?}"),
        };
        assert!(matches!(next.present(1, Seconds(10), UnixMillis(19_998)), Turn::Rotated(_)));
        assert_eq!(next.present(1, Seconds(10), UnixMillis(19_999)), Turn::Over);
        assert_eq!(next.present(0, Seconds(10), UnixMillis(19_999)), Turn::Over);
    }

    #[test]
    fn what_has_ended_or_was_never_issued_gives_nothing() {
        let own = family();
        assert_eq!(own.present(1, IDLE, UnixMillis(0)), Turn::Over);
        assert_eq!(Family { ended: true, ..own }.present(0, IDLE, UnixMillis(0)), Turn::Over);
        let last = Family { active: u32::MAX, ..family() };
        assert_eq!(last.present(u32::MAX, IDLE, UnixMillis(0)), Turn::Over);
    }

    proptest! {
        /// Whatever is presented when: only the active token moves the family on, by one, and nothing
        /// older than ten seconds is given again but the parent of the active one.
        #[test]
        fn holds_under_any_order(steps in proptest::collection::vec((0_u32..40, 0_i64..8000), 1..60)) {
            let mut own = family();
            let mut first = std::collections::BTreeMap::new();
            let mut now = 0;
            for (number, pause) in steps {
                now += pause;
                match own.present(number, IDLE, UnixMillis(now)) {
                    Turn::Rotated(next) => {
                        prop_assert_eq!((number, next.active), (own.active, own.active + 1));
                        first.insert(number, now);
                        own = next;
                    }
                    Turn::Again => {
                        prop_assert!(number + 1 == own.active || now - first[&number] <= RACE_MILLIS);
                    }
                    Turn::Reused => prop_assert!(number + 1 < own.active),
                    Turn::Over => prop_assert!(number > own.active),
                }
                prop_assert!(own.uses.len() <= MAX_USES);
            }
        }
    }
}
