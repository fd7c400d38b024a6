//! Which proofs were used before.
//!
//! A proof is good for a short time, counted from its own `iat`; for as long it is remembered, and
//! a second use refused. What is forgotten is refused for being forgotten, so that no clock, not
//! even one that is set back, makes a used proof good again. Nothing is evicted before its time:
//! when the memory is full, new proofs are refused until some have expired.

use alloc::{string::String, vec::Vec};

use sha2::{Digest, Sha256};

use crate::{
    error::{Code, Error},
    jwt::Possession,
    time::UnixSeconds,
};

/// How many proofs are remembered in an isolate: at most 4 MB.
pub const MAX_ENTRIES: usize = 65_536;
/// The part of it that the proofs of one key may take, so that who holds one token cannot fill the
/// memory and lock everybody else out.
const SHARE: usize = 4;

/// A proof that was verified and checked, and of which only one thing is left to be known: whether
/// this is its first use.
#[derive(Clone)]
pub struct Use {
    /// SHA-256 over key, address and `jti` of the proof.
    pub digest: [u8; 32],
    /// When the proof is no longer good; a function of the proof alone.
    pub until: UnixSeconds,
    thumbprint: String,
}

/// What a memory of proofs says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It has noted this use, which is the first.
    First,
    /// The proof was used before, or so long ago that this is no longer known.
    Before,
    /// It is full, or cannot be asked.
    Unknown,
}

impl Use {
    pub(super) fn new(thumbprint: String, target: &str, jti: &str, until: UnixSeconds) -> Self {
        // The first two have no zero byte in them, so the three cannot be divided otherwise.
        let hash = Sha256::new().chain_update(&thumbprint).chain_update([0]).chain_update(target);
        let digest = hash.chain_update([0]).chain_update(jti).finalize().into();
        Self { digest, until, thumbprint }
    }

    /// The thumbprint of the key that signed the proof.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// A number that stands for the key, to count its uses by.
    #[must_use]
    pub fn key(&self) -> u64 {
        Sha256::digest(&self.thumbprint).first_chunk().copied().map_or(0, u64::from_be_bytes)
    }

    /// The key as shown to be held, if a memory that notes every use says that this is the first.
    ///
    /// # Errors
    /// `dpop_proof_replayed` at `jti`: it is not. `dpop_replays_unavailable`: the memory cannot
    /// tell, and a doubtful proof is no proof.
    ///
    /// Source: [RFC 9449 §11.1](https://www.rfc-editor.org/rfc/rfc9449#section-11.1)
    pub fn record(self, seen: Seen) -> Result<Possession, Error> {
        match seen {
            Seen::First => Ok(Possession::shown(self.thumbprint)),
            Seen::Before => Err(Error::at(Code::DpopProofReplayed, "jti")),
            Seen::Unknown => Err(Code::DpopReplaysUnavailable.into()),
        }
    }
}

/// A bounded memory of uses.
#[derive(Debug)]
pub struct Replays {
    capacity: usize,
    /// In the order of key and digest, so that the uses of one key stand together.
    noted: Vec<Noted>,
    /// When the first of them ends.
    first_end: UnixSeconds,
    forgotten_until: UnixSeconds,
}

#[derive(Clone, Copy, Debug)]
struct Noted {
    key: u64,
    digest: [u8; 16],
    until: UnixSeconds,
}

/// Later than any time.
const NEVER: UnixSeconds = UnixSeconds(i64::MAX);

impl Replays {
    /// A memory for this many uses.
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        Self { capacity, noted: Vec::new(), first_end: NEVER, forgotten_until: UnixSeconds(i64::MIN) }
    }

    /// Notes a use and says whether it is the first.
    ///
    /// `key` names the key of the proof, and decides only whose share of the memory is used up.
    pub fn note(&mut self, digest: &[u8; 32], until: UnixSeconds, key: u64, now: UnixSeconds) -> Seen {
        let Some(digest) = digest.first_chunk().copied() else { return Seen::Unknown };
        self.forget(now);
        let place = self.noted.binary_search_by_key(&(key, digest), |noted| (noted.key, noted.digest));
        let Err(place) = place else { return Seen::Before };
        if until <= self.forgotten_until {
            return Seen::Before;
        }
        if self.noted.len() >= self.capacity || self.of_key(key) >= self.capacity / SHARE {
            return Seen::Unknown;
        }
        self.noted.insert(place, Noted { key, digest, until });
        self.first_end = self.first_end.min(until);
        Seen::First
    }

    fn of_key(&self, key: u64) -> usize {
        let end = self.noted.partition_point(|noted| noted.key <= key);
        end - self.noted.partition_point(|noted| noted.key < key)
    }

    /// How many uses are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.noted.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.noted.is_empty()
    }

    /// Ends are whole seconds, so that the list is gone through once in a second at most.
    fn forget(&mut self, now: UnixSeconds) {
        if now < self.first_end {
            return;
        }
        let (mut forgotten_until, mut first_end) = (self.forgotten_until, NEVER);
        self.noted.retain(|noted| {
            let stays = now < noted.until;
            if stays {
                first_end = first_end.min(noted.until);
            } else {
                forgotten_until = forgotten_until.max(noted.until);
            }
            stays
        });
        (self.forgotten_until, self.first_end) = (forgotten_until, first_end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digest(number: u8) -> [u8; 32] {
        [number; 32]
    }

    #[test]
    fn the_second_use_is_told_from_the_first() {
        let mut replays = Replays::new(8);
        let (until, now) = (UnixSeconds(60), UnixSeconds(0));
        assert_eq!(replays.note(&digest(1), until, 1, now), Seen::First);
        assert_eq!(replays.note(&digest(1), until, 1, UnixSeconds(59)), Seen::Before);
        assert_eq!(replays.note(&digest(2), until, 1, now), Seen::First);
    }

    #[test]
    fn what_has_expired_makes_room_and_stays_refused() {
        let mut replays = Replays::new(4);
        for number in 0..4 {
            assert_eq!(
                replays.note(&digest(number), UnixSeconds(60), number.into(), UnixSeconds(0)),
                Seen::First
            );
        }
        assert_eq!(replays.note(&digest(9), UnixSeconds(70), 9, UnixSeconds(59)), Seen::Unknown);
        assert_eq!(replays.note(&digest(9), UnixSeconds(70), 9, UnixSeconds(60)), Seen::First);
        assert_eq!(replays.len(), 1);
        assert_eq!(replays.note(&digest(0), UnixSeconds(60), 0, UnixSeconds(0)), Seen::Before);
    }

    #[test]
    fn one_key_fills_its_share_and_no_more() {
        let mut replays = Replays::new(8);
        let mut note = |number, key| replays.note(&digest(number), UnixSeconds(60), key, UnixSeconds(0));
        assert_eq!([note(1, 7), note(2, 7), note(3, 7)], [Seen::First, Seen::First, Seen::Unknown]);
        assert_eq!(note(4, 8), Seen::First);
    }

    #[test]
    fn key_address_and_jti_make_the_digest() {
        let digest = |key: &str, target, jti| Use::new(key.into(), target, jti, UnixSeconds(0)).digest;
        let own = digest("k", "https://a/", "j");
        assert_eq!(own, digest("k", "https://a/", "j"));
        for other in
            [digest("l", "https://a/", "j"), digest("k", "https://a/b", "j"), digest("k", "https://a/", "i")]
        {
            assert_ne!(own, other);
        }
    }

    proptest! {
        /// Whatever the clock does, and however the memory fills, no proof is taken twice; and
        /// the memory never holds more than it may.
        #[test]
        fn no_proof_is_taken_twice(
            uses in prop::collection::vec((0_u8..12, -50_i64..200), 1..120), capacity in 1_usize..12,
        ) {
            let mut replays = Replays::new(capacity);
            let mut taken = std::collections::BTreeSet::new();
            for (proof, now) in uses {
                // A proof's end is a function of the proof.
                let until = UnixSeconds(i64::from(proof) * 7);
                if replays.note(&digest(proof), until, (proof % 3).into(), UnixSeconds(now)) == Seen::First {
                    prop_assert!(taken.insert(proof));
                }
                prop_assert!(replays.len() <= capacity);
                prop_assert!((0..3).all(|key| replays.of_key(key) <= capacity / SHARE));
            }
        }

        #[test]
        fn a_first_use_is_taken_as_long_as_there_is_room(proofs in prop::collection::btree_set(0_u8..200, 1..50)) {
            let mut replays = Replays::new(400);
            for proof in proofs {
                let seen = replays.note(&digest(proof), UnixSeconds(60), proof.into(), UnixSeconds(0));
                prop_assert_eq!(seen, Seen::First);
            }
        }
    }
}
