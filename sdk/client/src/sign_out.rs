//! Ends the session: here at once, at the issuer as far as it lets us.

use edgeward_core::{
    oauth::logout,
    session::{Reason, Target},
};

use crate::{
    effect,
    run::{Outcome, Run, settled},
    tokens, written,
};

/// Forgets the session and tells of it, revokes its tokens, and leaves for the issuer's sign-out
/// page if `end_session` says so and there is one. What fails at the issuer changes nothing: the
/// user is signed out here.
///
/// # Errors
/// None of the issuer's; those of the session's storage.
pub(crate) fn run(run: &Run<'_>, end_session: bool) -> Outcome {
    let client = run.client;
    let grant = client.session.sign_out(run, Reason::SignedOut)?;
    let return_to = client.settings.post_logout_redirect_uri.as_ref().filter(|_| end_session);
    if grant.is_none() && return_to.is_none() {
        return Ok(written::null());
    }
    let Ok(metadata) = settled(client.provider.metadata(run))? else { return Ok(written::null()) };
    if let Some(grant) = grant {
        let access = grant.find(&Target::default()).map_or("", |access| access.token.as_str());
        tokens::revoke(run, metadata, grant.refresh_token.as_deref(), access)?;
    }
    if let (Some(endpoint), Some(return_to)) = (&metadata.end_session_endpoint, return_to) {
        let hint = grant.and_then(|grant| grant.id_token.as_deref());
        let url = logout::url(endpoint, &client.settings.client_id, hint, return_to);
        // Without a page, the application decides where to go.
        drop(settled(effect::navigate(run, &url))?);
    }
    Ok(written::null())
}
