//! How a failure crosses into JavaScript: a plain object, which the package wraps in `AuthError`.

use edgeward_core::{
    Error,
    error::Recovery,
    oauth::{Failure, OauthError},
};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// The object that is thrown: `code`, `message`, `retryable`, `sessionEnded`, and where they apply
/// `at`, `status` and `oauth` with `error`, `error_description` and `error_uri`.
#[must_use]
pub fn failure(failure: &Failure) -> JsValue {
    let thrown = Object::new();
    let recovery = failure.error.code.recovery();
    set(&thrown, "code", failure.error.code.as_str());
    set(&thrown, "message", failure.error.to_string());
    set(&thrown, "retryable", recovery == Recovery::Retry);
    set(&thrown, "sessionEnded", recovery == Recovery::SignIn);
    if !failure.error.at.is_empty() {
        set(&thrown, "at", failure.error.at);
    }
    if let Some(status) = failure.status {
        set(&thrown, "status", status);
    }
    if let Some(named) = &failure.oauth {
        set(&thrown, "oauth", oauth(named));
    }
    thrown.into()
}

/// The same for an error that no server named.
#[must_use]
pub fn error(error: Error) -> JsValue {
    failure(&error.into())
}

fn oauth(named: &OauthError) -> Object {
    let object = Object::new();
    set(&object, "error", named.error.as_str());
    for (name, text) in [("error_description", &named.description), ("error_uri", &named.uri)] {
        if let Some(text) = text {
            set(&object, name, text.as_str());
        }
    }
    object
}

fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    // Setting a property of a fresh plain object does not fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), &value.into());
}
