//! What happens to a cache of keys, and what it asks for.

use alloc::sync::Arc;

use super::{Age, Purpose};
use crate::{
    error::Error,
    jose::{Algorithm, KeySet},
    time::Seconds,
};

/// What happened.
pub enum Input<'a> {
    /// A token asks for a key.
    Wanted {
        /// Its algorithm.
        alg: Algorithm,
        /// Its key id.
        kid: Option<&'a str>,
        /// The fetch that this very request has made, if it has made one.
        fetched: Option<Ticket>,
    },
    /// A signature did not verify with the keys: the issuer may have put another key under an old
    /// id. Whoever forges tokens says so too; so this costs no more than ids that are invented.
    SignatureInvalid,
    /// A fetch brought the document.
    Fetched {
        /// Which fetch.
        ticket: Ticket,
        /// The keys.
        keys: KeySet,
        /// How old they are.
        age: Age,
        /// From whom.
        from: Level,
    },
    /// The issuer did not give the document.
    Failed {
        /// Which fetch.
        ticket: Ticket,
        /// Why.
        error: Error,
        /// How long it asks to be left alone.
        retry_after: Option<Seconds>,
    },
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Verify with the candidates of this set.
    Verify(Arc<KeySet>),
    /// Fetch, report with [`Input::Fetched`] or [`Input::Failed`], and ask again.
    Fetch(Ticket, Purpose),
    /// Fetch in the background and report; the token does not wait for it. It comes before the
    /// action for the token.
    Refresh(Ticket, Purpose),
    /// Somebody else is fetching: ask again in a few milliseconds.
    Wait,
    /// Turn the token away.
    Refuse(Error),
}

/// The number of a fetch: one that was begun later has a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub(super) u64);

/// Who gave a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The issuer itself.
    Issuer,
    /// A store that isolates share.
    Store,
}
