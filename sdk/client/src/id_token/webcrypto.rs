//! The core's algorithms and keys in WebCrypto's words.
//!
//! Source: [Web Cryptography](https://www.w3.org/TR/webcrypto-2/).

use std::rc::Rc;

use edgeward_core::{
    Code, Error, base64url,
    jose::{
        Algorithm, Key,
        algorithm::{Curve, Hash, Scheme},
        jwk::Material,
    },
    json::{Value, object},
    oauth::Failure,
};

use crate::{effect, runtime::Runtime};

/// Verifies a signature.
///
/// # Errors
/// `token_signature_invalid`: it does not verify. `jwk_invalid`: the key is not one.
/// `algorithm_unsupported`, `runtime_unsupported`: the platform cannot tell.
pub(super) async fn verify(
    runtime: &Rc<Runtime>,
    key: &Key,
    alg: Algorithm,
    signing_input: &[u8],
    signature: &[u8],
) -> Result<(), Failure> {
    let (import, algorithm) = parameters(alg)?;
    // What is signed is ASCII: base64url and a dot.
    let data = str::from_utf8(signing_input).map_err(|_| Code::TokenMalformed)?;
    let members = vec![
        ("key", jwk(key.material())?),
        ("import", import),
        ("algorithm", algorithm),
        ("data", data.into()),
        ("signature", base64url::encode(signature).into()),
    ];
    let answer = effect::verify(runtime, members).await?;
    if answer == Value::Bool(true) { Ok(()) } else { Err(Code::TokenSignatureInvalid.into()) }
}

/// How a signature is made.
///
/// # Errors
/// `algorithm_unsupported`: WebCrypto does not know it.
#[cfg(feature = "oauth")]
pub(crate) fn signature_algorithm(alg: Algorithm) -> Result<Value, Error> {
    parameters(alg).map(|(_, algorithm)| algorithm)
}

/// How a key is imported for this algorithm, and how a signature is verified with it.
fn parameters(alg: Algorithm) -> Result<(Value, Value), Error> {
    let named = |name: &str| object(vec![("name", name.into())]);
    let hashing = |name: &str, hash| object(vec![("name", name.into()), ("hash", hash_name(hash).into())]);
    Ok(match alg.scheme() {
        Scheme::Hmac(hash) => (hashing("HMAC", hash), named("HMAC")),
        Scheme::RsaPkcs1(hash) => (hashing("RSASSA-PKCS1-v1_5", hash), named("RSASSA-PKCS1-v1_5")),
        Scheme::RsaPss(hash) => {
            // RFC 7518 §3.5: the salt is as long as the hash.
            let salt = u32::try_from(hash.length()).unwrap_or_default();
            let algorithm = object(vec![("name", "RSA-PSS".into()), ("saltLength", salt.into())]);
            (hashing("RSA-PSS", hash), algorithm)
        }
        Scheme::Ecdsa(Curve::Secp256k1, _) | Scheme::MlDsa(_) => {
            return Err(Code::AlgorithmUnsupported.into());
        }
        Scheme::Ecdsa(curve, hash) => {
            let import = vec![("name", "ECDSA".into()), ("namedCurve", curve_name(curve).into())];
            (object(import), hashing("ECDSA", hash))
        }
        Scheme::Ed25519 => (named("Ed25519"), named("Ed25519")),
    })
}

fn jwk(material: &Material) -> Result<Value, Error> {
    let text = |bytes: &[u8]| Value::from(base64url::encode(bytes));
    Ok(object(match material {
        Material::Symmetric(secret) => vec![("kty", "oct".into()), ("k", text(secret.expose()))],
        Material::Rsa { n, e } => vec![("kty", "RSA".into()), ("n", text(n)), ("e", text(e))],
        Material::Ec { curve, x, y } => {
            vec![("kty", "EC".into()), ("crv", curve_name(*curve).into()), ("x", text(x)), ("y", text(y))]
        }
        Material::Ed25519(point) => {
            vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(point))]
        }
        Material::MlDsa { .. } => return Err(Code::AlgorithmUnsupported.into()),
    }))
}

pub(crate) const fn hash_name(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "SHA-256",
        Hash::Sha384 => "SHA-384",
        Hash::Sha512 => "SHA-512",
    }
}

const fn curve_name(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "P-256",
        Curve::P384 => "P-384",
        Curve::P521 => "P-521",
        Curve::Secp256k1 => "secp256k1",
    }
}
