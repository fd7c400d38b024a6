//! Decides about a request: which issuer's rules its token falls under, and whether they hold.

use edgeward_core::{
    Code, Error,
    gateway::{
        Config, Identity,
        config::{ConfigError, Issuer, KeySource},
        credential,
        route::{self, CredentialRule, Route},
    },
    http::Reach,
    jose::Key,
    jwt::Unverified,
    oauth::discovery,
    secret::Secret,
};
use edgeward_host::{
    keys::{IssuerKeys, Source},
    verifier::Verifier,
};

/// The configuration, ready to be applied.
pub struct Gateway {
    /// The settings.
    pub config: Config,
    verifiers: Vec<Verifier>,
}

/// Why a request is turned away.
#[derive(Debug, PartialEq, Eq)]
pub struct Denial {
    /// The reason.
    pub error: Error,
    /// The scopes that the route asks for, if they are the reason.
    pub scope: String,
}

impl From<Error> for Denial {
    fn from(error: Error) -> Self {
        Self { error, scope: String::new() }
    }
}

impl Gateway {
    /// Binds the configuration to its secrets.
    ///
    /// # Errors
    /// A sentence for the operator: a secret is absent, or shorter than its algorithm's hash.
    pub fn new(mut config: Config, secret: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let issuers = std::mem::take(&mut config.issuers);
        let verifier = |issuer| verifier(issuer, config.reach, &secret);
        let verifiers = issuers.into_iter().map(verifier).collect::<Result<_, _>>()?;
        Ok(Self { config, verifiers })
    }

    /// Each issuer, and whether its keys are loaded.
    pub fn issuers(&self) -> impl Iterator<Item = (&str, bool)> {
        self.verifiers.iter().map(|verifier| (verifier.policy().issuer.as_str(), verifier.keys().is_ready()))
    }

    /// Admits a request to `path`: `None` on a route that asks for nothing.
    ///
    /// # Errors
    /// `path_ambiguous`, `token_missing`, `credential_malformed`, every code of
    /// [`Verifier::verify`], `insufficient_scope`.
    pub async fn admit(&self, path: &str, authorization: Option<&str>) -> Result<Option<Identity>, Denial> {
        let route = route::find(&self.config.routes, path)?;
        match route.credential {
            CredentialRule::None => Ok(None),
            CredentialRule::Required => {
                let identity = self.identify(credential::bearer(authorization)?).await?;
                check_scopes(route, &identity)?;
                Ok(Some(identity))
            }
        }
    }

    async fn identify(&self, token: &str) -> Result<Identity, Error> {
        let token = Unverified::parse(token)?;
        let issuer = token.unverified_claim("iss").and_then(|iss| iss.as_str());
        // Each issuer has keys of its own: a key of one never verifies a token of another.
        let verifier = self.verifiers.iter().find(|verifier| issuer == Some(&verifier.policy().issuer));
        let accepted = verifier.ok_or(Code::TokenIssuerInvalid)?.verify(token).await?;
        Identity::new(&accepted.claims)
    }
}

fn check_scopes(route: &Route, identity: &Identity) -> Result<(), Denial> {
    if identity.has_scopes(&route.scopes) {
        return Ok(());
    }
    Err(Denial { error: Code::InsufficientScope.into(), scope: route.scopes.join(" ") })
}

fn verifier(
    issuer: Issuer,
    reach: Reach,
    secret: &impl Fn(&str) -> Option<String>,
) -> Result<Verifier, ConfigError> {
    let policy = issuer.policy;
    let keys = match issuer.keys {
        KeySource::Jwks(address) => IssuerKeys::fetched(Source::Jwks(address)),
        KeySource::Discovery => {
            let issuer = discovery::Issuer::parse(&policy.issuer, reach);
            let issuer = issuer.map_err(|error| ConfigError(format!("{}: {error}", policy.issuer)))?;
            IssuerKeys::fetched(Source::Discovery(issuer))
        }
        KeySource::SecretBinding(name) => {
            let text = secret(&name).ok_or_else(|| ConfigError(format!("The secret {name} is not set.")))?;
            let key = Key::symmetric(Secret::new(text.into_bytes()), None);
            if !policy.algorithms.iter().all(|alg| key.permits(*alg)) {
                return Err(ConfigError(format!(
                    "The secret {name} is shorter than the hash of its algorithm."
                )));
            }
            IssuerKeys::fixed([key].into_iter().collect())
        }
    };
    Ok(Verifier::new(policy, keys))
}
