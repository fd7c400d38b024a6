//! ID tokens: who has signed in, for the client that asked.
//!
//! Source: [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)

use edgeward_core::{
    Error, base64url,
    jose::Algorithm,
    json::{Map, Value, object},
    oauth::scope,
    time::Seconds,
};
use sha2::{Digest, Sha256};

use super::{
    grant::Grant,
    keys::{self, Signer},
};
use crate::{Authority, Failure, users::User};

/// How long an ID token is good.
const LIFETIME: Seconds = Seconds(3600);

/// Issues the ID token of a grant, beside an access token.
///
/// # Errors
/// `algorithm_unsupported`, `jwk_invalid`
pub async fn issue(
    authority: &Authority,
    signer: &Signer,
    grant: &Grant,
    user: &User,
    nonce: Option<&str>,
    access_token: &str,
) -> Result<String, Failure> {
    let now = authority.platform.now().to_seconds();
    let mut members = vec![
        ("iss", authority.settings.issuer.as_str().into()),
        ("sub", user.id.as_str().into()),
        ("aud", grant.client.as_str().into()),
        ("iat", now.0.into()),
        ("exp", (now + LIFETIME).0.into()),
    ];
    members.extend(grant.authenticated_at.map(|instant| ("auth_time", instant.to_seconds().0.into())));
    members.extend(nonce.map(|nonce| ("nonce", nonce.into())));
    members.extend(grant.session.as_deref().map(|session| ("sid", session.into())));
    if signer.algorithm() != Algorithm::EdDsa {
        // The left half of the hash that the algorithm signs; Ed25519's is another one.
        let hash = Sha256::digest(access_token.as_bytes());
        members.push(("at_hash", base64url::encode(hash.get(..16).unwrap_or_default()).into()));
    }
    let Value::Object(mut members) = object(members) else { return Ok(String::new()) };
    members.extend(profile(user, &grant.scope));
    Ok(signer.sign(authority, "JWT", &Value::Object(members)).await?)
}

/// What scopes tell about a user.
///
/// Source: [OpenID Connect Core §5.4](https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims)
#[must_use]
pub fn profile(user: &User, granted: &str) -> Map {
    let mut members: Vec<(&str, Value)> = Vec::new();
    if scope::covers(granted, "profile") {
        members.extend(user.name.as_deref().map(|name| ("name", name.into())));
        members.extend(user.image.as_deref().map(|image| ("picture", image.into())));
        members.push(("updated_at", user.updated_at.to_seconds().0.into()));
    }
    if scope::covers(granted, "email")
        && let Some(email) = &user.email
    {
        members.push(("email", email.as_str().into()));
        members.push(("email_verified", user.email_verified.into()));
    }
    members.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// Whose an ID token is that a client gives back as a hint, even if it has expired since.
///
/// # Errors
/// Those of a token that is not ours.
pub async fn hinted(authority: &Authority, token: &str) -> Result<Hint, Failure> {
    use edgeward_core::{
        Code,
        jwt::{self, Policy, TokenType, Unverified},
    };
    let unverified = Unverified::parse(token)?;
    let client = unverified.unverified_claim("aud").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut policy = Policy::new(
        authority.settings.issuer.clone(),
        vec![client.clone()],
        super::access::ALGORITHMS.to_vec(),
    )?;
    policy.token_type = TokenType::Jwt;
    jwt::check(&unverified, &policy)?;
    let members = keys::verify(authority, unverified).await?.payload.into_members();
    let text = |name| members.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    // An access token for Convex has the same type; it names a client, and an ID token does not.
    if members.contains_key("client_id") {
        return Err(Code::TokenTypeInvalid.into());
    }
    let subject = text("sub").ok_or(Error::at(Code::TokenClaimMissing, "sub"))?;
    Ok(Hint { client, subject, session: text("sid") })
}

/// What an ID token says that is given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The client that it was issued to.
    pub client: String,
    /// Whose it is.
    pub subject: String,
    /// The session that it was issued in.
    pub session: Option<String>,
}
