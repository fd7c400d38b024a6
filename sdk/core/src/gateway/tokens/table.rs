//! A table of tokens, as large as there are tokens that live, and bounded.

use alloc::{vec, vec::Vec};

use super::TokenKey;
use crate::time::UnixSeconds;

/// The places of the smallest table.
const MIN_PLACES: usize = 16;

/// Tokens and when they end: a hash table, since keys are hashes.
#[derive(Clone, Debug)]
pub struct Table {
    /// Each slot stands where its key says, or in the first place behind that was free. Of the places, a
    /// power of two, half are free at least. When they no longer are, they are laid out anew for the
    /// tokens that have not ended.
    places: Vec<Option<Slot>>,
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

/// What a place takes.
#[cfg(test)]
pub const BYTES_OF_A_PLACE: usize = size_of::<Option<Slot>>();

impl Table {
    /// A table of at most so many tokens.
    pub const fn new(capacity: usize) -> Self {
        Self { places: Vec::new(), len: 0, hand: 0, capacity }
    }

    /// How many tokens it knows.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// How many there is room for, as it is.
    #[cfg(test)]
    pub const fn places(&self) -> usize {
        self.places.len()
    }

    /// Whether a token is there that has not ended.
    pub fn knows(&mut self, key: &TokenKey, now: UnixSeconds) -> bool {
        let slot = self.place(key).filter(|slot| now < slot.ends);
        slot.map(|slot| slot.used = true).is_some()
    }

    /// Takes a token up.
    pub fn learn(&mut self, key: TokenKey, ends: UnixSeconds, now: UnixSeconds) {
        let slot = Slot { key, ends, used: false };
        if let Some(own) = self.place(&key) {
            *own = slot;
            return;
        }
        if self.len == self.capacity {
            self.make_room(now);
        }
        if self.places.len() < 2 * (self.len + 1) {
            self.lay_out(now);
        }
        self.put(slot);
    }

    /// The slot of a key.
    fn place(&mut self, key: &TokenKey) -> Option<&mut Slot> {
        let at = self.find(key);
        self.places.get_mut(at)?.as_mut()
    }

    /// Where a key stands, or would stand.
    fn find(&self, key: &TokenKey) -> usize {
        let mut at = self.wrapped(key.number());
        while self.slot(at).is_some_and(|slot| slot.key != *key) {
            at = self.behind(at);
        }
        at
    }

    fn slot(&self, at: usize) -> Option<&Slot> {
        self.places.get(at)?.as_ref()
    }

    /// The place behind another one; the first is behind the last.
    const fn behind(&self, at: usize) -> usize {
        self.wrapped(at.wrapping_add(1))
    }

    /// A number of places, whole rounds aside.
    const fn wrapped(&self, places: usize) -> usize {
        places & self.places.len().wrapping_sub(1)
    }

    /// Puts a token where its key says, which is not there yet.
    fn put(&mut self, slot: Slot) {
        let at = self.find(&slot.key);
        if let Some(place) = self.places.get_mut(at) {
            *place = Some(slot);
            self.len += 1;
        }
    }

    /// Lays the places out anew for the tokens that have not ended, with room for as many again.
    fn lay_out(&mut self, now: UnixSeconds) {
        let lives = |slot: &Slot| now < slot.ends;
        let living = self.places.iter().flatten().filter(|slot| lives(slot)).count();
        let tokens = (2 * living).min(self.capacity);
        let places = (2 * tokens).next_power_of_two().max(MIN_PLACES);
        let old = core::mem::replace(&mut self.places, vec![None; places]);
        self.len = 0;
        old.into_iter().flatten().filter(lives).for_each(|slot| self.put(slot));
    }

    /// Takes away the token at a place. What stands behind it, up to the next free place, moves up, if
    /// its key does not say that it has to stand behind.
    fn remove(&mut self, at: usize) {
        let (mut free, mut next) = (at, self.behind(at));
        while let Some(slot) = self.slot(next).copied() {
            let distance = |from: usize| self.wrapped(next.wrapping_sub(from));
            if distance(slot.key.number()) >= distance(free) {
                self.places.swap(free, next);
                free = next;
            }
            next = self.behind(next);
        }
        if let Some(place) = self.places.get_mut(free) {
            *place = None;
            self.len -= 1;
        }
    }

    /// Takes away the first token that has ended or was not used since the hand last came by. After one
    /// round every mark is gone, so that the second finds one.
    fn make_room(&mut self, now: UnixSeconds) {
        for _ in 0..=2 * self.places.len() {
            let at = self.wrapped(self.hand);
            self.hand = self.behind(at);
            match self.places.get_mut(at) {
                Some(Some(slot)) if slot.used && now < slot.ends => slot.used = false,
                Some(Some(_)) => return self.remove(at),
                _ => {}
            }
        }
    }
}
