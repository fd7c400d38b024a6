//! Ends the session: here at once, at the issuer as far as it lets us.

use std::rc::Rc;

use edgeward_core::{
    oauth::{Failure, logout},
    session::{Reason, Target},
};

use crate::{client::Client, effect, tokens};

/// Forgets the session and tells of it, revokes its tokens, and leaves for the issuer's sign-out
/// page if `end_session` says so and there is one. What fails at the issuer changes nothing: the
/// user is signed out here.
///
/// # Errors
/// None of the issuer's; those of the session's storage.
pub(crate) async fn run(client: &Rc<Client>, end_session: bool) -> Result<(), Failure> {
    let grant = client.session.sign_out(client, Reason::SignedOut).await?;
    let return_to = client.settings.post_logout_redirect_uri.as_ref().filter(|_| end_session);
    if grant.is_none() && return_to.is_none() {
        return Ok(());
    }
    let Ok(metadata) = client.provider.metadata(&client.runtime).await else { return Ok(()) };
    if let Some(grant) = &grant {
        let access = grant.find(&Target::default()).map_or("", |access| access.token.as_str());
        tokens::revoke(client, &metadata, grant.refresh_token.as_deref(), access).await;
    }
    if let (Some(endpoint), Some(return_to)) = (&metadata.end_session_endpoint, return_to) {
        let hint = grant.as_ref().and_then(|grant| grant.id_token.as_deref());
        let url = logout::url(endpoint, &client.settings.client_id, hint, return_to);
        // Without a page, the application decides where to go.
        drop(effect::navigate(&client.runtime, &url).await);
    }
    Ok(())
}
