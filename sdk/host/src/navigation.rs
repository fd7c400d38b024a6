//! The address bar. Only a page has one.

use edgeward_core::{Code, Error};
use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use crate::global;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = location, js_name = assign)]
    fn location_assign(url: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = history, js_name = replaceState)]
    fn replace_state(state: &JsValue, unused: &str, url: &str) -> Result<(), JsValue>;
}

/// The page's address.
///
/// # Errors
/// `runtime_unsupported`: there is no page.
pub fn href() -> Result<String, Error> {
    let location = global::member("location").ok_or_else(|| absent("location"))?;
    global::property(&location, "href").and_then(|href| href.as_string()).ok_or_else(|| absent("location"))
}

/// Leaves for another address. The page goes on running for a moment.
///
/// # Errors
/// `runtime_unsupported`: there is no page.
pub fn assign(url: &str) -> Result<(), Error> {
    location_assign(url).map_err(|_| absent("location"))
}

/// Replaces the address that is shown, without loading it; the page's history state stays.
///
/// # Errors
/// `runtime_unsupported`: there is no page, or the address is of another origin.
pub fn replace(url: &str) -> Result<(), Error> {
    let history = global::member("history").ok_or_else(|| absent("history"))?;
    let state = Reflect::get(&history, &JsValue::from_str("state")).unwrap_or(JsValue::NULL);
    replace_state(&state, "", url).map_err(|_| absent("history"))
}

fn absent(at: &'static str) -> Error {
    Error::at(Code::RuntimeUnsupported, at)
}
