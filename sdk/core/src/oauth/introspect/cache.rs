//! Answers kept for a short time, by the hash of their token.
//!
//! Refusals have room of their own, so that invented tokens never drive good ones out.

use alloc::{collections::BTreeMap, vec::Vec};

use sha2::{Digest, Sha256};

use super::Answer;
use crate::time::{Seconds, UnixSeconds};

/// How many active tokens are kept.
pub const MAX_KEPT: usize = 4096;
/// How long their answers may be together, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How many refusals are kept.
pub const MAX_REFUSALS: usize = 1024;
/// How long an active token is believed to be so, if it does not expire before.
pub const MAX_LIFE: Seconds = Seconds(60);
/// How long a refusal is kept: a token may be asked about before its issuer knows it everywhere.
pub const REFUSAL_LIFE: Seconds = Seconds(5);

type Key = [u8; 32];

/// The kept answers.
#[derive(Default)]
pub struct Cache {
    active: BTreeMap<Key, Kept>,
    bytes: usize,
    refused: BTreeMap<Key, (UnixSeconds, UnixSeconds)>,
}

struct Kept {
    answer: Answer,
    size: usize,
    from: UnixSeconds,
    until: UnixSeconds,
}

impl Cache {
    /// The answer about a token, if it is kept.
    #[must_use]
    pub fn get(&self, token: &str, now: UnixSeconds) -> Option<Answer> {
        let key = key(token);
        // A clock that was set back must not stretch a life.
        let lives = |from, until| (from..until).contains(&now);
        if let Some((from, until)) = self.refused.get(&key).copied() {
            return lives(from, until).then_some(Answer::Inactive);
        }
        self.active.get(&key).filter(|kept| lives(kept.from, kept.until)).map(|kept| kept.answer.clone())
    }

    /// Keeps an answer: an active token for at most 60 seconds and never past its `exp`.
    pub fn put(&mut self, token: &str, answer: &Answer, now: UnixSeconds) {
        let key = key(token);
        self.remove(&key);
        match answer {
            Answer::Inactive => {
                if self.refused.len() >= MAX_REFUSALS {
                    make_room(&mut self.refused, |(_, until)| *until, now, MAX_REFUSALS);
                }
                self.refused.insert(key, (now, now + REFUSAL_LIFE));
            }
            Answer::Active(payload) => {
                let until = answer.expires().map_or(now + MAX_LIFE, |exp| exp.min(now + MAX_LIFE));
                // The text, and about as much again for its members.
                let size = 2 * payload.text().len();
                if until > now && size <= MAX_BYTES / 16 {
                    self.keep(key, Kept { answer: answer.clone(), size, from: now, until }, now);
                }
            }
        }
    }

    /// How many answers are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.active.len() + self.refused.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn keep(&mut self, key: Key, kept: Kept, now: UnixSeconds) {
        if self.active.len() >= MAX_KEPT || self.bytes + kept.size > MAX_BYTES {
            make_room(&mut self.active, |kept| kept.until, now, MAX_KEPT);
            self.bytes = self.active.values().map(|kept| kept.size).sum();
        }
        if self.bytes + kept.size > MAX_BYTES {
            self.active.clear();
            self.bytes = 0;
        }
        self.bytes += kept.size;
        self.active.insert(key, kept);
    }

    fn remove(&mut self, key: &Key) {
        self.refused.remove(key);
        if let Some(kept) = self.active.remove(key) {
            self.bytes = self.bytes.saturating_sub(kept.size);
        }
    }
}

/// Drops what has expired; if that is not much, also the half that expires first, so that a full
/// cache is not searched at every token.
fn make_room<T>(
    entries: &mut BTreeMap<Key, T>,
    until: impl Fn(&T) -> UnixSeconds,
    now: UnixSeconds,
    limit: usize,
) {
    entries.retain(|_, entry| until(entry) > now);
    if entries.len() > limit / 2 {
        let mut times: Vec<UnixSeconds> = entries.values().map(&until).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().unwrap_or(now);
        entries.retain(|_, entry| until(entry) > middle);
    }
}

/// The hash of the whole token, so that the cache holds no token.
fn key(token: &str) -> Key {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::*;
    use crate::jose::jws::Payload;
    use proptest::prelude::*;

    const NOW: UnixSeconds = UnixSeconds(1_000_000);

    fn active(more: &str) -> Answer {
        Answer::Active(Payload::parse(format!(r#"{{"active":true{more}}}"#).into()).unwrap())
    }

    fn is_kept(cache: &Cache, token: &str, at: i64) -> Option<bool> {
        cache.get(token, UnixSeconds(NOW.0 + at)).map(|answer| matches!(answer, Answer::Active(_)))
    }

    #[test]
    fn an_active_token_is_kept_for_a_minute_and_not_past_its_end() {
        let mut cache = Cache::default();
        cache.put("a", &active(""), NOW);
        cache.put("b", &active(r#","exp":1000010"#), NOW);
        cache.put("c", &active(r#","exp":1000000"#), NOW);
        assert_eq!([is_kept(&cache, "a", 59), is_kept(&cache, "a", 60)], [Some(true), None]);
        assert_eq!([is_kept(&cache, "b", 9), is_kept(&cache, "b", 10)], [Some(true), None]);
        assert_eq!([is_kept(&cache, "c", 0), is_kept(&cache, "d", 0)], [None, None]);
        assert_eq!(is_kept(&cache, "a", -1), None);
    }

    #[test]
    fn a_refusal_is_kept_for_five_seconds_and_replaced() {
        let mut cache = Cache::default();
        cache.put("a", &Answer::Inactive, NOW);
        assert_eq!([is_kept(&cache, "a", 4), is_kept(&cache, "a", 5)], [Some(false), None]);
        cache.put("a", &active(""), NOW);
        assert_eq!(is_kept(&cache, "a", 0), Some(true));
        cache.put("a", &Answer::Inactive, NOW);
        assert_eq!((is_kept(&cache, "a", 0), cache.len(), cache.bytes), (Some(false), 1, 0));
    }

    #[test]
    fn invented_tokens_never_drive_a_good_one_out() {
        let mut cache = Cache::default();
        cache.put("good", &active(""), NOW);
        for number in 0..3 * MAX_REFUSALS {
            cache.put(&format!("invented {number}"), &Answer::Inactive, NOW);
        }
        assert_eq!(is_kept(&cache, "good", 0), Some(true));
        assert!(cache.len() <= MAX_REFUSALS + 1);
    }

    #[test]
    fn it_never_grows_beyond_its_bounds() {
        let mut cache = Cache::default();
        let large = active(&format!(r#","x":"{}""#, "x".repeat(60_000)));
        for number in 0..400_i64 {
            cache.put(&format!("large {number}"), &large, UnixSeconds(NOW.0 + number % 3));
            assert!(cache.bytes <= MAX_BYTES);
        }
        for number in 0..2 * MAX_KEPT {
            cache.put(&format!("small {number}"), &active(""), NOW);
        }
        assert!(cache.active.len() <= MAX_KEPT && cache.bytes <= MAX_BYTES);
        assert_eq!(cache.bytes, cache.active.values().map(|kept| kept.size).sum::<usize>());
    }

    proptest! {
        /// Whatever the clock does: what is given out is what was put in last, no longer ago than
        /// it may live, and never past its end.
        #[test]
        fn an_answer_never_outlives_its_token(
            steps in prop::collection::vec((0_u8..4, any::<bool>(), prop::option::of(0_i64..150), 0_i64..150), 1..60)
        ) {
            let mut cache = Cache::default();
            let mut last: BTreeMap<String, (bool, Option<i64>, i64)> = BTreeMap::new();
            for (token, is_active, exp, now) in steps {
                let token = format!("{token}");
                let answer = match (is_active, exp) {
                    (false, _) => Answer::Inactive,
                    (true, None) => active(""),
                    (true, Some(exp)) => active(&format!(r#","exp":{exp}"#)),
                };
                cache.put(&token, &answer, UnixSeconds(now));
                last.insert(token, (is_active, exp, now));
                for (token, (is_active, exp, put)) in &last {
                    for at in [now, put + 4, put + 5, put + 59, put + 60, exp.unwrap_or(0)] {
                        let Some(found) = cache.get(token, UnixSeconds(at)) else { continue };
                        prop_assert_eq!(matches!(found, Answer::Active(_)), *is_active);
                        let life = if *is_active { 60 } else { 5 };
                        prop_assert!(at >= *put && at < put + life);
                        prop_assert!(!*is_active || exp.is_none_or(|exp| at < exp));
                    }
                }
            }
        }
    }
}
