//! Asks for the next access token, as the session's machine orders.

use edgeward_core::{
    Code, Error,
    json::Value,
    jwt::Unverified,
    oauth::{scope, token, token::Tokens},
    session::{Grant, Refresh, Renewed},
};

use crate::{
    client::Client,
    run::{Flow, Run},
};

/// Sends the refresh token, and gives what came for it.
///
/// # Errors
/// Those of discovery and of [`tokens::ask`]; `response_invalid` at `id_token`: it is somebody
/// else's.
pub(crate) fn run(run: &Run<'_>, refresh: &Refresh) -> Flow<Renewed> {
    let client = run.client;
    let metadata = client.provider.metadata(run)?;
    let resources = match &refresh.target.resource {
        Some(resource) => std::slice::from_ref(resource),
        // That of the sign-in; see `token::exchange_request`.
        None => client.settings.resources.get(..1).unwrap_or_default(),
    };
    let mut request = token::refresh_request(
        metadata.token_endpoint()?,
        &client.settings.client_id,
        &refresh.refresh_token,
        resources,
    );
    if !refresh.target.scope.is_empty() {
        let granted = client.session.granted(run)?.map_or("", |grant| grant.scope.as_str());
        scope::narrow(&mut request, granted, &refresh.target.scope)?;
    }
    #[cfg(feature = "oauth")]
    let (tokens, skew) = crate::oauth::renew(run, request, refresh.key.as_deref())?;
    // Nothing of the small client goes by the server's clock.
    #[cfg(not(feature = "oauth"))]
    let skew = None;
    #[cfg(not(feature = "oauth"))]
    let tokens = crate::tokens::ask(run, request, refresh.key.as_deref())?;
    check_owner(client, client.session.granted(run)?, &tokens)?;
    Ok(Renewed { tokens, claims: None, skew })
}

/// The ID token of a refresh is a hint for the sign-out, and not believed; but one of somebody else
/// shows that the whole answer is somebody else's.
///
/// Source: [OpenID Connect Core §12.2](https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse)
fn check_owner(client: &Client, grant: Option<&Grant>, tokens: &Tokens) -> Result<(), Error> {
    let (Some(id_token), Some(grant)) = (&tokens.id_token, grant) else { return Ok(()) };
    let token = Unverified::parse(id_token)?;
    let same = |name| token.unverified_claim(name) == grant.claims.get(name);
    let id = client.settings.client_id.as_str();
    let is_for_us = match token.unverified_claim("aud") {
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(id)),
        one => one.and_then(Value::as_str) == Some(id),
    };
    if grant.subject.is_none() || (same("iss") && same("sub") && is_for_us) {
        return Ok(());
    }
    Err(Error::at(Code::ResponseInvalid, "id_token"))
}
