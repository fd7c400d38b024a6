//! What is known of a token, for an API that asks.
//!
//! Source: [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)

use edgeward_core::{
    Code,
    json::{Map, Value, object},
};

use super::{
    access::{self, Proof},
    client::{self, Client},
    grant::{Grant, refresh_token, statements},
    parameters::Parameters,
    refusal::Refusal,
};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
};

/// Answers an API that asks about a token.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match known(authority, request).await {
        Ok(members) => Outgoing::json(200, Value::Object(members).to_text()),
        Err(refusal) => refusal.answer(),
    }
}

async fn known(authority: &Authority, request: &Incoming) -> Result<Map, Refusal> {
    let parameters = Parameters::of_form(request)?;
    let client = client::authenticated(authority, request, &parameters).await?;
    let token = parameters.required("token", "token is missing")?;
    let found = match refresh_token::read(authority, token) {
        Some(genuine) => refresh(authority, &client, &genuine).await?,
        None => access(authority, &client, token).await?,
    };
    // A token that is none, is over, or is not for whoever asks: which of them is nobody's business.
    Ok(found.unwrap_or_else(|| members(vec![("active", false.into())])))
}

/// An access token, for the client that it was issued to and for the API that it is for: a client whose id is
/// its audience, or that the operator trusts.
async fn access(authority: &Authority, client: &Client, token: &str) -> Result<Option<Map>, Failure> {
    let audiences = authority.settings.oauth.resources.iter().map(|resource| resource.audience.clone());
    let claims = match access::read(authority, token, audiences.collect(), Proof::Unasked).await {
        Ok(claims) => claims,
        Err(failure) if failure.code.status() >= 500 && failure.code != Code::AlgorithmUnsupported => {
            return Err(failure);
        }
        Err(_) => return Ok(None),
    };
    let own = claims.text("client_id")? == Some(&client.id);
    if !own && !client.first_party && !claims.audiences()?.contains(&client.id.as_str()) {
        return Ok(None);
    }
    let kind = if claims.members().contains_key("cnf") { "DPoP" } else { "Bearer" };
    let mut known = members(vec![("active", true.into()), ("token_type", kind.into())]);
    known.extend(claims.into_members());
    Ok(Some(known))
}

async fn refresh(
    authority: &Authority,
    client: &Client,
    genuine: &refresh_token::Genuine,
) -> Result<Option<Map>, Failure> {
    let Some(row) = authority.store.row(statements::by_id(&genuine.grant)).await? else { return Ok(None) };
    let grant = Grant::read(&row)?;
    let now = authority.platform.now();
    let family = &grant.family;
    let good =
        !family.ended && now < family.until && now < family.idle_until && genuine.number == family.active;
    if !good || grant.client != client.id {
        return Ok(None);
    }
    let mut known = vec![
        ("active", true.into()),
        ("client_id", grant.client.as_str().into()),
        ("scope", grant.scope.as_str().into()),
        ("exp", family.until.min(family.idle_until).to_seconds().0.into()),
        ("iss", authority.settings.issuer.as_str().into()),
    ];
    known.extend(grant.user.as_deref().map(|user| ("sub", user.into())));
    Ok(Some(members(known)))
}

fn members(members: Vec<(&str, Value)>) -> Map {
    match object(members) {
        Value::Object(members) => members,
        _ => Map::default(),
    }
}
