//! What an isolate keeps between requests.

#[cfg(feature = "authority")]
mod authority;

use std::{cell::OnceCell, rc::Rc};

use edgeward_config::ConfigError;
use edgeward_host::random;

use crate::gateway::Gateway;
#[cfg(feature = "authority")]
pub use authority::{authority, signing_keys, verifying_keys};

thread_local! {
    static GATEWAY: OnceCell<Result<Rc<Gateway>, ConfigError>> = const { OnceCell::new() };
}

/// The gateway of this isolate, made once: a deployment's configuration never changes within an isolate.
///
/// # Errors
/// Those of `make`, which it tells once to the log by `report`.
pub fn gateway(
    make: impl FnOnce() -> Result<Gateway, ConfigError>,
    report: impl FnOnce(&ConfigError),
) -> Result<Rc<Gateway>, ConfigError> {
    GATEWAY.with(|cell| cell.get_or_init(|| make().map(Rc::new).inspect_err(report)).clone())
}

/// Makes the gateway before a request waits for it. What is wrong with the configuration the first request
/// tells: what is logged outside of requests nobody may see.
#[cfg(feature = "entry")]
pub fn prepare(make: impl FnOnce() -> Result<Gateway, ConfigError>) {
    if let Ok(gateway) = make() {
        GATEWAY.with(|cell| drop(cell.set(Ok(Rc::new(gateway)))));
    }
}

/// A name for this isolate, so that its counters are told from another's: letters and digits.
pub fn isolate() -> String {
    thread_local! {
        static NAME: OnceCell<String> = const { OnceCell::new() };
    }
    let name = || random::bytes::<6>().unwrap_or_default().map(|byte| format!("{byte:02x}")).concat();
    NAME.with(|cell| cell.get_or_init(name).clone())
}
