//! The issuer's metadata and keys, fetched when they are first needed.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::Request,
    jose::KeySet,
    oauth::{
        Failure,
        discovery::{self, Issuer, Metadata},
    },
};

use crate::{
    effect::{self, SERVER},
    runtime::Runtime,
};

/// What is known about the issuer. Two calls at once may both fetch it, which does no harm.
pub(crate) struct Provider {
    issuer: Issuer,
    metadata: RefCell<Option<Rc<Metadata>>>,
}

impl Provider {
    pub(crate) const fn new(issuer: Issuer) -> Self {
        Self { issuer, metadata: RefCell::new(None) }
    }

    /// The issuer's metadata.
    ///
    /// # Errors
    /// Those of [`discovery::response`] and [`effect::fetch`]; `discovery_unavailable`: there is no
    /// document at any of the addresses.
    pub(crate) async fn metadata(&self, runtime: &Rc<Runtime>) -> Result<Rc<Metadata>, Failure> {
        if let Some(metadata) = self.metadata.borrow().clone() {
            return Ok(metadata);
        }
        let metadata = Rc::new(self.discover(runtime).await?);
        self.metadata.replace(Some(Rc::clone(&metadata)));
        Ok(metadata)
    }

    async fn discover(&self, runtime: &Rc<Runtime>) -> Result<Metadata, Failure> {
        let mut first_failure = None;
        for request in discovery::requests(&self.issuer) {
            match effect::fetch(runtime, &request, SERVER).await {
                Ok(answer) => {
                    if let Some(metadata) = discovery::response(&self.issuer, &answer)? {
                        return Ok(metadata);
                    }
                }
                // A browser shows an absent document without CORS headers as a network failure,
                // so the other addresses are tried all the same.
                Err(failure) => first_failure = first_failure.or(Some(failure)),
            }
        }
        Err(first_failure.unwrap_or_else(|| Code::DiscoveryUnavailable.into()))
    }

    /// The issuer's keys, fetched anew: a sign-in happens once in a page's life, and its token may
    /// be the first that a new key has signed.
    ///
    /// # Errors
    /// `jwks_unavailable`: they cannot be had. `jwks_invalid`: they are none.
    pub(crate) async fn keys(runtime: &Rc<Runtime>, metadata: &Metadata) -> Result<KeySet, Error> {
        let address = metadata.jwks_uri.as_ref().ok_or(Error::at(Code::DiscoveryInvalid, "jwks_uri"))?;
        match effect::fetch(runtime, &Request::get_json(address), SERVER).await {
            Ok(answer) if answer.status == 200 => KeySet::parse(&answer.body),
            _ => Err(Code::JwksUnavailable.into()),
        }
    }
}
