//! What happens to a session.

use alloc::{boxed::Box, string::String, sync::Arc};

use super::{Grant, Millis, Reason, Target};
use crate::{
    json::Map,
    oauth::{Failure, token::Tokens},
};

/// How a machine behaves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Options {
    /// When tokens are refreshed before anybody asks for them.
    pub background: Background,
    /// How long a call may wait for a token. [`Options::PATIENCE`] is ten seconds.
    pub patience: Millis,
}

/// When tokens are refreshed before anybody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Background {
    /// Never.
    Never,
    /// While the page is visible.
    Visible,
    /// Always: there is no page, or it does not matter.
    Always,
}

/// Names a call of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub u32);

/// Names an action that an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(pub u32);

/// What happened.
pub enum Input {
    /// The machine was made; the first input.
    Begun,
    /// Somebody asks for an access token.
    Wanted {
        /// The call.
        ticket: Ticket,
        /// What for.
        target: Target,
        /// Whether it has to be another one than was handed out before.
        force: bool,
        /// How long it must be good for.
        min_validity: Millis,
    },
    /// The caller gave up.
    Abandoned(Ticket),
    /// What storage holds.
    Read {
        /// The action.
        step: Step,
        /// The text, if there is one.
        stored: Option<String>,
    },
    /// The wait for the lock is over.
    Locked {
        /// The action.
        step: Step,
        /// Whether it is ours until [`Action::Unlock`](super::Action::Unlock).
        held: bool,
    },
    /// The compare-and-swap is over.
    Swapped {
        /// The action.
        step: Step,
        /// `Ok` if it was done; else what storage holds instead.
        result: Result<(), Option<String>>,
    },
    /// The token endpoint answered, or did not.
    Replied {
        /// The action.
        step: Step,
        /// What came.
        result: Result<Box<Renewed>, Failure>,
    },
    /// The time is over.
    Woken(Step),
    /// Something happened around the machine.
    Noticed(Notice),
    /// A sign-in is complete.
    SignedIn {
        /// The call.
        ticket: Ticket,
        /// What it gave.
        grant: Arc<Grant>,
        /// [`Machine::generation`](super::Machine::generation) when it began.
        began: u64,
    },
    /// The session ends.
    SignOut {
        /// The call.
        ticket: Ticket,
        /// [`Reason::SignedOut`], or [`Reason::Revoked`] if the issuer said so.
        reason: Reason,
    },
    /// More is known about the user.
    UserUpdated {
        /// The call.
        ticket: Ticket,
        /// The claims that replace the old ones. Their `sub` is that of the session.
        claims: Map,
    },
}

/// What happened around a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notice {
    /// Another tab or process changed the record.
    Elsewhere,
    /// The page can be seen.
    Visible,
    /// The page cannot be seen.
    Hidden,
    /// The network is back.
    Online,
    /// The page was frozen, or the machine slept.
    Resumed,
}

/// What a refresh gave. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Renewed {
    /// The token endpoint's answer.
    pub tokens: Tokens,
    /// The claims of its ID token, verified; `None` if it has none.
    pub claims: Option<Map>,
    /// How far the issuer's clock is ahead of the wall clock here, if the answer tells.
    pub skew: Option<Millis>,
}

impl Options {
    /// How long a call waits if nothing else is said.
    pub const PATIENCE: Millis = Millis(10_000);
}

impl Default for Options {
    fn default() -> Self {
        Self { background: Background::Visible, patience: Self::PATIENCE }
    }
}
