//! An options object from JavaScript.

pub use edgeward_core::json::Members;
use edgeward_core::{Code, Error, json::Map};
use wasm_bindgen::JsValue;

/// Takes an object over; `undefined` stands for an empty one. A wrong member is reported with `code`.
///
/// # Errors
/// `code` at `options`: it is no object, or not what JSON can say.
pub fn read(options: &JsValue, code: Code) -> Result<Members, Error> {
    if options.is_undefined() {
        return Ok(Members::of(Map::new(), code));
    }
    let text = js_sys::JSON::stringify(options).ok().and_then(|text| text.as_string());
    Members::parse(&text.ok_or(Error::at(code, "options"))?, code)
}
