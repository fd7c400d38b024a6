//! The configuration, bound to its secrets and ready to be applied.

use std::{borrow::Cow, rc::Rc, sync::Arc};

use edgeward_config::{self as config, Config, ConfigError, KeySource};
use edgeward_core::{
    gateway::{
        Denial, Identity, Incoming, Requirements,
        route::{self, Route},
        users::User,
    },
    http::Reach,
    jose::Key,
    jwt::{Policy, Unverified},
    oauth::discovery,
    secret::Secret,
};
use edgeward_host::{
    clock,
    durable::Durable,
    guard::{Guard, Issuer, Memory, OwnMemory},
    kernels::Arithmetic,
    keys::{IssuerKeys, Published, Source},
    kv::Namespace,
    replays::SharedMemory,
    revocation::{Basis, OBJECT, Revocations},
    stored::Store,
    task::Background,
    verifier::Verifier,
};
use wasm_bindgen::JsValue;

use crate::{credentials, decryption, users::Users};

/// The configuration, ready to be applied.
pub struct Gateway {
    /// The settings.
    pub config: Config,
    guard: Guard,
    revocations: Option<Revocations>,
    users: Option<Users>,
    /// What is asked on paths that no route covers.
    otherwise: Requirements,
}

/// Who sends a request that passes.
pub struct Caller {
    /// What the credential says.
    pub identity: Identity,
    /// Who that is to the application, if users are looked up.
    pub user: Option<Arc<User>>,
    /// What it rests on that nothing was revoked.
    pub basis: Basis,
}

impl Caller {
    /// The headers that tell the origin.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let user = self.user.iter().flat_map(|user| user.headers());
        self.identity.headers().chain(user)
    }
}

/// The rule that a request falls under, and what became of it.
pub struct Rule<'g> {
    /// The route's path as configured; none where no route covers the path.
    pub pattern: Option<String>,
    /// What is asked for.
    pub requirements: &'g Requirements,
    /// The configured issuer that a refused token names.
    pub issuer: Option<&'g str>,
    /// How long the decision took, in milliseconds.
    pub decided_in: i64,
}

impl Gateway {
    /// Binds the configuration to its secrets. `published` gives the keys of an issuer that this Worker is itself.
    ///
    /// # Errors
    /// A sentence for the operator: a secret is absent, or shorter than its algorithm's hash; a
    /// binding is absent, or of another kind.
    pub fn new(
        mut config: Config,
        arithmetic: Arithmetic,
        secret: impl Fn(&str) -> Option<String>,
        binding: impl Fn(&str) -> Option<JsValue>,
        published: impl Fn(&str) -> Option<Published>,
    ) -> Result<Self, ConfigError> {
        let issuers = std::mem::take(&mut config.issuers);
        let kv = config.jwks_cache_binding.as_deref().map(|name| namespace(name, &binding)).transpose()?;
        let bound = |issuer: config::Issuer| {
            let own = published(&issuer.policy.issuer);
            let bound = bind(issuer, own, config.reach, &secret, kv.as_ref())?;
            Ok(bound.with_arithmetic(arithmetic))
        };
        let issuers = issuers.into_iter().map(bound).collect::<Result<_, _>>()?;
        let guard = Guard::new(issuers, config.sources.clone()).with_shared_memory();
        let guard = with_credentials(guard, &config, &secret, &binding)?;
        let revocation = config.revocation.as_ref();
        let otherwise = Requirements {
            revocation: revocation.map_or_else(Default::default, |settings| settings.mode),
            ..Requirements::default()
        };
        let revocations = revocation.map(|settings| bind_revocations(settings, &binding)).transpose()?;
        let users = config.users.take().map(|settings| Users::new(settings, secret, binding)).transpose()?;
        Ok(Self { config, guard, revocations, users, otherwise })
    }

    /// Each issuer, and whether its keys are loaded.
    pub fn issuers(&self) -> impl Iterator<Item = (&str, bool)> {
        let verifiers = self.guard.issuers().iter().map(|issuer| &issuer.verifier);
        verifiers.map(|verifier| (verifier.policy().issuer.as_str(), verifier.keys().is_ready()))
    }

    /// The verifier of an issuer's tokens.
    pub fn verifier(&self, issuer: &str) -> Option<&Verifier> {
        self.guard.issuers().iter().map(|own| &own.verifier).find(|own| own.policy().issuer == issuer)
    }

    /// The list of revocations, if there is one.
    pub const fn revocations(&self) -> Option<&Revocations> {
        self.revocations.as_ref()
    }

    /// The headers that decide about a request.
    pub fn deciding_headers(&self) -> impl Iterator<Item = &str> {
        Incoming::HEADERS.into_iter().chain(self.guard.sources().headers())
    }

    /// The rule for a path.
    ///
    /// # Errors
    /// `path_ambiguous`
    pub fn rule(&self, path: &str) -> Result<Rule<'_>, Denial> {
        let route = route::find(&self.config.routes, path)?;
        let requirements = route.map_or(&self.otherwise, |route| &route.requirements);
        Ok(Rule { pattern: route.map(Route::pattern), requirements, issuer: None, decided_in: 0 })
    }

    /// The nonce that goes with an answer to this proof, if the proof lacks it.
    pub fn nonce(&self, proof: &str) -> Option<String> {
        self.guard.dpop()?.nonce_for(proof)
    }

    /// What is asked on paths that no route covers.
    #[cfg(feature = "entry")]
    pub const fn otherwise(&self) -> &Requirements {
        &self.otherwise
    }

    /// Admits a request: `None` where it passes without identity. `binding` gives the bindings of
    /// this request.
    ///
    /// # Errors
    /// Every code of [`Guard::identify`], [`Revocations::check`], [`Users::resolve`] and
    /// [`Requirements::decide`].
    pub async fn admit(
        &self,
        request: &Incoming,
        wanted: &Requirements,
        background: &Background,
        binding: impl Fn(&str) -> Option<JsValue>,
    ) -> Result<Option<Caller>, Denial> {
        let Some(mut identity) = self.guard.identify(request, wanted, background).await? else {
            return Ok(None);
        };
        let basis = match &self.revocations {
            None => Basis::Known,
            Some(revocations) => revocations.check(&identity, wanted.revocation, background).await?,
        };
        let user = match &self.users {
            None => None,
            Some(users) => Some(users.resolve(&identity, binding).await?),
        };
        if let Some(user) = &user {
            user.grant(&mut identity);
        }
        wanted.decide(&identity, clock::now().to_seconds())?;
        Ok(Some(Caller { identity, user, basis }))
    }

    /// The issuer that a request's token names, if it is one of the configured: for the log, where
    /// nothing may stand that a stranger wrote. Nothing is verified.
    pub fn named_issuer(&self, request: &Incoming, wanted: &Requirements) -> Option<&str> {
        let credential = self.guard.sources().take(request, &wanted.kinds).ok()??;
        let token = Unverified::parse(&credential.token).ok()?;
        let named = token.unverified_claim("iss").and_then(|iss| iss.as_str())?;
        self.issuers().map(|(issuer, _)| issuer).find(|issuer| *issuer == named)
    }

    /// The headers in which a credential may stand, as `Vary` names them.
    pub fn varying(&self) -> Vec<&str> {
        let sources = self.guard.sources();
        let cookie = (!sources.cookies.is_empty() || sources.session.is_some()).then_some("Cookie");
        ["Authorization"].into_iter().chain(cookie).chain(sources.headers()).collect()
    }
}

/// The guard with what it takes beside signed tokens.
fn with_credentials(
    guard: Guard,
    config: &Config,
    secret: impl Fn(&str) -> Option<String>,
    binding: impl Fn(&str) -> Option<JsValue>,
) -> Result<Guard, ConfigError> {
    let mut guard = guard.with_allowed_origins(config.allowed_origins.clone());
    if let Some(settings) = &config.dpop {
        let memory: Box<dyn Memory> = match &settings.replay_binding {
            None => Box::new(OwnMemory::new()),
            Some(name) => {
                let shared = binding(name).and_then(SharedMemory::bound);
                Box::new(shared.ok_or_else(|| no_object(name))?)
            }
        };
        guard = guard.with_dpop(credentials::dpop(settings, memory, &secret)?);
    }
    if let Some(settings) = &config.introspection {
        guard = guard.with_introspection(credentials::introspection(settings, &secret)?);
    }
    if let Some(settings) = &config.better_auth {
        guard = guard.with_sessions(credentials::sessions(settings, &secret)?);
    }
    Ok(guard)
}

fn bind(
    issuer: config::Issuer,
    own: Option<Published>,
    reach: Reach,
    secret: &impl Fn(&str) -> Option<String>,
    kv: Option<&Rc<dyn Store>>,
) -> Result<Issuer, ConfigError> {
    let config::Issuer { policy, keys, decryption, mapping, claims, .. } = issuer;
    let keys = match (keys, own) {
        (KeySource::Jwks(_, pins) | KeySource::Discovery(pins), Some(own)) => {
            IssuerKeys::fetched_with(Source::Own(own), pins, kv.cloned())
        }
        (keys, _) => bind_keys(&policy, keys, reach, secret, kv)?,
    };
    let decryption = decryption.map(|setting| decryption::bind(setting, secret)).transpose()?;
    let verifier = Verifier::new(policy, keys).with_decryption(decryption);
    Ok(Issuer { verifier, mapping, claims })
}

fn bind_revocations(
    settings: &config::Revocation,
    binding: &impl Fn(&str) -> Option<JsValue>,
) -> Result<Revocations, ConfigError> {
    let name = &settings.binding;
    let place = binding(name).and_then(|namespace| Durable::bound(namespace, OBJECT));
    Ok(Revocations::new(settings.bounds, place.ok_or_else(|| no_object(name))?))
}

fn no_object(name: &str) -> ConfigError {
    ConfigError(format!("{name} is no binding of a Durable Object."))
}

fn bind_keys(
    policy: &Policy,
    source: KeySource,
    reach: Reach,
    secret: &impl Fn(&str) -> Option<String>,
    kv: Option<&Rc<dyn Store>>,
) -> Result<IssuerKeys, ConfigError> {
    match source {
        KeySource::Jwks(address, pins) => {
            Ok(IssuerKeys::fetched_with(Source::Jwks(address), pins, kv.cloned()))
        }
        KeySource::Inline(keys) => Ok(IssuerKeys::fixed(keys)),
        KeySource::Discovery(pins) => {
            let issuer = discovery::Issuer::parse(&policy.issuer, reach);
            let issuer = issuer.map_err(|error| ConfigError(format!("{}: {error}", policy.issuer)))?;
            Ok(IssuerKeys::fetched_with(Source::Discovery(issuer), pins, kv.cloned()))
        }
        KeySource::Secrets(names) => {
            let key = |name: &String| secret_key(name, policy, secret);
            Ok(IssuerKeys::fixed(names.iter().map(key).collect::<Result<_, _>>()?))
        }
    }
}

fn secret_key(
    name: &str,
    policy: &Policy,
    secret: &impl Fn(&str) -> Option<String>,
) -> Result<Key, ConfigError> {
    let text = secret(name).ok_or_else(|| ConfigError(format!("The secret {name} is not set.")))?;
    let key = Key::symmetric(Secret::new(text.into_bytes()), None);
    if policy.algorithms.iter().all(|alg| key.permits(*alg)) {
        Ok(key)
    } else {
        Err(ConfigError(format!("The secret {name} is shorter than the hash of its algorithm.")))
    }
}

fn namespace(name: &str, binding: &impl Fn(&str) -> Option<JsValue>) -> Result<Rc<dyn Store>, ConfigError> {
    let absent = || ConfigError(format!("The binding {name} is no KV namespace."));
    let namespace = binding(name).and_then(Namespace::of_binding).ok_or_else(absent)?;
    Ok(Rc::new(namespace))
}
