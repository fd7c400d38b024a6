//! A JSON Web Key Set and the choice of a key in it.
//!
//! Source: [RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5).

use alloc::vec::Vec;

use crate::{
    error::{Code, Error},
    jose::{
        algorithm::Algorithm,
        engine,
        jwk::{Key, Material},
        jws::{Unverified, Verified},
    },
    json::{self, Map, Value},
};

/// How many keys a set may hold.
pub const MAX_KEYS: usize = 100;

/// How many keys are tried where a token's `kid` does not single one out.
pub const MAX_CANDIDATES: usize = 8;

/// The usable keys of an issuer.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    skipped: Vec<Skipped>,
}

/// A key of the document that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its place in the array `keys`, from zero.
    pub index: usize,
    /// Why.
    pub error: Error,
}

impl KeySet {
    /// Reads a JWKS document. A key that cannot be used is skipped and reported, because one odd
    /// key must not take the others down. So are different keys of one `kid` that could verify the
    /// same algorithm, because nobody can say which is meant, and secrets beside public keys,
    /// because what was published is no secret.
    ///
    /// # Errors
    /// `jwks_invalid`: not a strict JSON object with an array `keys` of at most 100 objects.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let document = json::parse(document).map_err(|_| invalid(""))?;
        Self::from_value(&document)
    }

    /// Reads a JWKS that is JSON already; see [`KeySet::parse`].
    ///
    /// # Errors
    /// `jwks_invalid`, as [`KeySet::parse`].
    pub fn from_value(document: &Value) -> Result<Self, Error> {
        let list = document.get("keys").and_then(Value::as_array).ok_or_else(|| invalid("keys"))?;
        if list.len() > MAX_KEYS {
            return Err(invalid("keys"));
        }
        let entries = json::each(list, Entry::read)?;
        let mut set = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            match entry.usable_beside(&entries) {
                Ok(key) => set.keys.push(key.clone()),
                Err(error) => set.skipped.push(Skipped { index, error }),
            }
        }
        Ok(set)
    }

    /// The usable keys.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The keys that were skipped, and why.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Whether both hold the same usable keys, in whatever order.
    #[must_use]
    pub fn has_same_keys(&self, other: &Self) -> bool {
        self.keys.len() == other.keys.len()
            && self.keys.iter().all(|key| other.keys.contains(key))
            && other.keys.iter().all(|key| self.keys.contains(key))
    }

    /// The keys that may verify a token with this `alg` and `kid`: those with that very `kid`, or
    /// all that fit if the token names none. A secret without a name is its configuration's only
    /// word about it, and issuers name theirs in tokens all the same: it fits every `kid`. At most
    /// eight, so that a token cannot buy much work.
    pub fn candidates<'a>(&'a self, alg: Algorithm, kid: Option<&'a str>) -> impl Iterator<Item = &'a Key> {
        let nameless = |key: &Key| key.id().is_none() && is_secret(key);
        let named = move |key: &&Key| kid.is_none() || key.id() == kid || nameless(key);
        self.keys.iter().filter(named).filter(move |key| key.permits(alg)).take(MAX_CANDIDATES)
    }

    /// Verifies a token with the first candidate that does, by the crates of [`engine`].
    ///
    /// # Errors
    /// `token_key_not_found`: no candidate. Otherwise that of the last candidate; see
    /// [`Unverified::verify`].
    pub fn verify(&self, token: Unverified<'_>) -> Result<Verified, Error> {
        self.verify_with(token, engine::verify)
    }

    /// Verifies a token as [`verify`](Self::verify) does, by another engine.
    ///
    /// # Errors
    /// As [`verify`](Self::verify), and those of the engine.
    pub fn verify_with(
        &self,
        token: Unverified<'_>,
        verify: impl Fn(&Key, Algorithm, &[u8], &[u8]) -> Result<(), Error>,
    ) -> Result<Verified, Error> {
        let mut refusal = Code::TokenKeyNotFound.into();
        let Some(alg) = token.header().alg else { return Err(refusal) };
        let is_verified = self.candidates(alg, token.header().kid.as_deref()).any(|key| {
            let verdict = verify(key, alg, token.signing_input(), token.signature());
            verdict.map_err(|error| refusal = error).is_ok()
        });
        if is_verified { Ok(token.dangerous_trust()) } else { Err(refusal) }
    }
}

impl FromIterator<Key> for KeySet {
    fn from_iter<I: IntoIterator<Item = Key>>(keys: I) -> Self {
        Self { keys: keys.into_iter().collect(), skipped: Vec::new() }
    }
}

/// A key of the document, as it is written and as it was read.
struct Entry<'a> {
    jwk: &'a Map,
    key: Result<Key, Error>,
}

impl<'a> Entry<'a> {
    fn read(jwk: &'a Value) -> Result<Self, Error> {
        let jwk = jwk.as_object().ok_or_else(|| invalid("keys"))?;
        Ok(Self { jwk, key: Key::parse(jwk) })
    }

    fn usable_beside(&self, entries: &[Self]) -> Result<&Key, Error> {
        let key = self.key.as_ref().map_err(|error| *error)?;
        let all_secret = || entries.iter().flat_map(|entry| &entry.key).all(is_secret);
        if is_secret(key) && !all_secret() {
            Err(Error::at(Code::JwkInvalid, "kty"))
        } else if entries.iter().any(|entry| entry.is_rival_of(key, self.jwk)) {
            Err(Error::at(Code::JwkInvalid, "kid"))
        } else {
            Ok(key)
        }
    }

    /// Whether a token with this `kid` could mean either key. A broken key of the same type
    /// counts, one that is for something else does not.
    fn is_rival_of(&self, key: &Key, jwk: &Map) -> bool {
        let same = |name| self.jwk.get(name).is_some_and(|value| jwk.get(name) == Some(value));
        same("kid")
            && match &self.key {
                Ok(own) => own.material() != key.material() && fit_alike(own, key),
                Err(error) => same("kty") && !["use", "key_ops", "alg", "crv"].contains(&error.at),
            }
    }
}

fn fit_alike(one: &Key, other: &Key) -> bool {
    Algorithm::ALL.iter().any(|alg| one.permits(*alg) && other.permits(*alg))
}

fn is_secret(key: &Key) -> bool {
    matches!(key.material(), Material::Symmetric(_))
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::JwksInvalid, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

    const SECRET: &str = r#""kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#;

    fn set(keys: &[&str]) -> KeySet {
        let keys: Vec<_> = keys.iter().map(|key| format!("{{{key}}}")).collect();
        KeySet::parse(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap()
    }

    #[test]
    fn an_unusable_key_is_skipped_and_reported() {
        let set = set(&[
            r#""kty":"AKP","alg":"ML-DSA-44","pub":"AA""#,
            ED25519,
            r#""kty":"oct","use":"enc","k":"AA""#,
        ]);
        assert_eq!(set.keys().len(), 1);
        let skipped: Vec<_> = set.skipped().iter().map(|s| (s.index, s.error.at)).collect();
        let akp = if cfg!(feature = "ml-dsa") { "pub" } else { "kty" };
        assert_eq!(skipped, [(0, akp), (2, "use")]);
    }

    #[test]
    fn a_kid_selects_exactly_and_its_absence_selects_all_that_fit() {
        let (a, b) = (format!(r#"{ED25519},"kid":"a""#), format!(r#"{ED25519},"kid":"b","alg":"Ed25519""#));
        let public = set(&[&a, &b]);
        let ids = |alg, kid| public.candidates(alg, kid).filter_map(Key::id).collect::<Vec<_>>();
        assert_eq!(ids(Algorithm::EdDsa, Some("b")), ["b"]);
        assert_eq!(ids(Algorithm::EdDsa, None), ["a", "b"]);
        assert!(ids(Algorithm::EdDsa, Some("c")).is_empty());
        assert!(ids(Algorithm::EdDsa, Some("")).is_empty());

        let secrets = set(&[&format!(r#"{SECRET},"kid":"c""#)]);
        assert_eq!(secrets.candidates(Algorithm::Hs256, None).count(), 1);
        assert_eq!(secrets.candidates(Algorithm::Hs512, Some("c")).count(), 0, "shorter than the hash");
        assert_eq!(secrets.candidates(Algorithm::Hs256, Some("d")).count(), 0);
        assert_eq!(set(&[SECRET]).candidates(Algorithm::Hs256, Some("d")).count(), 1);
        assert_eq!(set(&[ED25519]).candidates(Algorithm::EdDsa, Some("d")).count(), 0);
    }

    #[test]
    fn a_secret_beside_public_keys_is_skipped() {
        let set = set(&[SECRET, ED25519]);
        assert_eq!(set.keys().len(), 1);
        assert_eq!(set.candidates(Algorithm::Hs256, None).count(), 0);
        assert_eq!(set.skipped(), [Skipped { index: 0, error: Error::at(Code::JwkInvalid, "kty") }]);
    }

    #[test]
    fn different_keys_of_one_kid_and_algorithm_are_skipped() {
        let other = r#""kty":"OKP","crv":"Ed25519","x":"bPWyRhV93f8Jj9u7vYRT4Y0vKUW_HnvQWEfcx8tREuY""#;
        let named = |key: &str, kid: &str| format!(r#"{key},"kid":"{kid}""#);
        let ambiguous = set(&[&named(ED25519, "a"), &named(other, "a"), &named(other, "b")]);
        assert_eq!(ambiguous.keys().iter().map(Key::id).collect::<Vec<_>>(), [Some("b")]);
        assert_eq!(
            ambiguous.skipped().iter().map(|s| (s.index, s.error.at)).collect::<Vec<_>>(),
            [(0, "kid"), (1, "kid")]
        );

        let broken = r#""kty":"OKP","crv":"Ed25519","x":"AA""#;
        let for_encryption = r#""kty":"OKP","crv":"X25519","x":"AA""#;
        assert!(set(&[&named(ED25519, "a"), &named(broken, "a")]).keys().is_empty());
        assert_eq!(set(&[&named(ED25519, "a"), &named(broken, "b")]).keys().len(), 1);
        assert_eq!(set(&[&named(ED25519, "a"), &named(for_encryption, "a")]).keys().len(), 1);

        let same_twice = set(&[&named(ED25519, "a"), &named(ED25519, "a")]);
        assert!(same_twice.skipped().is_empty());
        let nameless = set(&[ED25519, other]);
        assert!(nameless.skipped().is_empty());
    }

    #[test]
    fn sets_are_compared_by_their_keys_and_not_by_their_order() {
        let (a, b) = (format!(r#"{ED25519},"kid":"a""#), format!(r#"{ED25519},"kid":"b""#));
        assert!(set(&[&a, &b]).has_same_keys(&set(&[&b, &a])));
        assert!(set(&[]).has_same_keys(&set(&[r#""kty":"XX""#])));
        assert!(!set(&[&a]).has_same_keys(&set(&[&b])));
        assert!(!set(&[&a, &a, &b]).has_same_keys(&set(&[&a, &b, &b, &b])));
        assert!(!set(&[&a, &b]).has_same_keys(&set(&[&a])));
    }

    #[test]
    fn refuses_what_is_no_key_set() {
        let many = format!(r#"{{"keys":[{}]}}"#, vec!["{}"; MAX_KEYS + 1].join(","));
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[1]}"#, r#"{"keys":[],"keys":[]}"#, &many] {
            assert_eq!(
                KeySet::parse(text.as_bytes()).map(|_| ()).unwrap_err().code,
                Code::JwksInvalid,
                "{text}"
            );
        }
        assert!(KeySet::parse(br#"{"keys":[]}"#).unwrap().keys().is_empty());
    }
}
