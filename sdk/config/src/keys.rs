//! Where an issuer's keys come from.

use edgeward_core::{
    error::Error,
    gateway::keys::Pins,
    http::{Address, Reach},
    jose::{Key, KeySet, jwks::MAX_CANDIDATES},
    jwt::Policy,
};
use serde_json::Value;

use crate::invalid;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// Its metadata (OpenID Connect Discovery or RFC 8414) names the key set.
    Discovery(Pins),
    /// The key set is here.
    Jwks(Address, Pins),
    /// This is the key set.
    Inline(KeySet),
    /// Secret bindings of these names hold HMAC secrets, each of which verifies: while one takes
    /// another's place, both are there.
    Secrets(Vec<String>),
}

/// The settings of an issuer that say where its keys are.
pub(crate) struct Settings {
    pub jwks_uri: Option<String>,
    pub jwks: Option<Value>,
    pub pinned_keys: Option<Vec<String>>,
    pub secret_binding: Option<String>,
    pub secret_bindings: Option<Vec<String>>,
}

impl Settings {
    /// Secrets and key sets exclude each other: that is how a public key comes to be used as a secret.
    pub fn check(self, policy: &Policy, reach: Reach) -> Result<KeySource, Error> {
        let secrets = match (self.secret_binding, self.secret_bindings) {
            (Some(_), Some(_)) => return Err(invalid("issuers.secret_bindings")),
            (Some(name), None) => Some(vec![name]),
            (None, names) => names,
        };
        let symmetric = policy.algorithms.iter().all(|alg| alg.is_symmetric());
        match (self.jwks_uri, self.jwks, secrets) {
            (None, None, Some(names)) if symmetric && self.pinned_keys.is_none() => secret_bindings(names),
            (_, _, Some(_)) => Err(invalid("issuers.secret_binding")),
            _ if symmetric => Err(invalid("issuers.algorithms")),
            (None, Some(set), None) if self.pinned_keys.is_none() => inline(&set, policy),
            (_, Some(_), None) => Err(invalid("issuers.jwks")),
            (Some(uri), None, None) => {
                let address = Address::parse(&uri, reach).map_err(|_| invalid("issuers.jwks_uri"))?;
                Ok(KeySource::Jwks(address, pins(self.pinned_keys)?))
            }
            (None, None, None) => {
                Address::parse(&policy.issuer, reach).map_err(|_| invalid("issuers.issuer"))?;
                Ok(KeySource::Discovery(pins(self.pinned_keys)?))
            }
        }
    }
}

/// At most as many as are tried for a token that names none.
fn secret_bindings(names: Vec<String>) -> Result<KeySource, Error> {
    let possible = (1..=MAX_CANDIDATES).contains(&names.len());
    if possible && names.iter().all(|name| !name.is_empty()) {
        Ok(KeySource::Secrets(names))
    } else {
        Err(invalid("issuers.secret_bindings"))
    }
}

/// A key set that the operator wrote: each key must be usable, and each of some use here.
fn inline(set: &Value, policy: &Policy) -> Result<KeySource, Error> {
    let at = |_| invalid("issuers.jwks");
    let text = serde_json::to_vec(set).map_err(|_| invalid("issuers.jwks"))?;
    let set = KeySet::parse(&text).map_err(at)?;
    let fits = |key: &_| policy.algorithms.iter().any(|alg| Key::permits(key, *alg));
    if set.keys().is_empty() || !set.skipped().is_empty() || !set.keys().iter().all(fits) {
        return Err(invalid("issuers.jwks"));
    }
    Ok(KeySource::Inline(set))
}

fn pins(thumbprints: Option<Vec<String>>) -> Result<Pins, Error> {
    thumbprints.map_or(Ok(Pins::default()), Pins::new).map_err(|_| invalid("issuers.pinned_keys"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, ConfigError};

    const ED25519: &str =
        r#"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn issuer(settings: &str) -> Result<KeySource, ConfigError> {
        let text = format!(
            r#"{{"origin":"https://o.example","issuers":[{{"issuer":"https://i.example","audience":"a",{settings}}}]}}"#
        );
        Config::parse(&text).map(|mut config| config.issuers.remove(0).keys)
    }

    fn refused(settings: &str) -> String {
        issuer(settings).err().unwrap().0
    }

    #[test]
    fn keys_come_from_one_place() {
        assert!(matches!(issuer(r#""algorithms":["ES256"]"#), Ok(KeySource::Discovery(_))));
        let jwks_uri = r#""algorithms":["ES256"],"jwks_uri":"https://i.example/jwks""#;
        assert!(matches!(issuer(jwks_uri), Ok(KeySource::Jwks(..))));
        let inline = format!(r#""algorithms":["EdDSA"],"jwks":{{"keys":[{ED25519}]}}"#);
        assert!(matches!(issuer(&inline), Ok(KeySource::Inline(set)) if set.keys().len() == 1));
        assert!(
            refused(&format!(r#"{inline},"jwks_uri":"https://i.example/jwks""#)).contains("issuers.jwks")
        );
        assert!(refused(&format!(r#"{inline},"secret_binding":"S""#)).contains("secret_binding"));
    }

    #[test]
    fn an_inline_set_holds_usable_keys_and_no_others() {
        let secret = r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
        for odd in ["1", "{}", r#"{"keys":[]}"#, r#"{"keys":[{}]}"#] {
            let said = refused(&format!(r#""algorithms":["EdDSA"],"jwks":{odd}"#));
            assert!(said.contains("issuers.jwks"), "{odd}");
        }
        for (alg, keys) in [
            ("ES256", ED25519.into()),
            ("EdDSA", format!(r#"{ED25519},{{"kty":"XX"}}"#)),
            ("EdDSA", secret.into()),
            ("EdDSA", format!("{ED25519},{secret}")),
        ] {
            let said = refused(&format!(r#""algorithms":["{alg}"],"jwks":{{"keys":[{keys}]}}"#));
            assert!(said.contains("issuers.jwks"), "{keys}");
        }
        assert!(
            refused(&format!(r#""algorithms":["HS256"],"jwks":{{"keys":[{secret}]}}"#))
                .contains("algorithms"),
            "a configuration holds no secret"
        );
    }

    #[test]
    fn pins_go_with_fetched_keys() {
        let pinned = format!(r#""algorithms":["EdDSA"],"pinned_keys":["{THUMBPRINT}"]"#);
        assert!(issuer(&pinned).is_ok());
        assert!(issuer(&format!(r#"{pinned},"jwks_uri":"https://i.example/jwks""#)).is_ok());
        assert!(refused(&format!(r#"{pinned},"jwks":{{"keys":[{ED25519}]}}"#)).contains("issuers.jwks"));
        for odd in ["[]", r#"[""]"#, r#"["sha256:kPrK"]"#] {
            assert!(
                refused(&format!(r#""algorithms":["EdDSA"],"pinned_keys":{odd}"#)).contains("pinned_keys"),
                "{odd}"
            );
        }
        let secret = format!(r#""algorithms":["HS256"],"secret_binding":"S","pinned_keys":["{THUMBPRINT}"]"#);
        assert!(issuer(&secret).is_err());
    }

    #[test]
    fn one_to_eight_secrets_verify() {
        let names = |settings: &str| match issuer(&format!(r#""algorithms":["HS256"],{settings}"#)) {
            Ok(KeySource::Secrets(names)) => Some(names),
            _ => None,
        };
        assert_eq!(names(r#""secret_binding":"S""#).unwrap(), ["S"]);
        assert_eq!(names(r#""secret_bindings":["NEW","OLD"]"#).unwrap(), ["NEW", "OLD"]);
        for odd in [
            r#""secret_bindings":[]"#,
            r#""secret_bindings":["S",""]"#,
            r#""secret_bindings":["1","2","3","4","5","6","7","8","9"]"#,
            r#""secret_binding":"S","secret_bindings":["S"]"#,
            r#""secret_binding":"""#,
        ] {
            assert!(names(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn the_namespace_for_key_sets_has_a_name() {
        let config = |more: &str| {
            Config::parse(&format!(
                r#"{{"origin":"https://o.example","issuers":[{{"issuer":"https://i.example","audience":"a","algorithms":["ES256"]}}]{more}}}"#
            ))
        };
        assert_eq!(config("").unwrap().jwks_cache_binding, None);
        let named = config(r#","jwks_cache_binding":"KEYS""#).unwrap();
        assert_eq!(named.jwks_cache_binding.as_deref(), Some("KEYS"));
        assert!(config(r#","jwks_cache_binding":"""#).is_err());
    }
}
