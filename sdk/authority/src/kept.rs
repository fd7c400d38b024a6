//! What others publish, kept for as long as the isolate lives.

use std::rc::Rc;

use edgeward_core::{
    Code,
    http::{Request, Response},
    time::UnixMillis,
};

use crate::{Authority, Failure};

/// How long a document serves before it is fetched again, in milliseconds.
pub const FRESH: i64 = 10 * 60 * 1000;
/// How long it serves while it cannot be had.
pub const USABLE: i64 = 24 * 60 * 60 * 1000;
/// How long nothing is asked again that was not there: whoever invents names must not become a hammer.
pub const COOLDOWN: i64 = 30 * 1000;

/// A document, and when it was fetched.
#[derive(Debug)]
pub struct Kept<T> {
    /// What it says.
    pub value: Rc<T>,
    /// When it was fetched.
    pub at: UnixMillis,
}

impl<T> Kept<T> {
    /// Whether it was fetched less than so many milliseconds ago.
    #[must_use]
    pub fn is_younger(&self, than: i64, now: UnixMillis) -> bool {
        (0..than).contains(&now.0.saturating_sub(self.at.0))
    }
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), at: self.at }
    }
}

/// What a server says about something. One that is busy or broken says nothing.
///
/// # Errors
/// Those of the network.
pub async fn published(authority: &Authority, request: &Request) -> Result<Response, Failure> {
    let response = authority.platform.fetch(request).await?;
    if response.status == 429 || response.status >= 500 {
        return Err(Code::NetworkFailed.into());
    }
    Ok(response)
}
