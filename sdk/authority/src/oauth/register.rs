//! Clients that register themselves.
//!
//! Source: [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591), [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)

use edgeward_core::{
    json::{self, Map, Value},
    time::UnixMillis,
};

use super::{
    Route,
    client::{self, Client, statements},
    refusal::{Refusal, Word},
};
use crate::{
    Authority,
    context::{digest, random_text},
    http::{Incoming, Outgoing},
    platform::Limit,
};

/// How many may register from one address: nobody needs more, and each is kept.
const REGISTRATIONS: Limit = Limit { requests: 20, window_millis: 3_600_000 };
const ID: &str = "oc_";
const SECRET: &str = "cs_";
const TOKEN: &str = "reg_";

/// The members that are kept; what else a client says of itself is of no use here.
const KEPT: [&str; 15] = [
    "client_name",
    "client_uri",
    "redirect_uris",
    "post_logout_redirect_uris",
    "grant_types",
    "response_types",
    "scope",
    "token_endpoint_auth_method",
    "jwks",
    "jwks_uri",
    "dpop_bound_access_tokens",
    "require_pushed_authorization_requests",
    "backchannel_logout_uri",
    "software_id",
    "software_version",
];

/// Answers a client that registers itself.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match register(authority, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(),
    }
}

/// Answers a client that looks after its registration.
pub async fn look_after(authority: &Authority, request: &Incoming) -> Outgoing {
    match registration(authority, request).await {
        Ok(answer) => answer,
        Err(refusal) if refusal.word == Word::InvalidToken => {
            refusal.answer().with("www-authenticate", "Bearer error=\"invalid_token\"")
        }
        Err(refusal) => refusal.answer(),
    }
}

async fn register(authority: &Authority, request: &Incoming) -> Result<Outgoing, Refusal> {
    if !authority.settings.oauth.registration {
        return Err(Refusal::new(Word::AccessDenied, "clients are registered by the operator"));
    }
    let from = ["register:", request.address.as_deref().unwrap_or("unknown")].concat();
    if let Some(wait) = authority.platform.take(&from, REGISTRATIONS).await? {
        let refusal = Refusal::new(Word::TemporarilyUnavailable, "too many registrations");
        return Err(Refusal { retry_after: Some(wait), ..refusal });
    }
    let id = [ID, &random_text(authority, 24)?].concat();
    let token = [TOKEN, &random_text(authority, 43)?].concat();
    let mut metadata = metadata(authority, request)?;
    let secret = match metadata.get("token_endpoint_auth_method").and_then(Value::as_str) {
        Some("none" | "private_key_jwt") => None,
        _ => Some([SECRET, &random_text(authority, 43)?].concat()),
    };
    if secret.is_some() && !metadata.contains_key("token_endpoint_auth_method") {
        metadata.insert("token_endpoint_auth_method".into(), "client_secret_basic".into());
    }
    let hash = secret.as_deref().map(digest);
    check(authority, &id, &metadata, hash.clone())?;
    let now = authority.platform.now();
    let text = Value::Object(metadata.clone()).to_text();
    authority.store.row(statements::insert(&id, &text, hash.as_deref(), &digest(&token), now)).await?;
    let mut answer = described(authority, &id, metadata, now);
    answer.insert("registration_access_token".into(), token.into());
    if let Some(secret) = secret {
        answer.insert("client_secret".into(), secret.into());
        answer.insert("client_secret_expires_at".into(), 0_u32.into());
    }
    Ok(Outgoing::json(201, Value::Object(answer).to_text()))
}

async fn registration(authority: &Authority, request: &Incoming) -> Result<Outgoing, Refusal> {
    let refused = Refusal::new(Word::InvalidToken, "the registration is not known, or not of this token");
    let id = request.path().strip_prefix(Route::Registration.path()).unwrap_or_default();
    let token = request.header("authorization").and_then(|value| value.split_once(' '));
    let token = token
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| digest(token.trim()));
    let token = token.ok_or(refused.clone())?;
    let row = authority.store.row(statements::by_registration(id, &token)).await?.ok_or(refused.clone())?;
    let now = row.instant("created_at")?;
    match request.method.as_str() {
        "DELETE" => {
            authority.store.batch(statements::remove(id, &token, authority.platform.now())).await?;
            Ok(Outgoing {
                status: 204,
                headers: vec![("cache-control", "no-store".into())],
                body: String::new(),
            })
        }
        "PUT" => {
            let metadata = metadata(authority, request)?;
            check(authority, id, &metadata, row.optional_text("secret_hash")?)?;
            let text = Value::Object(metadata.clone()).to_text();
            authority.store.row(statements::update(id, &token, &text)).await?.ok_or(refused)?;
            Ok(Outgoing::json(200, Value::Object(described(authority, id, metadata, now)).to_text()))
        }
        _ => {
            let metadata = row.json("metadata")?.as_object().cloned().unwrap_or_default();
            Ok(Outgoing::json(200, Value::Object(described(authority, id, metadata, now)).to_text()))
        }
    }
}

/// The metadata of a request, as far as they are kept: with the scopes that strangers may have.
fn metadata(authority: &Authority, request: &Incoming) -> Result<Map, Refusal> {
    let invalid = Refusal::new(Word::InvalidClientMetadata, "the metadata are no JSON object");
    let body = request.body.as_deref().ok_or(invalid.clone())?;
    let members = json::parse_object(body).map_err(|_| invalid)?;
    let kept = members.into_iter().filter(|(name, value)| KEPT.contains(&name.as_str()) && !value.is_null());
    let mut kept: Map = kept.collect();
    let scope = client::clamped(authority, kept.get("scope").and_then(Value::as_str));
    kept.insert("scope".into(), scope.into());
    let grants = kept.get("grant_types").and_then(Value::as_array).cloned();
    let grants = grants.unwrap_or_else(|| vec![client::CODE.into()]);
    let grants: Vec<Value> = grants
        .into_iter()
        .filter(|grant| grant.as_str().is_some_and(|own| client::OPEN_GRANTS.contains(&own)))
        .collect();
    kept.insert("grant_types".into(), grants.into());
    Ok(kept)
}

fn check(authority: &Authority, id: &str, metadata: &Map, hash: Option<String>) -> Result<Client, Refusal> {
    Client::read(id, metadata, hash, authority.settings.reach).map_err(|error| match error.at {
        "redirect_uris" => {
            Refusal::new(Word::InvalidRedirectUri, "a redirect address must be https, or on loopback")
        }
        _ => Refusal::new(Word::InvalidClientMetadata, "a member of the metadata is not valid"),
    })
}

/// What a client is told of its registration.
fn described(authority: &Authority, id: &str, metadata: Map, created: UnixMillis) -> Map {
    let mut members = metadata;
    let address = [authority.settings.issuer.as_str(), Route::Registration.path(), id].concat();
    members.insert("client_id".into(), id.into());
    members.insert("client_id_issued_at".into(), created.to_seconds().0.into());
    members.insert("registration_client_uri".into(), address.into());
    members
}
