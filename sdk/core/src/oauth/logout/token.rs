//! The token with which a provider says that it has signed a user out.
//!
//! Source: [OpenID Connect Back-Channel Logout 1.0](https://openid.net/specs/openid-connect-backchannel-1_0.html).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    jose::Algorithm,
    json::{Map, Value},
    jwt::{self, Claims, Expiration, Policy, TokenType, Tolerance, Verified},
    oauth::form,
    time::{Seconds, UnixSeconds},
};

/// How long a logout token is taken after it was issued, and so how long its id is remembered.
pub const MAX_AGE: Seconds = Seconds(300);

/// How large the body of the request may be: the longest token, percent-encoded, and its name.
pub const MAX_BODY: usize = 64 * 1024;

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const MAX_NAME: usize = 1024;

/// Whom the provider has signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logout {
    /// The provider.
    pub issuer: String,
    /// Of whom.
    pub subject: Option<String>,
    /// The session that has ended; without one, all sessions of the subject have.
    pub session: Option<String>,
    /// When, by the provider's clock.
    pub issued: UnixSeconds,
    /// The token's own id.
    pub id: String,
}

/// What the logout tokens of `issuer` for one of `client_ids` must satisfy.
///
/// # Errors
/// `config_invalid`, at the setting: see [`Policy::new`].
pub fn policy(
    issuer: String,
    client_ids: Vec<String>,
    algorithms: Vec<Algorithm>,
    tolerance: Tolerance,
) -> Result<Policy, Error> {
    let policy = Policy::new(issuer, client_ids, algorithms)?;
    // `exp` came late to the specification; `iat` bounds a token's life just as well.
    let token_type = TokenType::Logout;
    Ok(Policy { token_type, tolerance, max_age: Some(MAX_AGE), expiration: Expiration::Optional, ..policy })
}

/// Takes the logout token from the body of the provider's request, which is form-encoded.
///
/// # Errors
/// `logout_token_invalid`: it is not there exactly once.
///
/// Source: [§2.5](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest)
pub fn from_body(body: &[u8]) -> Result<String, Error> {
    let absent = invalid("logout_token");
    let text = core::str::from_utf8(body).map_err(|_| absent)?;
    let mut found = form::decode(text).into_iter().filter(|(name, _)| name == "logout_token");
    match (found.next(), found.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token),
        _ => Err(absent),
    }
}

/// Checks a logout token whose signature was verified.
///
/// # Errors
/// Those of [`jwt::validate`]; `logout_token_invalid`, at the member: `typ` is another token's;
/// `events` does not say that it is a logout; `nonce` makes it an ID token; `jti` is missing; or
/// neither `sub` nor `sid` says whom it is about.
///
/// Source: [§2.6](https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation)
pub fn validate(token: Verified, policy: &Policy, now: UnixSeconds) -> Result<Logout, Error> {
    let typ = token.header.typ.clone();
    let claims = jwt::validate(token, policy, now)?;
    let is = |name| jwt::is_type(typ.as_deref(), name);
    if typ.is_some() && !is("logout+jwt") && !is("JWT") {
        return Err(invalid("typ"));
    }
    if !is_logout(claims.members()) {
        return Err(invalid("events"));
    }
    if claims.members().contains_key("nonce") {
        return Err(invalid("nonce"));
    }
    let logout = Logout {
        issuer: policy.issuer.clone(),
        subject: name(&claims, "sub")?,
        session: name(&claims, "sid")?,
        issued: claims.date("iat")?.ok_or(invalid("iat"))?,
        id: name(&claims, "jti")?.ok_or(invalid("jti"))?,
    };
    if logout.subject.is_none() && logout.session.is_none() { Err(invalid("sub")) } else { Ok(logout) }
}

/// Whether claims say that somebody was signed out: `events` is an object with the logout event,
/// whose value is an object. Such a token speaks for nobody.
#[must_use]
pub fn is_logout(claims: &Map) -> bool {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    event.is_some_and(|event| event.as_object().is_some())
}

fn name(claims: &Claims, at: &'static str) -> Result<Option<String>, Error> {
    match claims.members().get(at) {
        None => Ok(None),
        Some(Value::String(name)) if (1..=MAX_NAME).contains(&name.len()) => Ok(Some(name.clone())),
        Some(_) => Err(invalid(at)),
    }
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::LogoutTokenInvalid, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jws::{Header, Payload};

    const NOW: UnixSeconds = UnixSeconds(1_800_000_000);
    const EVENTS: &str = r#""events":{"http://schemas.openid.net/event/backchannel-logout":{}}"#;
    const BASE: &str = r#""iss":"https://a.example","aud":"spa","iat":1800000000,"jti":"1""#;

    fn check_as(typ: Option<&str>, members: &str) -> Result<Logout, (Code, &'static str)> {
        let algorithms = vec![Algorithm::Rs256];
        let policy =
            policy("https://a.example".into(), vec!["spa".into()], algorithms, Tolerance::default()).unwrap();
        let payload = Payload::parse(format!("{{{members}}}").into_bytes()).unwrap();
        let header = Header { alg: Some(Algorithm::Rs256), kid: None, typ: typ.map(Into::into) };
        validate(Verified { header, payload }, &policy, NOW).map_err(|error| (error.code, error.at))
    }

    fn check(members: &str) -> Result<Logout, (Code, &'static str)> {
        check_as(Some("logout+jwt"), members)
    }

    #[test]
    fn says_whom_the_provider_has_signed_out() {
        let logout = check(&format!(r#"{BASE},{EVENTS},"sub":"ada","sid":"s1""#)).unwrap();
        assert_eq!(
            logout,
            Logout {
                issuer: "https://a.example".into(),
                subject: Some("ada".into()),
                session: Some("s1".into()),
                issued: NOW,
                id: "1".into(),
            }
        );
        assert!(check(&format!(r#"{BASE},{EVENTS},"sub":"ada""#)).is_ok());
        assert!(check(&format!(r#"{BASE},{EVENTS},"sid":"s1""#)).is_ok());
        // The event may carry members of its own, and others may stand beside it.
        let more = EVENTS.replace("{}", r#"{"x":1},"urn:other":[]"#);
        assert!(check(&format!(r#"{BASE},{more},"sub":"ada""#)).is_ok());
    }

    #[test]
    fn is_typed_as_one_or_not_at_all() {
        let members = format!(r#"{BASE},{EVENTS},"sub":"ada""#);
        for typ in [None, Some("JWT"), Some("jwt"), Some("logout+jwt"), Some("application/logout+JWT")] {
            assert!(check_as(typ, &members).is_ok(), "{typ:?}");
        }
        for typ in ["at+jwt", "", "secevent+jwt", "dpop+jwt", "logout"] {
            assert_eq!(check_as(Some(typ), &members), Err((Code::LogoutTokenInvalid, "typ")), "{typ}");
        }
    }

    #[test]
    fn another_token_is_none() {
        for (members, at) in [
            (r#""sub":"ada""#.to_owned(), "events"),
            (r#""sub":"ada","events":"logout""#.to_owned(), "events"),
            (r#""sub":"ada","events":{}"#.to_owned(), "events"),
            (
                r#""sub":"ada","events":["http://schemas.openid.net/event/backchannel-logout"]"#.to_owned(),
                "events",
            ),
            (format!(r#""sub":"ada",{}"#, EVENTS.replace("{}", "true")), "events"),
            (format!(r#""sub":"ada",{EVENTS},"nonce":"n""#), "nonce"),
            (format!(r#""sub":"ada",{EVENTS},"nonce":null"#), "nonce"),
            (EVENTS.to_owned(), "sub"),
            (format!(r#"{EVENTS},"sid":7"#), "sid"),
            (format!(r#"{EVENTS},"sid":"""#), "sid"),
            (format!(r#"{EVENTS},"sub":"""#), "sub"),
        ] {
            assert_eq!(check(&format!("{BASE},{members}")), Err((Code::LogoutTokenInvalid, at)), "{members}");
        }
    }

    #[test]
    fn is_recent_named_and_meant_for_this_client() {
        let with = |base: &str| check(&format!(r#"{base},{EVENTS},"sub":"ada""#));
        for (from, to, code, at) in [
            (r#""jti":"1""#, r#""x":1"#, Code::LogoutTokenInvalid, "jti"),
            (r#""aud":"spa""#, r#""aud":"other""#, Code::TokenAudienceInvalid, ""),
            ("a.example", "b.example", Code::TokenIssuerInvalid, ""),
            (r#""iat":1800000000"#, r#""x":1"#, Code::TokenClaimMissing, "iat"),
            ("1800000000", "1799999639", Code::TokenTooOld, ""),
            ("1800000000", "1800000061", Code::TokenNotYetValid, "iat"),
            ("1800000000", r#"1800000000,"exp":1799999940"#, Code::TokenExpired, ""),
        ] {
            assert_eq!(with(&BASE.replace(from, to)), Err((code, at)), "{to}");
        }
        assert!(with(&BASE.replace("1800000000", "1799999640")).is_ok());
    }

    #[test]
    fn comes_exactly_once_in_a_form() {
        assert_eq!(from_body(b"logout_token=a.b.c").unwrap(), "a.b.c");
        assert_eq!(from_body(b"x=1&logout_token=a%2Eb").unwrap(), "a.b");
        for odd in ["", "logout_token", "logout_token=", "token=a", "logout_token=a&logout_token=b"] {
            assert_eq!(from_body(odd.as_bytes()), Err(invalid("logout_token")), "{odd}");
        }
        assert!(from_body(b"logout_token=\xff").is_err());
    }
}
