//! The core's algorithms and keys in WebCrypto's words.

use edgeward_core::{
    Code, Error, base64url,
    jose::{
        Algorithm,
        algorithm::{Curve, Hash, Scheme},
        jwk::Material,
    },
};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// The arguments of `importKey`.
pub(super) struct Import {
    pub format: &'static str,
    pub material: Object,
    pub algorithm: Object,
}

/// How a key of this type is imported for this algorithm.
pub(super) fn import(material: &Material, alg: Algorithm) -> Result<Import, Error> {
    let algorithm = imported(alg)?;
    let text = |bytes: &[u8]| base64url::encode(bytes);
    let jwk = match material {
        Material::Symmetric(secret) => {
            let secret = Uint8Array::from(secret.expose()).unchecked_into();
            return Ok(Import { format: "raw", material: secret, algorithm });
        }
        Material::Rsa { n, e } => object(&[("kty", "RSA"), ("n", &text(n)), ("e", &text(e))]),
        Material::Ec { curve, x, y } => {
            object(&[("kty", "EC"), ("crv", curve_name(*curve)), ("x", &text(x)), ("y", &text(y))])
        }
        Material::MlDsa { .. } => return Err(Code::AlgorithmUnsupported.into()),
        Material::Ed25519(point) => object(&[("kty", "OKP"), ("crv", "Ed25519"), ("x", &text(point))]),
    }?;
    Ok(Import { format: "jwk", material: jwk, algorithm })
}

/// The algorithm that a key is imported for.
pub(super) fn imported(alg: Algorithm) -> Result<Object, Error> {
    match alg.scheme() {
        Scheme::Hmac(hash) => hashing("HMAC", hash),
        Scheme::RsaPkcs1(hash) => hashing("RSASSA-PKCS1-v1_5", hash),
        Scheme::RsaPss(hash) => hashing("RSA-PSS", hash),
        Scheme::Ecdsa(Curve::Secp256k1, _) | Scheme::MlDsa(_) => Err(Code::AlgorithmUnsupported.into()),
        Scheme::Ecdsa(curve, _) => object(&[("name", "ECDSA"), ("namedCurve", curve_name(curve))]),
        Scheme::Ed25519 => object(&[("name", "Ed25519")]),
    }
}

/// How a signature of this algorithm is verified, and made.
pub(super) fn verification(alg: Algorithm) -> Result<Object, Error> {
    match alg.scheme() {
        Scheme::Hmac(_) => object(&[("name", "HMAC")]),
        Scheme::RsaPkcs1(_) => object(&[("name", "RSASSA-PKCS1-v1_5")]),
        // RFC 7518 §3.5: the salt is as long as the hash.
        Scheme::RsaPss(hash) => {
            let parameters = object(&[("name", "RSA-PSS")])?;
            #[expect(clippy::cast_precision_loss, reason = "at most 64")]
            set(&parameters, "saltLength", &JsValue::from_f64(hash.length() as f64))?;
            Ok(parameters)
        }
        Scheme::Ecdsa(_, hash) => hashing("ECDSA", hash),
        Scheme::Ed25519 => object(&[("name", "Ed25519")]),
        Scheme::MlDsa(_) => Err(Code::AlgorithmUnsupported.into()),
    }
}

fn hashing(name: &str, hash: Hash) -> Result<Object, Error> {
    let hash = match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    };
    object(&[("name", name), ("hash", hash)])
}

pub(super) const fn curve_name(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "P-256",
        Curve::P384 => "P-384",
        Curve::P521 => "P-521",
        Curve::Secp256k1 => "secp256k1",
    }
}

pub(super) fn object(members: &[(&str, &str)]) -> Result<Object, Error> {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &JsValue::from_str(value))?;
    }
    Ok(object)
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), Error> {
    Reflect::set(object, &name.into(), value).map(drop).map_err(|_| Code::InternalError.into())
}
