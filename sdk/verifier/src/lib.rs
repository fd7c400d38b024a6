//! The token verifier for JavaScript: what `edgeward/verify` is made of.

mod options;
mod outcome;

use edgeward_core::jwt::Unverified;
use edgeward_host::{task::Background, thrown, verifier};
use wasm_bindgen::prelude::*;

use crate::outcome::Verified;

/// Verifies the tokens of one issuer.
#[wasm_bindgen]
pub struct Verifier(verifier::Verifier);

#[wasm_bindgen]
impl Verifier {
    /// Takes the options, and the HMAC secret as bytes.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "VerifierOptions")] options: JsValue,
        secret: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        options::verifier(&options, secret).map(Self).map_err(thrown::error)
    }

    /// Verifies a token; fetches the issuer's keys if need be. Gives the JSON text of `Verified`,
    /// because `JSON.parse` makes an object faster than calls across the boundary do.
    ///
    /// # Errors
    /// Every code that begins with `token_`; those of discovery and key set.
    pub async fn verify(&self, token: String) -> Result<String, JsValue> {
        let outcome = match Unverified::parse(&token) {
            Ok(token) => self.0.verify(token, &Background::of_place()).await,
            Err(error) => Err(error),
        };
        outcome.and_then(Verified::to_json).map_err(thrown::error)
    }

    /// Verifies a token at once, with keys from the options or loaded earlier.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; `keys_not_loaded`.
    #[wasm_bindgen(js_name = verifySync)]
    pub fn verify_sync(&self, token: &str) -> Result<String, JsValue> {
        let outcome = Unverified::parse(token).and_then(|token| self.0.verify_now(token));
        outcome.and_then(Verified::to_json).map_err(thrown::error)
    }
}
