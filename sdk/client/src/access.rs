//! Hands out the session and its access token.

use edgeward_core::{Code, Error};

use crate::{
    engine::Engine,
    record::Grant,
    shapes::{AccessToken, Reason, Session},
};

/// Who is signed in.
pub(crate) fn session(engine: &Engine) -> Option<Session> {
    engine.current().record.grant.as_ref().map(Grant::session)
}

/// The access token, while it is fresh.
///
/// # Errors
/// `session_missing`: nobody is signed in. `session_expired`: somebody was.
pub(crate) fn token(engine: &Engine) -> Result<AccessToken, Error> {
    match &engine.current().record.grant {
        Some(grant) => Ok(AccessToken {
            token: grant.access_token.clone(),
            scope: grant.scopes(),
            expires_at: grant.expires_at(),
        }),
        None if engine.reason() == Some(Reason::Expired) => Err(Code::SessionExpired.into()),
        None => Err(Code::SessionMissing.into()),
    }
}

/// The access token for a request to `origin`, as the browser writes origins.
///
/// # Errors
/// `origin_not_allowed`: it is not among `apiOrigins`; then those of [`token`].
pub(crate) fn token_for(engine: &Engine, origin: &str) -> Result<String, Error> {
    if !engine.settings.api_origins.iter().any(|allowed| allowed == origin) {
        return Err(Code::OriginNotAllowed.into());
    }
    token(engine).map(|access| access.token)
}
