//! JSON values of the core as JavaScript values.
//!
//! Text is written by JavaScript's own `JSON`, so that a module need not bring a writer along.

use edgeward_core::json::Value;
use js_sys::{Array, JSON, Object};
use wasm_bindgen::JsValue;

/// A value as JavaScript has it.
#[must_use]
pub fn to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(value) => JsValue::from_bool(*value),
        // As with `JSON.parse`: numbers beyond 2^53 lose their last digits.
        Value::Number(number) => JsValue::from_f64(*number),
        Value::String(text) => JsValue::from_str(text),
        Value::Array(items) => {
            let array = Array::new();
            for item in items {
                array.push(&to_js(item));
            }
            array.into()
        }
        Value::Object(members) => {
            let entries = Array::new();
            for (name, value) in members {
                entries.push(&Array::of2(&JsValue::from_str(name), &to_js(value)));
            }
            // Defines members rather than setting them, so that a claim named `__proto__` is one.
            Object::from_entries(&entries).map_or(JsValue::UNDEFINED, JsValue::from)
        }
    }
}

/// A value as JSON text.
#[must_use]
pub fn to_text(value: &Value) -> String {
    // Plain data has no cycle and no `toJSON`, the two things that `stringify` could fail at.
    JSON::stringify(&to_js(value)).ok().and_then(|text| text.as_string()).unwrap_or_default()
}
