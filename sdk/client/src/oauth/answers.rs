//! Authorization responses that say more than a code: signed ones, and those with the state of the
//! user's session at the provider.
//!
//! Source: [JARM](https://openid.net/specs/oauth-v2-jarm.html),
//! [OpenID Connect Session Management §2](https://openid.net/specs/openid-connect-session-1_0.html#CreatingUpdatingSessions)

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    json::{Map, Value},
    jwt::Unverified,
    oauth::{authorize::Callback, check_session, discovery::Metadata, form, jarm, providers::apple},
};

use super::authentic;
use crate::{
    client::Client,
    run::{Flow, Known, Run},
};

/// What came with the callbacks that are under way.
#[derive(Default)]
pub(crate) struct Answers(RefCell<Vec<Kept>>);

struct Kept {
    state: String,
    /// The token that the response stood in.
    token: Option<String>,
    session_state: Option<String>,
    /// What the user said to be called.
    name: Option<String>,
}

/// How many are remembered.
const MAX: usize = 8;

/// Reads the query of a callback. What a signed one says is not verified yet: it finds the sign-in that
/// it claims to answer, and nothing else.
pub(crate) fn read(client: &Client, query: &str) -> Option<Callback> {
    let token = jarm::response(query);
    let callback = match &token {
        None => Callback::read(query)?,
        Some(token) => unverified(token)?,
    };
    let kept = Kept {
        state: callback.state().into(),
        token,
        session_state: check_session::session_state(query),
        name: client.settings.catalogue.team.as_ref().and_then(|_| apple::posted_name(query)),
    };
    let mut all = client.memory.answers.0.borrow_mut();
    all.retain(|other| other.state != kept.state);
    all.truncate(MAX - 1);
    all.insert(0, kept);
    Some(callback)
}

/// The state that a callback's query names, of which nothing is verified yet.
pub(crate) fn state_of(query: &str) -> Option<String> {
    let callback = match jarm::response(query) {
        None => Callback::read(query)?,
        Some(token) => unverified(&token)?,
    };
    Some(callback.state().into())
}

fn unverified(token: &str) -> Option<Callback> {
    let token = Unverified::parse(token).ok()?;
    let names = ["state", "code", "error", "error_description", "error_uri", "iss"];
    let claims: Map = names
        .into_iter()
        .filter_map(|name| Some((name.into(), token.unverified_claim(name)?.clone())))
        .collect();
    Callback::from_claims(&claims)
}

/// The callback that counts: what a signed response says once its signature was verified.
///
/// # Errors
/// `callback_invalid` at `response`: the provider was asked to sign, and this is not signed; those of
/// the signature and of [`jarm::callback`].
pub(crate) fn verified(run: &Run<'_>, metadata: &Metadata, callback: &Callback) -> Flow<Callback> {
    let settings = &run.client.settings;
    let token = find(run, callback.state(), |kept| kept.token.as_deref())?;
    let Some(token) = token else {
        let signed = settings.catalogue.mode.is_signed();
        // Whoever can leave the signature away could write what it should protect.
        return if signed {
            Err(Error::at(Code::CallbackInvalid, "response").into())
        } else {
            Ok(callback.clone())
        };
    };
    let (algorithms, tolerance) = (settings.policy.algorithms.clone(), settings.policy.tolerance);
    let policy = jarm::policy(&metadata.issuer, &settings.client_id, algorithms, tolerance)?;
    let token = authentic(run, metadata, token, &policy)?;
    Ok(jarm::callback(token, &policy, run.now().wall.to_seconds())?)
}

/// Adds to the claims of the session what stood beside the code: the state of the user's session at the
/// provider, and the name that the user gave there where the ID token says none.
pub(crate) fn add_what_came_along(run: &Run<'_>, state: &str, claims: &mut Map) -> Flow<()> {
    if let Some(name) = find(run, state, |kept| kept.name.as_deref())?
        && !claims.contains_key(NAME)
    {
        claims.insert(NAME.into(), name.into());
    }
    if let Some(session_state) = find(run, state, |kept| kept.session_state.as_deref())? {
        claims.insert(SESSION_STATE.into(), session_state.into());
    }
    Ok(())
}

/// The state of the user's session at the provider, if it tells.
pub(super) fn session_state(claims: &Map) -> Option<&str> {
    claims.get(SESSION_STATE).and_then(Value::as_str)
}

const SESSION_STATE: &str = "session_state";
const NAME: &str = "name";

/// The query without a signed response for `state`; `None`: it has none.
pub(crate) fn rest_of(query: &str, state: &str) -> Option<String> {
    unverified(&jarm::response(query)?).filter(|shown| shown.state() == state)?;
    let foreign = |piece: &&str| form::decode(piece).first().is_none_or(|(name, _)| name != "response");
    Some(query.split('&').filter(foreign).collect::<Vec<_>>().join("&"))
}

fn find<'a>(run: &Run<'a>, state: &str, what: impl Fn(&Kept) -> Option<&str>) -> Flow<Option<&'a str>> {
    let known = run.once(|| {
        let all = run.client.memory.answers.0.borrow();
        let found = all.iter().find(|kept| kept.state == state).and_then(what);
        Ok(Known::Json(found.into()))
    });
    Ok(known?.json()?.as_str())
}
