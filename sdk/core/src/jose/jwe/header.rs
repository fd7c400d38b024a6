//! The header of a JWE: how its content key is to be had.

use alloc::{string::String, vec::Vec};

use super::{ContentEncryption, KeyManagement, Pair, algorithm::Method};
use crate::{
    error::{Code, Error},
    jose::compact::{self, malformed},
    json::{Map, Value},
};

/// How long what describes each party may be, in bytes; it is hashed as it stands.
pub const MAX_PARTY: usize = 256;

/// The members of a JWE header that decide anything; none may be believed before the token is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The key management, if it is one of the table; otherwise the token is refused for it.
    pub alg: Option<KeyManagement>,
    /// The content encryption, likewise.
    pub enc: Option<ContentEncryption>,
    /// The id of the reader's key.
    pub kid: Option<String>,
    /// The media type of the content; `JWT` if a token is inside.
    pub cty: Option<String>,
    pub(super) agreement: Option<Agreement>,
}

/// The sender's side of a key agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// The ephemeral public key.
    pub peer: Pair,
    /// What describes the sender.
    pub apu: Vec<u8>,
    /// What describes the reader.
    pub apv: Vec<u8>,
}

impl Header {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let members = compact::header(bytes)?;
        // A few bytes can decompress to gigabytes, and what was compressed tells its length.
        if members.contains_key("zip") {
            return Err(Error::at(Code::TokenAlgNotAllowed, "zip"));
        }
        let text = |name| compact::text(&members, name);
        let alg: Option<KeyManagement> = text("alg")?.ok_or_else(|| malformed("alg"))?.parse().ok();
        let enc = text("enc")?.ok_or_else(|| malformed("enc"))?.parse().ok();
        let agrees = alg.is_some_and(|alg| matches!(alg.method(), Method::Agree(_)));
        let agreement = if agrees { Some(Agreement::parse(&members)?) } else { None };
        Ok(Self { alg, enc, kid: text("kid")?, cty: text("cty")?, agreement })
    }

    /// Whether the content is said to be a token ([RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)):
    /// `JWT`, or `at+jwt`, as issuers write it whose access tokens are of that type
    /// ([RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)).
    #[must_use]
    pub fn holds_token(&self) -> bool {
        let names = ["JWT", "application/jwt", "at+jwt", "application/at+jwt"];
        self.cty.as_deref().is_some_and(|cty| names.iter().any(|name| cty.eq_ignore_ascii_case(name)))
    }
}

impl Agreement {
    fn parse(members: &Map) -> Result<Self, Error> {
        let peer = members.get("epk").and_then(Value::as_object).and_then(|jwk| Pair::public(jwk).ok());
        Ok(Self {
            peer: peer.ok_or_else(|| malformed("epk"))?,
            apu: party(members, "apu")?,
            apv: party(members, "apv")?,
        })
    }
}

fn party(members: &Map, name: &'static str) -> Result<Vec<u8>, Error> {
    let Some(text) = compact::text(members, name)? else { return Ok(Vec::new()) };
    let bytes = compact::part(&text, name)?;
    if bytes.len() > MAX_PARTY { Err(malformed(name)) } else { Ok(bytes) }
}
