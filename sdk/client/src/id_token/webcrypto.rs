//! The core's algorithms and keys in WebCrypto's words.
//!
//! Source: [Web Cryptography](https://www.w3.org/TR/webcrypto-2/).

use edgeward_core::{
    Code, Error, base64url,
    jose::{
        Algorithm, Key,
        algorithm::{Curve, Hash, Scheme},
        jwk::Material,
    },
    json::{Value, Writer},
};

use crate::run::{Flow, Run};

/// Verifies a signature.
///
/// # Errors
/// `token_signature_invalid`: it does not verify. `jwk_invalid`: the key is not one.
/// `algorithm_unsupported`, `runtime_unsupported`: the platform cannot tell.
pub(super) fn verify(
    run: &Run<'_>,
    key: &Key,
    alg: Algorithm,
    signing_input: &[u8],
    signature: &[u8],
) -> Flow<()> {
    let mut members = Writer::object();
    members.raw("key", &jwk(key.material())?).raw("algorithm", &parameters(alg)?);
    // What is signed is ASCII: base64url and a dot.
    members.text("data", str::from_utf8(signing_input).map_err(|_| Code::TokenMalformed)?);
    members.text("signature", &base64url::encode(signature));
    let answer = run.order("verify", members)?;
    if answer == &Value::Bool(true) { Ok(()) } else { Err(Code::TokenSignatureInvalid.into()) }
}

/// How a key is imported for an algorithm, and how it signs and verifies. WebCrypto takes of it what
/// either needs.
///
/// # Errors
/// `algorithm_unsupported`: WebCrypto does not know it.
pub(crate) fn parameters(alg: Algorithm) -> Result<String, Error> {
    let (name, hash, curve) = match alg.scheme() {
        Scheme::Hmac(hash) => ("HMAC", Some(hash), None),
        Scheme::RsaPkcs1(hash) => ("RSASSA-PKCS1-v1_5", Some(hash), None),
        Scheme::RsaPss(hash) => ("RSA-PSS", Some(hash), None),
        Scheme::Ecdsa(Curve::Secp256k1, _) | Scheme::MlDsa(_) => {
            return Err(Code::AlgorithmUnsupported.into());
        }
        Scheme::Ecdsa(curve, hash) => ("ECDSA", Some(hash), Some(curve)),
        Scheme::Ed25519 => ("Ed25519", None, None),
    };
    let mut parameters = Writer::object();
    parameters.text("name", name);
    if let Some(hash) = hash {
        parameters.text("hash", hash_name(hash));
        // RFC 7518 §3.5: the salt is as long as the hash.
        parameters.number("saltLength", i64::try_from(hash.length()).unwrap_or_default());
    }
    if let Some(curve) = curve {
        parameters.text("namedCurve", curve.name());
    }
    Ok(parameters.finish())
}

fn jwk(material: &Material) -> Result<String, Error> {
    let mut jwk = Writer::object();
    let mut bytes = |name, bytes: &[u8]| {
        jwk.text(name, &base64url::encode(bytes));
    };
    let (kty, crv) = match material {
        Material::Symmetric(secret) => {
            bytes("k", secret.expose());
            ("oct", None)
        }
        Material::Rsa { n, e } => {
            bytes("n", n);
            bytes("e", e);
            ("RSA", None)
        }
        Material::Ec { curve, x, y } => {
            bytes("x", x);
            bytes("y", y);
            ("EC", Some(curve.name()))
        }
        Material::Ed25519(point) => {
            bytes("x", point);
            ("OKP", Some("Ed25519"))
        }
        Material::MlDsa { .. } => return Err(Code::AlgorithmUnsupported.into()),
    };
    jwk.text("kty", kty);
    if let Some(crv) = crv {
        jwk.text("crv", crv);
    }
    Ok(jwk.finish())
}

pub(crate) const fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    }
}
