//! How an issuer's encrypted tokens are opened.

use std::str::FromStr;

use edgeward_core::{
    Code, Error,
    jose::jwe::{DecryptionKey, DecryptionKeys, Demand},
    json::{Map, Value},
};
use edgeward_host::{decryption::Decryption, members::Members};

use super::invalid;

/// Reads `decryption`.
///
/// # Errors
/// `config_invalid`, at the member.
pub fn read(options: &Members) -> Result<Option<Decryption>, Error> {
    match options.member("decryption") {
        None => Ok(None),
        Some(Value::Object(members)) => decryption(members).map(Some),
        Some(_) => Err(invalid("decryption")),
    }
}

fn decryption(members: Map) -> Result<Decryption, Error> {
    let members = Members::of(members, Code::ConfigInvalid);
    members.only(&["algorithms", "encryptions", "keys", "required"]).map_err(|_| invalid("decryption"))?;
    let keys = keys(members.member("keys")).ok_or(invalid("decryption.keys"))?;
    let algorithms = table(&members, "algorithms").ok_or(invalid("decryption.algorithms"))?;
    let encryptions = table(&members, "encryptions").ok_or(invalid("decryption.encryptions"))?;
    let required = members.flag("required").map_err(|_| invalid("decryption.required"))?;
    let demand = if required == Some(true) { Demand::Required } else { Demand::Optional };
    Ok(Decryption::new(DecryptionKeys::new(keys, algorithms, encryptions)?, demand))
}

/// Private or secret JWKs, every one of which must be usable: they are the reader's own.
fn keys(keys: Option<Value>) -> Option<Vec<DecryptionKey>> {
    keys?.as_array()?.iter().map(|jwk| DecryptionKey::parse(jwk.as_object()?).ok()).collect()
}

fn table<T: FromStr>(members: &Members, name: &'static str) -> Option<Vec<T>> {
    members.texts(name).ok()??.iter().map(|name| name.parse().ok()).collect()
}
