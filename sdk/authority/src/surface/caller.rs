//! Who sends a request, by the credential that it carries.

use edgeward_core::{Code, cookies::better_auth};

use crate::{
    Authority, Failure, agents,
    context::{Access, Principal},
    http::Incoming,
    oauth::{
        access::{self, Proof},
        dpop,
    },
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
/// `credential_malformed`: the header is no credential of a scheme that is known here. Those of the credential's kind;
/// `token_proof_missing`: an access token that is bound to a key comes as a Bearer credential.
pub async fn of(authority: &Authority, request: &Incoming, cookies: Cookies) -> Result<Caller, Failure> {
    match authorization(request)? {
        Some((Scheme::Bearer, credential)) => return of_credential(authority, credential).await,
        Some((Scheme::Dpop, token)) => {
            let key = dpop::shown(authority, request, token).await?;
            return Ok(access::verify(authority, token, Proof::Of(&key)).await?.into());
        }
        None => {}
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

/// The same for something that so many may call: who may be nobody is not refused for a credential that is not good,
/// only asked to prove it anew if that is all that it takes.
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
        Err(failure)
            if access == Access::Anyone
                && failure.code.status() == 401
                && failure.code != Code::DpopNonceRequired =>
        {
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

/// The credential of `Authorization: Bearer …`, for what is called with nothing else.
///
/// # Errors
/// `credential_malformed`
///
/// Source: [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)
pub fn bearer(request: &Incoming) -> Result<Option<&str>, Failure> {
    match authorization(request)? {
        Some((Scheme::Dpop, _)) => Err(Failure::at(Code::CredentialMalformed, "authorization")),
        credential => Ok(credential.map(|(_, credential)| credential)),
    }
}

/// How a credential is shown to be its sender's.
enum Scheme {
    /// By itself.
    Bearer,
    /// By a proof of a key, of [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449#section-7.1).
    Dpop,
}

/// The credential of `Authorization`, whose scheme is read in any case.
fn authorization(request: &Incoming) -> Result<Option<(Scheme, &str)>, Failure> {
    let mut values =
        request.headers.iter().filter(|(name, _)| name == "authorization").map(|(_, value)| value);
    let (value, more) = (values.next(), values.next());
    let Some(value) = value else { return Ok(None) };
    let malformed = Failure::at(Code::CredentialMalformed, "authorization");
    let Some((scheme, credential)) = value.split_once(' ').filter(|_| more.is_none()) else {
        return Err(malformed);
    };
    let scheme = match scheme {
        scheme if scheme.eq_ignore_ascii_case("bearer") => Scheme::Bearer,
        scheme if scheme.eq_ignore_ascii_case("dpop") => Scheme::Dpop,
        _ => return Err(malformed),
    };
    let credential = credential.trim_start_matches(' ');
    // `%` stands in no token of RFC 6750, but in the value of Better Auth's cookie, which its clients send as one.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=|%".contains(&b);
    if credential.is_empty() || !credential.bytes().all(plain) {
        Err(malformed)
    } else {
        Ok(Some((scheme, credential)))
    }
}
