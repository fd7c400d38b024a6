//! How a request that is turned away is answered.

use edgeward_core::{
    gateway::{
        Denial,
        challenge::{self, Protection},
    },
    json::{Value, object},
};
use edgeward_host::thrown;
use wasm_bindgen::JsValue;

/// The object that is thrown: that of every error, and under `denial` the status and the headers of
/// the answer.
pub fn thrown(denial: &Denial, realm: &str) -> JsValue {
    let protection = Protection { realm, resource_metadata: None };
    let challenge = challenge::bearer(denial, protection);
    let headers = challenge.map(|value| ("www-authenticate", Value::String(value)));
    let answer = object(vec![
        ("status", u32::from(denial.error.code.status()).into()),
        ("headers", object(headers.into_iter().collect())),
    ]);
    thrown::error_with(denial.error, ("denial", answer))
}
