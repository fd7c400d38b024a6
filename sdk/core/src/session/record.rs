//! What is kept of a session, and the rules by which it changes. Pure, so that a race is a test.
//!
//! A record is replaced as a whole and counts its generations. A sign-out is a generation of its
//! own rather than an absence: whatever was begun before it can tell that it came too late.

use alloc::vec::Vec;

use super::grant::Grant;
use crate::time::UnixMillis;

/// The state of the session in storage.
#[derive(Clone, Default, PartialEq)]
pub struct Record {
    /// Counts the changes of the grant.
    pub generation: u64,
    /// The generation of the last sign-out.
    pub signed_out: u64,
    /// Why there is no grant, if there was one.
    pub ended: Option<Reason>,
    /// The session, if there is one.
    pub grant: Option<Grant>,
    /// The refresh under way, or the outage. It is no generation of its own.
    pub attempt: Option<Attempt>,
}

/// Why nobody is signed in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Somebody signed out, here or elsewhere.
    SignedOut,
    /// The access token expired, and there is nothing to get another one with.
    Expired,
    /// The issuer no longer honours the refresh token.
    Revoked,
}

/// A refresh that somebody has begun or that failed; until it is over, nobody else tries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// How far it has come.
    pub stage: Stage,
    /// Until when others leave it alone, on the wall clock.
    pub until: UnixMillis,
    /// How often it has failed in a row.
    pub failures: u32,
    /// When the last requests, three at most, were sent.
    pub starts: Vec<UnixMillis>,
}

/// How far an [`Attempt`] has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A request was sent by whoever holds the lock: who gets the lock afterwards knows it is over.
    Locked,
    /// A request was sent without a lock.
    Unlocked,
    /// The request failed; the next is due at `until`, or when the network is back.
    Failed,
    /// The request failed, and the server said how long to wait.
    Deferred,
}
