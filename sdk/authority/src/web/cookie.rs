//! The cookies of a session: how they are called, read, written and removed.
//!
//! Source: [RFC 6265bis §4.1](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1).

use edgeward_core::{
    Code, Error,
    cookies::{
        Jar, Prefix,
        better_auth::{open, seal},
    },
    time::Seconds,
};

use super::{Remember, Session, snapshot};
use crate::{Authority, context::Context, http::Incoming};

/// The cookies of sessions, without their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The token.
    Token,
    /// A snapshot of session and user.
    Snapshot,
    /// Whether the session is not to be remembered.
    Forget,
    /// The administrator's own session, while it acts as somebody else.
    Admin,
}

impl Cookie {
    /// How it is called where the authority is served.
    ///
    /// The name with the prefix is the only one that is read over https: without it, a neighbouring host could plant
    /// a session of its own.
    pub fn name(self, authority: &Authority) -> String {
        let name = match self {
            Self::Token => "better-auth.session_token",
            Self::Snapshot => "better-auth.session_data",
            Self::Forget => "better-auth.dont_remember",
            Self::Admin => "better-auth.admin_session",
        };
        let prefix = if is_secure(authority) { Prefix::Secure } else { Prefix::Plain };
        [prefix.as_str(), name].concat()
    }
}

/// The token of the request's session cookie, if it was signed here.
pub fn token(authority: &Authority, request: &Incoming) -> Option<String> {
    opened(authority, &jar(request)?, &Cookie::Token.name(authority))
}

/// The value of a signed cookie.
pub fn opened(authority: &Authority, jar: &Jar<'_>, name: &str) -> Option<String> {
    let value = jar.value(name).ok()??;
    authority.settings.secrets.iter().find_map(|secret| open(value, secret))
}

/// The cookies of a request, if it brings any that can be told apart.
pub fn jar(request: &Incoming) -> Option<Jar<'_>> {
    Jar::parse(request.header("cookie")?).ok()
}

/// The `Set-Cookie` lines that keep a session in the browser, and remove what another one has left.
///
/// # Errors
/// `config_invalid`, which settings that were checked never give. `runtime_unsupported`: there is no randomness.
pub fn written(context: &Context<'_>, session: &Session) -> Result<Vec<String>, Error> {
    let authority = context.authority;
    let lifetime = match session.remember {
        Remember::Yes => Some(authority.settings.sessions.lifetime),
        Remember::No => None,
    };
    let mut lines = vec![signed(authority, &Cookie::Token.name(authority), &session.token, lifetime)?];
    if session.remember == Remember::No {
        lines.push(signed(authority, &Cookie::Forget.name(authority), "true", None)?);
    }
    lines.extend(snapshot::written(context, session)?);
    lines.extend(stale(context, &lines, &[Cookie::Token, Cookie::Snapshot, Cookie::Forget]));
    Ok(lines)
}

/// The `Set-Cookie` lines that renew the snapshot alone.
///
/// # Errors
/// As [`written`].
pub fn snapshot_written(context: &Context<'_>, session: &Session) -> Result<Vec<String>, Error> {
    let mut lines = snapshot::written(context, session)?;
    lines.extend(stale(context, &lines, &[Cookie::Snapshot]));
    Ok(lines)
}

/// The `Set-Cookie` lines that remove a session from the browser, and every chunk of its snapshot.
pub fn removed(context: &Context<'_>) -> Vec<String> {
    let own = [Cookie::Token, Cookie::Snapshot, Cookie::Forget];
    let authority = context.authority;
    let mut lines: Vec<String> =
        own.iter().map(|cookie| line(authority, &cookie.name(authority), "", Some(Seconds(0)))).collect();
    lines.extend(stale(context, &lines, &[Cookie::Snapshot, Cookie::Admin]));
    lines
}

/// The `Set-Cookie` lines that remove what the request brings of some cookies and `kept` does not write anew.
fn stale(context: &Context<'_>, kept: &[String], cookies: &[Cookie]) -> Vec<String> {
    let authority = context.authority;
    let jar = jar(context.request);
    let is_own = |name: &&str| {
        cookies.iter().any(|cookie| {
            let rest = name.strip_prefix(cookie.name(authority).as_str());
            rest.is_some_and(|rest| rest.is_empty() || *cookie == Cookie::Snapshot && is_suffix(rest))
        })
    };
    let mut names: Vec<&str> = jar.iter().flat_map(Jar::names).filter(is_own).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| kept.iter().all(|line| line.split('=').next() != Some(*name)));
    names.into_iter().map(|name| line(authority, name, "", Some(Seconds(0)))).collect()
}

/// Whether this is what stands behind the name of a chunk, also one in a wrong spelling, which is removed all the
/// same.
fn is_suffix(rest: &str) -> bool {
    let digits = rest.strip_prefix('.').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The `Set-Cookie` line of a signed value.
///
/// # Errors
/// As [`written`].
pub fn signed(
    authority: &Authority,
    name: &str,
    value: &str,
    lifetime: Option<Seconds>,
) -> Result<String, Error> {
    let secret = authority.settings.secrets.first().ok_or(Code::ConfigInvalid)?;
    let value = seal(value, secret).ok_or(Code::ConfigInvalid)?;
    Ok(line(authority, name, &value, lifetime))
}

/// A `Set-Cookie` line. Without a lifetime the browser forgets the cookie when it closes.
pub fn line(authority: &Authority, name: &str, value: &str, lifetime: Option<Seconds>) -> String {
    let age = lifetime.map(|Seconds(seconds)| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if is_secure(authority) { "; Secure" } else { "" };
    format!("{name}={value}{age}; Path=/; HttpOnly{secure}; SameSite=Lax")
}

fn is_secure(authority: &Authority) -> bool {
    authority.settings.issuer.starts_with("https:")
}
