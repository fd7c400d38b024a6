//! Futures as promises. All go through one type, since each type of its own brings the machinery
//! along once more.

use std::{future::Future, pin::Pin};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// A future that a promise drives.
type Task = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// Drives a future, and gives the promise of its outcome.
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let task: Task = Box::pin(future);
    future_to_promise(task)
}

/// Drives a future whose outcome nobody waits for.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    drop(promise(async {
        future.await;
        Ok(JsValue::UNDEFINED)
    }));
}
