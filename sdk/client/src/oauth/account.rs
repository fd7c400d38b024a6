//! Asks the provider about the user, about a token, and about the client itself.

use edgeward_core::{
    Code, Error,
    json::{Map, Members, Value},
    jwt,
    oauth::{
        introspect,
        revoke::{self, TokenKind},
        userinfo::{self, Answer as Userinfo},
    },
};

use super::{authentication::dress, binding};
use crate::{
    effect::{self, SERVER},
    id_token,
    provider::Provider,
    run::{Flow, Run},
    session::Want,
};

/// The user's claims at the provider, which become those of the session.
///
/// # Errors
/// Those of [`Session::access`](crate::session::Session::access) and of [`userinfo`];
/// `userinfo_subject_mismatch`: they are somebody else's.
pub(crate) fn userinfo(run: &Run<'_>) -> Flow<Value> {
    let (client, want) = (run.client, Want::default());
    let handed = client.session.access(run, want)?;
    let subject = client.session.granted(run)?.and_then(|grant| grant.subject.as_deref());
    let subject = subject.ok_or(Code::SessionMissing)?;
    let metadata = run.client.provider.metadata(run)?;
    let request = userinfo::request(metadata, &handed.access.token, handed.access.token_type)?;
    let answer = binding::call(run, &request, &handed.access)?;
    let claims = match userinfo::response(&answer)? {
        Userinfo::Plain(members) => userinfo::claims(members, subject)?,
        Userinfo::Signed(token) => {
            let settings = &client.settings.policy;
            let policy = userinfo::policy(
                &metadata.issuer,
                &client.settings.client_id,
                settings.algorithms.clone(),
                settings.tolerance,
            )?;
            let token = jwt::admit(&token, &policy)?;
            let keys = Provider::keys(run, metadata)?;
            id_token::check_signature(run, &token, &keys)?;
            let now = run.now().wall.to_seconds();
            userinfo::validate(token.dangerous_trust(), &policy, subject, now)?.into_members()
        }
    };
    let grant = client.session.granted(run)?.ok_or(Code::SessionMissing)?;
    client.session.update_user(run, merged(grant.claims.clone(), &claims))?;
    Ok(Value::Object(claims))
}

/// The claims of the ID token with what is newer about the user. What they say about the sign-in
/// itself stays: userinfo is no token, and a signed answer of it is another one.
fn merged(mut own: Map, newer: &Map) -> Map {
    let about_user = newer.iter().filter(|(name, _)| !SIGN_IN.contains(&name.as_str()));
    own.extend(about_user.cloned());
    own
}

/// The claims about the token and the sign-in
/// ([OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
const SIGN_IN: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "sid",
];

/// What the server says about a token: its members, or null if it is not active.
///
/// # Errors
/// `invalid_parameters` at `token` or `kind`; those of discovery and of [`introspect`].
pub(crate) fn introspect(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let (token, kind) = token_of(args)?;
    let metadata = run.client.provider.metadata(run)?;
    let request = introspect::state_request(metadata, &run.client.settings.client_id, &token, kind)?;
    let request = dress(run, request)?;
    let answer = effect::fetch(run, &request, SERVER)?;
    Ok(match introspect::state_response(&answer)? {
        introspect::State::Active(members) => Value::Object(members),
        introspect::State::Inactive => Value::Null,
    })
}

/// Revokes a token, and tells whether the server did.
///
/// # Errors
/// `invalid_parameters` at `token` or `kind`; those of discovery and of [`revoke::response`].
pub(crate) fn revoke(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let (token, kind) = token_of(args)?;
    let metadata = run.client.provider.metadata(run)?;
    let endpoint = metadata.revocation_endpoint.as_ref();
    let endpoint = endpoint.ok_or(Error::at(Code::DiscoveryInvalid, "revocation_endpoint"))?;
    let request = revoke::request(endpoint, &run.client.settings.client_id, &token, kind);
    let request = dress(run, request)?;
    revoke::response(&effect::fetch(run, &request, SERVER)?)?;
    Ok(Value::Null)
}

fn token_of(args: &Members) -> Result<(String, TokenKind), Error> {
    let kind = match args.text("kind")?.as_deref() {
        None | Some("access_token") => TokenKind::Access,
        Some("refresh_token") => TokenKind::Refresh,
        Some(_) => return Err(Error::at(Code::InvalidParameters, "kind")),
    };
    Ok((args.required("token")?, kind))
}
