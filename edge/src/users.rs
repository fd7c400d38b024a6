//! Looks up who a verified identity is to the application.

use std::{cell::RefCell, sync::Arc};

use edgeward_config::{self as config, ConfigError, UserStore};
use edgeward_core::{
    Code, Error,
    gateway::{
        Identity,
        metrics::Counter,
        users::{self, Cache, Key, Profile, User},
    },
    http::Address,
    secret::Secret,
};
use edgeward_host::{
    clock,
    fetch::{self, Limits},
    metrics,
};
use wasm_bindgen::JsValue;

use crate::store::d1::Database;

/// How long a server or the database may take, in milliseconds.
const DEADLINE: u32 = 5_000;

/// The users of the application.
pub struct Users {
    store: Store,
    cache: RefCell<Cache>,
}

enum Store {
    /// The name of the D1 binding. A binding belongs to the request that it came with.
    Database(String),
    Server {
        url: Address,
        secret: Secret,
    },
}

impl Users {
    /// Binds the settings to their secret.
    ///
    /// # Errors
    /// A sentence for the operator: the secret is absent.
    pub fn new(
        settings: config::Users,
        secret: impl Fn(&str) -> Option<String>,
        binding: impl Fn(&str) -> Option<JsValue>,
    ) -> Result<Self, ConfigError> {
        let store = match settings.store {
            UserStore::Database(name) => {
                let absent = || ConfigError(format!("The binding {name} is no D1 database."));
                binding(&name).and_then(Database::of_binding).ok_or_else(absent)?;
                Store::Database(name)
            }
            UserStore::Server { url, secret_binding } => {
                let absent = || ConfigError(format!("The secret {secret_binding} is not set."));
                let secret =
                    secret(&secret_binding).filter(|secret| !secret.is_empty()).ok_or_else(absent)?;
                Store::Server { url, secret: Secret::new(secret.into_bytes()) }
            }
        };
        Ok(Self { store, cache: RefCell::new(Cache::new(settings.keep_for)) })
    }

    /// The user that an identity speaks for; `binding` gives the bindings of this request.
    ///
    /// # Errors
    /// `user_not_found`, `user_lookup_failed`
    pub async fn resolve(
        &self,
        identity: &Identity,
        binding: impl Fn(&str) -> Option<JsValue>,
    ) -> Result<Arc<User>, Error> {
        let key = Key::of(identity).ok_or(Code::UserNotFound)?;
        if let Some(user) = self.cache.borrow().get(&key, clock::now().to_seconds()) {
            metrics::count(Counter::UserHits);
            return Ok(user);
        }
        metrics::count(Counter::UserLookups);
        let profile = self.look_up(&key, binding).await?;
        let user = Arc::new(User::resolve(identity, profile)?);
        let now = clock::now().to_seconds();
        self.cache.borrow_mut().put(key, Arc::clone(&user), identity.expires_at, now);
        Ok(user)
    }

    async fn look_up(
        &self,
        key: &Key,
        binding: impl Fn(&str) -> Option<JsValue>,
    ) -> Result<Option<Profile>, Error> {
        match &self.store {
            Store::Database(name) => {
                let database = binding(name).and_then(Database::of_binding);
                let database = database.ok_or(Code::UserLookupFailed)?;
                database.profile(key.issuer(), key.subject(), DEADLINE).await
            }
            Store::Server { url, secret } => {
                let request = users::request(url, secret, key.issuer(), key.subject())?;
                let limits = Limits { deadline_millis: DEADLINE, body_bytes: users::MAX_ANSWER };
                let answer = fetch::send(&request, limits).await;
                users::answer(&answer.map_err(|_| Error::at(Code::UserLookupFailed, "users.url"))?)
            }
        }
    }
}
