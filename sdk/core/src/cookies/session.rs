//! Values that a server keeps in its users' browsers: sealed, and cut where they are too long.
//!
//! One value is one cookie, or where it does not fit a header that says how many chunks there are
//! and what all of them hash to. Browsers and proxies drop cookies and mix those of two answers;
//! such a value is noticed and counts as none. It is never read in part.
//!
//! On https the name has the prefix `__Host-`, so that no neighbouring host can plant the cookie;
//! on loopback, where browsers refuse that, neither prefix nor `Secure`.
//!
//! Source: [RFC 6265bis §4.1](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1).

mod chunks;
mod seal;
#[cfg(test)]
mod tests;

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

pub use chunks::{MAX_CHUNKS, MAX_COOKIE_BYTES};
pub use seal::{MAX_SECRETS, MIN_SECRET_BYTES, RANDOM_BYTES, Seals};

use super::{Jar, Prefix};
use crate::{
    error::{Code, Error},
    time::Seconds,
};

/// How the site is reached, which decides over what its cookies are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// https: `__Host-` and `Secure`.
    Https,
    /// http on this machine: neither, since browsers would refuse them.
    Loopback,
}

/// The name of a cookie and how long it lives. Two of one name are one cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    transport: Transport,
    lifetime: Option<Seconds>,
    sender: Sender,
}

/// Whose pages have the cookie sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sender {
    /// The site's own, and whoever leads there with a link.
    #[default]
    Site,
    /// Everybody's: what another site posts has to find it. On loopback, where browsers would
    /// refuse such a cookie, the site's own; there all ports are one site.
    Everybody,
}

/// The longest life that browsers grant: 400 days.
pub const MAX_LIFETIME: Seconds = Seconds(400 * 24 * 60 * 60);
/// How long a name may be that an application chooses.
const MAX_NAME: usize = 40;

impl Cookie {
    /// A cookie of this name, without a prefix. Without a lifetime it is kept until the browser
    /// closes.
    ///
    /// # Errors
    /// `config_invalid` at `cookies.name`: not 1 to 40 letters, digits, `_` or `-`, or with `__` in
    /// front, where prefixes stand. At `cookies.maxAge`: over 400 days, or nothing.
    pub fn new(name: &str, transport: Transport, lifetime: Option<Seconds>) -> Result<Self, Error> {
        let fits = (1..=MAX_NAME).contains(&name.len()) && !name.starts_with("__");
        if !fits || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
            return Err(Error::at(Code::ConfigInvalid, "cookies.name"));
        }
        let cookie = Self {
            name: [prefix(transport), name].concat(),
            transport,
            lifetime: None,
            sender: Sender::Site,
        };
        cookie.living(lifetime)
    }

    /// A cookie beside this one, with a life of its own: `name.t-suffix`. Chunks have numbers after
    /// the dot, so the two are never mistaken.
    ///
    /// # Errors
    /// `config_invalid` at `cookies.maxAge`, as [`Cookie::new`].
    pub fn beside(&self, suffix: &str, lifetime: Option<Seconds>) -> Result<Self, Error> {
        let name = [&self.name, BESIDE, suffix].concat();
        Self { name, ..self.clone() }.living(lifetime)
    }

    /// The same cookie, sent with other pages' requests.
    #[must_use]
    pub fn sent_by(self, sender: Sender) -> Self {
        Self { sender, ..self }
    }

    /// The name as it stands in headers.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The cookies of a request that stand beside this one: what is behind `name.t-`, each once.
    #[must_use]
    pub fn neighbours<'h>(&self, jar: &Jar<'h>) -> Vec<&'h str> {
        let own = |name: &'h str| name.strip_prefix(self.name.as_str())?.strip_prefix(BESIDE);
        let mut found: Vec<_> = jar.names().filter_map(own).filter(|suffix| !suffix.is_empty()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The value that a request brings. `None`: there is none, or one that was altered, planted or
    /// mixed of two, or that an unknown secret sealed.
    #[must_use]
    pub fn read(&self, jar: &Jar<'_>, seals: &Seals) -> Option<String> {
        seals.open(&self.name, &chunks::join(jar, &self.name)?)
    }

    /// Whether a request brings anything under this name, readable or not.
    #[must_use]
    pub fn stands(&self, jar: &Jar<'_>) -> bool {
        jar.names().any(|name| name == self.name || chunks::is_chunk(name, &self.name))
    }

    /// The `Set-Cookie` lines that keep a value, and expire what a longer one has left. The random
    /// bytes must be new each time.
    ///
    /// # Errors
    /// `session_too_large`: the value needs more than [`MAX_CHUNKS`] cookies.
    pub fn write(
        &self,
        jar: &Jar<'_>,
        seals: &Seals,
        value: &str,
        random: &[u8; RANDOM_BYTES],
    ) -> Result<Vec<Line>, Error> {
        let sealed = seals.seal(&self.name, value, random)?;
        let room = MAX_COOKIE_BYTES.saturating_sub(self.line("", "", self.lifetime).text.len());
        let mut lines: Vec<Line> = chunks::cut(&sealed, room)?
            .into_iter()
            .map(|(suffix, value)| self.line(&suffix, &value, self.lifetime))
            .collect();
        lines.extend(self.expired(jar, &lines));
        Ok(lines)
    }

    /// The `Set-Cookie` lines that remove the value, and every chunk that the request brings.
    #[must_use]
    pub fn clear(&self, jar: &Jar<'_>) -> Vec<Line> {
        self.expired(jar, &[])
    }

    /// The lines for what a request brings and `kept` does not write anew.
    fn expired(&self, jar: &Jar<'_>, kept: &[Line]) -> Vec<Line> {
        let mut names: Vec<&str> = jar.names().collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| *name == self.name || chunks::is_chunk(name, &self.name));
        names.retain(|name| kept.iter().all(|line| line.name != *name));
        let suffixes = names.iter().filter_map(|name| name.strip_prefix(self.name.as_str()));
        suffixes.map(|suffix| self.line(suffix, "", Some(Seconds(0)))).collect()
    }

    fn line(&self, suffix: &str, value: &str, lifetime: Option<Seconds>) -> Line {
        let name = [&self.name, suffix].concat();
        let mut text = [&name, "=", value, "; Path=/; HttpOnly; SameSite=", self.same_site()].concat();
        if self.transport == Transport::Https {
            text.push_str("; Secure");
        }
        if let Some(Seconds(seconds)) = lifetime {
            text.push_str("; Max-Age=");
            text.push_str(&seconds.to_string());
        }
        Line { name, value: value.into(), text }
    }

    const fn same_site(&self) -> &'static str {
        match (self.sender, self.transport) {
            (Sender::Everybody, Transport::Https) => "None",
            _ => "Lax",
        }
    }

    fn living(self, lifetime: Option<Seconds>) -> Result<Self, Error> {
        match lifetime {
            Some(seconds) if seconds == Seconds(0) || seconds > MAX_LIFETIME => {
                Err(Error::at(Code::ConfigInvalid, "cookies.maxAge"))
            }
            lifetime => Ok(Self { lifetime, ..self }),
        }
    }
}

/// One `Set-Cookie` line. It may hold what a session is, so there is no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The cookie's name.
    pub name: String,
    /// Its value; empty where it is removed.
    pub value: String,
    /// The whole line.
    pub text: String,
}

/// The request's header `Cookie` as the browser will send it after these lines, for whatever
/// handles the same request further on.
#[must_use]
pub fn after(jar: &Jar<'_>, lines: &[Line]) -> String {
    let kept = jar.pairs().filter(|(name, _)| lines.iter().all(|line| line.name != *name));
    let set = lines.iter().filter(|line| !line.value.is_empty());
    let set = set.map(|line| (line.name.as_str(), line.value.as_str()));
    let pairs: Vec<String> = kept.chain(set).map(|(name, value)| [name, "=", value].concat()).collect();
    pairs.join("; ")
}

/// What is between a cookie's name and that of one beside it.
const BESIDE: &str = ".t-";

const fn prefix(transport: Transport) -> &'static str {
    match transport {
        Transport::Https => Prefix::Host.as_str(),
        Transport::Loopback => Prefix::Plain.as_str(),
    }
}
