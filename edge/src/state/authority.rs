//! What an isolate keeps of the authority: its settings and its keys.

use std::rc::Rc;

use edgeward_authority::settings::{Settings, SettingsError};
use edgeward_host::webcrypto::{SigningKeys, WebCrypto};

use super::Made;

thread_local! {
    static SETTINGS: Made<Option<Rc<Settings>>, SettingsError> = const { Made::not_yet() };
}

/// The settings of the authority of this isolate; `None` if it has none.
///
/// # Errors
/// Those of `read`, which it tells once to the log by `report`.
pub fn authority(
    read: impl FnOnce() -> Result<Option<Rc<Settings>>, SettingsError>,
    report: impl FnOnce(&SettingsError),
) -> Result<Option<Rc<Settings>>, SettingsError> {
    SETTINGS.with(|settings| settings.get(read, report))
}

/// Reads the settings before a request waits for them, and tells whether they are valid.
#[cfg(feature = "entry")]
pub fn prepare(read: impl FnOnce() -> Result<Option<Rc<Settings>>, SettingsError>) -> bool {
    SETTINGS.with(|settings| settings.prepare(read))
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
