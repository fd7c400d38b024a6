//! The checks of an ID token beyond those of every JWT.
//!
//! Source: [OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation).

use alloc::{string::String, vec::Vec};

use sha2::{Digest, Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq;

use crate::{
    base64url,
    error::{Code, Error},
    jose::{
        Algorithm,
        algorithm::{Hash, Scheme},
    },
    jwt::{self, Claims, Policy, Tolerance, Unverified, Verified},
    time::{Seconds, UnixSeconds},
};

/// What one sign-in expects of its ID token.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// The client that asked.
    pub client_id: &'a str,
    /// The nonce of the transaction; none where the flow has no place for one, as that of a device.
    pub nonce: Option<&'a str>,
    /// The digest of the access token that came with it, by [`digest`]; empty if there is no `at_hash`.
    pub access_token: &'a [u8],
    /// The `max_age` that was asked for.
    pub max_age: Option<Seconds>,
}

/// The policy for the ID tokens of `issuer` to `client_id`.
///
/// # Errors
/// `config_invalid`, at the setting: see [`Policy::new`].
pub fn policy(
    issuer: &str,
    client_id: &str,
    algorithms: Vec<Algorithm>,
    tolerance: Tolerance,
) -> Result<Policy, Error> {
    let policy = Policy::new(String::from(issuer), Vec::from([String::from(client_id)]), algorithms)?;
    Ok(Policy { tolerance, ..policy })
}

/// Checks the claims of an ID token whose signature was verified.
///
/// # Errors
/// Those of [`jwt::validate`]. `token_claim_missing` at `sub`, `iat`, `azp` or `auth_time`.
/// `token_authorized_party_invalid`: it was issued to another client. `token_nonce_mismatch`: it
/// belongs to another sign-in. `token_hash_mismatch`: it belongs to another access token.
/// `token_too_old` at `auth_time`: the user signed in longer ago than `max_age`.
pub fn validate(
    token: Verified,
    policy: &Policy,
    expected: &Expected<'_>,
    now: UnixSeconds,
) -> Result<Claims, Error> {
    let claims = jwt::validate(token, policy, now)?;
    if claims.text("sub")?.is_none_or(str::is_empty) {
        return Err(missing("sub"));
    }
    claims.date("iat")?.ok_or_else(|| missing("iat"))?;
    check_party(&claims, expected.client_id)?;
    check_nonce(&claims, expected.nonce)?;
    check_hash(&claims, expected.access_token)?;
    check_age(&claims, expected.max_age, policy.tolerance, now)?;
    Ok(claims)
}

fn check_party(claims: &Claims, client_id: &str) -> Result<(), Error> {
    match claims.text("azp")? {
        Some(party) if party == client_id => Ok(()),
        Some(_) => Err(Error::at(Code::TokenAuthorizedPartyInvalid, "azp")),
        None if claims.audiences()?.len() > 1 => Err(missing("azp")),
        None => Ok(()),
    }
}

fn check_nonce(claims: &Claims, nonce: Option<&str>) -> Result<(), Error> {
    let Some(nonce) = nonce else { return Ok(()) };
    let same = claims.text("nonce")?.is_some_and(|own| own.as_bytes().ct_eq(nonce.as_bytes()).into());
    if same { Ok(()) } else { Err(Error::at(Code::TokenNonceMismatch, "nonce")) }
}

/// Compares `at_hash`, the left half of the digest, where it is there; the code flow lets providers
/// leave it out.
fn check_hash(claims: &Claims, digest: &[u8]) -> Result<(), Error> {
    let Some(own) = claims.text("at_hash")? else { return Ok(()) };
    let half = base64url::encode(digest.get(..digest.len() / 2).unwrap_or_default());
    let same = half.as_bytes().ct_eq(own.as_bytes()).into();
    if same && !half.is_empty() { Ok(()) } else { Err(Error::at(Code::TokenHashMismatch, "at_hash")) }
}

/// The hash whose digest of the access token `at_hash` is compared with; `None` if the token has none.
///
/// Source: [OpenID Connect Core §3.1.3.6](https://openid.net/specs/openid-connect-core-1_0.html#CodeIDToken)
#[must_use]
pub fn digest(token: &Unverified<'_>) -> Option<Hash> {
    token.unverified_claim("at_hash")?;
    Some(match token.header().alg?.scheme() {
        Scheme::Hmac(hash) | Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) | Scheme::Ecdsa(_, hash) => hash,
        // RFC 8032 §5.1 hashes with SHA-512, and so do providers here; for ML-DSA nobody has said.
        Scheme::Ed25519 | Scheme::MlDsa(_) => Hash::Sha512,
    })
}

/// The digest that [`Expected::access_token`] wants, made here. A browser's client asks its platform,
/// whose SHA-2 it need not download.
#[must_use]
pub fn digest_of(token: &Unverified<'_>, access_token: &str) -> Vec<u8> {
    match digest(token) {
        None => Vec::new(),
        Some(Hash::Sha256) => Sha256::digest(access_token).to_vec(),
        Some(Hash::Sha384) => Sha384::digest(access_token).to_vec(),
        Some(Hash::Sha512) => Sha512::digest(access_token).to_vec(),
    }
}

fn check_age(
    claims: &Claims,
    max_age: Option<Seconds>,
    tolerance: Tolerance,
    now: UnixSeconds,
) -> Result<(), Error> {
    let Some(max_age) = max_age else { return Ok(()) };
    let signed_in = claims.date("auth_time")?.ok_or_else(|| missing("auth_time"))?;
    if now > signed_in + max_age + tolerance.seconds() {
        return Err(Error::at(Code::TokenTooOld, "auth_time"));
    }
    Ok(())
}

fn missing(at: &'static str) -> Error {
    Error::at(Code::TokenClaimMissing, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jws::{Header, Payload};

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
    const BASE: &str = r#""iss":"https://a.example","sub":"ada","exp":1800000100,"iat":1800000000"#;

    fn check_with(alg: Algorithm, members: &str, max_age: Option<Seconds>) -> Result<(), Error> {
        let policy = policy("https://a.example", "spa", vec![alg], Tolerance::default()).unwrap();
        let payload = Payload::parse(format!("{{{members}}}").into_bytes()).unwrap();
        let header = Header { alg: Some(alg), kid: None, typ: None };
        let access_token = Sha256::digest("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
        let expected = Expected { client_id: "spa", nonce: Some("n"), access_token: &access_token, max_age };
        validate(Verified { header, payload }, &policy, &expected, NOW).map(|_| ())
    }

    fn check(members: &str) -> Result<(), Error> {
        check_with(Algorithm::Rs256, members, None)
    }

    #[test]
    fn accepts_a_plain_one() {
        assert_eq!(check(&format!(r#"{BASE},"aud":"spa","nonce":"n""#)), Ok(()));
        assert_eq!(check(&format!(r#"{BASE},"aud":["spa","x"],"azp":"spa","nonce":"n""#)), Ok(()));
    }

    #[test]
    fn is_meant_for_this_client_and_this_sign_in() {
        for (members, code, at) in [
            (r#""aud":"x","nonce":"n""#, Code::TokenAudienceInvalid, ""),
            (r#""aud":["spa","x"],"nonce":"n""#, Code::TokenClaimMissing, "azp"),
            (r#""aud":"spa","azp":"x","nonce":"n""#, Code::TokenAuthorizedPartyInvalid, "azp"),
            (r#""aud":"spa","nonce":"m""#, Code::TokenNonceMismatch, "nonce"),
            (r#""aud":"spa""#, Code::TokenNonceMismatch, "nonce"),
        ] {
            assert_eq!(check(&format!("{BASE},{members}")), Err(Error::at(code, at)), "{members}");
        }
    }

    #[test]
    fn names_a_subject_and_when_it_was_issued() {
        for (name, base) in [
            ("sub", r#""iss":"https://a.example","exp":1800000100,"iat":1800000000"#),
            ("sub", r#""iss":"https://a.example","sub":"","exp":1800000100,"iat":1800000000"#),
            ("iat", r#""iss":"https://a.example","sub":"ada","exp":1800000100"#),
            ("exp", r#""iss":"https://a.example","sub":"ada","iat":1800000000"#),
        ] {
            assert_eq!(check(&format!(r#"{base},"aud":"spa","nonce":"n""#)), Err(missing(name)));
        }
    }

    #[test]
    fn the_hash_is_that_of_the_access_token() {
        // The example of OpenID Connect Core, appendix A.3.
        let good = format!(r#"{BASE},"aud":"spa","nonce":"n","at_hash":"77QmUPtjPfzWtF2AnpK9RQ""#);
        assert_eq!(check(&good), Ok(()));
        let bad = good.replace("77Q", "77R");
        assert_eq!(check(&bad), Err(Error::at(Code::TokenHashMismatch, "at_hash")));
        // Whoever did not make the digest has no say: an empty half is nobody's.
        let empty = good.replace("77QmUPtjPfzWtF2AnpK9RQ", "");
        assert_eq!(check(&empty), Err(Error::at(Code::TokenHashMismatch, "at_hash")));
    }

    #[test]
    fn the_hash_belongs_to_the_algorithm() {
        let part = |text: &str| base64url::encode(text.as_bytes());
        let hash = |alg: &str, claims: &str| {
            let token = format!("{}.{}.AA", part(&format!(r#"{{"alg":"{alg}"}}"#)), part(claims));
            digest(&Unverified::parse(&token).unwrap())
        };
        for (alg, expected) in [
            ("RS256", Hash::Sha256),
            ("ES384", Hash::Sha384),
            ("EdDSA", Hash::Sha512),
            ("ES512", Hash::Sha512),
        ] {
            assert_eq!(hash(alg, r#"{"at_hash":"x"}"#), Some(expected), "{alg}");
        }
        assert_eq!(hash("RS256", "{}"), None);
        let token = format!("{}.{}.AA", part(r#"{"alg":"ES384"}"#), part(r#"{"at_hash":"x"}"#));
        assert_eq!(digest_of(&Unverified::parse(&token).unwrap(), "x"), Sha384::digest("x").to_vec());
    }

    #[test]
    fn max_age_needs_a_recent_sign_in() {
        let members = |auth_time: i64| format!(r#"{BASE},"aud":"spa","nonce":"n","auth_time":{auth_time}"#);
        let within = |members: &str| check_with(Algorithm::Rs256, members, Some(Seconds(30)));
        assert_eq!(within(&members(NOW.0 - 90)), Ok(()));
        assert_eq!(within(&members(NOW.0 - 91)), Err(Error::at(Code::TokenTooOld, "auth_time")));
        assert_eq!(within(&format!(r#"{BASE},"aud":"spa","nonce":"n""#)), Err(missing("auth_time")));
    }
}
