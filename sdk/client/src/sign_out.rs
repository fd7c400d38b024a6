//! Ends the session: here at once, at the issuer as far as it lets us.

use std::rc::Rc;

use edgeward_core::oauth::{discovery::Metadata, logout, revoke, revoke::TokenKind, token::Tokens};
use edgeward_host::{
    clock::Instant,
    fetch::{self, Lifetime, Limits},
    navigation, task,
};

use crate::{engine::Engine, record::Grant, shapes::Reason};

/// A goodbye may take this long before the page goes on.
const LIMITS: Limits =
    Limits { deadline_millis: 3_000, body_bytes: 16 * 1024, lifetime: Lifetime::BeyondPage };

/// Forgets the session and tells of it. It happens before the first `await`, so that whatever is
/// under way finds the session ended.
pub(crate) fn forget(engine: &Engine) -> Option<Rc<Grant>> {
    let record = engine.record();
    engine.replace(record.sign_out(), Instant::now(), Some(Reason::SignedOut));
    record.grant.clone()
}

/// Revokes the tokens, and leaves for the issuer's sign-out page if `end_session` says so and
/// there is one. A failure changes nothing: the user is signed out here.
pub(crate) async fn finish(engine: &Engine, grant: Option<Rc<Grant>>, end_session: bool) {
    let return_to = engine.settings.post_logout_redirect_uri.as_ref().filter(|_| end_session);
    if grant.is_none() && return_to.is_none() {
        return;
    }
    let Ok(metadata) = engine.provider.metadata().await else { return };
    if let Some(grant) = &grant {
        revoke(engine, &metadata, &grant.tokens).await;
    }
    if let (Some(endpoint), Some(return_to)) = (&metadata.end_session_endpoint, return_to) {
        let hint = grant.as_ref().and_then(|grant| grant.tokens.id_token.as_deref());
        // Without a page, the application decides where to go.
        let _ = navigation::assign(&logout::url(endpoint, &engine.settings.client_id, hint, return_to));
    }
}

/// Revokes tokens that came too late to be used.
pub(crate) fn revoke_later(engine: &Rc<Engine>, grant: Rc<Grant>) {
    let engine = Rc::clone(engine);
    task::spawn(async move {
        if let Ok(metadata) = engine.provider.metadata().await {
            revoke(&engine, &metadata, &grant.tokens).await;
        }
    });
}

/// Revoking the refresh token ends the whole grant, so it goes alone where there is one
/// ([RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)).
async fn revoke(engine: &Engine, metadata: &Metadata, tokens: &Tokens) {
    let Some(endpoint) = &metadata.revocation_endpoint else { return };
    let (token, kind) = match &tokens.refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (&tokens.access_token, TokenKind::Access),
    };
    let request = revoke::request(endpoint, &engine.settings.client_id, token, kind);
    // Nobody waits for the verdict: an access token dies by itself soon.
    let _ = fetch::send(&request, LIMITS).await;
}
