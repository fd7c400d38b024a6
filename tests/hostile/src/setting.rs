//! A configuration of the corpus as core's own types.

use edgeward_core::{
    Error,
    jose::{Key, KeySet},
    json,
    jwt::{self, Claims, Policy, Rules, TokenType},
    secret::Secret,
    time::{Seconds, UnixSeconds},
};
use serde_json::json;

use crate::corpus::{Corpus, Setting};

/// A verifier made of core's parts, as the shells put them together.
#[derive(Debug)]
pub struct Judge {
    policy: Policy,
    keys: KeySet,
}

impl Judge {
    /// The verifier of a configuration.
    #[must_use]
    pub fn new(corpus: &Corpus, setting: &Setting) -> Self {
        let rules = Rules {
            token_type: setting.r#type.as_deref().map_or(TokenType::Any, |name| {
                TokenType::named(name).expect("the corpus names types that there are")
            }),
            max_token_age: setting.max_age.map(Seconds),
            require_expiration: setting.expires,
            ..Rules::default()
        };
        let policy =
            Policy::new(setting.issuer.clone(), setting.audience.clone(), setting.algorithms.clone())
                .and_then(|policy| policy.with_rules(rules))
                .expect("the corpus has good configurations");
        Self { policy, keys: keys(corpus, setting) }
    }

    /// Verifies a token at a time.
    ///
    /// # Errors
    /// As a verifier's.
    pub fn verify(&self, token: &str, now: UnixSeconds) -> Result<Claims, Error> {
        let token = jwt::admit(token, &self.policy)?;
        jwt::validate(self.keys.verify(token)?, &self.policy, now)
    }
}

fn keys(corpus: &Corpus, setting: &Setting) -> KeySet {
    if setting.secret {
        let secret = Secret::new(corpus.secret.clone().into_bytes());
        return [Key::symmetric(secret, None)].into_iter().collect();
    }
    let document = json!({ "keys": setting.keys }).to_string();
    let document = json::parse(document.as_bytes()).expect("the corpus has strict JSON");
    KeySet::from_value(&document).expect("the corpus has key sets")
}
