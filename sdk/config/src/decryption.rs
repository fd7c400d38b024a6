//! How an issuer's encrypted tokens are opened.

use edgeward_core::{
    error::Error,
    jose::jwe::{ContentEncryption, Demand, KeyManagement},
};
use serde::Deserialize;

use crate::invalid;

/// How an issuer's encrypted tokens are opened.
#[derive(Debug)]
pub struct Decryption {
    /// The secret bindings that hold private JWKs, or sets of them.
    pub key_bindings: Vec<String>,
    /// What `alg` must be one of.
    pub algorithms: Vec<KeyManagement>,
    /// What `enc` must be one of.
    pub encryptions: Vec<ContentEncryption>,
    /// Whether a token must be encrypted.
    pub demand: Demand,
}

/// The setting as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    key_bindings: Vec<String>,
    algorithms: Vec<KeyManagement>,
    encryptions: Vec<ContentEncryption>,
    #[serde(default)]
    required: bool,
}

impl Document {
    pub fn check(self) -> Result<Decryption, Error> {
        if self.key_bindings.is_empty() || self.key_bindings.iter().any(String::is_empty) {
            return Err(invalid("issuers.decryption.key_bindings"));
        }
        if self.algorithms.is_empty() {
            return Err(invalid("issuers.decryption.algorithms"));
        }
        if self.encryptions.is_empty() {
            return Err(invalid("issuers.decryption.encryptions"));
        }
        Ok(Decryption {
            key_bindings: self.key_bindings,
            algorithms: self.algorithms,
            encryptions: self.encryptions,
            demand: if self.required { Demand::Required } else { Demand::Optional },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Option<&'static str> {
        let document: Option<Document> = serde_json::from_str(text).ok();
        document.map_or(Some("serde"), |document| document.check().err().map(|error| error.at))
    }

    #[test]
    fn every_list_says_something_that_is_known() {
        let whole = r#"{"key_bindings":["K"],"algorithms":["ECDH-ES","dir"],"encryptions":["A256GCM"]}"#;
        assert_eq!(check(whole), None);
        assert_eq!(check(&whole.replace(r#""K""#, "")), Some("issuers.decryption.key_bindings"));
        assert_eq!(check(&whole.replace(r#""K""#, r#""""#)), Some("issuers.decryption.key_bindings"));
        assert_eq!(check(&whole.replace(r#""ECDH-ES","dir""#, "")), Some("issuers.decryption.algorithms"));
        assert_eq!(check(&whole.replace(r#""A256GCM""#, "")), Some("issuers.decryption.encryptions"));
        for never in ["RSA1_5", "RSA-OAEP", "PBES2-HS512+A256KW", "none"] {
            assert_eq!(check(&whole.replace("dir", never)), Some("serde"), "{never}");
        }
        assert_eq!(check(&whole.replace("encryptions", "enc")), Some("serde"));
    }

    #[test]
    fn encryption_is_demanded_where_it_is_said() {
        let demand = |required: &str| {
            let text = format!(
                r#"{{"key_bindings":["K"],"algorithms":["dir"],"encryptions":["A256GCM"]{required}}}"#
            );
            serde_json::from_str::<Document>(&text).unwrap().check().unwrap().demand
        };
        assert_eq!(demand(""), Demand::Optional);
        assert_eq!(demand(r#","required":true"#), Demand::Required);
    }
}
