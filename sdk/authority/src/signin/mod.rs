//! Signing in through a provider.
//!
//! A browser is sent to `/api/auth/signin/{provider}`, from there to the provider, and comes back to
//! `/api/auth/callback/{provider}`, which signs it in and sends it on. Whatever goes wrong on the way ends at the
//! same place, with `?error=` and a word for it.

mod accounts;
mod callback;
mod cookie;
pub(crate) mod handoff;
mod link;
mod pat;
mod redirect;
mod start;
#[cfg(test)]
mod tests;

use edgeward_core::Error;
use serde::Deserialize;

pub use accounts::{Accounts, ByAccount, Entry, Link, Started, link, list, unlink};
pub(crate) use start::{Wish, begun, limited};

use crate::{
    Authority,
    context::{Context, Principal},
    http::{Incoming, Outgoing},
    settings::invalid,
    surface::plain_failure,
};
use edgeward_core::Code;

/// The settings of signing in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where a sign-in ends that does not say where.
    pub redirect_to: String,
    /// Whether somebody whom nobody knows becomes a user.
    pub sign_up: bool,
    /// Whether an account is linked to the user who has the same verified address.
    pub link_by_address: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { redirect_to: "/".into(), sign_up: true, link_by_address: true }
    }
}

impl Settings {
    /// Checks them.
    ///
    /// # Errors
    /// `config_invalid` at `sign_in.redirect_to`: it is no path of this origin.
    pub fn check(self) -> Result<Self, Error> {
        if redirect::is_path(&self.redirect_to) { Ok(self) } else { Err(invalid("sign_in.redirect_to")) }
    }
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The way to a provider.
    Start,
    /// The way back.
    Callback,
    /// The end of a sign-in for a page of another origin.
    Complete,
    /// Signing in with a token of GitHub.
    Pat,
}

impl Step {
    /// The step of a path.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.strip_prefix("/api/auth/")? {
            "signin/complete" => Some(Self::Complete),
            "pat-signin" => Some(Self::Pat),
            step if step.starts_with("signin/") => Some(Self::Start),
            step if step.starts_with("callback/") => Some(Self::Callback),
            _ => None,
        }
    }
}

/// Answers a request on the way.
pub async fn answer(authority: &Authority, request: &Incoming, step: Step) -> Outgoing {
    let context = Context::new(authority, request, Principal::Anonymous);
    let posts = request.method == "POST";
    let allowed = match step {
        Step::Start if request.method != "GET" => "GET",
        Step::Callback if request.method != "GET" && !posts => "GET, POST",
        Step::Complete | Step::Pat if !posts => "POST",
        _ => "",
    };
    if !allowed.is_empty() {
        return plain_failure(&Code::MethodNotAllowed.into()).with("allow", allowed);
    }
    let name = request.path().rsplit('/').next().unwrap_or_default();
    let answer = match step {
        Step::Start => start::answer(&context, name).await,
        Step::Callback => callback::answer(&context, name).await,
        Step::Complete => handoff::answer(&context).await,
        Step::Pat => pat::answer(&context).await,
    };
    context.cookies().into_iter().fold(answer, |answer, cookie| answer.with("set-cookie", cookie))
}

/// Sends the browser on, which forgets where it came from.
pub(crate) fn sent_to(request: &Incoming, url: &str) -> Outgoing {
    // What was posted is not posted again.
    let status = if request.method == "POST" { 303 } else { 302 };
    Outgoing { status, headers: Vec::new(), body: String::new() }
        .with("location", url)
        .with("cache-control", "no-store")
        .with("referrer-policy", "no-referrer")
}
