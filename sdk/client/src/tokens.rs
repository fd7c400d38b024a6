//! Asks the token endpoint, and takes tokens back.

use std::rc::Rc;

use edgeward_core::{
    http::Request,
    oauth::{
        Failure,
        discovery::Metadata,
        revoke::{self, TokenKind},
        token::Tokens,
    },
};

use crate::{
    client::Client,
    effect::{self, GOODBYE},
};

/// Sends a request of this client to the token endpoint. `bound` names the key that what it has is
/// bound to.
///
/// # Errors
/// Those of [`effect::fetch`] and [`token::response`].
#[cfg(not(feature = "oauth"))]
pub(crate) async fn ask(
    client: &Rc<Client>,
    request: Request,
    _bound: Option<&str>,
) -> Result<Tokens, Failure> {
    use edgeward_core::oauth::token::{TokenType, response};
    response(&effect::fetch(&client.runtime, &request, effect::SERVER).await?, TokenType::Bearer)
}

/// The same, with the client's authentication and, where tokens are bound to a key, with its proof.
///
/// # Errors
/// As well `dpop_key_lost`, `dpop_nonce_hidden`, and those of the client's authentication.
#[cfg(feature = "oauth")]
pub(crate) async fn ask(
    client: &Rc<Client>,
    request: Request,
    bound: Option<&str>,
) -> Result<Tokens, Failure> {
    Ok(crate::oauth::renew(client, request, bound).await?.0)
}

/// Revoking the refresh token ends the whole grant, so it goes alone where there is one
/// ([RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)).
pub(crate) async fn revoke(
    client: &Rc<Client>,
    metadata: &Metadata,
    refresh_token: Option<&str>,
    access_token: &str,
) {
    #[cfg(feature = "oauth")]
    if crate::oauth::give_back(client, access_token).await {
        return;
    }
    let Some(endpoint) = &metadata.revocation_endpoint else { return };
    let (token, kind) = match refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (access_token, TokenKind::Access),
    };
    let request = revoke::request(endpoint, &client.settings.client_id, token, kind);
    #[cfg(feature = "oauth")]
    let Ok(request) = crate::oauth::dress(client, request).await else { return };
    // Nobody waits for the verdict: an access token dies by itself soon.
    drop(effect::fetch(&client.runtime, &request, GOODBYE).await);
}

/// Revokes tokens that came too late to be used.
pub(crate) fn revoke_later(client: &Rc<Client>, refresh_token: Option<String>, access_token: String) {
    let client_of_flow = Rc::clone(client);
    client.runtime.spawn(async move {
        let client = client_of_flow;
        if let Ok(metadata) = client.provider.metadata(&client.runtime).await {
            revoke(&client, &metadata, refresh_token.as_deref(), &access_token).await;
        }
    });
}
