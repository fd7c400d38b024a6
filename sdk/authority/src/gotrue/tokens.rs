//! Access tokens as GoTrue writes them.

use edgeward_core::{
    base64url,
    json::object,
    jwt::{self, Claims, Policy, TokenType, Tolerance, Unverified},
    time::{Seconds, UnixSeconds},
};

use super::{BASE, Settings, user};
use crate::{
    Authority, Failure,
    oauth::{
        access::ALGORITHMS,
        grant::Grant,
        keys::{self, Signer},
    },
    users::{User, accounts::Account},
};

/// Whom a token is for.
pub struct Grantee<'a> {
    /// The user.
    pub user: &'a User,
    /// How the user signs in.
    pub accounts: &'a [Account],
    /// The grant of the session.
    pub grant: &'a Grant,
}

/// Who issues these tokens: `https://auth.example/auth/v1`.
fn issuer(authority: &Authority) -> String {
    [authority.settings.issuer.as_str(), BASE].concat()
}

/// Issues a token: the text, and when it expires.
///
/// # Errors
/// `algorithm_unsupported`, `jwk_invalid`, `runtime_unsupported`
pub async fn issue(
    authority: &Authority,
    settings: &Settings,
    signer: &Signer,
    to: &Grantee<'_>,
) -> Result<(String, UnixSeconds), Failure> {
    let mut random = [0; 16];
    authority.platform.fill(&mut random)?;
    let now = authority.platform.now().to_seconds();
    let expires = now + settings.lifetime();
    let signed_in = to.grant.authenticated_at.map_or(now, |instant| instant.to_seconds());
    let (user, session) = (to.user, to.grant.session.as_deref());
    let claims = object(vec![
        ("iss", issuer(authority).into()),
        ("sub", user.id.as_str().into()),
        ("aud", settings.audience.as_str().into()),
        ("exp", expires.0.into()),
        ("iat", now.0.into()),
        // So that the tokens of two refreshes in one second are two.
        ("jti", base64url::encode(&random).into()),
        ("email", user.email.as_deref().unwrap_or_default().into()),
        ("phone", "".into()),
        ("app_metadata", user::app_metadata(to.accounts)),
        ("user_metadata", user::metadata(user)),
        ("role", settings.audience.as_str().into()),
        ("aal", "aal1".into()),
        ("amr", vec![object(vec![("method", "oauth".into()), ("timestamp", signed_in.0.into())])].into()),
        ("session_id", session.unwrap_or_default().into()),
        ("is_anonymous", false.into()),
    ]);
    Ok((signer.sign(authority, "JWT", &claims).await?, expires))
}

/// The claims of a token of a user's session. A key of an application, which names no user, is none.
///
/// # Errors
/// Those of a token; `store_unavailable`
pub async fn read(authority: &Authority, settings: &Settings, token: &str) -> Result<Claims, Failure> {
    let policy = Policy {
        token_type: TokenType::Jwt,
        tolerance: Tolerance::new(Seconds(0))?,
        required_claims: vec!["sub".into(), "session_id".into()],
        ..Policy::new(issuer(authority), vec![settings.audience.clone()], ALGORITHMS.to_vec())?
    };
    let token = Unverified::parse(token)?;
    jwt::check(&token, &policy)?;
    let now = authority.platform.now().to_seconds();
    Ok(jwt::validate(keys::verify(authority, token).await?, &policy, now)?)
}
