//! Writes what JavaScript gets, as [`shapes`](crate::shapes) declares it.

use edgeward_core::json::{Value, object};

use crate::{
    record::{Grant, Record},
    shapes::{AuthEventType, Reason},
};

/// A `Session`.
pub(crate) fn session(grant: &Grant) -> Value {
    object(vec![
        ("subject", grant.claims.get("sub").cloned().unwrap_or(Value::Null)),
        ("claims", Value::Object(grant.claims.clone())),
        ("scope", grant.scopes().into()),
        ("expiresAt", grant.expires_at().into()),
    ])
}

/// An `AuthState`.
pub(crate) fn state(record: &Record, reason: Option<Reason>) -> Value {
    match &record.grant {
        Some(grant) => object(vec![("status", "signedIn".into()), ("session", session(grant))]),
        None => {
            let mut members = vec![("status", "signedOut".into())];
            members.extend(reason.map(|reason| ("reason", reason_name(reason).into())));
            object(members)
        }
    }
}

/// An `AuthEvent`.
pub(crate) fn event(kind: AuthEventType, state: Value) -> Value {
    let name = match kind {
        AuthEventType::Initial => "initial",
        AuthEventType::SignedIn => "signed_in",
        AuthEventType::SignedOut => "signed_out",
    };
    object(vec![("type", name.into()), ("state", state)])
}

/// An `AccessToken`.
pub(crate) fn access_token(grant: &Grant) -> Value {
    object(vec![
        ("token", grant.tokens.access_token.as_str().into()),
        ("scope", grant.scopes().into()),
        ("expiresAt", grant.expires_at().into()),
    ])
}

/// A `CallbackResult` of a sign-in.
pub(crate) fn signed_in(grant: &Grant, app_state: Option<Value>) -> Value {
    let mut members = vec![("kind", "signedIn".into()), ("session", session(grant))];
    members.extend(app_state.map(|state| ("appState", state)));
    object(members)
}

/// A `CallbackResult` of an address that is no callback.
pub(crate) fn no_callback() -> Value {
    object(vec![("kind", "none".into())])
}

const fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::SignedOut => "signed_out",
        Reason::Expired => "expired",
    }
}
