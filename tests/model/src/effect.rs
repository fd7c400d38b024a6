//! What machines ordered and has not been answered.

use edgeward_core::session::{Refresh, Step};

/// An effect under way.
#[derive(Clone, Hash)]
pub enum Effect {
    /// Storage is to be read.
    Read(Step),
    /// Storage was read; the answer is on its way.
    HasRead(Step, Option<String>),
    /// Storage is to be compared and swapped.
    Swap(Step, Option<String>, String),
    /// A storage without a real compare-and-swap has compared; the text is still to be written.
    Write(Step, String),
    /// It was swapped, or not; the answer is on its way.
    Swapped(Step, Result<(), Option<String>>),
    /// The lock is waited for, up to a time.
    Lock(Step, i64),
    /// A request, which is answered up to a time.
    Refresh(Step, Sent, i64),
}

/// A request to the token endpoint.
#[derive(Clone, Hash)]
pub struct Sent {
    /// The refresh token.
    pub refresh_token: String,
    /// When it was sent.
    pub at: i64,
    /// What the server said, once it has: the next refresh token and an access token.
    pub answer: Option<Option<(String, String)>>,
}

impl Sent {
    pub(crate) fn new(refresh: &Refresh, at: i64) -> Self {
        Self { refresh_token: refresh.refresh_token.clone(), at, answer: None }
    }
}

impl Effect {
    /// Whether it takes no time worth mentioning.
    pub(crate) fn is_quick(&self) -> bool {
        !matches!(self, Self::Lock(..) | Self::Refresh(..))
    }
}
