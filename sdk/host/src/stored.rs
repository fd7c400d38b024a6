//! A public document in a store that isolates share.

use std::{future::Future, pin::Pin};

use edgeward_core::{
    gateway::keys::Age,
    time::{Seconds, UnixSeconds},
};

/// A store behind the Cache API. It is known by its name alone, so that who has none does not carry
/// its code.
pub trait Store {
    /// The document of this name, if there is one of at most `limit` bytes.
    fn get<'a>(&'a self, name: &'a str, limit: usize) -> Pin<Box<dyn Future<Output = Option<Stored>> + 'a>>;

    /// Keeps a document for `keep_for`, which is at least a minute. Nothing depends on its success.
    fn put<'a>(
        &'a self,
        name: &'a str,
        document: &'a Stored,
        keep_for: Seconds,
    ) -> Pin<Box<dyn Future<Output = ()> + 'a>>;
}

/// A document and how old it is.
#[derive(Clone)]
pub struct Stored {
    /// Its text.
    pub body: Vec<u8>,
    /// When it was fetched, and how long it is fresh.
    pub age: Age,
}

/// The name under which stores note when a document was fetched, in seconds since 1970.
pub(crate) const AT: &str = "x-edgeward-at";
/// The name under which they note how many seconds its answer said it is fresh.
pub(crate) const MAX_AGE: &str = "x-edgeward-max-age";

impl Stored {
    /// Puts a document together from its text and what a store noted beside it.
    pub(crate) fn read(body: Vec<u8>, note: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let at = UnixSeconds(note(AT)?.parse().ok()?);
        let max_age = note(MAX_AGE).and_then(|seconds| seconds.parse().ok()).map(Seconds);
        Some(Self { body, age: Age { at, max_age } })
    }

    /// What a store has to note beside the text.
    pub(crate) fn notes(&self) -> impl Iterator<Item = (&'static str, String)> {
        let max_age = self.age.max_age.map(|seconds| (MAX_AGE, seconds.0.to_string()));
        [(AT, self.age.at.0.to_string())].into_iter().chain(max_age)
    }
}
