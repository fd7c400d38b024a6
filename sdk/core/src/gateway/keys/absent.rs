//! Key ids that the issuer was asked for and does not have.

use alloc::collections::VecDeque;

use sha2::{Digest, Sha256};

use crate::{
    jose::Algorithm,
    time::{Seconds, UnixSeconds},
};

const MAX: usize = 128;
const KEPT: Seconds = Seconds(300);

/// At most 128 ids for five minutes. Since each stands for a look at the issuer, they come one in
/// 30 seconds at most, and nobody can push others out with inventions.
#[derive(Debug, Default)]
pub(super) struct Absent(VecDeque<Entry>);

#[derive(Debug)]
struct Entry {
    /// Of a fixed size, for an id may be as long as a token.
    name: [u8; 32],
    at: UnixSeconds,
}

impl Absent {
    pub fn note(&mut self, alg: Algorithm, kid: Option<&str>, now: UnixSeconds) {
        let name = name(alg, kid);
        self.0.retain(|entry| entry.name != name && entry.is_valid(now));
        if self.0.len() >= MAX {
            self.0.pop_front();
        }
        self.0.push_back(Entry { name, at: now });
    }

    pub fn contains(&self, alg: Algorithm, kid: Option<&str>, now: UnixSeconds) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let name = name(alg, kid);
        self.0.iter().any(|entry| entry.name == name && entry.is_valid(now))
    }
}

impl Entry {
    fn is_valid(&self, now: UnixSeconds) -> bool {
        now >= self.at && now.since(self.at) < KEPT
    }
}

fn name(alg: Algorithm, kid: Option<&str>) -> [u8; 32] {
    let (kind, kid) = kid.map_or((":", ""), |kid| ("=", kid));
    Sha256::new().chain_update(alg.name()).chain_update(kind).chain_update(kid).finalize().into()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const ALG: Algorithm = Algorithm::Es256;

    #[test]
    fn an_id_is_absent_for_five_minutes_and_for_its_algorithm_alone() {
        let mut absent = Absent::default();
        absent.note(ALG, Some("a"), UnixSeconds(1000));
        assert!(absent.contains(ALG, Some("a"), UnixSeconds(1299)));
        assert!(!absent.contains(ALG, Some("a"), UnixSeconds(1300)));
        assert!(!absent.contains(ALG, Some("a"), UnixSeconds(999)), "the clock jumped back");
        assert!(!absent.contains(Algorithm::Rs256, Some("a"), UnixSeconds(1000)));
        assert!(!absent.contains(ALG, None, UnixSeconds(1000)));
        absent.note(ALG, None, UnixSeconds(1000));
        assert!(absent.contains(ALG, None, UnixSeconds(1000)));
        assert!(!absent.contains(ALG, Some(""), UnixSeconds(1000)));
    }

    #[test]
    fn it_never_holds_more_than_128() {
        let mut absent = Absent::default();
        for number in 0..1000 {
            absent.note(ALG, Some(&format!("{number}")), UnixSeconds(0));
            absent.note(ALG, Some("again"), UnixSeconds(0));
        }
        assert_eq!(absent.0.len(), MAX);
        assert!(absent.contains(ALG, Some("999"), UnixSeconds(0)));
        assert!(!absent.contains(ALG, Some("0"), UnixSeconds(0)));
        absent.note(ALG, Some("late"), UnixSeconds(300));
        assert_eq!(absent.0.len(), 1, "what has run out is dropped");
    }
}
