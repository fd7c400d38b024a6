//! The asynchronous engine behind the seam `verify`: WebCrypto, with imported keys kept.
//!
//! Importing a key costs 5–250 µs, about as much as verifying with it.
//!
//! Source: [Web Cryptography](https://www.w3.org/TR/webcrypto-2/).

mod parameters;
mod private;
mod signing;

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, Key, engine, jwk::Material},
};
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::global;

pub use private::{Operation, PrivateKeys};
pub use signing::SigningKeys;

/// How many imported keys are kept. A cache for every key that ever appeared would grow for ever.
const MAX_KEPT: usize = 64;

/// Verifies with WebCrypto and keeps the keys that it imported.
#[derive(Default)]
pub struct WebCrypto {
    kept: RefCell<Vec<Imported>>,
}

struct Imported {
    material: Material,
    alg: Algorithm,
    key: JsValue,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    fn import_key(
        format: &str,
        material: &Object,
        algorithm: &Object,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = exportKey)]
    fn export_key(format: &str, key: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = verify)]
    fn subtle_verify(
        algorithm: &Object,
        key: &JsValue,
        signature: &Uint8Array,
        input: &Uint8Array,
    ) -> Result<Promise, JsValue>;
}

impl WebCrypto {
    /// An engine that has imported nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: RefCell::new(Vec::new()) }
    }

    /// Verifies a signature; ECDSA signatures are r ‖ s, as JOSE has them.
    ///
    /// # Errors
    /// As the core's engine: `token_signature_invalid`, `jwk_invalid`, `token_key_not_found`.
    /// `algorithm_unsupported`: this runtime does not know the algorithm.
    /// `runtime_unsupported`: there is no WebCrypto, for example on a page without https.
    pub async fn verify(
        &self,
        key: &Key,
        alg: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        if !key.permits(alg) {
            return Err(Code::TokenKeyNotFound.into());
        }
        engine::admit(alg, signature)?;
        let imported = match self.kept(key.material(), alg) {
            Some(imported) => imported,
            None => self.import(key.material(), alg).await?,
        };
        let (signature, input) = (Uint8Array::from(signature), Uint8Array::from(signing_input));
        let promise = subtle_verify(&parameters::verification(alg)?, &imported, &signature, &input)
            .map_err(|_| absent())?;
        // What WebCrypto refuses to look at is not a valid signature either.
        let verdict =
            JsFuture::from(promise).await.map_err(|error| failure(&error, Code::TokenSignatureInvalid))?;
        if verdict.is_truthy() { Ok(()) } else { Err(Code::TokenSignatureInvalid.into()) }
    }

    fn kept(&self, material: &Material, alg: Algorithm) -> Option<JsValue> {
        let kept = self.kept.borrow();
        let found = kept.iter().find(|one| one.alg.scheme() == alg.scheme() && one.material == *material);
        found.map(|one| one.key.clone())
    }

    async fn import(&self, material: &Material, alg: Algorithm) -> Result<JsValue, Error> {
        let import = parameters::import(material, alg)?;
        let promise = import_key(
            import.format,
            &import.material,
            &import.algorithm,
            false,
            &Array::of1(&"verify".into()),
        )
        .map_err(|_| absent())?;
        let key = JsFuture::from(promise).await.map_err(|error| failure(&error, Code::JwkInvalid))?;
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push(Imported { material: material.clone(), alg, key: key.clone() });
        Ok(key)
    }
}

/// What a call of WebCrypto comes to; what it refuses is a failure of this code.
async fn settled(promise: Result<Promise, JsValue>, code: Code) -> Result<JsValue, Error> {
    JsFuture::from(promise.map_err(|_| absent())?).await.map_err(|error| failure(&error, code))
}

/// `NotSupportedError` is about the runtime; everything else is about what was given.
fn failure(error: &JsValue, otherwise: Code) -> Error {
    let name = global::property(error, "name").and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotSupportedError") => Code::AlgorithmUnsupported.into(),
        _ => otherwise.into(),
    }
}

fn absent() -> Error {
    Error::at(Code::RuntimeUnsupported, "crypto.subtle")
}
