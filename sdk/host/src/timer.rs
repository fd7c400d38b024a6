//! Waiting.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: u32) -> JsValue;
}

/// Waits on a timer of the caller's own, so that it works in workerd, where a request must not
/// await what belongs to another one.
pub async fn sleep(millis: u32) {
    let promise = Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, millis)));
    // A timer resolves and never rejects.
    drop(JsFuture::from(promise).await);
}
