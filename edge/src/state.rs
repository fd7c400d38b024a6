//! What an isolate keeps between requests.

use std::{cell::OnceCell, rc::Rc};

use edgeward_authority::settings::{Settings, SettingsError};
use edgeward_core::gateway::{Config, config::ConfigError};
use edgeward_host::{
    random,
    webcrypto::{SigningKeys, WebCrypto},
};
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

/// The settings of the authority of this isolate, read on the first request; `None` if it has none.
///
/// # Errors
/// What is wrong with them, told once to the log by `report`.
pub fn authority(
    variable: impl FnOnce() -> Option<String>,
    secret: impl Fn(&str) -> Option<String>,
    report: impl FnOnce(&SettingsError),
) -> Result<Option<Rc<Settings>>, SettingsError> {
    thread_local! {
        static SETTINGS: OnceCell<Result<Option<Rc<Settings>>, SettingsError>> = const { OnceCell::new() };
    }
    let read =
        || variable().map(|text| Settings::parse(&text, secret).map(Rc::new)).transpose().inspect_err(report);
    SETTINGS.with(|cell| cell.get_or_init(read).clone())
}

/// The keys that this isolate has imported to sign with.
pub fn signing_keys() -> Rc<SigningKeys> {
    thread_local! {
        static KEYS: Rc<SigningKeys> = Rc::new(SigningKeys::new());
    }
    KEYS.with(Rc::clone)
}

/// The keys that this isolate has imported to verify with.
pub fn verifying_keys() -> Rc<WebCrypto> {
    thread_local! {
        static KEYS: Rc<WebCrypto> = Rc::new(WebCrypto::new());
    }
    KEYS.with(Rc::clone)
}

/// A name for this isolate, so that its counters are told from another's: letters and digits.
pub fn isolate() -> String {
    thread_local! {
        static NAME: OnceCell<String> = const { OnceCell::new() };
    }
    let name = || random::bytes::<6>().unwrap_or_default().map(|byte| format!("{byte:02x}")).concat();
    NAME.with(|cell| cell.get_or_init(name).clone())
}
