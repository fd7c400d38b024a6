//! How a failure crosses into JavaScript: a plain object, which the package wraps in `AuthError`.

use edgeward_core::{
    Error,
    error::Recovery,
    json::{Value, object},
    oauth::{Failure, OauthError},
};
use wasm_bindgen::JsValue;

use crate::values;

/// The object that is thrown: `code`, `message`, `retryable`, `sessionEnded`, and where they apply
/// `at`, `status` and `oauth` with `error`, `error_description` and `error_uri`.
#[must_use]
pub fn failure(failure: &Failure) -> JsValue {
    values::to_js(&object(members(failure)))
}

/// The same for an error that no server named.
#[must_use]
pub fn error(error: Error) -> JsValue {
    failure(&error.into())
}

/// The same with a member of the thrower's own.
#[must_use]
pub fn error_with(error: Error, member: (&'static str, Value)) -> JsValue {
    let mut members = members(&error.into());
    members.push(member);
    values::to_js(&object(members))
}

fn members(failure: &Failure) -> Vec<(&'static str, Value)> {
    let Error { code, at } = failure.error;
    let mut members = vec![
        ("code", code.as_str().into()),
        ("message", message(failure.error).into()),
        ("retryable", (code.recovery() == Recovery::Retry).into()),
        ("sessionEnded", (code.recovery() == Recovery::SignIn).into()),
    ];
    if !at.is_empty() {
        members.push(("at", at.into()));
    }
    members.extend(failure.status.map(|status| ("status", u32::from(status).into())));
    members.extend(failure.oauth.as_ref().map(|named| ("oauth", oauth(named))));
    members
}

/// As the error prints itself; put together by hand, because formatting is 2 KB of code that
/// nothing else here needs.
fn message(error: Error) -> String {
    let message = error.code.message();
    if error.at.is_empty() { message.into() } else { [message, " (", error.at, ")"].concat() }
}

fn oauth(named: &OauthError) -> Value {
    let mut members = vec![("error", named.error.as_str().into())];
    for (name, text) in [("error_description", &named.description), ("error_uri", &named.uri)] {
        members.extend(text.as_deref().map(|text| (name, text.into())));
    }
    object(members)
}
