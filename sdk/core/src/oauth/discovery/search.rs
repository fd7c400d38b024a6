//! The order of the places where metadata may be, and what a failure at one of them means.

use alloc::vec::{self, Vec};

use super::{Issuer, Metadata, requests, response};
use crate::{
    error::{Code, Error},
    http::{Request, Response},
};

/// A search for the metadata of one issuer: [`next_request`](Self::next_request) says where to ask,
/// [`answered`](Self::answered) takes what came of it.
pub struct Search<'a> {
    issuer: &'a Issuer,
    requests: vec::IntoIter<Request>,
    failure: Option<Error>,
}

impl<'a> Search<'a> {
    /// Begins a search.
    #[must_use]
    pub fn new(issuer: &'a Issuer) -> Self {
        let requests: Vec<Request> = requests(issuer);
        Self { issuer, requests: requests.into_iter(), failure: None }
    }

    /// The next place to ask at.
    ///
    /// # Errors
    /// No place is left, and this is why nothing was found: what tells most of what went wrong.
    /// `discovery_issuer_mismatch`, `discovery_invalid`, `response_too_large`: a document was there.
    /// `discovery_unavailable`, or the error of the network: the server could not be asked, or has
    /// no document.
    pub fn next_request(&mut self) -> Result<Request, Error> {
        self.requests.next().ok_or_else(|| self.failure.unwrap_or(Code::DiscoveryUnavailable.into()))
    }

    /// Takes an answer, or the error of the network. `Some`: the metadata are found. `None`: ask at
    /// the next place; every document is checked by itself, so a wrong one does no harm there.
    pub fn answered(&mut self, answer: Result<Response, Error>) -> Option<Metadata> {
        match answer.and_then(|answer| response(self.issuer, &answer)) {
            Ok(found) => found,
            Err(error) => {
                // A page sees a document that is not there as a failure of the network, since
                // the answer lacks the headers of CORS: what a document says tells more.
                if self.failure.is_none_or(|before| tells(error) > tells(before)) {
                    self.failure = Some(error);
                }
                None
            }
        }
    }
}

/// How much an error tells.
const fn tells(error: Error) -> u8 {
    match error.code {
        Code::DiscoveryIssuerMismatch => 3,
        Code::DiscoveryInvalid | Code::ResponseTooLarge | Code::RedirectRefused => 2,
        Code::DiscoveryUnavailable => 1,
        _ => 0,
    }
}
