//! The class that the package's JavaScript drives. Only texts cross, so the module imports nothing.

use edgeward_core::Error;
use wasm_bindgen::prelude::*;

use crate::client::{self, Client};

/// A client of one issuer, or why its options make none.
#[wasm_bindgen]
pub struct Core(Result<Client, Error>);

#[wasm_bindgen]
impl Core {
    /// Takes `ClientOptions` as JSON. If they are wrong, every call is told `config_invalid`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(options: &str) -> Self {
        Self(Client::new(options))
    }

    /// Takes an input and gives what it brings about, both as JSON: calls, answers of effects,
    /// cancellations and notices in; effects to carry out, calls that are settled and events out.
    #[must_use]
    pub fn handle(&self, input: &str) -> String {
        match &self.0 {
            Ok(client) => client.handle(input),
            Err(error) => client::refuse(*error, input),
        }
    }
}
