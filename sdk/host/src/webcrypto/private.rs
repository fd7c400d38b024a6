//! What private and secret keys are needed for, to open encrypted tokens. Imported key pairs are kept;
//! secrets serve one token each, and are not.
//!
//! RSA is decrypted here only, never by a crate: the time that the crate takes tells of the key
//! (RUSTSEC-2023-0071).

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    jose::jwe::{
        Kind, Pair,
        content::{Cipher, Ciphertext},
    },
    json::Value,
    secret::Secret,
};
use js_sys::{Array, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{
    export_key, import_key,
    parameters::{curve_name, object, set},
    settled,
};
use crate::values;

/// How many imported keys are kept: as many as a configuration has in practice.
const MAX_KEPT: usize = 16;

/// What WebCrypto is asked for.
pub enum Operation<'a> {
    /// The secret that the own key and the sender's agree on.
    Agree {
        /// The own key pair.
        own: &'a Pair,
        /// The sender's public key.
        peer: &'a Pair,
    },
    /// What was encrypted with RSAES-OAEP, SHA-256 and MGF1 with SHA-256.
    Decrypt {
        /// The own key pair.
        own: &'a Pair,
        /// What was encrypted.
        encrypted: &'a [u8],
    },
    /// A key that AES key wrap ([RFC 3394](https://www.rfc-editor.org/rfc/rfc3394)) has wrapped.
    Unwrap {
        /// The secret.
        secret: &'a Secret,
        /// The wrapped key.
        wrapped: &'a [u8],
    },
    /// What a cipher has encrypted.
    Decipher(&'a Ciphertext<'a>),
}

/// Private keys as WebCrypto has them.
#[derive(Default)]
pub struct PrivateKeys {
    kept: RefCell<Vec<(Pair, JsValue)>>,
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = deriveBits)]
    fn derive_bits(algorithm: &Object, key: &JsValue, bits: u32) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = decrypt)]
    fn subtle_decrypt(algorithm: &Object, key: &JsValue, input: &Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = unwrapKey)]
    fn unwrap_key(
        format: &str,
        wrapped: &Uint8Array,
        key: &JsValue,
        algorithm: &Object,
        of_unwrapped: &Object,
        extractable: bool,
        usages: &Array,
    ) -> Result<Promise, JsValue>;
}

impl PrivateKeys {
    /// None imported yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: RefCell::new(Vec::new()) }
    }

    /// Carries out an operation.
    ///
    /// # Errors
    /// `token_decryption_failed`: the keys are of different curves, the peer's is no point of it, or
    /// something was encrypted with another key, or altered. `jwk_invalid`: the own key is none.
    /// `algorithm_unsupported`, `runtime_unsupported`: this runtime cannot do it.
    pub async fn perform(&self, operation: &Operation<'_>) -> Result<Secret, Error> {
        let algorithm = operation.algorithm()?;
        let key = self.own(operation, &algorithm).await?;
        if let Operation::Agree { own, peer } = operation {
            let peer = if own.kind() == peer.kind() { jwk(peer) } else { return Err(FAILED.into()) };
            let peer = import_key("jwk", &peer, &algorithm, false, &Array::new());
            set(&algorithm, "public", &settled(peer, FAILED).await?)?;
        }
        let mut given = settled(operation.start(&algorithm, &key), FAILED).await?;
        if matches!(operation, Operation::Unwrap { .. }) {
            given = settled(export_key("raw", &given), FAILED).await?;
        }
        Ok(Secret::new(Uint8Array::new(&given).to_vec()))
    }

    async fn own(&self, operation: &Operation<'_>, algorithm: &Object) -> Result<JsValue, Error> {
        let pair = operation.pair();
        let kept = self.kept.borrow().iter().find(|(kept, _)| Some(kept) == pair).map(|(_, key)| key.clone());
        if let Some(key) = kept {
            return Ok(key);
        }
        let (format, material) = operation.own();
        let key = import_key(format, &material, algorithm, false, &Array::of1(&operation.usage().into()));
        let key = settled(key, Code::JwkInvalid).await?;
        if let Some(pair) = pair {
            let mut kept = self.kept.borrow_mut();
            if kept.len() >= MAX_KEPT {
                kept.remove(0);
            }
            kept.push((pair.clone(), key.clone()));
        }
        Ok(key)
    }
}

impl<'a> Operation<'a> {
    /// The algorithm that the own key is imported for and used with.
    fn algorithm(&self) -> Result<Object, Error> {
        match self {
            Self::Unwrap { .. } => object(&[("name", "AES-KW")]),
            Self::Decipher(input) => {
                let name = match input.cipher {
                    Cipher::Gcm => "AES-GCM",
                    Cipher::Cbc => "AES-CBC",
                };
                let algorithm = object(&[("name", name)])?;
                set(&algorithm, "iv", &Uint8Array::from(input.iv))?;
                // AES-CBC takes no notice of it: there the MAC has covered it.
                set(&algorithm, "additionalData", &Uint8Array::from(input.aad))?;
                Ok(algorithm)
            }
            Self::Agree { own, .. } | Self::Decrypt { own, .. } => match own.kind() {
                Kind::Ec(curve) => object(&[("name", "ECDH"), ("namedCurve", curve_name(curve))]),
                Kind::X25519 => object(&[("name", "X25519")]),
                Kind::Rsa => object(&[("name", "RSA-OAEP"), ("hash", "SHA-256")]),
            },
        }
    }

    const fn usage(&self) -> &'static str {
        match self {
            Self::Agree { .. } => "deriveBits",
            Self::Decrypt { .. } | Self::Decipher(_) => "decrypt",
            Self::Unwrap { .. } => "unwrapKey",
        }
    }

    const fn pair(&self) -> Option<&'a Pair> {
        match self {
            Self::Agree { own, .. } | Self::Decrypt { own, .. } => Some(own),
            Self::Unwrap { .. } | Self::Decipher(_) => None,
        }
    }

    /// The own key, as WebCrypto imports it.
    fn own(&self) -> (&'static str, Object) {
        let secret = |secret: &[u8]| ("raw", Uint8Array::from(secret).unchecked_into());
        match self {
            Self::Agree { own, .. } | Self::Decrypt { own, .. } => ("jwk", jwk(own)),
            Self::Unwrap { secret: own, .. } => secret(own.expose()),
            Self::Decipher(input) => secret(input.key),
        }
    }

    fn start(&self, algorithm: &Object, key: &JsValue) -> Result<Promise, JsValue> {
        match self {
            Self::Agree { own, .. } => {
                let bits = own.kind().length().and_then(|length| u32::try_from(length * 8).ok());
                derive_bits(algorithm, key, bits.unwrap_or_default())
            }
            Self::Decrypt { encrypted, .. } => subtle_decrypt(algorithm, key, &(*encrypted).into()),
            Self::Decipher(input) => subtle_decrypt(algorithm, key, &input.bytes.as_slice().into()),
            Self::Unwrap { wrapped, .. } => {
                // The platform gives out keys only, and takes bytes of any length for one of HMAC.
                let carrier = object(&[("name", "HMAC"), ("hash", "SHA-256")]).map_err(|_| JsValue::NULL)?;
                let usages = Array::of1(&"sign".into());
                unwrap_key("raw", &(*wrapped).into(), key, algorithm, &carrier, true, &usages)
            }
        }
    }
}

/// Whatever WebCrypto says against an input, it is told as one and the same.
const FAILED: Code = Code::TokenDecryptionFailed;

fn jwk(pair: &Pair) -> Object {
    values::to_js(&Value::Object(pair.jwk().clone())).unchecked_into()
}
