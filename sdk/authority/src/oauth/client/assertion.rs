//! Tokens with which a client shows who it is.
//!
//! Source: [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523#section-3)

use edgeward_core::{
    Code,
    http::Request,
    jose::KeySet,
    json::Value,
    jwt::{self, Policy, TokenType, Unverified},
    oauth::dpop,
    time::{Seconds, UnixMillis},
};

use super::{Client, Keys};
use crate::{
    Authority, Failure,
    context::digest,
    kept,
    oauth::{Route, keys},
};

/// The `client_assertion_type`.
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion may be good.
const MAX_LIFETIME: Seconds = Seconds(600);

/// The client that an assertion says it is of; not to be believed.
pub fn issuer(token: &str) -> Option<String> {
    let token = Unverified::parse(token).ok()?;
    token.unverified_claim("iss").and_then(Value::as_str).map(Into::into)
}

/// Whether an assertion is good, and was not used before.
///
/// # Errors
/// `network_failed`: the client's keys cannot be had. `dpop_replays_unavailable`
pub async fn is_good(authority: &Authority, client: &Client, token: &str) -> Result<bool, Failure> {
    let keys = match &client.keys {
        Keys::None => return Ok(false),
        Keys::Here(keys) => keys.clone(),
        Keys::At(address) => {
            let response = kept::published(authority, &Request::get_json(address)).await?;
            match KeySet::parse(&response.body) {
                Ok(keys) if response.status == 200 => keys,
                _ => return Ok(false),
            }
        }
    };
    match check(authority, client, &keys, token).await {
        Ok((id, until)) => {
            let name = ["client_assertion:", &digest(&[&client.id, " ", &id].concat())].concat();
            Ok(authority.platform.unseen(&name, until).await?)
        }
        Err(failure) if failure.code.status() >= 500 => Err(failure),
        Err(_) => Ok(false),
    }
}

/// The id of an assertion that is good, and until when.
async fn check(
    authority: &Authority,
    client: &Client,
    keys: &KeySet,
    token: &str,
) -> Result<(String, UnixMillis), Failure> {
    let issuer = &authority.settings.issuer;
    let endpoint = |route: Route| [issuer.as_str(), route.path()].concat();
    let routes = [Route::Token, Route::Push, Route::Introspect, Route::Revoke, Route::DeviceAuthorization];
    let audiences = [issuer.clone()].into_iter().chain(routes.map(endpoint)).collect();
    let policy = Policy {
        token_type: TokenType::Jwt,
        required_claims: vec!["sub".into(), "jti".into()],
        ..Policy::new(client.id.clone(), audiences, dpop::ALGORITHMS.to_vec())?
    };
    let token = Unverified::parse(token)?;
    jwt::check(&token, &policy)?;
    let now = authority.platform.now().to_seconds();
    let claims = jwt::validate(keys::verify_with(authority, keys, token).await?, &policy, now)?;
    let expires = claims.date("exp")?.unwrap_or(now);
    if claims.text("sub")? != Some(&client.id) || expires > now + MAX_LIFETIME {
        return Err(Code::TokenClaimInvalid.into());
    }
    let until = (expires + policy.tolerance.seconds() + Seconds(1)).to_millis();
    Ok((claims.text("jti")?.unwrap_or_default().to_owned(), until))
}
