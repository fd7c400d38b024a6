//! What an isolate keeps between requests.

use std::{cell::OnceCell, rc::Rc};

use edgeward_core::gateway::{Config, config::ConfigError};
use wasm_bindgen::JsValue;

use crate::gateway::Gateway;

thread_local! {
    static GATEWAY: OnceCell<Result<Rc<Gateway>, ConfigError>> = const { OnceCell::new() };
}

/// The gateway of this isolate, made on the first request: a deployment's configuration never
/// changes within an isolate.
///
/// # Errors
/// What is wrong with the configuration, told once to the log by `report`.
pub fn gateway(
    variable: impl FnOnce() -> Option<String>,
    secret: impl Fn(&str) -> Option<String>,
    binding: impl Fn(&str) -> Option<JsValue>,
    report: impl FnOnce(&ConfigError),
) -> Result<Rc<Gateway>, ConfigError> {
    let make = || {
        let text = variable().ok_or_else(|| ConfigError("The variable EDGEWARD is not set.".into()))?;
        Gateway::new(Config::parse(&text)?, secret, binding).map(Rc::new)
    };
    GATEWAY.with(|cell| cell.get_or_init(|| make().inspect_err(report)).clone())
}
