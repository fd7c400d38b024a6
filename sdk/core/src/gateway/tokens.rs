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

/// What one token costs: the table has two places for each, and grows by doubling.
const BYTES_PER_TOKEN: usize = 4 * size_of::<Option<Slot>>();

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
    /// A hash table, since keys are hashes: each slot stands where its key says, or in the first place
    /// behind that was free. Of its places, a power of two, half are free at least.
    table: Vec<Option<Slot>>,
    len: usize,
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
        Self { generation: 0, table: Vec::new(), len: 0, hand: 0, capacity }
    }

    /// How many tokens it knows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it knows none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether a token's signature was verified with this very set of keys.
    pub fn knows(&mut self, key: &TokenKey, generation: u64, now: UnixSeconds) -> bool {
        self.turn_to(generation);
        if self.generation != generation {
            return false;
        }
        let slot = self.place(key).filter(|slot| now < slot.ends);
        slot.map(|slot| slot.used = true).is_some()
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
        if let Some(own) = self.place(&key) {
            *own = slot;
            return;
        }
        if self.len == self.capacity {
            self.make_room(now);
        }
        self.put(slot);
    }

    /// The slot of a key.
    fn place(&mut self, key: &TokenKey) -> Option<&mut Slot> {
        let at = self.find(key);
        self.table.get_mut(at)?.as_mut()
    }

    /// Where a key stands, or would stand.
    fn find(&self, key: &TokenKey) -> usize {
        let mut at = self.home(key);
        while self.slot(at).is_some_and(|slot| slot.key != *key) {
            at = self.behind(at);
        }
        at
    }

    fn slot(&self, at: usize) -> Option<&Slot> {
        self.table.get(at)?.as_ref()
    }

    /// Where a key stands if that place is free.
    fn home(&self, key: &TokenKey) -> usize {
        let first = key.0.first_chunk().copied().unwrap_or_default();
        self.wrapped(u32::from_le_bytes(first) as usize)
    }

    /// The place behind another one; the first is behind the last.
    const fn behind(&self, at: usize) -> usize {
        self.wrapped(at.wrapping_add(1))
    }

    /// A number of places, whole rounds aside.
    const fn wrapped(&self, places: usize) -> usize {
        places & self.table.len().wrapping_sub(1)
    }

    /// Puts a token where its key says, which is not there yet.
    fn put(&mut self, slot: Slot) {
        if self.table.len() < 2 * (self.len + 1) {
            let places = (2 * self.table.len()).max(16);
            let old = core::mem::replace(&mut self.table, alloc::vec![None; places]);
            self.len = 0;
            old.into_iter().flatten().for_each(|slot| self.put(slot));
        }
        let at = self.find(&slot.key);
        if let Some(place) = self.table.get_mut(at) {
            *place = Some(slot);
            self.len += 1;
        }
    }

    /// Takes away the token at a place. What stands behind it, up to the next free place, moves up, if
    /// its key does not say that it has to stand behind.
    fn remove(&mut self, at: usize) {
        let (mut free, mut next) = (at, self.behind(at));
        while let Some(slot) = self.slot(next).copied() {
            let distance = |from: usize| self.wrapped(next.wrapping_sub(from));
            if distance(self.home(&slot.key)) >= distance(free) {
                self.table.swap(free, next);
                free = next;
            }
            next = self.behind(next);
        }
        if let Some(place) = self.table.get_mut(free) {
            *place = None;
            self.len -= 1;
        }
    }

    /// Numbers only grow; what belongs to a lower one is worth nothing any more.
    fn turn_to(&mut self, generation: u64) {
        if self.generation < generation {
            *self = Self { generation, ..Self::new(self.capacity) };
        }
    }

    /// Takes away the first token that has ended or was not used since the hand last came by. After one
    /// round every mark is gone, so that the second finds one.
    fn make_room(&mut self, now: UnixSeconds) {
        for _ in 0..=2 * self.table.len() {
            let at = self.hand;
            self.hand = self.behind(at);
            match self.table.get_mut(at) {
                Some(Some(slot)) if slot.used && now < slot.ends => slot.used = false,
                Some(Some(_)) => return self.remove(at),
                _ => {}
            }
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
