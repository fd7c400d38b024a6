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

mod table;
#[cfg(test)]
mod tests;

use alloc::{vec, vec::Vec};

use sha2::{Digest, Sha256};

use self::table::Table;
use crate::{
    jose::jws::Unverified,
    jwt::{Policy, numeric_date},
    time::UnixSeconds,
};

/// How many tokens a cache knows at most, whatever number was asked for: in 12 MiB.
const MAX_TOKENS: usize = 131_072;
/// How many tokens a cache knows where no number was asked for: in 384 KiB.
const DEFAULT_TOKENS: usize = 4096;

/// How many tokens one table knows at most. A cache of more has several, and none of them takes long to be made anew.
const TOKENS_OF_A_TABLE: usize = 2048;

/// How many tokens each of so many issuers may have remembered, if together they are to take as much memory as one cache may:
/// a power of two, as places of tables are.
#[must_use]
pub const fn share(issuers: usize) -> usize {
    MAX_TOKENS / issuers.next_power_of_two()
}

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

    /// A number that is as good as another key's: its lower half says the place in a table, its upper one the table.
    fn number(&self) -> usize {
        u32::from_le_bytes(self.0.first_chunk().copied().unwrap_or_default()) as usize
    }
}

/// The tokens of one issuer's policy whose signatures were verified.
#[derive(Debug)]
pub struct TokenCache {
    /// The number of the key set that they were verified with.
    generation: u64,
    /// None until there is a token; later their number is a power of two, and a key says which is its own.
    tables: Vec<Table>,
    capacity: usize,
}

impl TokenCache {
    /// A cache of at most so many tokens, and of at most 131,072.
    #[must_use]
    pub const fn new(tokens: usize) -> Self {
        let capacity = if tokens < MAX_TOKENS { tokens } else { MAX_TOKENS };
        Self { generation: 0, tables: Vec::new(), capacity }
    }

    /// How many tokens it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tables.iter().map(Table::len).sum()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a token's signature was verified with this very set of keys.
    pub fn knows(&mut self, key: &TokenKey, generation: u64, now: UnixSeconds) -> bool {
        self.turn_to(generation);
        self.generation == generation && self.table(key).is_some_and(|table| table.knows(key, now))
    }

    /// Remembers a token whose signature was verified with the set of keys of this number, until
    /// `ends`.
    pub fn learn(&mut self, key: TokenKey, generation: u64, ends: UnixSeconds, now: UnixSeconds) {
        self.turn_to(generation);
        // The keys have changed while it was verified.
        if self.generation != generation || self.capacity == 0 || ends <= now {
            return;
        }
        if self.tables.is_empty() {
            let count = self.capacity.div_ceil(TOKENS_OF_A_TABLE).next_power_of_two();
            self.tables = vec![Table::new(self.capacity / count); count];
        }
        if let Some(table) = self.table(&key) {
            table.learn(key, ends, now);
        }
    }

    fn table(&mut self, key: &TokenKey) -> Option<&mut Table> {
        let at = key.number() >> (u32::BITS / 2);
        let last = self.tables.len().wrapping_sub(1);
        self.tables.get_mut(at & last)
    }

    /// Numbers only grow; what belongs to a lower one is worth nothing any more.
    fn turn_to(&mut self, generation: u64) {
        if self.generation < generation {
            *self = Self { generation, ..Self::new(self.capacity) };
        }
    }
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new(DEFAULT_TOKENS)
    }
}

/// From when on a token is refused whatever its signature: its end, with the policy's tolerance.
/// A token without an end is remembered until it is pushed out.
#[must_use]
pub fn end(token: &Unverified<'_>, policy: &Policy) -> UnixSeconds {
    let expires = token.unverified_claim("exp").and_then(numeric_date);
    expires.map_or(UnixSeconds(i64::MAX), |expires| expires + policy.tolerance.seconds())
}
