//! Writes what JavaScript gets, as [`shapes`](crate::shapes) declares it.

use edgeward_core::{
    json::{Value, object},
    session::{Access, Event, EventKind, Grant, Handed, Machine, Origin, Reason, State, Target},
};

/// A `Session`.
pub(crate) fn session(grant: &Grant) -> Value {
    let access = grant.find(&Target::default());
    object(vec![
        ("subject", grant.subject.as_deref().into()),
        ("claims", Value::Object(grant.claims.clone())),
        ("scope", access.map_or_else(|| scopes(&grant.scope), |access| scopes(&access.scope))),
        ("expiresAt", access.and_then(Access::expires_at).map(|at| at.0).into()),
    ])
}

/// An `AuthState`.
pub(crate) fn state(machine: &Machine) -> Value {
    match (machine.state(), machine.grant()) {
        (State::SignedIn { stale }, Some(grant)) => {
            object(vec![("status", "signedIn".into()), ("session", session(grant)), ("stale", stale.into())])
        }
        (State::SignedOut { reason: Some(reason) }, _) => {
            object(vec![("status", "signedOut".into()), ("reason", reason_name(reason).into())])
        }
        (State::Loading, _) => object(vec![("status", "loading".into())]),
        _ => object(vec![("status", "signedOut".into())]),
    }
}

/// An `AuthEvent`, with the state that it led to.
pub(crate) fn event(event: Event, state: Value) -> Value {
    let name = match event.kind {
        EventKind::Initial => "initial",
        EventKind::SignedIn => "signed_in",
        EventKind::SignedOut => "signed_out",
        EventKind::TokenRefreshed => "token_refreshed",
        EventKind::RefreshFailed => "refresh_failed",
        EventKind::UserUpdated => "user_updated",
        EventKind::SessionSwitched => "session_switched",
    };
    let origin = match event.origin {
        Origin::Local => "local",
        Origin::Tab => "tab",
        Origin::Server => "server",
    };
    object(vec![
        ("type", name.into()),
        ("origin", origin.into()),
        ("generation", event.generation.into()),
        ("state", state),
    ])
}

/// An `AccessToken`.
pub(crate) fn access_token(handed: &Handed) -> Value {
    let Handed { access, stale } = handed;
    object(vec![
        ("token", access.token.as_str().into()),
        ("tokenType", access.token_type.as_str().into()),
        ("scope", scopes(&access.scope)),
        ("expiresAt", access.expires_at().map(|at| at.0).into()),
        ("stale", (*stale).into()),
    ])
}

/// A `CallbackResult` of a sign-in.
pub(crate) fn signed_in(session: Value, app_state: Option<Value>) -> Value {
    let mut members = vec![("kind", "signedIn".into()), ("session", session)];
    members.extend(app_state.map(|state| ("appState", state)));
    object(members)
}

/// A `CallbackResult` of an address that is no callback.
pub(crate) fn no_callback() -> Value {
    object(vec![("kind", "none".into())])
}

fn scopes(scope: &str) -> Value {
    scope.split(' ').filter(|scope| !scope.is_empty()).map(String::from).collect::<Vec<_>>().into()
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::SignedOut => "signed_out",
        Reason::Expired => "expired",
        Reason::Revoked => "revoked",
    }
}
