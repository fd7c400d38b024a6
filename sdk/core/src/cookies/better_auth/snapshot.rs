//! The snapshot in its three notations. Whatever is not good is `None`: a cookie that was altered
//! is not worth more words than one that is absent.

use alloc::{string::String, vec::Vec};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    base64url,
    error::Error,
    jose::{
        Algorithm, Key,
        jwe::{self, ContentEncryption, ContentKey, KeyManagement, Sealed},
        jws, thumbprint,
    },
    json::{self, Map},
    jwt::numeric_date,
    secret::Secret,
    time::UnixMillis,
};

/// What the snapshot says, and until when it may be believed.
pub struct Snapshot {
    pub members: Map,
    pub until: UnixMillis,
}

/// The content key that is derived from a secret, and the name by which tokens call it.
pub struct ContentSecret {
    key: ContentKey,
    id: String,
}

impl Snapshot {
    /// base64url of `{"session":S,"expiresAt":N,"signature":"M"}`, where M signs S with
    /// `expiresAt` as its last member, as `JSON.stringify` has written both.
    pub fn compact(text: &str, secret: &Secret) -> Option<Self> {
        let document = String::from_utf8(base64url::decode(text).ok()?).ok()?;
        // Taken apart from its ends: what is between them is read as one object or refused, so the
        // text that was signed and the members that are believed are the same.
        let rest = document.strip_prefix("{\"session\":")?.strip_suffix("\"}")?;
        let (rest, signature) = rest.rsplit_once(",\"signature\":\"")?;
        let (session, millis) = rest.rsplit_once(",\"expiresAt\":")?;
        let until = decimal(millis)?;
        let open_session = session.strip_suffix('}')?;
        let mac = Hmac::<Sha256>::new_from_slice(secret.expose()).ok()?;
        let mac = mac.chain_update(open_session).chain_update(",\"expiresAt\":").chain_update(millis);
        mac.chain_update("}").verify_slice(&base64url::decode(signature).ok()?).ok()?;
        Some(Self { members: json::parse_object(session.as_bytes()).ok()?, until })
    }

    /// A JWT with `{"alg":"HS256"}`; its key is the secret itself.
    pub fn jwt(text: &str, key: &Key) -> Option<Self> {
        let token = jws::Unverified::parse(text).ok()?;
        if token.header().alg != Some(Algorithm::Hs256) {
            return None;
        }
        Self::of_claims(token.verify(key).ok()?.payload.into_members())
    }

    fn of_claims(members: Map) -> Option<Self> {
        let until = numeric_date(members.get("exp")?)?.to_millis();
        Some(Self { members, until })
    }
}

impl ContentSecret {
    /// HKDF with SHA-256, as Better Auth calls it.
    ///
    /// Source: [RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)
    pub fn derive(secret: &Secret) -> Self {
        let mut derived = Vec::from([0; 64]);
        let hkdf = Hkdf::<Sha256>::new(Some(b"better-auth-session"), secret.expose());
        // It fails for more than 255 hashes alone; were it to, no token would open.
        if hkdf.expand(b"BetterAuth.js Generated Encryption Key", &mut derived).is_err() {
            derived.clear();
        }
        let derived = Secret::new(derived);
        let id = thumbprint::sha256(&Key::symmetric(derived.clone(), None));
        Self { key: ContentKey::direct(derived), id }
    }

    /// A JWE with `dir` and `A256CBC-HS512` under this key. One that calls its key by name must
    /// call it by the right one.
    pub fn open(&self, text: &str) -> Option<Snapshot> {
        let sealed = Sealed::parse(text).ok()?;
        let header = sealed.header();
        let algorithms = (header.alg, header.enc);
        let named = header.kid.as_ref().is_none_or(|kid| *kid == self.id);
        if algorithms != (Some(KeyManagement::Direct), Some(ContentEncryption::A256CbcHs512)) || !named {
            return None;
        }
        let content = sealed.open(&self.key).ok()?;
        Snapshot::of_claims(json::parse_object(&content).ok()?)
    }

    /// A JWE of claims, which calls its key by name.
    ///
    /// # Errors
    /// `algorithm_unsupported`: built without the feature `jwe`.
    pub fn seal(&self, claims: &str, iv: &[u8; 16]) -> Result<String, Error> {
        let members = Vec::from([
            ("alg", KeyManagement::Direct.name().into()),
            ("enc", ContentEncryption::A256CbcHs512.name().into()),
            ("kid", self.id.as_str().into()),
        ]);
        jwe::seal(&json::object(members).to_text(), &self.key, iv, claims.as_bytes())
    }
}

/// Milliseconds as `JSON.stringify` writes them.
fn decimal(text: &str) -> Option<UnixMillis> {
    let canonical = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0') && text.len() <= 15;
    if canonical { text.parse().ok().map(UnixMillis) } else { None }
}
