//! The cookies of a request, read strictly.
//!
//! A cookie is believed for nothing but its name: neighbouring hosts can plant one under any name
//! but `__Host-…`, and a browser sends all that fit. So the wanted name must stand once, the harder
//! name goes before the easier one, and other systems' cookies, however odd, decide nothing.
//!
//! Source: [RFC 6265 §4.2 and §5.4](https://www.rfc-editor.org/rfc/rfc6265#section-4.2),
//! [RFC 6265bis §4.1.3](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3).

pub mod better_auth;
#[cfg(feature = "jwe")]
pub mod session;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

use crate::error::{Code, Error};

/// How long the header may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// How many cookies it may hold.
pub const MAX_COOKIES: usize = 200;
/// How many chunks one value may be cut into.
pub const MAX_CHUNKS: usize = 25;

/// What a name begins with, the hardest to plant first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `__Host-`: only this very host can set it, over https.
    Host,
    /// `__Secure-`: only over https.
    Secure,
    /// None.
    Plain,
}

impl Prefix {
    /// All of them, in the order of preference.
    pub const ALL: [Self; 3] = [Self::Host, Self::Secure, Self::Plain];

    /// The letters.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "__Host-",
            Self::Secure => "__Secure-",
            Self::Plain => "",
        }
    }
}

/// The cookies of one request. They hold credentials, so there is no `Debug`.
#[derive(Clone)]
pub struct Jar<'h> {
    cookies: Vec<(&'h str, &'h str)>,
}

impl<'h> Jar<'h> {
    /// Reads the header `Cookie`. What is no pair is passed over.
    ///
    /// # Errors
    /// `credential_malformed` at `cookie`: over 64 KiB, or more than 200 cookies.
    pub fn parse(header: &'h str) -> Result<Self, Error> {
        let pairs = header.split(';').filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
        let cookies: Vec<_> = pairs.take(MAX_COOKIES + 1).collect();
        if header.len() > MAX_LENGTH || cookies.len() > MAX_COOKIES {
            return Err(malformed());
        }
        Ok(Self { cookies })
    }

    /// The names and values as they came, also such as no cookie may have.
    pub fn pairs(&self) -> impl Iterator<Item = (&'h str, &'h str)> + '_ {
        self.cookies.iter().copied()
    }

    /// The names, in the order of the header.
    pub fn names(&self) -> impl Iterator<Item = &'h str> + '_ {
        self.cookies.iter().map(|(name, _)| *name)
    }

    /// The value of a cookie, by its exact name.
    ///
    /// # Errors
    /// `credential_malformed` at `cookie`: the name stands twice, or its value has characters that
    /// no cookie may have. Two values under one name are a way to show two readers different ones.
    pub fn value(&self, name: &str) -> Result<Option<&'h str>, Error> {
        let mut values = self.cookies.iter().filter(|(own, _)| *own == name).map(|(_, value)| *value);
        match (values.next(), values.next()) {
            (None, _) => Ok(None),
            (Some(value), None) if value.bytes().all(is_octet) => Ok(Some(value)),
            _ => Err(malformed()),
        }
    }

    /// The value under the hardest name that is there: with `__Host-`, `__Secure-` or neither.
    ///
    /// # Errors
    /// As [`Jar::value`].
    pub fn preferred(&self, name: &str) -> Result<Option<(Prefix, &'h str)>, Error> {
        for prefix in Prefix::ALL {
            if let Some(value) = self.value(&[prefix.as_str(), name].concat())? {
                return Ok(Some((prefix, value)));
            }
        }
        Ok(None)
    }

    /// A value that stands whole under its name, or cut into `name.0`, `name.1` and so on, which
    /// are joined in the order of their numbers. Where the whole is there, chunks are left over
    /// from a longer one and passed over.
    ///
    /// # Errors
    /// As [`Jar::value`]; a number between the first and the last is missing, or there are more
    /// than 25.
    pub fn chunked(&self, name: &str) -> Result<Option<Cow<'h, str>>, Error> {
        if let Some(value) = self.value(name)?.filter(|value| !value.is_empty()) {
            return Ok(Some(Cow::Borrowed(value)));
        }
        let mut numbers: Vec<usize> =
            self.cookies.iter().filter_map(|(own, _)| chunk_number(own, name)).collect();
        numbers.sort_unstable();
        if numbers.is_empty() {
            return Ok(None);
        }
        if numbers.len() > MAX_CHUNKS || numbers.iter().enumerate().any(|(at, number)| at != *number) {
            return Err(malformed());
        }
        let mut whole = String::new();
        for number in numbers {
            let chunk = [name, ".", &number.to_string()].concat();
            whole.push_str(self.value(&chunk)?.ok_or_else(malformed)?);
        }
        Ok(Some(Cow::Owned(whole)))
    }
}

/// The number behind `name.`, in its one spelling.
fn chunk_number(own: &str, name: &str) -> Option<usize> {
    let digits = own.strip_prefix(name)?.strip_prefix('.')?;
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if canonical { digits.parse().ok() } else { None }
}

/// `cookie-octet` of [RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1).
fn is_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e)
}

fn malformed() -> Error {
    Error::at(Code::CredentialMalformed, "cookie")
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use proptest::prelude::*;

    fn jar(header: &str) -> Jar<'_> {
        Jar::parse(header).unwrap()
    }

    #[test]
    fn a_cookie_has_one_value() {
        assert_eq!(jar("a=1; b=2").value("b"), Ok(Some("2")));
        assert_eq!(jar("a=1;b=2;\tc=x=y ").value("c"), Ok(Some("x=y")));
        assert_eq!(jar("a=1; B=2; ab=3; b").value("b"), Ok(None));
        assert_eq!(jar("").value(""), Ok(None));
        for odd in ["a=1; a=1", "a=1; b=2; a=", "a=\"1\"", "a=1,2", "a=x y", "a=\u{e4}", "a=\\"] {
            assert_eq!(jar(odd).value("a"), Err(malformed()), "{odd}");
        }
    }

    #[test]
    fn what_others_wrote_decides_nothing() {
        assert_eq!(jar("x={\"a\": 1, \"b\"}; y; =; ;; a=1; x=2").value("a"), Ok(Some("1")));
    }

    #[test]
    fn the_harder_name_goes_first() {
        let all = "a=plain; __Secure-a=secure; __Host-a=host";
        assert_eq!(jar(all).preferred("a"), Ok(Some((Prefix::Host, "host"))));
        assert_eq!(jar("a=p; __Secure-a=s").preferred("a"), Ok(Some((Prefix::Secure, "s"))));
        assert_eq!(jar("a=p; __host-a=s").preferred("a"), Ok(Some((Prefix::Plain, "p"))));
        assert_eq!(jar("__Host-a=1; __Host-a=2; a=p").preferred("a"), Err(malformed()));
    }

    #[test]
    fn chunks_are_joined_by_number() {
        let many: String =
            (0..12).rev().map(|number| format!("a.{number}={number},; ").replace(',', "-")).collect();
        assert_eq!(jar(&many).chunked("a").unwrap().unwrap(), "0-1-2-3-4-5-6-7-8-9-10-11-");
        assert_eq!(jar("a=whole; a.0=x; a.1=y").chunked("a").unwrap().unwrap(), "whole");
        assert_eq!(jar("a=; a.0=x").chunked("a").unwrap().unwrap(), "x");
        assert_eq!(jar("ab.0=x; a.x=1; a.=2; a.0.0=3").chunked("a"), Ok(None));
        for odd in ["a.1=x", "a.0=x; a.2=z", "a.0=x; a.0=y", "a.0=x; a.1=\"", "a.0=x; a.00=y; a.2=z"] {
            assert_eq!(jar(odd).chunked("a"), Err(malformed()), "{odd}");
        }
        let too_many: String = (0..=MAX_CHUNKS).map(|number| format!("a.{number}=x;")).collect();
        assert_eq!(jar(&too_many).chunked("a"), Err(malformed()));
    }

    #[test]
    fn the_header_is_bounded() {
        assert!(Jar::parse(&"a=1;".repeat(MAX_COOKIES)).is_ok());
        assert!(Jar::parse(&"a=1;".repeat(MAX_COOKIES + 1)).is_err());
        assert!(Jar::parse(&"a".repeat(MAX_LENGTH + 1)).is_err());
    }

    proptest! {
        #[test]
        fn a_value_cut_anywhere_is_joined_again(value in "[!#-+.-:<-Z^-~]{1,200}", size in 8_usize..50) {
            let chunks: Vec<String> = value.as_bytes().chunks(size).enumerate()
                .map(|(at, chunk)| format!("s.{at}={}", String::from_utf8_lossy(chunk))).rev().collect();
            let header = chunks.join("; ");
            prop_assert_eq!(jar(&header).chunked("s").unwrap().unwrap(), value);
        }

        #[test]
        fn no_header_makes_it_fail_otherwise_than_by_refusal(header in "[a.01=;, \"\\t%_-]{0,80}") {
            if let Ok(jar) = Jar::parse(&header) {
                if let Ok(Some(value)) = jar.value("a") {
                    prop_assert!(value.bytes().all(is_octet));
                }
                let whole = jar.chunked("a");
                prop_assert!(whole.is_ok() || whole == Err(malformed()));
            }
        }
    }
}
