//! Who the user of a token is.
//!
//! Source: [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo),
//! [RFC 9449 §7](https://www.rfc-editor.org/rfc/rfc9449#section-7)

use edgeward_core::{Code, json::Value, oauth::scope};

use super::{
    access::{self, Good, Proof},
    dpop, id_token,
};
use crate::{
    Authority, Failure,
    http::{Incoming, Outgoing},
};

/// Answers with what the token's scopes tell.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match told(authority, request).await {
        Ok(members) => Outgoing::json(200, members.to_text()),
        Err(failure) => refused(&failure),
    }
}

async fn told(authority: &Authority, request: &Incoming) -> Result<Value, Failure> {
    let Good { claims, user } = good(authority, request).await?;
    let granted = claims.text("scope")?.unwrap_or_default();
    if !scope::covers(granted, "openid") {
        return Err(Code::InsufficientScope.into());
    }
    let user = user.filter(|user| !user.is_banned(authority.platform.now())).ok_or(Code::TokenRevoked)?;
    let mut members = id_token::profile(&user, granted);
    members.insert("sub".into(), user.id.into());
    Ok(Value::Object(members))
}

/// The token that a request brings, with a proof if it is bound to a key.
async fn good(authority: &Authority, request: &Incoming) -> Result<Good, Failure> {
    let value = request.header("authorization").ok_or(Code::TokenMissing)?;
    let (scheme, token) = value.split_once(' ').ok_or(Code::CredentialMalformed)?;
    let token = token.trim();
    // ID tokens do not pass, whatever they are for; the audience is whatever API the user's claims came with.
    let known = authority.settings.oauth.resources.iter().map(|resource| resource.audience.clone()).collect();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => access::read_with_user(authority, token, known, Proof::None).await,
        "dpop" => {
            let key = dpop::shown(authority, request, token).await?;
            access::read_with_user(authority, token, known, Proof::Of(&key)).await
        }
        _ => Err(Code::CredentialMalformed.into()),
    }
}

/// A refusal with the challenge of RFC 6750 §3, which says where nothing came in which ways something may come.
fn refused(failure: &Failure) -> Outgoing {
    let code = failure.code;
    let challenge = match code {
        Code::TokenMissing => "Bearer, DPoP".to_owned(),
        Code::InsufficientScope => "Bearer error=\"insufficient_scope\", scope=\"openid\"".to_owned(),
        _ => return crate::surface::plain_failure(failure),
    };
    let mut answer = crate::surface::plain_failure(failure);
    answer.headers.retain(|(name, _)| *name != "www-authenticate");
    answer.with("www-authenticate", challenge)
}
