//! Asks the token endpoint, and takes tokens back.

use edgeward_core::{
    http::Request,
    json::Value,
    oauth::{
        discovery::Metadata,
        revoke::{self, TokenKind},
        token::Tokens,
    },
};

use crate::{
    client::Client,
    effect::{self, GOODBYE},
    run::{Flow, Known, Run, settled},
};

/// Sends a request of this client to the token endpoint. `bound` names the key that what it has is
/// bound to.
///
/// # Errors
/// Those of [`effect::fetch`] and [`token::response`].
#[cfg(not(feature = "oauth"))]
pub(crate) fn ask(run: &Run<'_>, request: Request, _bound: Option<&str>) -> Flow<Tokens> {
    use edgeward_core::oauth::token::{TokenType, response};
    Ok(response(&effect::fetch(run, &request, effect::SERVER)?, TokenType::Bearer)?)
}

/// The same, with the client's authentication and, where tokens are bound to a key, with its proof.
///
/// # Errors
/// As well `dpop_key_lost`, `dpop_nonce_hidden`, and those of the client's authentication.
#[cfg(feature = "oauth")]
pub(crate) fn ask(run: &Run<'_>, request: Request, bound: Option<&str>) -> Flow<Tokens> {
    Ok(crate::oauth::renew(run, request, bound)?.0)
}

/// Revoking the refresh token ends the whole grant, so it goes alone where there is one
/// ([RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)).
///
/// # Errors
/// None: nobody waits for the verdict, and an access token dies by itself soon.
pub(crate) fn revoke(
    run: &Run<'_>,
    metadata: &Metadata,
    refresh_token: Option<&str>,
    access_token: &str,
) -> Flow<()> {
    #[cfg(feature = "oauth")]
    if crate::oauth::give_back(run, access_token)? {
        return Ok(());
    }
    let Some(endpoint) = &metadata.revocation_endpoint else { return Ok(()) };
    let (token, kind) = match refresh_token {
        Some(token) => (token, TokenKind::Refresh),
        None => (access_token, TokenKind::Access),
    };
    let request = revoke::request(endpoint, &run.client.settings.client_id, token, kind);
    #[cfg(feature = "oauth")]
    let Ok(request) = settled(crate::oauth::dress(run, request))? else { return Ok(()) };
    settled(effect::fetch(run, &request, GOODBYE)).map(drop)
}

/// Has tokens revoked by a flow of its own, which goes on when this one has ended.
pub(crate) fn give_back(run: &Run<'_>, refresh_token: Option<String>, access_token: String) -> Flow<()> {
    let begin = || {
        revoke_later(run.client, refresh_token, access_token);
        Ok(Known::Json(Value::Null))
    };
    run.once(begin).map(drop)
}

/// Revokes tokens that came too late to be used.
pub(crate) fn revoke_later(client: &Client, refresh_token: Option<String>, access_token: String) {
    client.runtime.spawn(move |run| {
        let metadata = run.client.provider.metadata(run)?;
        revoke(run, metadata, refresh_token.as_deref(), &access_token)?;
        Ok(String::new())
    });
}
