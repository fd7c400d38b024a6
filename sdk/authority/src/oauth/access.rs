//! Access tokens: JSON Web Tokens for one API each.
//!
//! Source: [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068); for the APIs of Convex, what its verifier takes:
//! `typ` is `JWT`, `aud` is one text, and `iat` and `kid` are there.

use edgeward_core::{
    Code, Error,
    jose::Algorithm,
    json::{Map, Value, object},
    jwt::{self, Claims, Policy, Possession, Profile, TokenType, Unverified},
    keys::scopes::{Scope, Scopes},
    time::{Seconds, UnixMillis},
};

use super::{
    keys::{self, Signer},
    settings::{Format, Resource},
    statements,
};
use crate::{
    Authority, Failure,
    context::Principal,
    store::{Row, Statement},
    users::{self, User},
};

/// Whom a token is for, and what it says.
#[derive(Clone)]
pub struct Grantee<'a> {
    /// Who it is about: a user, or the client itself.
    pub subject: &'a str,
    /// The client that asked for it.
    pub client: &'a str,
    /// The API that it is for.
    pub resource: &'a Resource,
    /// What may be done with it.
    pub scope: &'a str,
    /// The session that it was granted in.
    pub session: Option<&'a str>,
    /// The grant that it is of.
    pub grant: Option<&'a str>,
    /// Who acts for the subject.
    pub actor: Option<Value>,
    /// The thumbprint of the key that it is bound to.
    pub jkt: Option<&'a str>,
    /// When the user showed who it is.
    pub authenticated_at: Option<UnixMillis>,
    /// How long it lasts at most; an API's own lifetime may be shorter.
    pub at_most: Option<Seconds>,
    /// More claims; none of them replaces one of the others.
    pub more: Map,
}

/// A token that was issued. It is a credential, so there is no `Debug`.
pub struct Issued {
    /// The token.
    pub token: String,
    /// How long it lasts.
    pub lifetime: Seconds,
}

/// Issues a token. Nothing is read or kept for it, so whoever has the signer can count on the token.
///
/// # Errors
/// `algorithm_unsupported`, `jwk_invalid`
pub async fn issue(authority: &Authority, signer: &Signer, to: &Grantee<'_>) -> Result<Issued, Failure> {
    let now = authority.platform.now().to_seconds();
    let lifetime = to.at_most.map_or(to.resource.lifetime, |most| most.min(to.resource.lifetime));
    let mut claims = vec![
        ("iss", authority.settings.issuer.as_str().into()),
        ("sub", to.subject.into()),
        ("aud", to.resource.audience.as_str().into()),
        ("iat", now.0.into()),
        ("exp", (now + lifetime).0.into()),
        ("jti", id(authority, to.grant)?.into()),
        ("client_id", to.client.into()),
        ("scope", to.scope.into()),
    ];
    claims.extend(to.session.map(|session| ("sid", session.into())));
    claims.extend(to.authenticated_at.map(|instant| ("auth_time", instant.to_seconds().0.into())));
    claims.extend(to.actor.clone().map(|actor| ("act", actor)));
    claims.extend(to.jkt.map(|jkt| ("cnf", object(vec![("jkt", jkt.into())]))));
    let Value::Object(mut members) = object(claims) else { return Err(Code::InternalError.into()) };
    members.extend(to.more.iter().filter(|(name, _)| !RESERVED.contains(&name.as_str())).cloned());
    let typ = match to.resource.format {
        Format::AccessToken => "at+jwt",
        Format::Convex => "JWT",
    };
    let token = signer.sign(authority, typ, &Value::Object(members)).await?;
    Ok(Issued { token, lifetime })
}

/// The id of a new token, which begins with that of its grant: so it ends with the grant.
fn id(authority: &Authority, grant: Option<&str>) -> Result<String, Failure> {
    let mut random = [0; 16];
    authority.platform.fill(&mut random)?;
    let own = edgeward_core::base64url::encode(&random);
    Ok(grant.map_or(own.clone(), |grant| [grant, ".", &own].concat()))
}

/// A token that is good.
pub struct Good {
    /// What it says.
    pub claims: Claims,
    /// The user that it is about, as of the moment at which it was found to be good; `None` if there is none.
    pub user: Option<User>,
}

/// The claims of a token of ours for one of `audiences`, if it is good as far as it can say itself, and
/// was not revoked.
///
/// # Errors
/// Those of a token; `token_proof_missing`: it is bound to a key and comes without `proof`; `token_revoked`
pub async fn read(
    authority: &Authority,
    token: &str,
    audiences: Vec<String>,
    proof: Proof<'_>,
) -> Result<Claims, Failure> {
    let token = Unverified::parse(token)?;
    let [keys, revoked] = deciding(authority, &token);
    let answers = authority.store.batch(vec![keys, revoked]).await?;
    checked(authority, token, audiences, proof, &answers).await
}

/// The same, and the user that the token is about.
///
/// # Errors
/// Those of [`read`]
pub async fn read_with_user(
    authority: &Authority,
    token: &str,
    audiences: Vec<String>,
    proof: Proof<'_>,
) -> Result<Good, Failure> {
    let token = Unverified::parse(token)?;
    let [keys, revoked] = deciding(authority, &token);
    let subject = token.unverified_claim("sub").and_then(Value::as_str).unwrap_or_default();
    let answers = authority.store.batch(vec![keys, revoked, users::statement(subject)]).await?;
    let claims = checked(authority, token, audiences, proof, &answers).await?;
    let user = answers.get(2).and_then(|rows| rows.first()).map(User::read).transpose()?;
    Ok(Good { claims, user })
}

/// What decides about a token beside itself: the keys, and whether it was revoked. What it is asked for by is not
/// verified yet, but it is what the token says, and nothing is made of the answer unless the token is genuine.
fn deciding(authority: &Authority, token: &Unverified<'_>) -> [Statement; 2] {
    let id = token.unverified_claim("jti").and_then(Value::as_str);
    let revoked = statements::is_revoked(id, id.and_then(grant_of), authority.platform.now());
    [keys::all(authority), revoked]
}

/// The grant that a token is of: it ends with it.
fn grant_of(id: &str) -> Option<&str> {
    id.split_once('.').map(|(grant, _)| grant)
}

/// Checks a token against the answers to [`deciding`].
async fn checked(
    authority: &Authority,
    token: Unverified<'_>,
    audiences: Vec<String>,
    proof: Proof<'_>,
    answers: &[Vec<Row>],
) -> Result<Claims, Failure> {
    let [keys, revoked, ..] = answers else { return Err(Code::InternalError.into()) };
    let policy = Policy {
        tolerance: jwt::Tolerance::new(Seconds(0))?,
        ..Policy::new(authority.settings.issuer.clone(), audiences, ALGORITHMS.to_vec())?
    };
    jwt::check(&token, &policy)?;
    let own_type = token.header().typ.clone();
    let token = keys::verify_with(authority, &keys::set_of(keys)?, token).await?;
    let now = authority.platform.now();
    let bound = jwt::validate_bound(token, &policy, now.to_seconds())?;
    let claims = match proof {
        Proof::Of(possession) => bound.with(possession)?,
        Proof::None => bound.alone()?,
        Proof::Unasked => bound.dangerous_claims(),
    };
    // An ID token is signed with the same keys, and is no access token.
    if own_type.as_deref() != Some("at+jwt") && claims.text("client_id")?.is_none() {
        return Err(Code::TokenTypeInvalid.into());
    }
    claims.text("jti")?.ok_or(Error::at(Code::TokenClaimMissing, "jti"))?;
    if revoked.is_empty() { Ok(claims) } else { Err(Code::TokenRevoked.into()) }
}

/// Whether the sender of a token has shown that it holds the key that the token is bound to.
pub enum Proof<'a> {
    /// It has.
    Of(&'a Possession),
    /// It has not, so the token must not be bound.
    None,
    /// It is not asked, since nobody acts by the token: somebody asks about it.
    Unasked,
}

/// Who calls the authority's own API with a token, which is not bound to a key or comes with `proof`.
///
/// A client that the operator trusts as its own acts as the user; any other acts for the user, within
/// the scopes that were granted.
///
/// # Errors
/// Those of [`read`]; `user_not_found`, `user_banned`
pub async fn verify(authority: &Authority, token: &str, proof: Proof<'_>) -> Result<Principal, Failure> {
    principal(authority, own(authority, token, proof).await?)
}

/// A token for the authority's own API.
///
/// # Errors
/// Those of [`read`]
pub async fn own(authority: &Authority, token: &str, proof: Proof<'_>) -> Result<Good, Failure> {
    let token_type = Unverified::parse(token)?.header().typ.clone();
    if token_type.as_deref() != Some("at+jwt") {
        return Err(Code::TokenTypeInvalid.into());
    }
    read_with_user(authority, token, vec![authority.settings.issuer.clone()], proof).await
}

/// Who acts by a token that is good.
///
/// # Errors
/// `user_not_found`, `user_banned`
pub fn principal(authority: &Authority, good: Good) -> Result<Principal, Failure> {
    let Good { claims, user } = good;
    let text = |name: &'static str| Ok::<_, Failure>(claims.text(name)?.unwrap_or_default().to_owned());
    let (subject, client, session) = (text("sub")?, text("client_id")?, text("sid")?);
    // A client that acts for itself is nobody's user, whatever it is called (RFC 9068 §5).
    let user = user.filter(|_| subject != client).ok_or(Code::UserNotFound)?;
    if user.is_banned(authority.platform.now()) {
        return Err(Code::UserBanned.into());
    }
    let actor = edgeward_core::oauth::exchange::actors(claims.members())?.into_iter().next();
    let trusted = authority.settings.oauth.clients.iter().any(|own| own.id == client && own.first_party);
    if trusted && actor.is_none() {
        return Ok(Principal::User { admin: user.is_admin(), id: user.id, session, impersonated_by: None });
    }
    let scopes = claims.scopes()?.into_iter().filter_map(|word| Scope::read(&word.into()));
    let agent = actor.map_or(client, |actor| actor.subject);
    Ok(Principal::Agent { user: user.id, agent, session, scopes: Scopes(scopes.collect()) })
}

/// Claims that say what a token is, which nobody else's claims replace or add.
const RESERVED: [&str; 15] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "sid",
    "auth_time",
    "act",
    "may_act",
    "cnf",
    "token_use",
];

/// What tokens may have been signed with, before and after the setting changed.
pub const ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];

/// What RFC 9068 asks of a token, for whoever verifies one of ours.
///
/// # Errors
/// `config_invalid`
pub fn policy(issuer: &str, audience: &str) -> Result<Policy, Failure> {
    let policy = Policy::new(issuer.into(), vec![audience.into()], ALGORITHMS.to_vec())?;
    Ok(Policy { token_type: TokenType::AccessToken, profile: Profile::AccessToken, ..policy })
}
