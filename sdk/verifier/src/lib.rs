//! The token verifier for JavaScript: what `edgeward/verify` is made of.

mod answer;
mod denial;
mod identity;
mod incoming;
mod options;
mod outcome;
mod requirements;
mod shapes;
mod written;

use edgeward_core::{gateway::Denial, time::UnixMillis};
use edgeward_host::{task::Background, thrown};
use wasm_bindgen::prelude::*;

use crate::{options::Options, outcome::Verified};

/// Verifies the tokens of its issuers, and the requests that carry them.
#[wasm_bindgen]
pub struct Verifier(Options);

#[wasm_bindgen]
impl Verifier {
    /// Takes the options.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<Self, JsValue> {
        Options::read(options).map(Self).map_err(thrown::error)
    }

    /// Verifies a token; fetches the issuer's keys if need be. Gives the JSON text of `Verified`,
    /// because `JSON.parse` makes an object faster than calls across the boundary do, behind for how
    /// long it stands.
    ///
    /// # Errors
    /// Every code that begins with `token_`; those of discovery and key set.
    pub async fn verify(&self, token: String) -> Result<String, JsValue> {
        let accepted = self.0.guard.accept(&token, &Background::of_place()).await;
        let outcome = accepted.and_then(|accepted| Verified::to_text(&accepted));
        outcome.map_err(|error| self.refused(error))
    }

    /// Verifies a token at once, with keys from the options or loaded earlier.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; `keys_not_loaded`.
    #[wasm_bindgen(js_name = verifySync)]
    pub fn verify_sync(&self, token: &str) -> Result<String, JsValue> {
        let outcome = self.0.guard.accept_now(token).and_then(|accepted| Verified::to_text(&accepted));
        outcome.map_err(|error| self.refused(error))
    }

    /// The number of the key set of the issuer at a place, or −1 while an answer by it has to be
    /// asked for again: its keys are due to be renewed.
    #[must_use]
    pub fn generation(&self, issuer: usize, now: f64) -> f64 {
        let keys = self.0.guard.issuers().get(issuer).map(|issuer| issuer.verifier.keys());
        let current = keys.and_then(|keys| keys.current(UnixMillis(now as i64)));
        current.map_or(-1.0, |generation| generation as f64)
    }

    /// Admits a request. Takes the JSON texts of the request and of `Requirements`; gives that of
    /// the `Identity`, or `null`. `context` may be the third argument of a Worker's `fetch`.
    ///
    /// # Errors
    /// `config_invalid` at a requirement; every code of [`Guard::admit`].
    ///
    /// [`Guard::admit`]: edgeward_host::guard::Guard::admit
    pub async fn admit(&self, request: String, wanted: String, context: JsValue) -> Result<String, JsValue> {
        let (wanted, request) = match (requirements::read(&wanted, &self.0.guard), incoming::read(&request)) {
            (Ok(wanted), Ok(request)) => (wanted, request),
            (Err(error), _) | (_, Err(error)) => return Err(self.refused(error)),
        };
        let background = Background::of_context(&context);
        match self.0.guard.admit(&request, &wanted, &background).await {
            Ok(None) => Ok("null".into()),
            Ok(Some(identity)) => Ok(identity::to_json(&identity)),
            Err(denial) => Err(denial::thrown(&denial, &self.0, Some(&request))),
        }
    }

    /// What JavaScript needs to know of the options, as JSON text: which headers decide, what
    /// answers vary by, who may read them, under which origin this server is called, and what it says
    /// about itself.
    #[must_use]
    pub fn settings(&self) -> String {
        answer::settings(&self.0)
    }

    /// What becomes of the headers of an answer to somebody in particular, as JSON text. Takes
    /// their names, one a line, and the two that may have to change, empty if they are absent.
    #[must_use]
    pub fn guarded(&self, names: &str, cache_control: &str, vary: &str) -> String {
        answer::guarded(&self.0, names, cache_control, vary)
    }
}

impl Verifier {
    fn refused(&self, denial: impl Into<Denial>) -> JsValue {
        denial::thrown(&denial.into(), &self.0, None)
    }
}
