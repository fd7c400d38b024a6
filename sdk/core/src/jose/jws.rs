//! A compact JWS: `Unverified` until a signature check makes it `Verified`.
//!
//! Source: [RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2),
//! [RFC 8725 §3](https://www.rfc-editor.org/rfc/rfc8725#section-3).

use alloc::{string::String, vec::Vec};

pub use super::compact::MAX_LENGTH;
use crate::{
    error::{Code, Error},
    jose::{
        Algorithm, Key,
        compact::{self, malformed, part},
        engine,
    },
    json::{self, Map, Value},
    text,
};

/// The members of a JWS header that decide anything.
///
/// `jwk`, `jku`, `x5u` and `x5c` are not among them: a key that comes with the token proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The algorithm, if it is one of the table; otherwise the token is refused for it.
    pub alg: Option<Algorithm>,
    /// The key's id.
    pub kid: Option<String>,
    /// The media type, for example `at+jwt`.
    pub typ: Option<String>,
}

/// A token that was read but not verified: nothing in it may be believed.
#[derive(Clone)]
pub struct Unverified<'t> {
    header: Header,
    signing_input: &'t str,
    payload: Payload,
    signature: Vec<u8>,
}

/// A token whose signature was verified with a key.
#[derive(Clone)]
pub struct Verified {
    /// The header.
    pub header: Header,
    /// The claims, not validated yet.
    pub payload: Payload,
}

/// A payload that is a JSON object: its text as it was signed, and its members.
#[derive(Clone, PartialEq)]
pub struct Payload {
    text: String,
    members: Map,
}

impl Payload {
    /// Reads the bytes of a payload.
    ///
    /// # Errors
    /// `token_malformed` at `payload`: not a strict JSON object.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Error> {
        let members = json::parse_object(&bytes).map_err(|_| malformed("payload"))?;
        Ok(Self { members, text: String::from_utf8(bytes).map_err(|_| malformed("payload"))? })
    }

    /// The text as it was signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The members.
    #[must_use]
    pub const fn members(&self) -> &Map {
        &self.members
    }

    /// The members themselves.
    #[must_use]
    pub fn into_members(self) -> Map {
        self.members
    }
}

impl<'t> Unverified<'t> {
    /// Reads a token of exactly three parts.
    ///
    /// # Errors
    /// `token_too_large`: over 16 KiB. `token_malformed`, at the part: not canonical base64url, not
    /// a strict JSON object, a mistyped header member, or one of a JWE. `token_crit_unsupported`: a
    /// `crit` or a `b64` member, since no extension is understood.
    pub fn parse(token: &'t str) -> Result<Self, Error> {
        Self::parse_with_header(token).map(|(token, _)| token)
    }

    /// Reads a token as [`parse`](Self::parse) does, and gives every member of its header, for
    /// formats that keep more there: a DPoP proof its key.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_with_header(token: &'t str) -> Result<(Self, Map), Error> {
        compact::check_length(token)?;
        let (signing_input, signature) = text::rsplit_once(token, ".").ok_or_else(|| malformed(""))?;
        let (header, payload) = text::split_once(signing_input, ".").ok_or_else(|| malformed(""))?;
        if text::has(payload, ".") {
            return Err(malformed(""));
        }
        let members = compact::header(&part(header, "header")?)?;
        let token = Self {
            header: Header::read(&members)?,
            signing_input,
            payload: Payload::parse(part(payload, "payload")?)?,
            signature: part(signature, "signature")?,
        };
        Ok((token, members))
    }

    /// The header, not to be believed.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// A claim that chooses how to verify, such as `iss`; not to be believed.
    #[must_use]
    pub fn unverified_claim(&self, name: &str) -> Option<&Value> {
        self.payload.members.get(name)
    }

    /// What the signature covers.
    #[must_use]
    pub const fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Verifies with the crates of [`engine`].
    ///
    /// # Errors
    /// `token_key_not_found`: the key may not verify the token's algorithm.
    /// `token_signature_invalid`: it does not verify. `jwk_invalid`, `algorithm_unsupported`: see
    /// [`engine::verify`].
    pub fn verify(self, key: &Key) -> Result<Verified, Error> {
        let alg = self.header.alg.filter(|alg| key.permits(*alg)).ok_or(Code::TokenKeyNotFound)?;
        engine::verify(key, alg, self.signing_input(), &self.signature)?;
        Ok(self.dangerous_trust())
    }

    /// Declares the signature verified. Only for an engine outside of this crate, after it has
    /// verified [`signing_input`](Self::signing_input) against [`signature`](Self::signature).
    #[must_use]
    pub fn dangerous_trust(self) -> Verified {
        Verified { header: self.header, payload: self.payload }
    }
}

impl Header {
    fn read(members: &Map) -> Result<Self, Error> {
        // With `enc` the token would be a JWE ([RFC 7516 §9](https://www.rfc-editor.org/rfc/rfc7516#section-9)),
        // with `zip` its payload another.
        for name in ["enc", "zip"] {
            if members.contains_key(name) {
                return Err(malformed(name));
            }
        }
        let text = |name| compact::text(members, name);
        let alg = text("alg")?.ok_or_else(|| malformed("alg"))?;
        Ok(Self { alg: alg.parse().ok(), kid: text("kid")?, typ: text("typ")? })
    }
}

#[cfg(test)]
mod tests;
