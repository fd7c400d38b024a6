//! Asks for the next access token, as the session's machine orders.

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    jwt::Unverified,
    oauth::{Failure, token, token::Tokens},
    session::{Refresh, Renewed},
};

use crate::{client::Client, tokens};

/// Sends the refresh token, and gives what came for it.
///
/// # Errors
/// Those of discovery and of [`tokens::ask`]; `response_invalid` at `id_token`: it is somebody
/// else's.
pub(crate) async fn run(client: &Rc<Client>, refresh: Refresh) -> Result<Renewed, Failure> {
    let metadata = client.provider.metadata(&client.runtime).await?;
    let resources = match &refresh.target.resource {
        Some(resource) => std::slice::from_ref(resource),
        None => client.settings.resources.as_slice(),
    };
    let request = token::refresh_request(
        metadata.token_endpoint()?,
        &client.settings.client_id,
        &refresh.refresh_token,
        resources,
    );
    let tokens = tokens::ask(client, request, refresh.key.as_deref()).await?;
    check_subject(client, &tokens)?;
    Ok(Renewed { tokens, claims: None, skew: None })
}

/// The ID token of a refresh is a hint for the sign-out, and not believed; but one of somebody else
/// shows that the whole answer is somebody else's.
///
/// Source: [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
fn check_subject(client: &Rc<Client>, tokens: &Tokens) -> Result<(), Error> {
    let (Some(id_token), Some(grant)) = (&tokens.id_token, client.session.grant()) else { return Ok(()) };
    let token = Unverified::parse(id_token)?;
    let subject = token.unverified_claim("sub").and_then(|subject| subject.as_str());
    if grant.subject.is_some() && subject != grant.subject.as_deref() {
        return Err(Error::at(Code::ResponseInvalid, "id_token"));
    }
    Ok(())
}
