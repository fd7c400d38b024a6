//! The memory of used proofs that a deployment shares: Durable Objects, among which the key of a
//! proof chooses.

use std::{future::Future, pin::Pin};

use edgeward_core::{
    base64url,
    gateway::metrics::Counter,
    oauth::dpop::{Seen, Use},
    time::UnixSeconds,
};
use wasm_bindgen::JsValue;

use crate::{durable::Durable, fetch::Limits, guard::Memory, metrics};

/// How many objects share the work. Every isolate must know the same number.
const SHARDS: u64 = 64;
const LIMITS: Limits = Limits { deadline_millis: 2_000, body_bytes: 64 };

/// A use as it is told to an object: digest, end and key, each in one notation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// SHA-256 over key, address and `jti` of the proof.
    pub digest: [u8; 32],
    /// When the proof is no longer good.
    pub until: UnixSeconds,
    /// Stands for the key of the proof.
    pub key: u64,
}

impl Note {
    /// Reads what [`Note::written`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let digest = base64url::decode(parts.next()?).ok()?.try_into().ok()?;
        let until = UnixSeconds(parts.next()?.parse().ok()?);
        let key = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { digest, until, key })
    }

    /// The notation.
    #[must_use]
    pub fn written(&self) -> String {
        format!("{} {} {}", base64url::encode(&self.digest), self.until.0, self.key)
    }
}

/// The answer of an object.
#[must_use]
pub const fn verdict(seen: Seen) -> &'static str {
    match seen {
        Seen::First => "first",
        Seen::Before => "before",
        Seen::Unknown => "unknown",
    }
}

/// The objects of one namespace.
pub struct SharedMemory {
    namespace: JsValue,
}

impl SharedMemory {
    /// The objects behind a binding of a Worker's environment; `None` if it is no namespace.
    #[must_use]
    pub fn bound(binding: JsValue) -> Option<Self> {
        Durable::bound(binding.clone(), "").map(|_| Self { namespace: binding })
    }

    /// Asks; what is no clear answer is none.
    pub async fn ask(&self, note: &Note) -> Option<Seen> {
        let name = format!("proofs-{}", note.key % SHARDS);
        let object = Durable::bound(self.namespace.clone(), name)?;
        let answer = object.call("/note", &note.written(), LIMITS).await.ok()?;
        [Seen::First, Seen::Before].into_iter().find(|seen| verdict(*seen).as_bytes() == answer)
    }
}

impl Memory for SharedMemory {
    fn note<'a>(&'a self, used: &'a Use, _now: UnixSeconds) -> Pin<Box<dyn Future<Output = Seen> + 'a>> {
        metrics::count(Counter::ReplayChecks);
        let note = Note { digest: used.digest, until: used.until, key: used.key() };
        Box::pin(async move { self.ask(&note).await.unwrap_or(Seen::Unknown) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let note = Note { digest: [7; 32], until: UnixSeconds(1_795_248_000), key: u64::MAX };
        assert_eq!(Note::parse(&note.written()), Some(note.clone()));
        for odd in
            ["", "a b c", "AA 1 2", &format!("{} ", note.written()), &note.written().replace(' ', "  ")]
        {
            assert_eq!(Note::parse(odd), None, "{odd}");
        }
    }
}
