//! Hands out the session and its access token.

use std::rc::Rc;

use edgeward_core::{Code, Error};

use crate::{engine::Engine, record::Grant, shapes::Reason};

/// What the session consists of, while its access token is fresh.
///
/// # Errors
/// `session_missing`: nobody is signed in. `session_expired`: somebody was.
pub(crate) fn grant(engine: &Engine) -> Result<Rc<Grant>, Error> {
    engine.current().record.grant.clone().ok_or_else(|| match engine.reason() {
        Some(Reason::Expired) => Code::SessionExpired.into(),
        Some(Reason::SignedOut) | None => Code::SessionMissing.into(),
    })
}

/// The same for a request to `origin`, as the browser writes origins.
///
/// # Errors
/// `origin_not_allowed`: it is not among `apiOrigins`; then those of [`grant`].
pub(crate) fn grant_for(engine: &Engine, origin: &str) -> Result<Rc<Grant>, Error> {
    if engine.settings.api_origins.iter().any(|allowed| allowed == origin) {
        grant(engine)
    } else {
        Err(Code::OriginNotAllowed.into())
    }
}
