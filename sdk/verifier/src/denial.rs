//! How a request that is turned away is answered.

use edgeward_core::{
    gateway::{
        Denial, Incoming,
        challenge::{self, Protection},
    },
    json::{Value, object},
};
use edgeward_host::thrown;
use wasm_bindgen::JsValue;

use crate::options::Options;

/// The object that is thrown: that of every error, and under `denial` the status and the headers of
/// the answer. `request` is the one that is turned away, if there is one.
pub fn thrown(denial: &Denial, options: &Options, request: Option<&Incoming>) -> JsValue {
    let mut headers = Vec::new();
    let challenges = challenges(denial, options, request);
    let challenges = challenges.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    if !challenges.is_empty() {
        headers.push(("www-authenticate", Value::String(challenges)));
    }
    let answer =
        object(vec![("status", u32::from(denial.error.code.status()).into()), ("headers", object(headers))]);
    thrown::error_with(denial.error, ("denial", answer))
}

fn challenges(denial: &Denial, options: &Options, request: Option<&Incoming>) -> Vec<String> {
    let metadata = options.resource.as_ref().map(|resource| resource.metadata_url(""));
    let protection = Protection { realm: &options.realm, resource_metadata: metadata.as_deref() };
    let Some(dpop) = options.guard.dpop() else {
        return challenge::bearer(denial, protection).into_iter().collect();
    };
    let authorization = request.and_then(|request| request.header("authorization"));
    challenge::with_proofs(denial, protection, dpop.algorithms(), authorization)
}
