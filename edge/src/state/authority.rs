//! What an isolate keeps of the authority: its settings and its keys.

use std::{cell::OnceCell, rc::Rc};

use edgeward_authority::settings::{Settings, SettingsError};
use edgeward_host::webcrypto::{SigningKeys, WebCrypto};

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
