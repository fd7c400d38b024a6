//! Absolute http(s) addresses, parsed strictly enough that every URL parser reads them alike.

use alloc::string::String;
use core::fmt;

use super::ip;
use crate::{
    error::{Code, Error},
    text,
};

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// https on public hosts.
    #[default]
    Public,
    /// https on any host: for a client, which sits in its user's own network.
    Https,
    /// As [`Public`](Self::Public), and http and https on this machine's loopback, for development.
    Development,
}

/// An absolute http or https URL without user name, password or fragment.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    origin_end: usize,
}

const MAX_LENGTH: usize = 2048;

impl Address {
    /// Parses `text` and checks that it may be called.
    ///
    /// # Errors
    /// `url_not_allowed`: not an absolute URL, longer than 2048 bytes, not https (http is allowed
    /// on loopback in [`Reach::Development`]), a private or loopback host, or with user
    /// information, fragment, backslash, whitespace or non-ASCII characters.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Error> {
        Self::read(text, reach).ok_or_else(|| Code::UrlNotAllowed.into())
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port as written: `https://api.example:8443`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin_end).unwrap_or_default()
    }

    /// What follows the origin: path and query, possibly empty.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.text.get(self.origin_end..).unwrap_or_default()
    }

    fn read(text: &str, reach: Reach) -> Option<Self> {
        let plain = |b: u8| {
            b.is_ascii_graphic() && !matches!(b, b'\\' | b'#' | b'<' | b'>' | b'"' | b'`' | b'{' | b'}')
        };
        if text.len() > MAX_LENGTH || !text.bytes().all(plain) {
            return None;
        }
        let (secure, rest) = match text.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("http://")?),
        };
        let authority = text::split(rest, "/?").next()?;
        let host = host(authority)?;
        let allowed = match host {
            Host::Public => secure,
            Host::Loopback => reach == Reach::Development || (secure && reach == Reach::Https),
            Host::Private => secure && reach == Reach::Https,
        };
        let origin_end = text.len() - rest.len() + authority.len();
        allowed.then(|| Self { text: text.into(), origin_end })
    }
}

impl fmt::Debug for Address {
    /// Prints the origin alone: a query may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.origin())
    }
}

enum Host {
    Public,
    Loopback,
    Private,
}

/// Classifies the host of an authority; `None` if there is user information, a bad port, or a
/// spelling that parsers disagree about (`0x7f.1`, `127.1`, an empty label, upper case).
fn host(authority: &str) -> Option<Host> {
    if let Some(rest) = authority.strip_prefix("[") {
        let (address, port) = text::split_once(rest, "]")?;
        let port = if port.is_empty() { None } else { Some(port.strip_prefix(":")?) };
        check_port(port)?;
        return Some(classify_v6(ip::v6(address)?));
    }
    let (name, port) = match text::split_once(authority, ":") {
        Some((name, port)) => (name, Some(port)),
        None => (authority, None),
    };
    check_port(port)?;
    if let Some(address) = ip::v4(name) {
        return Some(classify_v4(address));
    }
    let mut last = "";
    for label in text::split(name, ".") {
        last = Some(label).filter(|label| is_label(label))?;
    }
    // A last label that starts with a digit makes WHATWG parsers read the name as an IPv4 address.
    if name.len() > 253 || last.bytes().next()?.is_ascii_digit() {
        return None;
    }
    Some(match last {
        "localhost" => Host::Loopback,
        "local" | "internal" | "home" | "lan" | "corp" => Host::Private,
        _ => Host::Public,
    })
}

fn is_label(label: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&label.len())
        && label.bytes().all(inside)
        && !label.starts_with("-")
        && !label.ends_with("-")
}

/// Accepts none, or a port from 1 to 65535 without leading zero.
fn check_port(port: Option<&str>) -> Option<()> {
    let Some(digits) = port else { return Some(()) };
    let canonical = !digits.starts_with("0");
    (canonical && text::number(digits)? <= u16::MAX.into()).then_some(())
}

fn classify_v4(address: [u8; 4]) -> Host {
    match address {
        [127, ..] => Host::Loopback,
        // Private, link-local, shared, for benchmarks, "this network", multicast and reserved.
        [10 | 0 | 224.., ..]
        | [172, 16..32, ..]
        | [192, 168, ..]
        | [169, 254, ..]
        | [100, 64..128, ..]
        | [198, 18 | 19, ..] => Host::Private,
        _ => Host::Public,
    }
}

fn classify_v6(address: [u16; 8]) -> Host {
    match address {
        [0, 0, 0, 0, 0, 0xffff, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            classify_v4([a, b, c, d])
        }
        [0, 0, 0, 0, 0, 0, 0, 1] => Host::Loopback,
        // Global unicast is 2000::/3; 2002::/16 (6to4) can hide a private IPv4 address.
        [0x2002, ..] => Host::Private,
        [0x2000..0x4000, ..] => Host::Public,
        _ => Host::Private,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_https_on_public_hosts() {
        for url in [
            "https://a.example",
            "https://a.example/",
            "https://a.example:8443/x?y=z",
            "https://a-b.example/.well-known/x",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1::1]/x",
            "https://xn--bcher-kva.example",
        ] {
            assert!(Address::parse(url, Reach::Public).is_ok(), "{url}");
        }
    }

    #[test]
    fn refuses_other_schemes_and_odd_spellings() {
        for url in [
            "",
            "a.example",
            "//a.example",
            "http://a.example",
            "HTTPS://a.example",
            "ftp://a.example",
            "https:/a.example",
            "https://",
            "https:///x",
            "https://u@a.example",
            "https://u:p@a.example",
            "https://a.example#f",
            "https://a.example\\x",
            "https://a.example/ x",
            "https://a.example/\n",
            "https://ä.example",
            "https://A.example",
            "https://a..example",
            "https://.example",
            "https://a.example.",
            "https://-a.example",
            "https://a.example:",
            "https://a.example:0",
            "https://a.example:080",
            "https://a.example:65536",
            "https://a.example:x",
            "https://[::1",
            "https://0x7f.1",
            "https://2130706433",
            "https://127.1",
            "https://1.2.3.4.5",
            "https://01.2.3.4",
            "https://%61.example",
        ] {
            assert!(Address::parse(url, Reach::Development).is_err(), "{url}");
        }
        assert!(Address::parse(&format!("https://a.example/{}", "x".repeat(2048)), Reach::Public).is_err());
    }

    #[test]
    fn private_hosts_are_never_called_and_loopback_only_in_development() {
        for url in [
            "https://10.0.0.1",
            "https://192.168.1.1",
            "https://172.16.0.1",
            "https://169.254.169.254",
            "https://0.0.0.0",
            "https://100.64.0.1",
            "https://255.255.255.255",
            "https://[::]",
            "https://[fe80::1]",
            "https://[fc00::1]",
            "https://[::ffff:10.0.0.1]",
            "https://[2002:7f00:1::]",
            "https://printer.local",
            "https://metadata.internal",
            "https://[64:ff9b::7f00:1]",
        ] {
            assert!(Address::parse(url, Reach::Development).is_err(), "{url}");
        }
        for url in [
            "http://localhost:3000/x",
            "http://127.0.0.1:1",
            "https://127.9.9.9",
            "http://[::1]:8080",
            "http://app.localhost",
            "https://[::ffff:127.0.0.1]",
        ] {
            assert!(Address::parse(url, Reach::Public).is_err(), "{url}");
            assert!(Address::parse(url, Reach::Development).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_client_reaches_its_own_network_by_https_alone() {
        for host in ["a.example", "10.0.0.1", "sso.corp", "localhost:8443"] {
            assert!(Address::parse(&format!("https://{host}"), Reach::Https).is_ok(), "{host}");
            assert!(Address::parse(&format!("http://{host}"), Reach::Https).is_err(), "{host}");
        }
    }

    #[test]
    fn splits_origin_from_path() {
        let address = Address::parse("https://a.example:8443/x/y?z=1", Reach::Public).unwrap();
        assert_eq!((address.origin(), address.path_and_query()), ("https://a.example:8443", "/x/y?z=1"));
        let bare = Address::parse("https://a.example", Reach::Public).unwrap();
        assert_eq!((bare.origin(), bare.path_and_query()), ("https://a.example", ""));
        assert_eq!(format!("{address:?}"), "Address(https://a.example:8443)");
    }
}
