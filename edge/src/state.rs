//! What an isolate keeps between requests.

#[cfg(feature = "authority")]
mod authority;

use std::{cell::OnceCell, rc::Rc};

use edgeward_core::gateway::{Config, config::ConfigError};
use edgeward_host::{keys::Published, random};
use wasm_bindgen::JsValue;

use crate::{arithmetic, gateway::Gateway};
#[cfg(feature = "authority")]
pub use authority::{authority, signing_keys, verifying_keys};

thread_local! {
    static GATEWAY: OnceCell<Result<Rc<Gateway>, ConfigError>> = const { OnceCell::new() };
}

/// The gateway of this isolate, made on the first request: a deployment's configuration never
/// changes within an isolate.
///
/// # Errors
/// What is wrong with the configuration, told once to the log by `report`.
pub fn gateway(
    variable: impl Fn(&str) -> Option<String>,
    secret: impl Fn(&str) -> Option<String>,
    binding: impl Fn(&str) -> Option<JsValue>,
    published: impl Fn(&str) -> Option<Published>,
    report: impl FnOnce(&ConfigError),
) -> Result<Rc<Gateway>, ConfigError> {
    let make = || {
        let text =
            variable("EDGEWARD").ok_or_else(|| ConfigError("The variable EDGEWARD is not set.".into()))?;
        let arithmetic = arithmetic::chosen(&variable)?;
        Gateway::new(Config::parse(&text)?, arithmetic, secret, binding, published).map(Rc::new)
    };
    GATEWAY.with(|cell| cell.get_or_init(|| make().inspect_err(report)).clone())
}

/// A name for this isolate, so that its counters are told from another's: letters and digits.
pub fn isolate() -> String {
    thread_local! {
        static NAME: OnceCell<String> = const { OnceCell::new() };
    }
    let name = || random::bytes::<6>().unwrap_or_default().map(|byte| format!("{byte:02x}")).concat();
    NAME.with(|cell| cell.get_or_init(name).clone())
}
