//! Asks the token endpoint, and takes tokens back.

use std::rc::Rc;

use edgeward_core::{
    http::Request,
    oauth::{
        Failure,
        discovery::Metadata,
        revoke::{self, TokenKind},
        token::{self, TokenType, Tokens},
    },
};

use crate::{
    client::Client,
    effect::{self, GOODBYE, SERVER},
};

/// Sends a request of this client to the token endpoint.
///
/// # Errors
/// Those of [`effect::fetch`] and [`token::response`].
pub(crate) async fn ask(client: &Rc<Client>, request: Request) -> Result<Tokens, Failure> {
    token::response(&effect::fetch(&client.runtime, &request, SERVER).await?, TokenType::Bearer)
}

/// Revoking the refresh token ends the whole grant, so it goes alone where there is one
/// ([RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)).
pub(crate) async fn revoke(
    client: &Rc<Client>,
    metadata: &Metadata,
    refresh_token: Option<&str>,
    access_token: &str,
) {
    let Some(endpoint) = &metadata.revocation_endpoint else { return };
    let (token, kind) = match refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (access_token, TokenKind::Access),
    };
    let request = revoke::request(endpoint, &client.settings.client_id, token, kind);
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
