//! Which tokens' signatures were verified before, so that they need not be verified again.
//!
//! Nothing but the signature is remembered, because nothing else stays true: a hit is followed by
//! every other check, with the clock of that very request, and claims are read from the token that
//! was sent. So the answer is the same with the cache as without it, at every instant: a token that
//! has ended, is bound to a proof or was revoked is refused though its signature is known. What was
//! verified with one set of keys is forgotten with it.
//!
//! Only verified tokens enter, so that nobody without tokens can push others out; and who has many
//! pushes out those first that were used once (second chance). A cache belongs to one issuer's
//! policy: neither can the holder of one issuer's tokens push out another's.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use sha2::{Digest, Sha256};

use crate::{
    jose::jws::Unverified,
    jwt::{Policy, numeric_date},
    time::UnixSeconds,
};

/// How many tokens a cache knows at most by default.
pub const MAX_TOKENS: usize = 4096;

/// How many bytes a cache may hold, whatever number of tokens was asked for.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What one token costs: its slot and its place in the order, twice, since lists grow by doubling.
const BYTES_PER_TOKEN: usize = 2 * (size_of::<Slot>() + size_of::<usize>());

/// SHA-256 of a whole token: header, claims and signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenKey([u8; 32]);

impl TokenKey {
    /// The key of a token. The signature counts as its bytes, which have one text only.
    #[must_use]
    pub fn of(token: &Unverified<'_>) -> Self {
        let hash = Sha256::new().chain_update(token.signing_input()).chain_update(b".");
        Self(hash.chain_update(token.signature()).finalize().into())
    }
}

/// The tokens of one issuer's policy whose signatures were verified.
#[derive(Debug)]
pub struct TokenCache {
    /// The number of the key set that they were verified with.
    generation: u64,
    slots: Vec<Slot>,
    /// The places of the slots in the order of their keys.
    order: Vec<usize>,
    hand: usize,
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    key: TokenKey,
    ends: UnixSeconds,
    used: bool,
}

impl TokenCache {
    /// A cache of at most so many tokens, and of at most [`MAX_BYTES`].
    #[must_use]
    pub const fn new(tokens: usize) -> Self {
        let fitting = MAX_BYTES / BYTES_PER_TOKEN;
        let capacity = if tokens < fitting { tokens } else { fitting };
        Self { generation: 0, slots: Vec::new(), order: Vec::new(), hand: 0, capacity }
    }

    /// How many tokens it knows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether a token's signature was verified with this very set of keys.
    pub fn knows(&mut self, key: &TokenKey, generation: u64, now: UnixSeconds) -> bool {
        self.turn_to(generation);
        if self.generation != generation {
            return false;
        }
        let slot = self.find(key).ok().and_then(|place| self.slot(place));
        let Some(slot) = slot.filter(|slot| now < slot.ends) else { return false };
        slot.used = true;
        true
    }

    /// Remembers a token whose signature was verified with the set of keys of this number, until
    /// `ends`.
    pub fn learn(&mut self, key: TokenKey, generation: u64, ends: UnixSeconds, now: UnixSeconds) {
        self.turn_to(generation);
        // The keys have changed while it was verified.
        if self.generation != generation || self.capacity == 0 || ends <= now {
            return;
        }
        let slot = Slot { key, ends, used: false };
        match self.find(&key) {
            Ok(place) => drop(self.slot(place).map(|own| *own = slot)),
            Err(place) if self.slots.len() < self.capacity => {
                self.order.insert(place, self.slots.len());
                self.slots.push(slot);
            }
            Err(_) => self.replace(slot, now),
        }
    }

    /// Where a key stands in the order, or would stand.
    fn find(&self, key: &TokenKey) -> Result<usize, usize> {
        self.order.binary_search_by(|at| self.slots.get(*at).map(|slot| &slot.key).cmp(&Some(key)))
    }

    /// Puts a token in the slot at `at`, where the one with the key `old` was.
    fn put(&mut self, at: usize, old: &TokenKey, new: Slot) {
        if let Ok(place) = self.find(old) {
            self.order.remove(place);
        }
        if let Err(place) = self.find(&new.key) {
            self.order.insert(place, at);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = new;
        }
    }

    fn slot(&mut self, place: usize) -> Option<&mut Slot> {
        self.slots.get_mut(*self.order.get(place)?)
    }

    /// Numbers only grow; what belongs to a lower one is worth nothing any more.
    fn turn_to(&mut self, generation: u64) {
        if self.generation < generation {
            *self = Self { generation, ..Self::new(self.capacity) };
        }
    }

    /// Puts a token in the place of the first that has ended or was not used since the hand last
    /// came by. After one round every mark is gone, so that the second finds one.
    fn replace(&mut self, new: Slot, now: UnixSeconds) {
        for _ in 0..=self.slots.len() {
            let at = self.hand;
            self.hand = if at + 1 < self.slots.len() { at + 1 } else { 0 };
            let Some(slot) = self.slots.get_mut(at) else { continue };
            if slot.used && now < slot.ends {
                slot.used = false;
                continue;
            }
            let old = slot.key;
            self.put(at, &old, new);
            return;
        }
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new(MAX_TOKENS)
    }
}

/// From when on a token is refused whatever its signature: its end, with the policy's tolerance.
/// A token without an end is remembered until it is pushed out.
#[must_use]
pub fn end(token: &Unverified<'_>, policy: &Policy) -> UnixSeconds {
    let expires = token.unverified_claim("exp").and_then(numeric_date);
    expires.map_or(UnixSeconds(i64::MAX), |expires| expires + policy.tolerance.seconds())
}
