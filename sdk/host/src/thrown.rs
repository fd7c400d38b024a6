//! How a failure crosses into JavaScript: a plain object, which the package wraps in `AuthError`.

use edgeward_core::{
    Error,
    json::{Value, object},
    oauth::Failure,
};
use wasm_bindgen::JsValue;

use crate::values;

/// The object that is thrown; see [`Cause::members`](edgeward_core::oauth::Cause::members).
#[must_use]
pub fn error(error: Error) -> JsValue {
    values::to_js(&Failure::from(error).to_value())
}

/// The same with a member of the thrower's own.
#[must_use]
pub fn error_with(error: Error, member: (&'static str, Value)) -> JsValue {
    let mut members = Failure::from(error).members();
    members.push(member);
    values::to_js(&object(members))
}
