//! The issuer's metadata and keys, fetched when they are first needed.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::Request,
    jose::KeySet,
    oauth::{
        Failure,
        discovery::{Issuer, Metadata, Search},
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

    /// Takes the metadata of an issuer that publishes none.
    #[cfg(feature = "oauth")]
    pub(crate) fn know(&self, metadata: Metadata) {
        self.metadata.replace(Some(Rc::new(metadata)));
    }

    /// The issuer's metadata.
    ///
    /// # Errors
    /// Those of [`Search::next_request`] and [`effect::fetch`].
    pub(crate) async fn metadata(&self, runtime: &Rc<Runtime>) -> Result<Rc<Metadata>, Failure> {
        if let Some(metadata) = self.metadata.borrow().clone() {
            return Ok(metadata);
        }
        let metadata = Rc::new(self.discover(runtime).await?);
        self.metadata.replace(Some(Rc::clone(&metadata)));
        Ok(metadata)
    }

    async fn discover(&self, runtime: &Rc<Runtime>) -> Result<Metadata, Failure> {
        let mut search = Search::new(self.issuer.clone());
        loop {
            let request = search.next_request()?;
            let answer = effect::fetch(runtime, &request, SERVER).await;
            if let Some(metadata) = search.answered(answer.map_err(|failure| failure.error)) {
                return Ok(metadata);
            }
        }
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
