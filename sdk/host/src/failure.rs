//! An error on its way to JavaScript.

use edgeward_core::{Error, error::Recovery};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// The plain object that is thrown across the boundary, where the entry wraps it into `AuthError`:
/// `{ code, message, status, retryable, sessionEnded, at? }`.
#[must_use]
pub fn to_js(error: Error) -> Object {
    let object = Object::new();
    let set = |name: &str, value: JsValue| {
        // Setting a member of a fresh object cannot fail.
        let _: Result<bool, JsValue> = Reflect::set(&object, &name.into(), &value);
    };
    set("code", error.code.as_str().into());
    set("message", error.code.message().into());
    set("status", error.code.status().into());
    set("retryable", (error.code.recovery() == Recovery::Retry).into());
    set("sessionEnded", (error.code.recovery() == Recovery::SignIn).into());
    if !error.at.is_empty() {
        set("at", error.at.into());
    }
    object
}
