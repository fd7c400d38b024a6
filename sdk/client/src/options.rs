//! Reads the options of the methods.

use edgeward_core::{Code, Error, json::Value, oauth::authorize::Wishes, time::Seconds};
use edgeward_host::members;
use wasm_bindgen::JsValue;

/// A sign-in's options, read.
#[derive(Default)]
pub(crate) struct SignIn {
    pub wishes: Wishes,
    pub app_state: Option<Value>,
}

impl SignIn {
    pub(crate) fn read(options: &JsValue) -> Result<Self, Error> {
        let options = members::read(options, Code::InvalidParameters)?;
        let max_age = options.number("maxAgeSeconds")?.map(Seconds);
        let extra = match options.member("extraParameters") {
            None => Vec::new(),
            Some(Value::Object(extra)) => extra
                .into_iter()
                .map(text_pair)
                .collect::<Option<_>>()
                .ok_or_else(|| Error::at(Code::InvalidParameters, "extraParameters"))?,
            Some(_) => return Err(Error::at(Code::InvalidParameters, "extraParameters")),
        };
        let wishes = Wishes {
            prompt: options.text("prompt")?,
            login_hint: options.text("loginHint")?,
            max_age,
            extra,
        };
        Ok(Self { wishes, app_state: options.member("appState") })
    }
}

/// Whether a sign-out goes on to the issuer.
pub(crate) fn end_session(options: &JsValue) -> Result<bool, Error> {
    let options = members::read(options, Code::InvalidParameters)?;
    match options.member("endSession") {
        None => Ok(true),
        Some(Value::Bool(value)) => Ok(value),
        Some(_) => Err(Error::at(Code::InvalidParameters, "endSession")),
    }
}

fn text_pair((name, value): (String, Value)) -> Option<(String, String)> {
    match value {
        Value::String(value) => Some((name, value)),
        _ => None,
    }
}
