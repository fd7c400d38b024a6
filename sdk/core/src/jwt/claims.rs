//! The claims of a token, read by type.

use alloc::{vec, vec::Vec};

use crate::{
    error::{Code, Error},
    jose::jws::Payload,
    json::{self, Map, Value},
    time::UnixSeconds,
};

/// The claims of a token that was verified and validated.
#[derive(Clone, PartialEq)]
pub struct Claims(Payload);

/// 9999-12-31T23:59:59Z: no date beyond it is meant.
const LATEST: f64 = 253_402_300_799.0;

impl Claims {
    pub(super) const fn new(payload: Payload) -> Self {
        Self(payload)
    }

    /// Every claim as JSON text, as it was signed.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.text()
    }

    /// Every claim.
    #[must_use]
    pub const fn members(&self) -> &Map {
        self.0.members()
    }

    /// The claims themselves.
    #[must_use]
    pub fn into_members(self) -> Map {
        self.0.into_members()
    }

    /// A claim that is a string.
    ///
    /// # Errors
    /// `token_claim_invalid`, at the claim: it is there and no string.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, Error> {
        match self.members().get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(name)),
        }
    }

    /// A NumericDate, rounded down to the second.
    ///
    /// # Errors
    /// `token_claim_invalid`, at the claim: it is there and no number between 1970 and 9999.
    ///
    /// Source: [RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)
    pub fn date(&self, name: &'static str) -> Result<Option<UnixSeconds>, Error> {
        let Some(value) = self.members().get(name) else { return Ok(None) };
        numeric_date(value).map(Some).ok_or_else(|| invalid(name))
    }

    /// The audiences: `aud` as a string or as an array of strings.
    ///
    /// # Errors
    /// `token_claim_invalid` at `aud`: anything else.
    ///
    /// Source: [RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)
    pub fn audiences(&self) -> Result<Vec<&str>, Error> {
        self.list("aud", |text| vec![text])
    }

    /// The scopes: `scope`, or else `scp`, as a string with spaces or as an array of strings.
    ///
    /// # Errors
    /// `token_claim_invalid` at the claim: anything else.
    ///
    /// Source: [RFC 8693 §4.2](https://www.rfc-editor.org/rfc/rfc8693#section-4.2)
    pub fn scopes(&self) -> Result<Vec<&str>, Error> {
        let name = if self.members().contains_key("scope") { "scope" } else { "scp" };
        self.list(name, |text| text.split(' ').filter(|scope| !scope.is_empty()).collect())
    }

    fn list<'a>(
        &'a self,
        name: &'static str,
        split: fn(&'a str) -> Vec<&'a str>,
    ) -> Result<Vec<&'a str>, Error> {
        match self.members().get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(split(text)),
            Some(Value::Array(items)) => json::each(items, |item| item.as_str().ok_or(invalid(name))),
            Some(_) => Err(invalid(name)),
        }
    }
}

/// A NumericDate between 1970 and 9999, rounded down to the second; `None` for anything else.
///
/// Source: [RFC 7519 §2](https://www.rfc-editor.org/rfc/rfc7519#section-2)
#[must_use]
pub fn numeric_date(value: &Value) -> Option<UnixSeconds> {
    let seconds = value.as_f64().filter(|seconds| (0.0..=LATEST).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked; casting rounds toward zero")]
    Some(UnixSeconds(seconds as i64))
}

const fn invalid(name: &'static str) -> Error {
    Error::at(Code::TokenClaimInvalid, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    fn claims(text: &str) -> Claims {
        Claims::new(Payload::parse(text.into()).unwrap())
    }

    #[test]
    fn dates_are_numbers_within_reason() {
        let date = |value: &str| claims(&format!(r#"{{"exp":{value}}}"#)).date("exp");
        assert_eq!(date("1300819380"), Ok(Some(UnixSeconds(1_300_819_380))));
        assert_eq!(date("1300819380.9"), Ok(Some(UnixSeconds(1_300_819_380))));
        assert_eq!(date("0"), Ok(Some(UnixSeconds(0))));
        for odd in [
            "\"1300819380\"",
            "null",
            "true",
            "[]",
            "{}",
            "-1",
            "1e300",
            "253402300800",
            "18446744073709551615",
        ] {
            assert_eq!(date(odd), Err(Error::at(Code::TokenClaimInvalid, "exp")), "{odd}");
        }
        assert_eq!(claims("{}").date("exp"), Ok(None));
    }

    #[test]
    fn audiences_are_a_string_or_strings() {
        assert_eq!(claims(r#"{"aud":"a b"}"#).audiences().unwrap(), ["a b"]);
        assert_eq!(claims(r#"{"aud":["a","b"]}"#).audiences().unwrap(), ["a", "b"]);
        assert!(claims("{}").audiences().unwrap().is_empty());
        for odd in [
            r#"{"aud":1}"#,
            r#"{"aud":["a",1]}"#,
            r#"{"aud":[["a"]]}"#,
            r#"{"aud":{"a":1}}"#,
            r#"{"aud":null}"#,
        ] {
            assert!(claims(odd).audiences().is_err(), "{odd}");
        }
    }

    #[test]
    fn scopes_come_as_scope_or_scp() {
        assert_eq!(claims(r#"{"scope":"a  b "}"#).scopes().unwrap(), ["a", "b"]);
        assert_eq!(claims(r#"{"scp":["a","b"]}"#).scopes().unwrap(), ["a", "b"]);
        assert_eq!(claims(r#"{"scope":"a","scp":"b"}"#).scopes().unwrap(), ["a"]);
        assert!(claims(r#"{"scope":7}"#).scopes().is_err());
    }
}
