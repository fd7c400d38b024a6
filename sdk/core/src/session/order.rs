//! What a session asks for.

use alloc::{boxed::Box, string::String, sync::Arc};

use sha2::{Digest, Sha256};

use super::{Access, Grant, Millis, Reason, Step, Target, Ticket};
use crate::{base64url, oauth::Failure};

/// What to do, in this order. Actions with a step are answered by the input that brings it back.
pub enum Action {
    /// Read the record: [`Input::Read`](super::Input::Read).
    Read {
        /// For the answer.
        step: Step,
    },
    /// Take the lock: [`Input::Locked`](super::Input::Locked).
    Lock {
        /// For the answer.
        step: Step,
        /// How long to wait for it.
        deadline: Millis,
    },
    /// Give the lock back.
    Unlock,
    /// Ask the token endpoint: [`Input::Replied`](super::Input::Replied).
    Refresh {
        /// For the answer.
        step: Step,
        /// What to ask.
        refresh: Box<Refresh>,
    },
    /// Replace the record if it is what is expected: [`Input::Swapped`](super::Input::Swapped).
    Swap {
        /// For the answer.
        step: Step,
        /// What storage has to hold.
        expected: Option<String>,
        /// What it holds afterwards.
        next: String,
    },
    /// Say when the time is over: [`Input::Woken`](super::Input::Woken). It takes the place of an
    /// earlier one.
    Wake {
        /// For the answer.
        step: Step,
        /// After how long, at most 2³⁰ milliseconds.
        after: Millis,
    },
    /// Tell the other tabs and processes that the record has changed.
    Announce {
        /// Its generation.
        generation: u64,
    },
    /// Answer a call.
    Answer {
        /// The call.
        ticket: Ticket,
        /// What it asked for.
        result: Result<Box<Answer>, Failure>,
    },
    /// Tell the application.
    Tell(Event),
    /// Revoke tokens that came too late to be used.
    Revoke(Box<Late>),
}

/// A refresh. It holds a token, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Refresh {
    /// The token to refresh with.
    pub refresh_token: String,
    /// What the access token is for.
    pub target: Target,
    /// The name of the key that the tokens are bound to.
    pub key: Option<String>,
    /// The generation of the record that it is from.
    pub generation: u64,
    /// How long it may take.
    pub deadline: Millis,
}

impl Refresh {
    /// The same for every sending of the same refresh token: 43 base64url characters. Neither guessed nor
    /// turned back, since the refresh token is known to its client alone.
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        let hash =
            Sha256::new().chain_update(self.generation.to_be_bytes()).chain_update(&self.refresh_token);
        base64url::encode(&hash.finalize())
    }
}

/// What a call asked for. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// An access token.
    Access(Handed),
    /// The sign-in is the session.
    SignedIn,
    /// The session is over. What is left of it, for the goodbye at the issuer.
    SignedOut(Option<Arc<Grant>>),
    /// The claims are those of the session.
    UserUpdated,
}

/// An access token that is handed out. It has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Handed {
    /// The token.
    pub access: Access,
    /// Whether a newer one was asked for and could not be had.
    pub stale: bool,
}

/// Tokens that came too late. It has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Late {
    /// The refresh token.
    pub refresh_token: Option<String>,
    /// The access token.
    pub access_token: String,
}

/// What the application is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Where.
    pub origin: Origin,
    /// The generation of the record.
    pub generation: u64,
    /// The state after it; [`Machine::grant`](super::Machine::grant) has the session.
    pub state: State,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// Storage was read for the first time.
    Initial,
    /// Somebody signed in.
    SignedIn,
    /// The session ended.
    SignedOut,
    /// There are other tokens.
    TokenRefreshed,
    /// A refresh failed; the session goes on.
    RefreshFailed,
    /// There are other claims.
    UserUpdated,
    /// Somebody else is signed in.
    SessionSwitched,
}

/// Where something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Here.
    Local,
    /// In another tab or process.
    Tab,
    /// At the issuer.
    Server,
}

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Storage was not read yet.
    Loading,
    /// Somebody is.
    SignedIn {
        /// Whether the last refresh failed.
        stale: bool,
    },
    /// Nobody is.
    SignedOut {
        /// Why, if somebody was.
        reason: Option<Reason>,
    },
}
