//! Where an issuer's keys come from.

use alloc::string::String;

use super::invalid;
use crate::{
    error::Error,
    http::{Address, Reach},
    jwt::Policy,
};

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// Its metadata (OpenID Connect Discovery or RFC 8414) names the key set.
    Discovery,
    /// The key set is here.
    Jwks(Address),
    /// A secret binding of this name holds the HMAC secret.
    SecretBinding(String),
}

/// The settings of an issuer that say where its keys are.
pub(super) struct Settings {
    pub jwks_uri: Option<String>,
    pub secret_binding: Option<String>,
}

impl Settings {
    /// Secrets and key sets exclude each other: that is how a public key comes to be used as a secret.
    pub fn check(self, policy: &Policy, reach: Reach) -> Result<KeySource, Error> {
        let symmetric = policy.algorithms.iter().all(|alg| alg.is_symmetric());
        match (self.jwks_uri, self.secret_binding) {
            (None, Some(name)) if symmetric && !name.is_empty() => Ok(KeySource::SecretBinding(name)),
            (Some(uri), None) if !symmetric => {
                Address::parse(&uri, reach).map(KeySource::Jwks).map_err(|_| invalid("issuers.jwks_uri"))
            }
            (None, None) if !symmetric => {
                Address::parse(&policy.issuer, reach).map_err(|_| invalid("issuers.issuer"))?;
                Ok(KeySource::Discovery)
            }
            (_, Some(_)) => Err(invalid("issuers.secret_binding")),
            _ => Err(invalid("issuers.algorithms")),
        }
    }
}
