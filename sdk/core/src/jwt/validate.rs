//! The checks around the signature.

use core::ops::Range;

use crate::{
    error::{Code, Error},
    jose::jws::{Payload, Unverified, Verified},
    jwt::{Bound, Claims, Expiration, Policy, TokenType, presence},
    time::{Seconds, UnixSeconds},
};

/// Reads a token and checks what its header and `iss` say, before any key is looked up: a token
/// that fails here costs no network.
///
/// # Errors
/// Those of [`Unverified::parse`] and [`check`].
pub fn admit<'t>(token: &'t str, policy: &Policy) -> Result<Unverified<'t>, Error> {
    let token = Unverified::parse(token)?;
    check(&token, policy)?;
    Ok(token)
}

/// Checks header and `iss` of a token that was read already.
///
/// # Errors
/// `token_alg_not_allowed`, `token_type_invalid`, `token_issuer_invalid`.
pub fn check(token: &Unverified<'_>, policy: &Policy) -> Result<(), Error> {
    let header = token.header();
    if !header.alg.is_some_and(|alg| policy.algorithms.contains(&alg)) {
        return Err(Code::TokenAlgNotAllowed.into());
    }
    check_type(header.typ.as_deref(), policy.token_type)?;
    let issuer = token.unverified_claim("iss").and_then(|iss| iss.as_str());
    if issuer.is_some_and(|iss| policy.is_issuer(iss)) {
        Ok(())
    } else {
        Err(Code::TokenIssuerInvalid.into())
    }
}

/// Checks the claims of a token whose signature was verified, and that came alone.
///
/// # Errors
/// Those of [`validate_bound`] and [`Bound::alone`].
pub fn validate(token: Verified, policy: &Policy, now: UnixSeconds) -> Result<Claims, Error> {
    validate_bound(token, policy, now)?.alone()
}

/// Checks the claims of a token whose signature was verified. They come out once the request has
/// brought what the token is bound to.
///
/// # Errors
/// `token_issuer_invalid`, `token_audience_invalid`, `token_expired`, `token_not_yet_valid` (at
/// `nbf` or `iat`), `token_too_old`, `token_lifetime_too_long`, `token_authorized_party_invalid`,
/// `token_binding_unsupported`; `token_claim_missing` and `token_claim_invalid` at the claim.
///
/// Source: [RFC 7519 §4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)
pub fn validate_bound(token: Verified, policy: &Policy, now: UnixSeconds) -> Result<Bound, Error> {
    validate_payload(token.payload, policy, now)
}

/// Checks claims that came from their issuer by whatever way.
pub(crate) fn validate_payload(payload: Payload, policy: &Policy, now: UnixSeconds) -> Result<Bound, Error> {
    let claims = Claims::new(payload);
    if !claims.text("iss")?.is_some_and(|iss| policy.is_issuer(iss)) {
        return Err(Code::TokenIssuerInvalid.into());
    }
    check_audience(&claims, policy)?;
    claims.text("sub")?;
    claims.text("jti")?;
    check_times(&claims, policy, now)?;
    presence::check(&claims, policy)?;
    Bound::read(claims)
}

/// A token that names an audience is refused by whoever is not in it, also where none is configured
/// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
fn check_audience(claims: &Claims, policy: &Policy) -> Result<(), Error> {
    let unnamed = policy.audiences.is_empty() && !claims.members().contains_key("aud");
    let named = claims.audiences()?.iter().any(|aud| policy.audiences.iter().any(|own| own == aud));
    if unnamed || named { Ok(()) } else { Err(Code::TokenAudienceInvalid.into()) }
}

fn check_times(claims: &Claims, policy: &Policy, now: UnixSeconds) -> Result<(), Error> {
    let (expires, starts, issued) = (claims.date("exp")?, claims.date("nbf")?, claims.date("iat")?);
    if expires.is_none() && policy.expiration == Expiration::Required {
        return Err(Error::at(Code::TokenClaimMissing, "exp"));
    }
    if expires.is_some_and(|expires| now >= expires + policy.tolerance.seconds()) {
        return Err(Code::TokenExpired.into());
    }
    for (at, start) in [("nbf", starts), ("iat", issued)] {
        if start.is_some_and(|start| now + policy.tolerance.seconds() < start) {
            return Err(Error::at(Code::TokenNotYetValid, at));
        }
    }
    let missing = |at| Error::at(Code::TokenClaimMissing, at);
    if let Some(max_age) = policy.max_age
        && now > issued.ok_or(missing("iat"))? + max_age + policy.tolerance.seconds()
    {
        return Err(Code::TokenTooOld.into());
    }
    if let Some(max_lifetime) = policy.max_lifetime
        && expires.ok_or(missing("exp"))? > issued.ok_or(missing("iat"))? + max_lifetime
    {
        return Err(Code::TokenLifetimeTooLong.into());
    }
    Ok(())
}

/// From when and until when, by the clock alone, validated claims stay valid: [`validate`] accepts them at
/// every second of the range and at none outside of it.
#[must_use]
pub fn window(claims: &Claims, policy: &Policy) -> Range<UnixSeconds> {
    let date = |name| claims.date(name).ok().flatten();
    let tolerance = policy.tolerance.seconds();
    let starts = ["nbf", "iat"].into_iter().filter_map(date).max();
    let expires = date("exp").map(|expires| expires + tolerance);
    // The last second of its age is still good.
    let ages = policy.max_age.zip(date("iat")).map(|(age, issued)| issued + age + tolerance + Seconds(1));
    let from = starts.map_or(UnixSeconds(0), |start| UnixSeconds(start.0 - i64::from(tolerance.0)));
    from..expires.into_iter().chain(ages).min().unwrap_or(UnixSeconds(LATEST))
}

/// The year 9999: no clock shows a later one.
const LATEST: i64 = 253_402_300_799;

/// Types of tokens that an issuer or a client signs for another purpose, with the same keys and for
/// the same audience: none of them lets anybody in.
///
/// Source: [RFC 8725 §3.12](https://www.rfc-editor.org/rfc/rfc8725#section-3.12)
const FOR_SOMETHING_ELSE: [&str; 7] = [
    "dpop+jwt",
    "logout+jwt",
    "secevent+jwt",
    "oauth-authz-req+jwt",
    "token-introspection+jwt",
    "client-authentication+jwt",
    "kb+jwt",
];

fn check_type(typ: Option<&str>, wanted: TokenType) -> Result<(), Error> {
    let fits = match wanted {
        TokenType::Any => !FOR_SOMETHING_ELSE.iter().any(|name| is_type(typ, name)),
        TokenType::Jwt => typ.is_none() || is_type(typ, "JWT"),
        TokenType::AccessToken => is_type(typ, "at+jwt"),
        TokenType::Logout => typ.is_none() || is_type(typ, "JWT") || is_type(typ, "logout+jwt"),
    };
    if fits { Ok(()) } else { Err(Code::TokenTypeInvalid.into()) }
}

/// Whether a header's `typ` is this media type: compared without case, and `application/` may be
/// left out.
///
/// Source: [RFC 7515 §4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)
pub(crate) fn is_type(typ: Option<&str>, name: &str) -> bool {
    typ.is_some_and(|typ| {
        let prefix = typ.get(..12).filter(|prefix| prefix.eq_ignore_ascii_case("application/"));
        let bare = prefix.map_or(typ, |prefix| typ.get(prefix.len()..).unwrap_or_default());
        bare.eq_ignore_ascii_case(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base64url,
        jose::{
            Algorithm,
            jws::{Header, Payload},
        },
        json,
        jwt::Tolerance,
    };

    const NOW: UnixSeconds = UnixSeconds(1_000_000);

    fn policy() -> Policy {
        Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap()
    }

    fn outcome(claims: &str, policy: &Policy) -> Result<Claims, Error> {
        let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
        validate(Verified { header, payload: Payload::parse(claims.into()).unwrap() }, policy, NOW)
    }

    fn refused(claims: &str) -> Error {
        outcome(claims, &policy()).err().unwrap()
    }

    /// Claims that pass, with one replaced or added.
    fn claims(more: &str) -> String {
        let mut all = json::parse_object(br#"{"iss":"https://i","aud":"api","exp":1000100}"#).unwrap();
        all.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
        json::Value::Object(all).to_string()
    }

    #[test]
    fn accepts_what_fits() {
        for good in
            ["", r#""aud":["x","api"]"#, r#""nbf":1000000,"iat":999999,"sub":"s""#, r#""exp":1000000.5"#]
        {
            assert!(outcome(&claims(good), &policy()).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_window_is_the_range_of_instants_at_which_claims_are_accepted() {
        let dates =
            ["", r#""nbf":999990"#, r#""iat":999980,"nbf":999900"#, r#""iat":999990.7,"exp":1000005.2"#];
        for (more, max_age, tolerance) in dates.into_iter().flat_map(|more| {
            [(more, None, 0), (more, Some(Seconds(15)), 0), (more, Some(Seconds(15)), 7), (more, None, 7)]
        }) {
            let policy =
                Policy { max_age, tolerance: Tolerance::new(Seconds(tolerance)).unwrap(), ..policy() };
            let at = |now| {
                let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
                validate(
                    Verified { header, payload: Payload::parse(claims(more).into()).unwrap() },
                    &policy,
                    now,
                )
            };
            let accepted: Vec<i64> =
                (999_800..1_000_300).filter(|now| at(UnixSeconds(*now)).is_ok()).collect();
            let Some(first) = accepted.first() else { continue };
            let window = window(&at(UnixSeconds(*first)).unwrap(), &policy);
            let within: Vec<i64> =
                (999_800..1_000_300).filter(|now| window.contains(&UnixSeconds(*now))).collect();
            assert_eq!(accepted, within, "{more}, {max_age:?}, {tolerance}");
        }
    }

    #[test]
    fn expires_at_exp_plus_tolerance_and_not_before() {
        let at = |exp: i64, tolerance: u32| {
            let tolerance = Tolerance::new(Seconds(tolerance)).unwrap();
            outcome(&claims(&format!(r#""exp":{exp}"#)), &Policy { tolerance, ..policy() }).map(|_| ())
        };
        assert_eq!(at(1_000_001, 0), Ok(()));
        assert_eq!(at(1_000_000, 0), Err(Code::TokenExpired.into()));
        assert_eq!(at(999_941, 60), Ok(()));
        assert_eq!(at(999_940, 60), Err(Code::TokenExpired.into()));
    }

    #[test]
    fn starts_at_nbf_and_iat_minus_tolerance() {
        for name in ["nbf", "iat"] {
            assert!(outcome(&claims(&format!(r#""{name}":1000060"#)), &policy()).is_ok());
            assert_eq!(
                refused(&claims(&format!(r#""{name}":1000061"#))),
                Error::at(Code::TokenNotYetValid, name)
            );
        }
    }

    #[test]
    fn exp_is_required_unless_the_policy_says_otherwise() {
        let without = r#"{"iss":"https://i","aud":"api"}"#;
        assert_eq!(refused(without), Error::at(Code::TokenClaimMissing, "exp"));
        assert!(outcome(without, &Policy { expiration: Expiration::Optional, ..policy() }).is_ok());
    }

    #[test]
    fn mistyped_claims_are_refused() {
        for (claim, at) in [
            ("exp", "\"1\""),
            ("exp", "1e300"),
            ("nbf", "null"),
            ("iat", "[]"),
            ("sub", "7"),
            ("jti", "7"),
            ("aud", "7"),
            ("iss", "[\"https://i\"]"),
        ] {
            assert_eq!(
                refused(&claims(&format!(r#""{claim}":{at}"#))),
                Error::at(Code::TokenClaimInvalid, claim)
            );
        }
    }

    #[test]
    fn issuer_and_audience_are_compared_exactly() {
        for iss in ["https://i/", "https://I", "https://", ""] {
            assert_eq!(refused(&claims(&format!(r#""iss":"{iss}""#))).code, Code::TokenIssuerInvalid);
        }
        for aud in [r#""API""#, r#""api2""#, "[]", r#"["x"]"#, r#""""#] {
            assert_eq!(
                refused(&claims(&format!(r#""aud":{aud}"#))).code,
                Code::TokenAudienceInvalid,
                "{aud}"
            );
        }
    }

    #[test]
    fn max_age_counts_from_iat() {
        let policy = Policy { max_age: Some(Seconds(100)), ..policy() };
        assert_eq!(outcome(&claims(""), &policy).err().unwrap(), Error::at(Code::TokenClaimMissing, "iat"));
        assert!(outcome(&claims(r#""iat":999840"#), &policy).is_ok());
        assert_eq!(outcome(&claims(r#""iat":999839"#), &policy).err().unwrap().code, Code::TokenTooOld);
    }

    #[test]
    fn a_life_is_no_longer_than_the_policy_says() {
        let policy = Policy { max_lifetime: Some(Seconds(100)), ..policy() };
        assert!(outcome(&claims(r#""iat":1000000"#), &policy).is_ok());
        let too_long = outcome(&claims(r#""iat":999999"#), &policy).err().unwrap();
        assert_eq!(too_long, Code::TokenLifetimeTooLong.into());
        assert_eq!(outcome(&claims(""), &policy).err().unwrap(), Error::at(Code::TokenClaimMissing, "iat"));
        let endless = Policy { expiration: Expiration::Optional, ..policy };
        let without = outcome(r#"{"iss":"https://i","aud":"api","iat":1000000}"#, &endless);
        assert_eq!(without.err().unwrap(), Error::at(Code::TokenClaimMissing, "exp"));
    }

    #[test]
    fn without_an_audience_a_token_must_name_none() {
        let policy =
            Policy::for_parties("https://i".into(), vec!["app".into()], vec![Algorithm::Es256]).unwrap();
        let own = r#"{"iss":"https://i","azp":"app","exp":1000100}"#;
        assert!(outcome(own, &policy).is_ok());
        for aud in [r#""api""#, "[]", "null"] {
            let with = own.replace("{", &format!(r#"{{"aud":{aud},"#));
            assert!(outcome(&with, &policy).is_err(), "{aud}");
        }
        assert!(outcome(&own.replace("app", "other"), &policy).is_err());
    }

    #[test]
    fn a_bound_token_needs_its_proof() {
        assert_eq!(
            refused(&claims(r#""cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}"#)).code,
            Code::TokenProofMissing
        );
    }

    #[test]
    fn admission_checks_alg_typ_and_iss_before_any_key() {
        let admission = |header: &str, payload: &str, token_type| {
            let token = format!(
                "{}.{}.",
                base64url::encode(header.as_bytes()),
                base64url::encode(payload.as_bytes())
            );
            admit(&token, &Policy { token_type, ..policy() }).map(|_| ()).map_err(|error| error.code)
        };
        let own = r#"{"iss":"https://i"}"#;
        assert_eq!(admission(r#"{"alg":"ES256"}"#, own, TokenType::Any), Ok(()));
        for alg in ["none", "HS256", "ES384", "es256"] {
            assert_eq!(
                admission(&format!(r#"{{"alg":"{alg}"}}"#), own, TokenType::Any),
                Err(Code::TokenAlgNotAllowed)
            );
        }
        for iss in [r#"{"iss":"https://j"}"#, "{}", r#"{"iss":["https://i"]}"#] {
            assert_eq!(admission(r#"{"alg":"ES256"}"#, iss, TokenType::Any), Err(Code::TokenIssuerInvalid));
        }
        let typed = |typ: &str, token_type| {
            admission(&format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#), own, token_type)
        };
        assert_eq!(typed("at+jwt", TokenType::AccessToken), Ok(()));
        assert_eq!(typed("application/AT+JWT", TokenType::AccessToken), Ok(()));
        assert_eq!(typed("jwt", TokenType::Jwt), Ok(()));
        assert_eq!(admission(r#"{"alg":"ES256"}"#, own, TokenType::Jwt), Ok(()));
        assert_eq!(typed("anything", TokenType::Any), Ok(()));
        assert_eq!(typed("logout+jwt", TokenType::Logout), Ok(()));
        for (typ, wanted) in [
            ("JWT", TokenType::AccessToken),
            ("dpop+jwt", TokenType::Any),
            ("application/logout+jwt", TokenType::Any),
            ("at+jwt", TokenType::Logout),
            ("at+jwt", TokenType::Jwt),
            ("", TokenType::Jwt),
            ("ärger-JWT", TokenType::Jwt),
        ] {
            assert_eq!(typed(typ, wanted), Err(Code::TokenTypeInvalid), "{typ}");
        }
        assert_eq!(admission(r#"{"alg":"ES256"}"#, own, TokenType::AccessToken), Err(Code::TokenTypeInvalid));
    }

    #[test]
    fn a_policy_has_no_empty_or_mixed_lists() {
        let new = |issuer: &str, audience: &str, algorithms: &[Algorithm]| {
            Policy::new(issuer.into(), vec![audience.into()], algorithms.into()).err().map(|error| error.at)
        };
        assert_eq!(new("", "a", &[Algorithm::Es256]), Some("issuer"));
        assert_eq!(new("i", "", &[Algorithm::Es256]), Some("audience"));
        assert_eq!(new("i", "a", &[]), Some("algorithms"));
        assert_eq!(new("i", "a", &[Algorithm::Es256, Algorithm::Hs256]), Some("algorithms"));
        assert!(Tolerance::new(Seconds(301)).is_err());
    }
}
