//! What credentials beside signed tokens are made of: proofs, opaque tokens, session cookies.

use edgeward_config::{self as config, ConfigError};
use edgeward_core::{
    cookies::better_auth::Reader,
    oauth::{
        client_auth::{ClientAuthentication, PrivateKey},
        dpop::Nonces,
    },
    secret::Secret,
};
use edgeward_host::{
    guard::{Asking, Dpop, Introspection, Memory},
    webcrypto::SigningKeys,
};

/// Proofs of possession, as the configuration asks for them, noted in `memory`.
pub fn dpop(
    settings: &config::Dpop,
    memory: Box<dyn Memory>,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<Dpop, ConfigError> {
    let nonces = |name: &String| {
        let secret = named(name, &secret)?;
        Nonces::new(secret).map_err(|_| ConfigError(format!("The secret {name} is shorter than 32 bytes.")))
    };
    let nonces = settings.nonce_secret_binding.as_ref().map(nonces).transpose()?;
    Ok(Dpop::new(settings.algorithms.clone(), settings.window, nonces, memory))
}

/// Whom to ask about opaque tokens.
pub fn introspection(
    settings: &config::Introspection,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<Introspection, ConfigError> {
    let binding = &settings.secret_binding;
    let secret = named(binding, secret)?;
    let asking = match settings.auth_method {
        config::Authentication::Basic => Asking::Fixed(ClientAuthentication::SecretBasic(secret)),
        config::Authentication::Post => Asking::Fixed(ClientAuthentication::SecretPost(secret)),
        config::Authentication::PrivateKey => {
            let key = PrivateKey::parse(secret)
                .map_err(|error| ConfigError(format!("The secret {binding} is no private JWK: {error}.")))?;
            Asking::Signed(key, SigningKeys::new())
        }
    };
    let (endpoint, client_id) = (settings.endpoint.clone(), settings.client_id.clone());
    Ok(Introspection::new(endpoint, client_id, asking, settings.policy.clone()))
}

/// How session cookies are read.
pub fn sessions(
    settings: &config::BetterAuth,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<Reader, ConfigError> {
    let secrets = settings.secret_bindings.iter().map(|name| named(name, &secret));
    let secrets = secrets.collect::<Result<_, _>>()?;
    Reader::new(settings.settings.clone(), secrets).map_err(|_| {
        let names = settings.secret_bindings.join(", ");
        ConfigError(format!("Better Auth: one of the secrets {names} is shorter than 32 bytes."))
    })
}

fn named(name: &str, secret: impl Fn(&str) -> Option<String>) -> Result<Secret, ConfigError> {
    let text = secret(name).filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| ConfigError(format!("The secret {name} is not set.")))?;
    Ok(Secret::new(text.into_bytes()))
}
