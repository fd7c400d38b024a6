//! Waiting.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: u32) -> JsValue;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout_with(callback: &Function, millis: u32, argument: &JsValue) -> JsValue;
}

/// Waits on a timer of the caller's own, so that it works in workerd, where a request must not
/// await what belongs to another one.
pub async fn sleep(millis: u32) {
    // A timer resolves and never rejects.
    drop(JsFuture::from(timer(millis)).await);
}

/// What a promise resolves to; `None` if it rejects or takes longer. It has a handler in any case.
pub async fn within(millis: u32, promise: &Promise) -> Option<JsValue> {
    outcome_within(millis, promise).await?.ok()
}

/// What a promise settles to; `None` if it takes longer. It has a handler in any case.
pub async fn outcome_within(millis: u32, promise: &Promise) -> Option<Result<JsValue, JsValue>> {
    let late = JsValue::from(Object::new());
    let overtaken = late.clone();
    let timer = Promise::new(&mut |resolve, _| drop(set_timeout_with(&resolve, millis, &overtaken)));
    let first = JsFuture::from(Promise::race(&Array::of2(promise, &timer))).await;
    (first.as_ref() != Ok(&late)).then_some(first)
}

fn timer(millis: u32) -> Promise {
    Promise::new(&mut |resolve, _| drop(set_timeout(&resolve, millis)))
}
