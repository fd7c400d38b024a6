//! Tokens of a client for itself.
//!
//! Source: [RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)

use edgeward_core::json::Map;

use super::{Asking, Tokens};
use crate::oauth::{
    access::{self, Grantee},
    client::Method,
    keys,
    refusal::{Refusal, Word},
};

/// Grants a client what it may by itself. There is no refresh token: it can ask again.
///
/// # Errors
/// `unauthorized_client`: it cannot show who it is. `invalid_scope`, `invalid_target`
pub async fn grant(asking: &Asking<'_>) -> Result<Tokens, Refusal> {
    let (authority, client) = (asking.authority, &asking.client);
    if client.method == Method::None {
        return Err(Refusal::new(Word::UnauthorizedClient, "the client cannot show who it is"));
    }
    let scope = asking.parameters.scope(authority, Some(client.scope.as_deref().unwrap_or_default()))?;
    let scope = scope.or_else(|| client.scope.clone()).unwrap_or_default();
    let asked = asking.parameters.resources(authority)?;
    let settings = &authority.settings.oauth;
    let resource = match asked.as_slice() {
        [] => settings.own(),
        [one] => settings.resource(one),
        _ => None,
    };
    let resource = resource.ok_or(Refusal::new(Word::InvalidTarget, "a token is for one resource"))?;
    let grantee = Grantee {
        subject: &client.id,
        client: &client.id,
        resource,
        scope: &scope,
        session: None,
        grant: None,
        actor: None,
        jkt: asking.jkt.as_deref(),
        authenticated_at: None,
        at_most: None,
        more: Map::default(),
    };
    let issued = access::issue(authority, &keys::signer(authority).await?, &grantee).await?;
    Ok(Tokens::access(asking, issued, scope))
}
