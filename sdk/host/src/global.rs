//! Members of the global object, which differ from place to place.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = globalThis)]
    static GLOBAL: JsValue;
}

/// A member of the global object. `None`: it is absent, or reading it throws, as storage does
/// where the user blocks it.
pub(crate) fn member(name: &str) -> Option<JsValue> {
    GLOBAL.with(|global| property(global, name))
}

/// A property that is neither `undefined` nor `null`.
pub(crate) fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &JsValue::from_str(name)).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}
