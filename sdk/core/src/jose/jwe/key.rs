//! The reader's keys: what opens tokens, and which tokens it may open.
//!
//! Source: [RFC 7517 §4](https://www.rfc-editor.org/rfc/rfc7517#section-4),
//! [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
//! [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2).

use alloc::{string::String, vec, vec::Vec};
use core::fmt;

use super::{ContentEncryption, Header, KeyManagement, Kind, Pair, algorithm::Method};
use crate::{
    base64url,
    error::{Code, Error},
    jose::{
        jwk::{self, invalid},
        jwks::MAX_KEYS,
    },
    json::{self, Map, Value},
    secret::Secret,
};

/// How many keys are tried where a token's `kid` does not single one out.
const MAX_CANDIDATES: usize = 4;

/// A key that opens tokens, and what it is bound to by its own `alg`.
#[derive(Clone, PartialEq)]
pub struct DecryptionKey {
    id: Option<String>,
    bound: Bound,
    material: Private,
}

/// What a key's own `alg` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// Nothing: whatever the configuration allows for a key of this type.
    ByType,
    /// This key management.
    To(KeyManagement),
    /// `dir` with this content encryption.
    Content(ContentEncryption),
}

/// What the key consists of.
#[derive(Clone, PartialEq)]
pub enum Private {
    /// A shared secret.
    Symmetric(Secret),
    /// A key pair.
    Pair(Pair),
}

impl DecryptionKey {
    /// Reads a private JWK, or a secret one.
    ///
    /// A secret must say its `alg` (`dir` may be said by the `enc` that it is for), because one
    /// secret in two algorithms is safe in neither.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member: an unknown `kty` or `crv`, a missing or mistyped member, a
    /// `use` other than `enc`, `key_ops` that do not allow decrypting, an `alg` that is not in the
    /// tables or does not fit the key, or a number of the wrong size.
    pub fn parse(jwk: &Map) -> Result<Self, Error> {
        check_use(jwk)?;
        let key = Self { id: text(jwk, "kid")?, bound: bound(jwk)?, material: Private::parse(jwk)? };
        let all = KeyManagement::ALL.iter();
        let mut pairs = all.flat_map(|alg| ContentEncryption::ALL.iter().map(|enc| (*alg, *enc)));
        let symmetric = matches!(key.material, Private::Symmetric(_));
        let unsaid = symmetric && key.bound == Bound::ByType;
        if unsaid || !pairs.any(|(alg, enc)| key.permits(alg, enc)) { Err(invalid("alg")) } else { Ok(key) }
    }

    /// Reads a document: a JWK, or a set of at most a hundred. Unlike in a set of public keys,
    /// which is somebody else's, a key that cannot be used is refused.
    ///
    /// # Errors
    /// `jwk_invalid`, at the member; `jwks_invalid`: not a strict JSON object, or no array `keys` of
    /// objects.
    pub fn parse_all(document: &[u8]) -> Result<Vec<Self>, Error> {
        let invalid = || Error::at(Code::JwksInvalid, "keys");
        let document = json::parse_object(document).map_err(|_| Error::from(Code::JwksInvalid))?;
        match document.get("keys") {
            None => Ok(vec![Self::parse(&document)?]),
            Some(Value::Array(list)) if (1..=MAX_KEYS).contains(&list.len()) => {
                list.iter().map(|jwk| Self::parse(jwk.as_object().ok_or_else(invalid)?)).collect()
            }
            Some(_) => Err(invalid()),
        }
    }

    /// The key's `kid`.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What the key consists of.
    #[must_use]
    pub const fn material(&self) -> &Private {
        &self.material
    }

    /// Whether the key may open tokens of this key management and content encryption: type and
    /// length fit, and the key's own `alg` does not say otherwise.
    #[must_use]
    pub fn permits(&self, alg: KeyManagement, enc: ContentEncryption) -> bool {
        let bound = match self.bound {
            Bound::ByType => true,
            Bound::To(own) => own == alg,
            Bound::Content(own) => alg == KeyManagement::Direct && own == enc,
        };
        bound
            && match (&self.material, alg.method()) {
                (Private::Symmetric(secret), Method::Direct) => secret.expose().len() == enc.key_length(),
                (Private::Symmetric(secret), Method::Wrap(length)) => secret.expose().len() == length,
                (Private::Pair(pair), Method::Agree(_)) => pair.kind() != Kind::Rsa,
                (Private::Pair(pair), Method::RsaOaep) => pair.kind() == Kind::Rsa,
                (Private::Symmetric(_), _) | (Private::Pair(_), _) => false,
            }
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("id", &self.id)
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}

/// The keys of a reader, and the algorithms that it accepts.
#[derive(Clone, Debug)]
pub struct DecryptionKeys {
    keys: Vec<DecryptionKey>,
    algorithms: Vec<KeyManagement>,
    encryptions: Vec<ContentEncryption>,
}

impl DecryptionKeys {
    /// Opens tokens of `algorithms` and `encryptions` with `keys`.
    ///
    /// # Errors
    /// `config_invalid`, at `decryption.algorithms` or `decryption.encryptions`: the list is empty;
    /// at `decryption.keys`: there is none, two have one `kid`, or one can open nothing of the lists.
    pub fn new(
        keys: Vec<DecryptionKey>,
        algorithms: Vec<KeyManagement>,
        encryptions: Vec<ContentEncryption>,
    ) -> Result<Self, Error> {
        let at = |at| Err(Error::at(Code::ConfigInvalid, at));
        if algorithms.is_empty() {
            return at("decryption.algorithms");
        }
        if encryptions.is_empty() {
            return at("decryption.encryptions");
        }
        let of_use = |key: &DecryptionKey| {
            algorithms.iter().any(|alg| encryptions.iter().any(|enc| key.permits(*alg, *enc)))
        };
        let repeated = |(place, key): (usize, &DecryptionKey)| {
            key.id.is_some() && keys.iter().skip(place + 1).any(|other| other.id == key.id)
        };
        if keys.is_empty() || !keys.iter().all(of_use) || keys.iter().enumerate().any(repeated) {
            return at("decryption.keys");
        }
        Ok(Self { keys, algorithms, encryptions })
    }

    /// The keys that may open a token with this header: the one with its very `kid`, or all that
    /// fit if it names none, at most four.
    ///
    /// # Errors
    /// `token_alg_not_allowed`, at `alg` or `enc`: not one of those configured.
    /// `token_key_not_found`: no key fits.
    pub fn candidates(&self, header: &Header) -> Result<Vec<&DecryptionKey>, Error> {
        let refused = |at| Error::at(Code::TokenAlgNotAllowed, at);
        let alg = header.alg.filter(|alg| self.algorithms.contains(alg)).ok_or(refused("alg"))?;
        let enc = header.enc.filter(|enc| self.encryptions.contains(enc)).ok_or(refused("enc"))?;
        let named = |key: &&DecryptionKey| header.kid.is_none() || key.id == header.kid;
        let fitting = self.keys.iter().filter(named).filter(|key| key.permits(alg, enc));
        let found: Vec<_> = fitting.take(MAX_CANDIDATES).collect();
        if found.is_empty() { Err(Code::TokenKeyNotFound.into()) } else { Ok(found) }
    }
}

impl Private {
    fn parse(jwk: &Map) -> Result<Self, Error> {
        if text(jwk, "kty")?.as_deref() != Some("oct") {
            return Pair::private(jwk).map(Self::Pair);
        }
        let secret = text(jwk, "k")?.and_then(|text| base64url::decode(&text).ok());
        secret.map(|secret| Self::Symmetric(Secret::new(secret))).ok_or(invalid("k"))
    }
}

fn bound(jwk: &Map) -> Result<Bound, Error> {
    let Some(name) = text(jwk, "alg")? else { return Ok(Bound::ByType) };
    let content = || name.parse().map(Bound::Content);
    name.parse().map(Bound::To).or_else(|_| content()).map_err(|_| invalid("alg"))
}

fn check_use(jwk: &Map) -> Result<(), Error> {
    if text(jwk, "use")?.is_some_and(|purpose| purpose != "enc") {
        return Err(invalid("use"));
    }
    let operations = jwk::operations(jwk)?;
    let opens = |op: &&str| ["decrypt", "unwrapKey", "deriveKey", "deriveBits"].contains(op);
    match operations {
        Some(operations) if !operations.iter().any(opens) => Err(invalid("key_ops")),
        _ => Ok(()),
    }
}

fn text(jwk: &Map, name: &'static str) -> Result<Option<String>, Error> {
    jwk::text(jwk, name)
}
