//! The issuer's metadata and keys, fetched when they are first needed.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::Request,
    jose::KeySet,
    oauth::discovery::{Issuer, Metadata, Search},
};

use crate::{
    effect::{self, SERVER},
    run::{Flow, Known, Run, settled},
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
    pub(crate) fn metadata(&self, run: &Run<'_>) -> Flow<Rc<Metadata>> {
        let known = run.once(|| Ok(Known::Metadata(self.metadata.borrow().clone())))?;
        if let Known::Metadata(Some(metadata)) = known {
            return Ok(Rc::clone(metadata));
        }
        let metadata = Rc::new(self.discover(run)?);
        // The same in every run, so it may be said again.
        self.metadata.replace(Some(Rc::clone(&metadata)));
        Ok(metadata)
    }

    fn discover(&self, run: &Run<'_>) -> Flow<Metadata> {
        let mut search = Search::new(self.issuer.clone());
        loop {
            let request = search.next_request()?;
            let answer = settled(effect::fetch(run, &request, SERVER))?;
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
    pub(crate) fn keys(run: &Run<'_>, metadata: &Metadata) -> Flow<KeySet> {
        let address = metadata.jwks_uri.as_ref().ok_or(Error::at(Code::DiscoveryInvalid, "jwks_uri"))?;
        match settled(effect::fetch(run, &Request::get_json(address), SERVER))? {
            Ok(answer) if answer.status == 200 => Ok(KeySet::parse(&answer.body)?),
            _ => Err(Code::JwksUnavailable.into()),
        }
    }
}
