//! Asks the provider about the user, about a token, and about the client itself.

use std::rc::Rc;

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
    client::Client,
    effect::{self, SERVER},
    id_token,
    provider::Provider,
    runtime::Answer,
    session::Want,
};

/// The user's claims at the provider, which become those of the session.
///
/// # Errors
/// Those of [`Session::access`](crate::session::Session::access) and of [`userinfo`];
/// `userinfo_subject_mismatch`: they are somebody else's.
pub(crate) async fn userinfo(client: &Rc<Client>) -> Answer {
    let want = Want::default();
    let handed = client.session.access(client, want).await?;
    let subject =
        client.session.grant().and_then(|grant| grant.subject.clone()).ok_or(Code::SessionMissing)?;
    let metadata = client.provider.metadata(&client.runtime).await?;
    let request = userinfo::request(&metadata, &handed.access.token, handed.access.token_type)?;
    let answer = binding::call(client, &request, &handed.access).await?;
    let claims = match userinfo::response(&answer)? {
        Userinfo::Plain(members) => userinfo::claims(members, &subject)?,
        Userinfo::Signed(token) => {
            let settings = &client.settings.policy;
            let policy = userinfo::policy(
                &metadata.issuer,
                &client.settings.client_id,
                settings.algorithms.clone(),
                settings.tolerance,
            )?;
            let token = jwt::admit(&token, &policy)?;
            let keys = Provider::keys(&client.runtime, &metadata).await?;
            id_token::check_signature(&client.runtime, &token, &keys).await?;
            let now = client.runtime.now().wall.to_seconds();
            userinfo::validate(token.dangerous_trust(), &policy, &subject, now)?.into_members()
        }
    };
    let grant = client.session.grant().ok_or(Code::SessionMissing)?;
    client.session.update_user(client, merged(grant.claims.clone(), &claims)).await?;
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
pub(crate) async fn introspect(client: &Rc<Client>, args: &Members) -> Answer {
    let (token, kind) = token_of(args)?;
    let metadata = client.provider.metadata(&client.runtime).await?;
    let request = introspect::state_request(&metadata, &client.settings.client_id, &token, kind)?;
    let request = dress(client, request).await?;
    let answer = effect::fetch(&client.runtime, &request, SERVER).await?;
    Ok(match introspect::state_response(&answer)? {
        introspect::State::Active(members) => Value::Object(members),
        introspect::State::Inactive => Value::Null,
    })
}

/// Revokes a token, and tells whether the server did.
///
/// # Errors
/// `invalid_parameters` at `token` or `kind`; those of discovery and of [`revoke::response`].
pub(crate) async fn revoke(client: &Rc<Client>, args: &Members) -> Answer {
    let (token, kind) = token_of(args)?;
    let metadata = client.provider.metadata(&client.runtime).await?;
    let endpoint = metadata.revocation_endpoint.as_ref();
    let endpoint = endpoint.ok_or(Error::at(Code::DiscoveryInvalid, "revocation_endpoint"))?;
    let request = revoke::request(endpoint, &client.settings.client_id, &token, kind);
    let request = dress(client, request).await?;
    revoke::response(&effect::fetch(&client.runtime, &request, SERVER).await?)?;
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
