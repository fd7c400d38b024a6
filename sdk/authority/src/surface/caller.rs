//! Who sends a request, by the credential that it carries.

use edgeward_core::{Code, cookies::better_auth};

use crate::{
    Authority, Failure, agents,
    context::{Access, Principal},
    http::Incoming,
    oauth::access::{self, Proof},
    tokens, web,
};

/// Who sends a request.
pub struct Caller {
    /// Who it is.
    pub principal: Principal,
    /// The user's session that says so.
    pub session: Option<web::Session>,
}

/// Whether cookies say who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookies {
    /// They do, as the store knows them, since [`super::origin::check`] has let the request through.
    Stored,
    /// They do, and a snapshot is believed: for what changes nothing.
    Snapshot,
    /// They do not: any page may send the request.
    Ignored,
}

/// Who sends a request: by `Authorization`, by the session cookie, by `X-Api-Key`, whichever is there first. So a
/// session goes before an API token. A request without a credential comes from nobody; one with a credential that is
/// not good is refused. A session cookie that is not good is none.
///
/// # Errors
/// `credential_malformed`: the header is no Bearer credential. Those of the credential's kind.
pub async fn of(authority: &Authority, request: &Incoming, cookies: Cookies) -> Result<Caller, Failure> {
    if let Some(credential) = bearer(request)? {
        return of_credential(authority, credential).await;
    }
    let session = match cookies {
        Cookies::Stored => web::of(authority, request).await?,
        Cookies::Snapshot => web::cached(authority, request).await?,
        Cookies::Ignored => None,
    };
    if let Some(session) = session {
        return Ok(session.into());
    }
    match request.header("x-api-key") {
        Some(key) => of_key(authority, key).await,
        None => Ok(Principal::Anonymous.into()),
    }
}

/// The same for something that so many may call: who may be nobody is not refused for a credential that is not good.
///
/// # Errors
/// As [`of`].
pub async fn for_access(
    authority: &Authority,
    request: &Incoming,
    cookies: Cookies,
    access: Access,
) -> Result<Caller, Failure> {
    match of(authority, request, cookies).await {
        Err(failure) if access == Access::Anyone && failure.code.status() == 401 => {
            Ok(Principal::Anonymous.into())
        }
        caller => caller,
    }
}

async fn of_credential(authority: &Authority, credential: &str) -> Result<Caller, Failure> {
    if credential.starts_with(tokens::PREFIX) {
        return of_key(authority, credential).await;
    }
    if credential.starts_with(agents::PREFIX) {
        return Ok(agents::verify(authority, credential).await?.into());
    }
    // Three parts: an access token. A session's token has one or two.
    if credential.split('.').count() == 3 {
        return Ok(access::verify(authority, credential, Proof::None).await?.into());
    }
    // A session's token, as it is or as its cookie has it.
    let signed =
        || authority.settings.secrets.iter().find_map(|secret| better_auth::open(credential, secret));
    let token = if credential.contains('.') { signed() } else { Some(credential.into()) };
    let session = match token {
        Some(token) => web::of_token(authority, &token).await?,
        None => return Err(Code::TokenMalformed.into()),
    };
    session.map(Into::into).ok_or(Code::SessionExpired.into())
}

async fn of_key(authority: &Authority, key: &str) -> Result<Caller, Failure> {
    let key = tokens::verify(authority, key).await?;
    Ok(Principal::Key { user: key.user, id: key.id, scopes: key.scopes, admin: key.admin }.into())
}

impl From<Principal> for Caller {
    fn from(principal: Principal) -> Self {
        Self { principal, session: None }
    }
}

impl From<web::Session> for Caller {
    fn from(session: web::Session) -> Self {
        Self { principal: session.principal(), session: Some(session) }
    }
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
    // `%` stands in no token of RFC 6750, but in the value of Better Auth's cookie, which its clients send as one.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=|%".contains(&b);
    if credential.is_empty() || !credential.bytes().all(plain) {
        Err(malformed)
    } else {
        Ok(Some(credential))
    }
}
