//! Which claims must be there, and for which client the token must be.

use super::{Claims, Policy, Profile};
use crate::error::{Code, Error};

/// What an access token must say.
///
/// Source: [RFC 9068 §2.2](https://www.rfc-editor.org/rfc/rfc9068#section-2.2)
const ACCESS_TOKEN: [&str; 7] = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];

/// Checks what the policy asks for beyond the claims that every token is checked for.
///
/// # Errors
/// `token_claim_missing`, at the claim; `token_claim_invalid`: an `azp` or a `client_id` that is no
/// string; `token_authorized_party_invalid`: it is none of the authorized ones.
pub(super) fn check(claims: &Claims, policy: &Policy) -> Result<(), Error> {
    if policy.profile == Profile::AccessToken {
        for name in ACCESS_TOKEN {
            require(claims, name, name)?;
        }
    }
    for name in &policy.required_claims {
        require(claims, name, "required_claims")?;
    }
    check_party(claims, policy)
}

fn require(claims: &Claims, name: &str, at: &'static str) -> Result<(), Error> {
    match claims.members().get(name) {
        Some(value) if !value.is_null() => Ok(()),
        _ => Err(Error::at(Code::TokenClaimMissing, at)),
    }
}

/// `azp` is OpenID Connect's name and `client_id` that of RFC 9068; where both stand, both count.
fn check_party(claims: &Claims, policy: &Policy) -> Result<(), Error> {
    let (azp, client) = (claims.text("azp")?, claims.text("client_id")?);
    if policy.authorized_parties.is_empty() {
        return Ok(());
    }
    let authorized = |party: &str| policy.authorized_parties.iter().any(|own| own == party);
    match (azp, client) {
        (None, None) => Err(Error::at(Code::TokenClaimMissing, "azp")),
        (Some(azp), _) if !authorized(azp) => Err(Error::at(Code::TokenAuthorizedPartyInvalid, "azp")),
        (_, Some(id)) if !authorized(id) => Err(Error::at(Code::TokenAuthorizedPartyInvalid, "client_id")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec, vec::Vec};

    use super::*;
    use crate::{
        jose::{Algorithm, jws::Payload},
        jwt::Rules,
    };

    fn outcome(text: &str, rules: Rules) -> Result<(), Error> {
        let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]);
        let policy = policy.and_then(|policy| policy.with_rules(rules)).unwrap();
        check(&Claims::new(Payload::parse(text.into()).unwrap()), &policy)
    }

    #[test]
    fn an_authorized_party_must_be_there_and_be_one_of_them() {
        let with = |claims: &str| {
            let parties = Some(vec!["app".to_string(), "web".to_string()]);
            outcome(claims, Rules { authorized_parties: parties, ..Rules::default() })
        };
        for good in [r#"{"azp":"app"}"#, r#"{"client_id":"web"}"#, r#"{"azp":"app","client_id":"web"}"#] {
            assert_eq!(with(good), Ok(()), "{good}");
        }
        assert_eq!(
            with("{}"),
            Err(Error::at(Code::TokenClaimMissing, "azp")),
            "left out, it bypasses nothing"
        );
        for (claims, at) in [
            (r#"{"azp":"other"}"#, "azp"),
            (r#"{"azp":""}"#, "azp"),
            (r#"{"azp":"app2"}"#, "azp"),
            (r#"{"azp":"other","client_id":"app"}"#, "azp"),
            (r#"{"azp":"app","client_id":"other"}"#, "client_id"),
        ] {
            assert_eq!(with(claims), Err(Error::at(Code::TokenAuthorizedPartyInvalid, at)), "{claims}");
        }
        assert_eq!(with(r#"{"azp":["app"]}"#), Err(Error::at(Code::TokenClaimInvalid, "azp")));
        assert_eq!(
            outcome(r#"{"client_id":7}"#, Rules::default()),
            Err(Error::at(Code::TokenClaimInvalid, "client_id"))
        );
        assert_eq!(outcome(r#"{"azp":"anybody"}"#, Rules::default()), Ok(()));
    }

    #[test]
    fn an_access_token_says_all_that_rfc_9068_asks_for() {
        let whole = r#"{"iss":"i","exp":2,"aud":"a","sub":"s","client_id":"c","iat":1,"jti":"j"}"#;
        let with =
            |claims: &str| outcome(claims, Rules { profile: Profile::AccessToken, ..Rules::default() });
        assert_eq!(with(whole), Ok(()));
        for name in ACCESS_TOKEN {
            let without = whole.replace(&format!("\"{name}\""), "\"other\"");
            assert_eq!(with(&without), Err(Error::at(Code::TokenClaimMissing, name)));
        }
    }

    #[test]
    fn required_claims_are_there_and_not_null() {
        let with = |claims: &str| {
            let required_claims: Vec<_> = vec!["tenant".to_string()];
            outcome(claims, Rules { required_claims, ..Rules::default() })
        };
        assert_eq!(with(r#"{"tenant":false}"#), Ok(()));
        for claims in ["{}", r#"{"tenant":null}"#, r#"{"Tenant":1}"#] {
            assert_eq!(with(claims), Err(Error::at(Code::TokenClaimMissing, "required_claims")), "{claims}");
        }
    }
}
