//! From a case to what an engine is asked, by core's own rules.

use edgeward_core::{
    Code, Error, base64url,
    jose::{Algorithm, Key, KeySet, jws::Unverified},
    json,
};
use serde_json::Value;

use crate::model::Ask;

/// The arguments of the seam.
#[derive(Debug)]
pub struct Question {
    /// The key.
    pub key: Key,
    /// The algorithm, which the key permits.
    pub alg: Algorithm,
    /// What is signed.
    pub input: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Question {
    /// Reads key and algorithm as core does for a token.
    ///
    /// # Errors
    /// Those of [`Key::parse`], [`KeySet::from_value`] and [`Unverified::parse`];
    /// `token_key_not_found` where no key permits the algorithm.
    pub fn new(key: &Value, ask: &Ask) -> Result<Self, Error> {
        match ask {
            Ask::Signature { alg, input, signature } => of_signature(key, alg, input, signature),
            Ask::Token { jws } => of_token(key, jws),
            _ => Err(Code::InternalError.into()),
        }
    }
}

fn of_signature(jwk: &Value, alg: &str, input: &str, signature: &str) -> Result<Question, Error> {
    let key = Key::parse(&json::parse_object(jwk.to_string().as_bytes())?)?;
    let alg: Algorithm = alg.parse()?;
    if !key.permits(alg) {
        return Err(Code::TokenKeyNotFound.into());
    }
    Ok(Question { key, alg, input: base64url::decode(input)?, signature: base64url::decode(signature)? })
}

/// Core reads JWTs only, whose payload is a JSON object; these tokens carry `foo`. So core reads
/// header, signature and shape with `{}` in the payload's place, and the engine gets the original.
fn of_token(keys: &Value, jws: &str) -> Result<Question, Error> {
    let shaped = with_empty_object(jws);
    let token = Unverified::parse(shaped.as_deref().unwrap_or(jws))?;
    let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
    let keys = KeySet::parse(keys.to_string().as_bytes())?;
    let key = keys.candidates(alg, token.header().kid.as_deref()).next().ok_or(Code::TokenKeyNotFound)?;
    let input = jws.rsplit_once('.').map_or(jws, |(input, _)| input).as_bytes().to_vec();
    Ok(Question { key: key.clone(), alg, input, signature: token.signature().to_vec() })
}

/// The token with the payload `{}`, if it has three parts and its payload is base64url.
fn with_empty_object(jws: &str) -> Option<String> {
    let (header, rest) = jws.split_once('.')?;
    let (payload, signature) = rest.split_once('.')?;
    base64url::decode(payload).ok()?;
    Some(format!("{header}.{}.{signature}", base64url::encode(b"{}")))
}
