//! The issuer's metadata and keys, fetched when they are first needed.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::Request,
    jose::KeySet,
    oauth::discovery::{Metadata, Search},
};

use crate::{
    effect::{self, SERVER},
    run::{Flow, Known, Run, settled},
};

/// What is known about the issuer. Two calls at once may both fetch it, which does no harm.
#[derive(Default)]
pub(crate) struct Provider(RefCell<Option<Rc<Metadata>>>);

impl Provider {
    /// Takes the metadata of an issuer that publishes none.
    #[cfg(feature = "oauth")]
    pub(crate) fn know(&self, metadata: Metadata) {
        self.0.replace(Some(Rc::new(metadata)));
    }

    /// The issuer's metadata.
    ///
    /// # Errors
    /// Those of [`Search::next_request`] and [`effect::fetch`].
    pub(crate) fn metadata<'a>(&self, run: &Run<'a>) -> Flow<&'a Metadata> {
        let known = || Ok(Known::Metadata(self.0.borrow().clone()));
        if let Known::Metadata(Some(metadata)) = run.once(known)? {
            return Ok(metadata);
        }
        let found = discover(run)?;
        let kept = run.once(|| {
            self.0.replace(Some(Rc::new(found)));
            known()
        });
        match kept? {
            Known::Metadata(Some(metadata)) => Ok(metadata),
            _ => Err(Code::InternalError.into()),
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

fn discover(run: &Run<'_>) -> Flow<Metadata> {
    let mut search = Search::new(&run.client.settings.issuer);
    loop {
        let request = search.next_request()?;
        let answer = settled(effect::fetch(run, &request, SERVER))?;
        if let Some(metadata) = search.answered(answer.map_err(|failure| failure.error)) {
            return Ok(metadata);
        }
    }
}
