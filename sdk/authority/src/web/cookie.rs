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

use super::{Remember, Session};
use crate::{Authority, http::Incoming};

/// The cookies of sessions, without their prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The token.
    Token,
    /// A snapshot of session and user.
    Snapshot,
    /// Whether the session is not to be remembered.
    Forget,
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
/// `config_invalid`, which settings that were checked never give.
pub fn written(authority: &Authority, request: &Incoming, session: &Session) -> Result<Vec<String>, Error> {
    let (name, forget) = (Cookie::Token.name(authority), Cookie::Forget.name(authority));
    let mut lines = match session.remember {
        Remember::Yes => {
            let lifetime = authority.settings.sessions.lifetime;
            vec![signed(authority, &name, &session.token, Some(lifetime))?]
        }
        Remember::No => {
            vec![signed(authority, &name, &session.token, None)?, signed(authority, &forget, "true", None)?]
        }
    };
    let stale = brought(authority, request).into_iter();
    let stale = stale.filter(|own| *own != name && (*own != forget || session.remember == Remember::Yes));
    lines.extend(stale.map(|name| line(authority, name, "", Some(Seconds(0)))));
    Ok(lines)
}

/// The `Set-Cookie` lines that remove a session from the browser, and every chunk of its snapshot.
pub fn removed(authority: &Authority, request: &Incoming) -> Vec<String> {
    let own = [Cookie::Token, Cookie::Snapshot, Cookie::Forget].map(|cookie| cookie.name(authority));
    let mut names: Vec<&str> = own.iter().map(String::as_str).collect();
    names.extend(brought(authority, request).into_iter().filter(|name| own.iter().all(|own| own != name)));
    names.into_iter().map(|name| line(authority, name, "", Some(Seconds(0)))).collect()
}

/// The names of the cookies of a session that the request brings, each once.
fn brought<'r>(authority: &Authority, request: &'r Incoming) -> Vec<&'r str> {
    let own = [Cookie::Token, Cookie::Snapshot, Cookie::Forget].map(|cookie| cookie.name(authority));
    let chunk = [&Cookie::Snapshot.name(authority), "."].concat();
    let is_own = |name: &&str| own.iter().any(|own| own == name) || name.starts_with(&chunk);
    let mut names: Vec<&str> = jar(request).iter().flat_map(Jar::names).filter(is_own).collect();
    names.sort_unstable();
    names.dedup();
    // A name from outside stands in a header of the answer: only such as a chunk may have.
    names.retain(|name| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    names
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
