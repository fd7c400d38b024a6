//! What must hold, whatever happens.

use std::fmt;

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// While no reply was lost, a session that nobody ended is never lost: the server never sees an
    /// old refresh token again, nobody takes the session for over, and late tokens that are revoked
    /// are never those of the session.
    Kept,
    /// What was signed out never comes back: not into storage, and not to a caller of the tab that
    /// signed out.
    SignedOut,
    /// Every caller is answered in time, and every state leads on: in a fair world all tabs come to
    /// rest, nobody keeps the lock, and a new call gets what there is.
    Progress,
    /// A refresh token is sent once, unless it failed: never twice at the same time, and never again
    /// after it was answered.
    Once,
    /// A caller gets tokens of the subject for whom it asked.
    Subject,
    /// What is told was committed before, and is told outside of the lock.
    Events,
    /// While the server fails, it gets no more than three requests in ten seconds.
    Outage,
}

/// A rule that does not hold, and where.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The rule.
    pub rule: Rule,
    /// What was seen.
    pub what: String,
}

impl Broken {
    pub(crate) fn new(rule: Rule, what: impl Into<String>) -> Self {
        Self { rule, what: what.into() }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}
