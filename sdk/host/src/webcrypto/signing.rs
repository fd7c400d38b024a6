//! Signing with keys of our own, which are kept as private JWKs and imported once.

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, algorithm::Scheme},
    secret::Secret,
};
use js_sys::{Array, JSON, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{
    export_key, import_key,
    parameters::{self, set},
    settled,
};

/// How many imported keys are kept: a deployment signs with two or three.
const MAX_KEPT: usize = 8;
/// The length of new RSA moduli, in bits.
const RSA_BITS: u32 = 2048;

/// Makes key pairs, and keeps those imported that it signs with.
#[derive(Default)]
pub struct SigningKeys {
    kept: RefCell<Vec<(Secret, JsValue)>>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = generateKey)]
    fn generate_key(algorithm: &Object, extractable: bool, usages: &Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = sign)]
    fn subtle_sign(algorithm: &Object, key: &JsValue, input: &Uint8Array) -> Result<Promise, JsValue>;
}

impl SigningKeys {
    /// None imported yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: RefCell::new(Vec::new()) }
    }

    /// Makes a key pair: the text of its private JWK.
    ///
    /// # Errors
    /// `algorithm_unsupported`, `runtime_unsupported`
    pub async fn generate(&self, alg: Algorithm) -> Result<Secret, Error> {
        let algorithm = parameters::imported(alg)?;
        if matches!(alg.scheme(), Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) {
            set(&algorithm, "modulusLength", &RSA_BITS.into())?;
            set(&algorithm, "publicExponent", &Uint8Array::from([1_u8, 0, 1].as_slice()))?;
        }
        let usages = Array::of2(&"sign".into(), &"verify".into());
        let pair = settled(generate_key(&algorithm, true, &usages), Code::AlgorithmUnsupported).await?;
        let private = Reflect::get(&pair, &"privateKey".into()).map_err(|_| Code::AlgorithmUnsupported)?;
        let jwk = settled(export_key("jwk", &private), Code::InternalError).await?;
        let text = JSON::stringify(&jwk).ok().and_then(|text| text.as_string()).ok_or(Code::InternalError)?;
        Ok(Secret::new(text.into_bytes()))
    }

    /// Signs with a private JWK: the bytes that a JWS carries.
    ///
    /// # Errors
    /// `jwk_invalid`: it is no private key for the algorithm. `algorithm_unsupported`, `runtime_unsupported`
    pub async fn sign(&self, jwk: &Secret, alg: Algorithm, input: &[u8]) -> Result<Vec<u8>, Error> {
        let key = match self.kept(jwk) {
            Some(key) => key,
            None => self.import(jwk, alg).await?,
        };
        let signing = subtle_sign(&parameters::verification(alg)?, &key, &Uint8Array::from(input));
        let signature = settled(signing, Code::JwkInvalid).await?;
        Ok(Uint8Array::new(&signature).to_vec())
    }

    fn kept(&self, jwk: &Secret) -> Option<JsValue> {
        self.kept.borrow().iter().find(|(own, _)| own == jwk).map(|(_, key)| key.clone())
    }

    async fn import(&self, jwk: &Secret, alg: Algorithm) -> Result<JsValue, Error> {
        let text = std::str::from_utf8(jwk.expose()).map_err(|_| Code::JwkInvalid)?;
        let material: Object = JSON::parse(text).map_err(|_| Code::JwkInvalid)?.unchecked_into();
        let usages = Array::of1(&"sign".into());
        let key = import_key("jwk", &material, &parameters::imported(alg)?, false, &usages);
        let key = settled(key, Code::JwkInvalid).await?;
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((jwk.clone(), key.clone()));
        Ok(key)
    }
}
