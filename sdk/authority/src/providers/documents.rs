//! What a provider publishes about itself, kept for as long as the isolate lives: its metadata and its keys.
//!
//! Values are kept, never promises, so no request waits for what another one fetches; sign-ins are rare enough
//! that two of them may fetch the same.

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error,
    http::Request,
    jose::{Algorithm, KeySet},
    oauth::discovery::{Metadata, Search},
    time::UnixMillis,
};

use super::Provider;
use crate::{
    Authority,
    kept::{COOLDOWN, FRESH, Kept, USABLE},
};

/// The documents of one provider.
#[derive(Default)]
pub struct Documents {
    metadata: RefCell<Option<Kept<Metadata>>>,
    keys: RefCell<Option<Kept<KeySet>>>,
}

impl Provider {
    /// What the provider says about itself.
    ///
    /// # Errors
    /// As [`Search::next_request`], if nothing is kept that would do meanwhile.
    pub async fn metadata(&self, authority: &Authority) -> Result<Rc<Metadata>, Error> {
        let now = authority.platform.now();
        let kept = self.documents.metadata.borrow().clone();
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_younger(FRESH, now)) {
            return Ok(kept.value.clone());
        }
        let found = match self.kind.metadata() {
            Some(metadata) => Ok(metadata),
            None => self.search(authority).await,
        };
        keep(&self.documents.metadata, kept, found, now)
    }

    async fn search(&self, authority: &Authority) -> Result<Metadata, Error> {
        let mut search = Search::new(&self.issuer);
        loop {
            let request = search.next_request()?;
            if let Some(metadata) = search.answered(authority.platform.fetch(&request).await) {
                return Ok(metadata);
            }
        }
    }

    /// The keys that its tokens are signed with; those of `kid`, if it has published that one by now.
    ///
    /// # Errors
    /// `jwks_unavailable`, `jwks_invalid`, `discovery_invalid`: there are none.
    pub async fn keys(
        &self,
        authority: &Authority,
        metadata: &Metadata,
        alg: Algorithm,
        kid: Option<&str>,
    ) -> Result<Rc<KeySet>, Error> {
        let now = authority.platform.now();
        let kept = self.documents.keys.borrow().clone();
        let serves = |kept: &&Kept<KeySet>| {
            let has = kept.value.candidates(alg, kid).next().is_some();
            kept.is_younger(if has { FRESH } else { COOLDOWN }, now)
        };
        if let Some(kept) = kept.as_ref().filter(serves) {
            return Ok(kept.value.clone());
        }
        let address = metadata.jwks_uri.as_ref().ok_or(Error::at(Code::DiscoveryInvalid, "jwks_uri"))?;
        let found = match authority.platform.fetch(&Request::get_json(address)).await {
            Ok(answer) if answer.status == 200 => KeySet::parse(&answer.body),
            Ok(_) => Err(Code::JwksUnavailable.into()),
            Err(error) => Err(error),
        };
        keep(&self.documents.keys, kept, found, now)
    }
}

/// Keeps what was found; gives what was kept before if nothing was.
fn keep<T>(
    place: &RefCell<Option<Kept<T>>>,
    before: Option<Kept<T>>,
    found: Result<T, Error>,
    now: UnixMillis,
) -> Result<Rc<T>, Error> {
    match found {
        Ok(value) => {
            let value = Rc::new(value);
            *place.borrow_mut() = Some(Kept { value: value.clone(), at: now });
            Ok(value)
        }
        Err(error) => before.filter(|kept| kept.is_younger(USABLE, now)).map(|kept| kept.value).ok_or(error),
    }
}
