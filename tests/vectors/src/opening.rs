//! From a case to what is opened: tokens, and the parts that they are made of.

use edgeward_core::{
    Code, Error, base64url,
    jose::jwe::{
        ContentKey, DecryptionKey, DecryptionKeys, KeyManagement, Pair, Sealed, Step, agreement,
        content::{self, Ciphertext, Encrypted},
        wrap,
    },
    json,
    secret::Secret,
};
use serde_json::{Value, json};

use crate::model::Ask;

/// What the RSA of a platform does: decrypts with a private key.
pub type DecryptRsa<'f> = &'f dyn Fn(&Pair, &[u8]) -> Result<Secret, Error>;

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
            let parts = parts([aad, iv, ciphertext, tag]);
            ciphertext_of(enc, &secret(key), &parts)?.decrypt()
        }
        Ask::Wrapped { wrapped } => {
            wrap::unwrap(&secret(key), &base64url::decode(wrapped)?).map(|key| key.expose().to_vec())
        }
        Ask::Oaep { oaep } => rsa(&pair(key)?, &base64url::decode(oaep)?).map(exposed),
        Ask::Agreed { peer: point } => {
            // The scalar alone, since the vectors have no more; agreeing needs no more, either.
            let scalar = Secret::new(base64url::decode(text(key, "d")).expect("base64url"));
            agreement::shared(&scalar, &peer(key, point)?).map(exposed)
        }
        Ask::Signature { .. } | Ask::Token { .. } => Err(Code::InternalError.into()),
    }
}

fn content_key(sealed: &Sealed<'_>, key: &DecryptionKey, rsa: DecryptRsa<'_>) -> Result<ContentKey, Error> {
    match sealed.step(key)? {
        Step::Decrypt(own) => sealed.carried(rsa(own, sealed.encrypted_key())?),
        _ => sealed.content_key(key),
    }
}

/// The parts of encrypted content.
#[must_use]
pub fn parts(parts: [&String; 4]) -> [Vec<u8>; 4] {
    parts.map(|part| base64url::decode(part).expect("base64url"))
}

/// What a cipher has to decrypt, of encrypted content.
///
/// # Errors
/// Those of [`content::ciphertext`].
pub fn ciphertext_of<'a>(
    enc: &str,
    secret: &'a [u8],
    [aad, iv, ciphertext, tag]: &'a [Vec<u8>; 4],
) -> Result<Ciphertext<'a>, Error> {
    content::ciphertext(enc.parse()?, secret, &Encrypted { aad, iv, ciphertext, tag })
}

/// The key of a group as a reader has it configured, for every content encryption.
///
/// # Errors
/// Those of [`DecryptionKey::parse`].
pub fn keys(jwk: &Value) -> Result<DecryptionKeys, Error> {
    use edgeward_core::jose::jwe::ContentEncryption;
    DecryptionKeys::new(vec![private(jwk)?], KeyManagement::ALL.to_vec(), ContentEncryption::ALL.to_vec())
}

/// The key pair of a group.
///
/// # Errors
/// Those of [`Pair::private`].
pub fn pair(jwk: &Value) -> Result<Pair, Error> {
    Pair::private(&json::parse_object(jwk.to_string().as_bytes())?)
}

/// The key of a group.
///
/// # Errors
/// Those of [`DecryptionKey::parse`].
pub fn private(jwk: &Value) -> Result<DecryptionKey, Error> {
    DecryptionKey::parse(&json::parse_object(jwk.to_string().as_bytes())?)
}

/// The bytes of a secret.
#[must_use]
pub fn exposed(secret: Secret) -> Vec<u8> {
    secret.expose().to_vec()
}

fn text<'v>(object: &'v Value, name: &str) -> &'v str {
    object.get(name).and_then(Value::as_str).expect("a text")
}

/// The secret of a group.
#[must_use]
pub fn secret(key: &Value) -> Vec<u8> {
    base64url::decode(text(key, "k")).expect("base64url")
}

/// The peer's key, from the scalar's curve and an uncompressed point, as a JWK could say it.
fn peer(key: &Value, point: &str) -> Result<Pair, Error> {
    let (crv, point) = (text(key, "crv"), base64url::decode(point)?);
    let jwk = match point.split_first() {
        _ if crv == "X25519" => json!({"kty": "OKP", "crv": crv, "x": base64url::encode(&point)}),
        Some((4, numbers)) if numbers.len().is_multiple_of(2) => {
            let (x, y) = numbers.split_at(numbers.len() / 2);
            json!({"kty": "EC", "crv": crv, "x": base64url::encode(x), "y": base64url::encode(y)})
        }
        _ => return Err(Code::TokenDecryptionFailed.into()),
    };
    Pair::public(&json::parse_object(jwk.to_string().as_bytes())?)
}
