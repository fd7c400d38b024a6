//! Tokens that a client gives back.
//!
//! Source: [RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)

use super::{
    access::{self, Proof},
    client,
    grant::{self, Grant, refresh_token},
    parameters::Parameters,
    refusal::Refusal,
    statements,
};
use crate::{
    Authority,
    http::{Incoming, Outgoing},
};

/// Answers a client that gives a token back. One that is none, is over or is another client's is as good as
/// given back.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match revoked(authority, request).await {
        Ok(()) => {
            Outgoing { status: 200, headers: vec![("cache-control", "no-store".into())], body: String::new() }
        }
        Err(refusal) => refusal.answer(),
    }
}

async fn revoked(authority: &Authority, request: &Incoming) -> Result<(), Refusal> {
    let parameters = Parameters::of_form(request)?;
    let client = client::identified(authority, request, &parameters).await?;
    let token = parameters.required("token", "token is missing")?;
    if let Some(genuine) = refresh_token::read(authority, token) {
        let row = authority.store.row(grant::statements::by_id(&genuine.grant)).await?;
        let grant = row.as_ref().map(Grant::read).transpose()?;
        if grant.is_some_and(|grant| grant.client == client.id) {
            grant::end(authority, &genuine.grant).await?;
        }
        return Ok(());
    }
    let audiences = authority.settings.oauth.resources.iter().map(|resource| resource.audience.clone());
    match access::read(authority, token, audiences.collect(), Proof::Unasked).await {
        Ok(claims) if claims.text("client_id")? == Some(&client.id) => {
            let id = claims.text("jti")?.unwrap_or_default();
            let expires = claims.date("exp")?.unwrap_or(authority.platform.now().to_seconds());
            authority.store.row(statements::revoke_token(id, expires.to_millis())).await?;
            Ok(())
        }
        Err(failure) if failure.code.status() >= 500 => Err(failure.into()),
        _ => Ok(()),
    }
}
