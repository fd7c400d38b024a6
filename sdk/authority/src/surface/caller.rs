//! Who sends a request, by the credential that it carries.

use edgeward_core::Code;

use crate::{Authority, Failure, context::Principal, http::Incoming, tokens};

/// Who sends a request. One without a credential comes from nobody; one with a credential that is
/// not good is refused, whatever it asks for.
///
/// # Errors
/// `credential_malformed`: the header is no Bearer credential. Those of the credential's kind.
pub async fn of(authority: &Authority, request: &Incoming) -> Result<Principal, Failure> {
    let Some(credential) = bearer(request)? else { return Ok(Principal::Anonymous) };
    if credential.starts_with(tokens::PREFIX) {
        let key = tokens::verify(authority, credential).await?;
        return Ok(Principal::Key { user: key.user, id: key.id, scopes: key.scopes, admin: key.admin });
    }
    Err(Code::TokenMalformed.into())
}

/// The credential of `Authorization: Bearer …`, whose scheme is read in any case.
///
/// Source: [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
pub fn bearer(request: &Incoming) -> Result<Option<&str>, Failure> {
    let mut values =
        request.headers.iter().filter(|(name, _)| name == "authorization").map(|(_, value)| value);
    let (value, more) = (values.next(), values.next());
    let Some(value) = value else { return Ok(None) };
    let malformed = Failure::at(Code::CredentialMalformed, "authorization");
    let credential = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, credential)) = credential.filter(|_| more.is_none()) else { return Err(malformed) };
    let credential = credential.trim_start_matches(' ');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=|".contains(&b);
    if credential.is_empty() || !credential.bytes().all(plain) {
        Err(malformed)
    } else {
        Ok(Some(credential))
    }
}
