//! The rules of a policy that have defaults.

use alloc::{string::String, vec::Vec};

use super::policy::{Expiration, IssuerMatch, Policy, Profile, TokenType, Tolerance};
use crate::{
    error::{Code, Error},
    time::Seconds,
};

/// The rules of a [`Policy`] that have defaults, as configurations leave them out.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What `typ` must be.
    pub token_type: TokenType,
    /// How far the two clocks may differ.
    pub clock_tolerance: Option<Seconds>,
    /// How long after `iat` a token is accepted.
    pub max_token_age: Option<Seconds>,
    /// How long a token may live, from `iat` to `exp`.
    pub max_token_lifetime: Option<Seconds>,
    /// Whether `exp` must be there.
    pub require_expiration: Option<bool>,
    /// What `azp` or `client_id` must be one of; any, if there is none.
    pub authorized_parties: Option<Vec<String>>,
    /// Claims that must be there.
    pub required_claims: Vec<String>,
    /// Which document says what a token is.
    pub profile: Profile,
    /// Whether `iss` may have or lack a slash at its end.
    pub issuer_trailing_slash: Option<bool>,
}

impl Policy {
    /// The same policy with these rules.
    ///
    /// # Errors
    /// `config_invalid`, at `clock_tolerance_seconds`: more than 300 seconds; at
    /// `authorized_parties` or `required_claims`: an empty text, or no party at all; at `profile`:
    /// it and `token_type` contradict each other, or its `aud` and a policy without audience do.
    pub fn with_rules(self, rules: Rules) -> Result<Self, Error> {
        let at = |at| Error::at(Code::ConfigInvalid, at);
        let parties = rules.authorized_parties.unwrap_or_else(|| self.authorized_parties.clone());
        if parties.iter().any(String::is_empty) || (self.audiences.is_empty() && parties.is_empty()) {
            return Err(at("authorized_parties"));
        }
        if rules.required_claims.iter().any(String::is_empty) {
            return Err(at("required_claims"));
        }
        let token_type = match (rules.profile, rules.token_type) {
            (Profile::Jwt, any) => any,
            (Profile::AccessToken, TokenType::Jwt) => return Err(at("profile")),
            (Profile::AccessToken, _) if self.audiences.is_empty() => return Err(at("profile")),
            (Profile::AccessToken, _) => TokenType::AccessToken,
        };
        Ok(Self {
            token_type,
            authorized_parties: parties,
            tolerance: rules.clock_tolerance.map(Tolerance::new).transpose()?.unwrap_or_default(),
            max_age: rules.max_token_age,
            max_lifetime: rules.max_token_lifetime,
            expiration: match rules.require_expiration {
                Some(false) => Expiration::Optional,
                Some(true) | None => Expiration::Required,
            },
            required_claims: rules.required_claims,
            profile: rules.profile,
            issuer_match: match rules.issuer_trailing_slash {
                Some(true) => IssuerMatch::TrailingSlash,
                Some(false) | None => IssuerMatch::Exactly,
            },
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::jose::Algorithm;

    fn policy() -> Policy {
        Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap()
    }

    fn refused_at(policy: Policy, rules: Rules) -> &'static str {
        policy.with_rules(rules).unwrap_err().at
    }

    #[test]
    fn contradictions_are_named() {
        let clerk = || Policy::for_parties("i".into(), vec!["a".into()], vec![Algorithm::Rs256]).unwrap();
        let profile = Profile::AccessToken;
        assert_eq!(
            refused_at(policy(), Rules { profile, token_type: TokenType::Jwt, ..Rules::default() }),
            "profile"
        );
        assert_eq!(refused_at(clerk(), Rules { profile, ..Rules::default() }), "profile");
        let none = Rules { authorized_parties: Some(vec![]), ..Rules::default() };
        assert_eq!(refused_at(clerk(), none.clone()), "authorized_parties");
        assert!(policy().with_rules(none).is_ok());
        let empty = || vec![String::new()];
        let parties = Rules { authorized_parties: Some(empty()), ..Rules::default() };
        assert_eq!(refused_at(policy(), parties), "authorized_parties");
        let claims = Rules { required_claims: empty(), ..Rules::default() };
        assert_eq!(refused_at(policy(), claims), "required_claims");
        assert_eq!(
            Policy::for_parties("i".into(), vec![], vec![Algorithm::Rs256]).unwrap_err().at,
            "authorized_parties"
        );
    }

    #[test]
    fn the_parties_of_a_policy_stay_where_the_rules_say_nothing() {
        let clerk = Policy::for_parties("i".into(), vec!["a".into()], vec![Algorithm::Rs256]).unwrap();
        assert_eq!(clerk.with_rules(Rules::default()).unwrap().authorized_parties, ["a"]);
    }

    #[test]
    fn the_profile_of_access_tokens_sets_their_type() {
        let rules = Rules { profile: Profile::AccessToken, ..Rules::default() };
        assert_eq!(policy().with_rules(rules).unwrap().token_type, TokenType::AccessToken);
    }

    #[test]
    fn one_slash_at_the_end_is_tolerated_where_it_is_said() {
        let exact = policy();
        assert!(exact.is_issuer("https://i") && !exact.is_issuer("https://i/"));
        let rules = Rules { issuer_trailing_slash: Some(true), ..Rules::default() };
        let tolerant = exact.with_rules(rules).unwrap();
        assert!(tolerant.is_issuer("https://i") && tolerant.is_issuer("https://i/"));
        for other in ["https://i//", "https://i/x", "https://I/", "https:/", ""] {
            assert!(!tolerant.is_issuer(other), "{other}");
        }
    }
}
