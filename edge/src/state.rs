//! What an isolate keeps between requests.

#[cfg(feature = "authority")]
mod authority;

use std::{cell::OnceCell, rc::Rc};

use edgeward_config::ConfigError;
use edgeward_host::random;

use crate::gateway::Gateway;
#[cfg(all(feature = "entry", feature = "authority"))]
pub use authority::prepare as prepare_authority;
#[cfg(feature = "authority")]
pub use authority::{authority, signing_keys, verifying_keys};

/// What an isolate makes once of its configuration, which never changes within an isolate.
struct Made<T, E>(OnceCell<Result<T, E>>);

impl<T: Clone, E: Clone> Made<T, E> {
    const fn not_yet() -> Self {
        Self(OnceCell::new())
    }

    /// What was made, or why it cannot be, which is told once by `report`.
    fn get(&self, make: impl FnOnce() -> Result<T, E>, report: impl FnOnce(&E)) -> Result<T, E> {
        self.0.get_or_init(|| make().inspect_err(report)).clone()
    }

    /// Makes it before a request waits for it, and tells whether that went well. What is wrong is for the first request to
    /// find: what is logged outside of requests nobody may see.
    #[cfg(feature = "entry")]
    fn prepare(&self, make: impl FnOnce() -> Result<T, E>) -> bool {
        make().is_ok_and(|made| self.0.set(Ok(made)).is_ok())
    }
}

thread_local! {
    static GATEWAY: Made<Rc<Gateway>, ConfigError> = const { Made::not_yet() };
}

/// The gateway of this isolate.
///
/// # Errors
/// Those of `make`, which it tells once to the log by `report`.
pub fn gateway(
    make: impl FnOnce() -> Result<Gateway, ConfigError>,
    report: impl FnOnce(&ConfigError),
) -> Result<Rc<Gateway>, ConfigError> {
    GATEWAY.with(|gateway| gateway.get(|| make().map(Rc::new), report))
}

/// Makes the gateway before a request waits for it, if it can be made.
#[cfg(feature = "entry")]
pub fn prepare(make: impl FnOnce() -> Result<Gateway, ConfigError>) {
    GATEWAY.with(|gateway| gateway.prepare(|| make().map(Rc::new)));
}

/// A name for this isolate, so that its counters are told from another's: letters and digits.
pub fn isolate() -> String {
    thread_local! {
        static NAME: OnceCell<String> = const { OnceCell::new() };
    }
    let name = || random::bytes::<6>().unwrap_or_default().map(|byte| format!("{byte:02x}")).concat();
    NAME.with(|cell| cell.get_or_init(name).clone())
}
