//! An authorization response that the provider has signed.
//!
//! Source: [JWT Secured Authorization Response Mode](https://openid.net/specs/oauth-v2-jarm.html).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    jose::Algorithm,
    jwt::{self, Policy, Tolerance, Verified},
    oauth::{authorize::Callback, form, id_token},
    time::{Seconds, UnixSeconds},
};

/// How long a response may be good for, by the recommendation of §2.1.
const MAX_LIFETIME: Seconds = Seconds(600);

/// Takes the token from the query of an address, or from a body that was posted. `None`: it is not
/// there exactly once.
///
/// Source: [§2.3](https://openid.net/specs/oauth-v2-jarm.html#section-2.3)
#[must_use]
pub fn response(query: &str) -> Option<String> {
    let mut found = form::decode(query).into_iter().filter(|(name, _)| name == "response");
    match (found.next(), found.next()) {
        (Some((_, token)), None) if !token.is_empty() => Some(token),
        _ => None,
    }
}

/// What the responses of `issuer` to `client_id` must satisfy: both are named, and they expire.
///
/// # Errors
/// `config_invalid`, at the setting: see [`Policy::new`].
pub fn policy(
    issuer: &str,
    client_id: &str,
    algorithms: Vec<Algorithm>,
    tolerance: Tolerance,
) -> Result<Policy, Error> {
    id_token::policy(issuer, client_id, algorithms, tolerance)
}

/// The response in a token whose signature was verified, to be checked as any other is.
///
/// # Errors
/// Those of [`jwt::validate`]; `token_lifetime_too_long`: it expires in more than ten minutes.
/// `callback_invalid`: the claims are no authorization response.
///
/// Source: [§2.1 and §2.4](https://openid.net/specs/oauth-v2-jarm.html#section-2.4)
pub fn callback(token: Verified, policy: &Policy, now: UnixSeconds) -> Result<Callback, Error> {
    let claims = jwt::validate(token, policy, now)?;
    let latest = now + MAX_LIFETIME + policy.tolerance.seconds();
    if claims.date("exp")?.is_none_or(|expires| expires > latest) {
        return Err(Error::at(Code::TokenLifetimeTooLong, "exp"));
    }
    Callback::from_claims(claims.members()).ok_or_else(|| Error::at(Code::CallbackInvalid, "response"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jws::{Header, Payload};

    const NOW: UnixSeconds = UnixSeconds(1_311_281_970);

    fn read(members: &str) -> Result<Callback, (Code, &'static str)> {
        let algorithms = Vec::from([Algorithm::Es256]);
        let policy =
            policy("https://accounts.example.com", "s6BhdRkqt3", algorithms, Tolerance::default()).unwrap();
        let payload = Payload::parse(format!("{{{members}}}").into_bytes()).unwrap();
        let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
        callback(Verified { header, payload }, &policy, NOW).map_err(|error| (error.code, error.at))
    }

    /// §2.1
    const EXAMPLE: &str = r#""iss":"https://accounts.example.com","aud":"s6BhdRkqt3","exp":1311281970,
        "code":"PyyFaux2o7Q0YfXBU32jhw.5FXSQpvr8akv9CeRDSd0QA","state":"S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw""#;

    #[test]
    fn reads_the_example_of_the_specification() {
        let found = read(EXAMPLE).ok().unwrap();
        assert_eq!(found.state(), "S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw");
        let refused = EXAMPLE.replace("\"code\"", "\"error\"");
        assert!(read(&refused).is_ok(), "an error comes in the same way");
    }

    #[test]
    fn refuses_what_is_no_response_to_this_client_and_now() {
        for (from, to, code, at) in [
            ("accounts", "evil", Code::TokenIssuerInvalid, ""),
            ("s6BhdRkqt3", "other", Code::TokenAudienceInvalid, ""),
            ("1311281970", "1311281000", Code::TokenExpired, ""),
            ("1311281970", "1311282631", Code::TokenLifetimeTooLong, "exp"),
            ("\"exp\"", "\"x\"", Code::TokenClaimMissing, "exp"),
            ("\"state\"", "\"x\"", Code::CallbackInvalid, "response"),
            ("\"code\"", "\"x\"", Code::CallbackInvalid, "response"),
            ("\"code\":\"", "\"code\":1,\"y\":\"", Code::CallbackInvalid, "response"),
        ] {
            assert_eq!(read(&EXAMPLE.replace(from, to)).map(|_| ()), Err((code, at)), "{to}");
        }
    }

    #[test]
    fn comes_exactly_once() {
        assert_eq!(response("response=a.b.c&x=1").as_deref(), Some("a.b.c"));
        for odd in ["", "response=", "code=c", "response=a&response=b"] {
            assert_eq!(response(odd), None, "{odd}");
        }
    }
}
