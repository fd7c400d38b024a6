//! What is for the gateway's operators alone: whoever has a configured secret.

use edgeward_core::{
    Code, Error,
    gateway::{
        Incoming,
        credential::{Kind, Sources},
    },
    secret::Secret,
};
use worker::Env;

use super::call::Call;

/// Whether the request carries the secret of this binding as its Bearer token.
///
/// # Errors
/// `not_found`: there is no secret, so there is nothing here. `token_missing`,
/// `credential_malformed`, `credential_invalid`.
pub fn permitted(call: &Call<'_>, env: &Env, binding: Option<&str>) -> Result<(), Error> {
    // A secret that is empty protects nothing.
    let wanted = binding.and_then(|name| super::secret(env, name)).filter(|secret| !secret.is_empty());
    let wanted = Secret::new(wanted.ok_or(Code::NotFound)?.into_bytes());
    let header = call.fields.get("authorization");
    let headers = header.map(|value| ("authorization".to_owned(), value.to_owned()));
    let incoming = Incoming::new(call.method.clone(), call.url.clone(), headers);
    let given = Sources::default().take(&incoming, &[Kind::Bearer])?.ok_or(Code::TokenMissing)?;
    let given = Secret::new(given.token.into_owned().into_bytes());
    if given == wanted { Ok(()) } else { Err(Code::CredentialInvalid.into()) }
}
