//! From a case to what is opened: tokens, and the parts that they are made of.

use edgeward_core::{
    Code, Error, base64url,
    jose::{
        algorithm::Curve,
        jwe::{
            ContentKey, DecryptionKey, DecryptionKeys, KeyManagement, PeerKey, Private, Sealed, Step,
            agreement,
            content::{self, Encrypted},
            wrap,
        },
    },
    json,
    secret::Secret,
};
use serde_json::Value;

use crate::model::Ask;

/// What the RSA of a platform does: decrypts with a private key.
pub type DecryptRsa<'f> = &'f dyn Fn(&Private, &[u8]) -> Result<Secret, Error>;

/// Whether something is opened rather than verified.
#[must_use]
pub const fn opens(ask: &Ask) -> bool {
    !matches!(ask, Ask::Signature { .. } | Ask::Token { .. })
}

/// Opens with the crates; RSA, which they do not decrypt in the product, as it is told.
///
/// # Errors
/// Those of core; `algorithm_unsupported` where `rsa` answers with it.
pub fn by_crates(key: &Value, ask: &Ask, rsa: DecryptRsa<'_>) -> Result<Vec<u8>, Error> {
    match ask {
        Ask::Sealed { jwe } => {
            let keys = keys(key)?;
            let sealed = Sealed::parse(jwe)?;
            let mut refusal = Code::TokenKeyNotFound.into();
            for key in keys.candidates(sealed.header())? {
                match content_key(&sealed, key, rsa).and_then(|key| sealed.open(&key)) {
                    Err(error) => refusal = error,
                    opened => return opened,
                }
            }
            Err(refusal)
        }
        Ask::Encrypted { enc, aad, iv, ciphertext, tag } => {
            let parts = [aad, iv, ciphertext, tag].map(|part| base64url::decode(part).expect("base64url"));
            let [aad, iv, ciphertext, tag] = &parts;
            content::decrypt(enc.parse()?, &secret(key), &Encrypted { aad, iv, ciphertext, tag })
        }
        Ask::Wrapped { wrapped } => {
            wrap::unwrap(&secret(key), &base64url::decode(wrapped)?).map(|key| key.expose().to_vec())
        }
        Ask::Oaep { oaep } => rsa(private(key)?.material(), &base64url::decode(oaep)?).map(exposed),
        Ask::Agreed { peer } => agreement::agree(&scalar(key), &point(key, peer)?).map(exposed),
        Ask::Signature { .. } | Ask::Token { .. } => Err(Code::InternalError.into()),
    }
}

fn content_key(sealed: &Sealed<'_>, key: &DecryptionKey, rsa: DecryptRsa<'_>) -> Result<ContentKey, Error> {
    match sealed.step(key)? {
        Step::Decrypt(own) => Ok(sealed.decrypted(rsa(own, sealed.encrypted_key())?)),
        _ => sealed.content_key(key),
    }
}

/// The key of a group as a reader has it configured, for every content encryption.
///
/// # Errors
/// Those of [`DecryptionKey::parse`].
pub fn keys(jwk: &Value) -> Result<DecryptionKeys, Error> {
    use edgeward_core::jose::jwe::ContentEncryption;
    DecryptionKeys::new(vec![private(jwk)?], KeyManagement::ALL.to_vec(), ContentEncryption::ALL.to_vec())
}

/// The key of a group.
///
/// # Errors
/// Those of [`DecryptionKey::parse`].
pub fn private(jwk: &Value) -> Result<DecryptionKey, Error> {
    DecryptionKey::parse(&json::parse_object(jwk.to_string().as_bytes())?)
}

fn exposed(secret: Secret) -> Vec<u8> {
    secret.expose().to_vec()
}

fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).expect("a text")
}

fn secret(key: &Value) -> Vec<u8> {
    base64url::decode(text(key, "k")).expect("base64url")
}

/// The scalar alone, since the vectors have no more; agreeing needs no more, either.
fn scalar(key: &Value) -> Private {
    let d = Secret::new(base64url::decode(text(key, "d")).expect("base64url"));
    match curve(key) {
        Some(curve) => Private::Ec { curve, x: Vec::new(), y: Vec::new(), d },
        None => Private::X25519 { x: [0; 32], d },
    }
}

/// An uncompressed point, as a JWK could say it.
fn point(key: &Value, peer: &str) -> Result<PeerKey, Error> {
    let bytes = base64url::decode(peer)?;
    let refused = Error::from(Code::TokenDecryptionFailed);
    let Some(curve) = curve(key) else {
        return bytes.try_into().map(PeerKey::X25519).map_err(|_| refused);
    };
    match bytes.split_first() {
        Some((4, numbers)) if numbers.len() == 2 * curve.length() => {
            let (x, y) = numbers.split_at(curve.length());
            Ok(PeerKey::Ec { curve, x: x.to_vec(), y: y.to_vec() })
        }
        _ => Err(refused),
    }
}

fn curve(key: &Value) -> Option<Curve> {
    match text(key, "crv") {
        "P-256" => Some(Curve::P256),
        "P-384" => Some(Curve::P384),
        "P-521" => Some(Curve::P521),
        _ => None,
    }
}
