//! The header of a JWE: how its content key is to be had.

use alloc::{string::String, vec::Vec};

use super::{ContentEncryption, KeyManagement, algorithm::Method};
use crate::{
    base64url,
    error::{Code, Error},
    jose::{
        algorithm::Curve,
        compact::{self, malformed},
        jwk::{self, Material},
    },
    json::{Map, Value},
};

/// How long what describes each party may be, in bytes; it is hashed as it stands.
pub const MAX_PARTY: usize = 256;

/// The members of a JWE header that decide anything; none may be believed before the token is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The key management, if it is one of the table; otherwise the token is refused for it.
    pub alg: Option<KeyManagement>,
    /// The content encryption, likewise.
    pub enc: Option<ContentEncryption>,
    /// The id of the reader's key.
    pub kid: Option<String>,
    /// The media type of the whole.
    pub typ: Option<String>,
    /// The media type of the content; `JWT` if a token is inside.
    pub cty: Option<String>,
    pub(super) agreement: Option<Agreement>,
}

/// The sender's side of a key agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The ephemeral public key.
    pub peer: PeerKey,
    /// What describes the sender.
    pub apu: Vec<u8>,
    /// What describes the reader.
    pub apv: Vec<u8>,
}

/// The sender's ephemeral public key. Whoever agrees with it checks that a point lies on its curve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerKey {
    /// Coordinates, each as long as the curve's field.
    Ec {
        /// The curve.
        curve: Curve,
        /// The x coordinate.
        x: Vec<u8>,
        /// The y coordinate.
        y: Vec<u8>,
    },
    /// A point of X25519.
    X25519([u8; 32]),
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
        Ok(Self { alg, enc, kid: text("kid")?, typ: text("typ")?, cty: text("cty")?, agreement })
    }

    /// Whether the content is said to be a token ([RFC 7519 §5.2](https://www.rfc-editor.org/rfc/rfc7519#section-5.2)).
    #[must_use]
    pub fn holds_token(&self) -> bool {
        let is = |cty: &str| cty.eq_ignore_ascii_case("JWT") || cty.eq_ignore_ascii_case("application/jwt");
        self.cty.as_deref().is_some_and(is)
    }
}

impl Agreement {
    fn parse(members: &Map) -> Result<Self, Error> {
        let peer = members.get("epk").and_then(Value::as_object).and_then(PeerKey::parse);
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

impl PeerKey {
    fn parse(jwk: &Map) -> Option<Self> {
        let text = |name| jwk.get(name).and_then(Value::as_str);
        let bytes = |name| base64url::decode(text(name)?).ok();
        match (text("kty")?, text("crv")?) {
            // Whoever sends a private key has mixed something up.
            _ if jwk.contains_key("d") => None,
            ("EC", curve) => match jwk::ec(curve, bytes("x")?, bytes("y")?).ok()? {
                Material::Ec { curve, x, y } if curve != Curve::Secp256k1 => Some(Self::Ec { curve, x, y }),
                _ => None,
            },
            ("OKP", "X25519") => bytes("x")?.try_into().ok().map(Self::X25519),
            _ => None,
        }
    }
}
