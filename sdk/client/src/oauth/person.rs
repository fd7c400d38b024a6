//! Who signed in at a provider that issues no ID tokens.

use edgeward_core::{
    Code, Error,
    json::{self, Map, Value},
    oauth::{
        Failure,
        providers::{self, Form, Granted, Provider},
    },
    session::{Access, Grant, Handed, Target},
    time::UnixMillis,
};

use super::answers;
use crate::{
    client::Client,
    effect::{self, SERVER},
    run::{Flow, Run, settled},
};

/// What stands for `resource` where the user's own token is wanted, beside the application's.
const USER: &str = "authed_user";

/// The claims of a session whose ID token, if there is one, has been verified: with those about a user whom
/// no ID token names, and with the state of the session at the provider.
///
/// # Errors
/// That of the verification; those of [`named_claims`].
pub(crate) fn known_claims(
    run: &Run<'_>,
    granted: &Granted,
    state: &str,
    verified: Result<Map, Failure>,
) -> Flow<Map> {
    let mut claims = match verified? {
        none if granted.tokens.id_token.is_none() => {
            let own = named_claims(run, granted)?;
            if own.is_empty() { none } else { own }
        }
        verified => verified,
    };
    answers::add_what_came_along(run, state, &mut claims)?;
    Ok(claims)
}

/// The claims about a user whom no ID token names: `sub`, the `workspace` without which that says little,
/// and what the provider's profile says.
///
/// # Errors
/// Those of the network; `response_invalid` at `sub`: the profile does not say who it is.
fn named_claims(run: &Run<'_>, granted: &Granted) -> Flow<Map> {
    let Some(provider) = run.client.settings.catalogue.provider else { return Ok(Map::new()) };
    let mut claims = match provider.profile_request(&granted.tokens.access_token) {
        None => Map::new(),
        Some(request) => profile(run, provider, &request)?,
    };
    if let Some(address) = verified_address(run, provider, granted)? {
        claims.extend([("email".into(), address.into()), ("email_verified".into(), true.into())]);
    }
    let named = [("sub", &granted.subject), ("workspace", &granted.workspace)];
    claims.extend(named.into_iter().filter_map(|(name, id)| Some((name.into(), id.as_deref()?.into()))));
    Ok(claims)
}

/// The e-mail address that the provider has verified; none if it does not tell.
fn verified_address(run: &Run<'_>, provider: &Provider, granted: &Granted) -> Flow<Option<String>> {
    let Some(request) = provider.addresses_request(&granted.tokens.access_token) else { return Ok(None) };
    let answer = settled(effect::fetch(run, &request, SERVER))?.ok().filter(|answer| answer.status == 200);
    let addresses = answer.and_then(|answer| json::parse(&answer.body).ok());
    Ok(addresses.and_then(|addresses| providers::verified_address(addresses.as_array()?)))
}

fn profile(run: &Run<'_>, provider: &Provider, request: &edgeward_core::http::Request) -> Flow<Map> {
    let answer = effect::fetch(run, request, SERVER)?;
    let failed = |error| Failure::from(error).of(&answer);
    if answer.status != 200 {
        let code = if answer.status >= 500 { Code::ServerUnavailable } else { Code::ResponseInvalid };
        return Err(failed(Error::at(code, "profile")).into());
    }
    let members =
        json::parse_object(&answer.body).map_err(|_| failed(Error::at(Code::ResponseInvalid, "profile")))?;
    let subject =
        provider.subject(&members).ok_or_else(|| failed(Error::at(Code::ResponseInvalid, "sub")))?;
    let mut claims: Map = members.into_iter().filter(|(name, value)| is_about_user(name, value)).collect();
    claims.insert("sub".into(), subject.into());
    Ok(claims)
}

/// A plain value, and none of the addresses of the provider's API, of which there are dozens. A profile is
/// no token: what would be taken for a statement of one is left out, and so is an address that anybody may
/// write there.
fn is_about_user(name: &str, value: &Value) -> bool {
    let plain = matches!(value, Value::String(_) | Value::Bool(_)) || value.as_u64().is_some();
    let address = name == "url" || name.ends_with("_url") && name != "avatar_url";
    plain
        && !address
        && !["iss", "aud", "sid", "exp", "iat", "email", "email_verified", "workspace"].contains(&name)
}

/// The grant with the user's own token, where a provider gives one beside the application's.
pub(crate) fn with_own_access(mut grant: Grant, granted: Granted, asked: UnixMillis) -> Grant {
    grant.access.extend(granted.user.map(|tokens| Access {
        target: Target { resource: Some(USER.into()), scope: String::new() },
        token: tokens.access_token,
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
        received_at: asked,
        scope: tokens.scope.unwrap_or_default(),
    }));
    grant
}

/// The user's own token, where a provider gives one beside the application's: as long as it lives, since what
/// a refresh brings is the application's. `None`: another one is wanted.
///
/// # Errors
/// `session_missing`; `session_expired`: there is none any more, until the user signs in again.
pub(crate) fn own_access(client: &Client, target: &Target) -> Option<Result<Handed, Failure>> {
    let provider = client.settings.catalogue.provider?;
    if provider.form != Form::Nested || target.resource.as_deref() != Some(USER) {
        return None;
    }
    let Some(grant) = client.session.grant() else { return Some(Err(Code::SessionMissing.into())) };
    let now = client.runtime.now().wall;
    let lives = |access: &Access| access.expires_at().is_none_or(|end| now < end);
    let own = grant.access.iter().find(|access| access.target.resource.as_deref() == Some(USER)).cloned();
    let handed = own.filter(lives).map(|access| Handed { access, stale: false });
    Some(handed.ok_or_else(|| Code::SessionExpired.into()))
}
