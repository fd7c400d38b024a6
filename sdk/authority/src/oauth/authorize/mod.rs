//! The authorization endpoint: a user is sent here to allow a client something, and sent back with a code.
//!
//! Source: [RFC 6749 §3.1, §4.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1),
//! [OpenID Connect Core §3.1.2](https://openid.net/specs/openid-connect-core-1_0.html#AuthorizationEndpoint)

mod consent;
mod decide;
mod request;
mod respond;

pub use consent::answer as consent;
pub use request::{PUSHED, Request, read, validated};

use super::{Route, parameters::Parameters, refusal::Refusal};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
    pages,
};

/// Why a request goes no further.
pub enum Problem {
    /// It cannot be told to the client, whose address is not known to be its own: the user reads it.
    Page(&'static str),
    /// It is told to the client.
    Client(Box<Request>, Refusal),
    /// Something failed here.
    Failure(Failure),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<edgeward_core::Error> for Problem {
    fn from(error: edgeward_core::Error) -> Self {
        Self::Failure(error.into())
    }
}

impl From<crate::store::Refused> for Problem {
    fn from(refused: crate::store::Refused) -> Self {
        Self::Failure(refused.into())
    }
}

impl Problem {
    /// The problem as an answer.
    #[must_use]
    pub fn answer(self, authority: &Authority) -> Outgoing {
        match self {
            Self::Page(why) => pages::problem::page(400, "This sign-in cannot go on", why),
            Self::Client(request, refusal) => respond::refusal(authority, &request, &refusal),
            Self::Failure(failure) => pages::problem::of(&failure),
        }
    }
}

/// Answers a request for a code.
pub async fn answer(authority: &Authority, incoming: &Incoming) -> Outgoing {
    match attempt(authority, incoming).await {
        Ok(answer) => answer,
        Err(problem) => problem.answer(authority),
    }
}

async fn attempt(authority: &Authority, incoming: &Incoming) -> Result<Outgoing, Problem> {
    let parameters = match incoming.method.as_str() {
        "POST" => Parameters::of_form(incoming),
        _ => Parameters::of_query(incoming),
    };
    let parameters = parameters.map_err(|refusal| Problem::Page(refusal.why))?;
    let request = read(authority, &parameters).await?;
    decide::step(authority, incoming, request, &parameters).await
}

/// The address that a request goes on at, after somebody has signed in.
fn path_of(request: &Request, more: &str) -> String {
    [Route::Authorize.path(), "?", &request.text, more].concat()
}
