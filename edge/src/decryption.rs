//! An issuer's decryption, bound to its secrets.

use edgeward_config::{self as config, ConfigError};
use edgeward_core::jose::jwe::{DecryptionKey, DecryptionKeys};
use edgeward_host::decryption::Decryption;

/// Reads the private JWKs out of their secret bindings.
///
/// # Errors
/// A sentence for the operator: a secret is absent, no private JWK, or opens nothing of what the
/// setting accepts.
pub fn bind(
    decryption: config::Decryption,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<Decryption, ConfigError> {
    let mut keys = Vec::new();
    for name in &decryption.key_bindings {
        let text = secret(name).ok_or_else(|| ConfigError(format!("The secret {name} is not set.")))?;
        let read = DecryptionKey::parse_all(text.as_bytes());
        keys.extend(read.map_err(|error| ConfigError(format!("The secret {name}: {error}")))?);
    }
    let keys = DecryptionKeys::new(keys, decryption.algorithms, decryption.encryptions);
    let keys = keys.map_err(|error| ConfigError(error.to_string()))?;
    Ok(Decryption::new(keys, decryption.demand))
}
