//! What a private key is needed for: key agreement and RSA decryption, with imported keys kept.
//!
//! RSA is decrypted here only, never by a crate: the time that the crate takes tells of the key
//! (RUSTSEC-2023-0071).

use std::cell::RefCell;

use edgeward_core::{
    Code, Error, base64url,
    jose::jwe::{PeerKey, Private, RSA_FACTORS, Rsa},
    secret::Secret,
};
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{
    absent, failure, import_key,
    parameters::{curve_name, object, set},
};

/// How many imported keys are kept: as many as a configuration has in practice.
const MAX_KEPT: usize = 16;

/// Private keys as WebCrypto has them.
#[derive(Default)]
pub struct PrivateKeys {
    kept: RefCell<Vec<(Private, JsValue)>>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = deriveBits)]
    fn derive_bits(algorithm: &Object, key: &JsValue, bits: u32) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = decrypt)]
    fn subtle_decrypt(algorithm: &Object, key: &JsValue, input: &Uint8Array) -> Result<Promise, JsValue>;
}

impl PrivateKeys {
    /// None imported yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: RefCell::new(Vec::new()) }
    }

    /// Agrees on a secret with the sender.
    ///
    /// # Errors
    /// `token_decryption_failed`: the keys are of different curves, or the peer's is no point of it.
    /// `jwk_invalid`: the own key is none. `algorithm_unsupported`, `runtime_unsupported`: this
    /// runtime cannot do it.
    pub async fn agree(&self, own: &Private, peer: &PeerKey) -> Result<Secret, Error> {
        let refused = Error::from(Code::TokenDecryptionFailed);
        let (name, bits, jwk) = match (own, peer) {
            (Private::Ec { curve, .. }, PeerKey::Ec { curve: of_peer, x, y }) if curve == of_peer => {
                let (x, y) = (base64url::encode(x), base64url::encode(y));
                let members = [("kty", "EC"), ("crv", curve_name(*curve)), ("x", &x), ("y", &y)];
                ("ECDH", curve.length() * 8, object(&members)?)
            }
            (Private::X25519 { .. }, PeerKey::X25519(x)) => {
                let members = [("kty", "OKP"), ("crv", "X25519"), ("x", &base64url::encode(x))];
                ("X25519", 256, object(&members)?)
            }
            _ => return Err(refused),
        };
        let key = self.own(own).await?;
        let peer = import(&jwk, &of(own)?, None, Code::TokenDecryptionFailed).await?;
        let algorithm = object(&[("name", name)])?;
        set(&algorithm, "public", &peer)?;
        let bits = u32::try_from(bits).map_err(|_| refused)?;
        secret(derive_bits(&algorithm, &key, bits)).await
    }

    /// Decrypts with RSAES-OAEP, SHA-256 and MGF1 with SHA-256.
    ///
    /// # Errors
    /// `token_decryption_failed`: it was encrypted for another key, or altered. `jwk_invalid`: the
    /// own key is none. `runtime_unsupported`: there is no WebCrypto.
    pub async fn decrypt(&self, own: &Private, encrypted: &[u8]) -> Result<Secret, Error> {
        let key = self.own(own).await?;
        secret(subtle_decrypt(&object(&[("name", "RSA-OAEP")])?, &key, &encrypted.into())).await
    }

    async fn own(&self, own: &Private) -> Result<JsValue, Error> {
        let found = self.kept.borrow().iter().find(|(kept, _)| kept == own).map(|(_, key)| key.clone());
        if let Some(key) = found {
            return Ok(key);
        }
        let usage = if matches!(own, Private::Rsa(_)) { "decrypt" } else { "deriveBits" };
        let key = import(&jwk(own)?, &of(own)?, Some(usage), Code::JwkInvalid).await?;
        let mut kept = self.kept.borrow_mut();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((own.clone(), key.clone()));
        Ok(key)
    }
}

/// The algorithm that a key is imported for.
fn of(own: &Private) -> Result<Object, Error> {
    match own {
        Private::Ec { curve, .. } => object(&[("name", "ECDH"), ("namedCurve", curve_name(*curve))]),
        Private::X25519 { .. } => object(&[("name", "X25519")]),
        Private::Rsa(_) => object(&[("name", "RSA-OAEP"), ("hash", "SHA-256")]),
        Private::Symmetric(_) => Err(Code::InternalError.into()),
    }
}

fn jwk(own: &Private) -> Result<Object, Error> {
    let text = |bytes: &[u8]| base64url::encode(bytes);
    match own {
        Private::Ec { curve, x, y, d } => object(&[
            ("kty", "EC"),
            ("crv", curve_name(*curve)),
            ("x", &text(x)),
            ("y", &text(y)),
            ("d", &text(d.expose())),
        ]),
        Private::X25519 { x, d } => {
            object(&[("kty", "OKP"), ("crv", "X25519"), ("x", &text(x)), ("d", &text(d.expose()))])
        }
        Private::Rsa(Rsa { n, e, d, factors }) => {
            let jwk = object(&[("kty", "RSA"), ("n", &text(n)), ("e", &text(e)), ("d", &text(d.expose()))])?;
            for (name, factor) in RSA_FACTORS.iter().zip(factors) {
                set(&jwk, name, &text(factor.expose()).into())?;
            }
            Ok(jwk)
        }
        Private::Symmetric(_) => Err(Code::InternalError.into()),
    }
}

async fn import(jwk: &Object, algorithm: &Object, usage: Option<&str>, code: Code) -> Result<JsValue, Error> {
    let usages = usage.map_or_else(Array::new, |usage| Array::of1(&usage.into()));
    let promise = import_key("jwk", jwk, algorithm, false, &usages).map_err(|_| absent())?;
    JsFuture::from(promise).await.map_err(|error| failure(&error, code))
}

/// Whatever WebCrypto says against an input, it is told as one and the same.
async fn secret(promise: Result<Promise, JsValue>) -> Result<Secret, Error> {
    let outcome = JsFuture::from(promise.map_err(|_| absent())?).await;
    let buffer = outcome.map_err(|error| failure(&error, Code::TokenDecryptionFailed))?;
    Ok(Secret::new(Uint8Array::new(&buffer).to_vec()))
}
