//! The section `users`: where it is known who a subject is to the application.

use edgeward_core::{
    error::Error,
    http::{Address, Reach},
    time::Seconds,
};
use serde::Deserialize;

use crate::invalid;

/// Where users are looked up.
#[derive(Debug)]
pub struct Users {
    /// The store.
    pub store: UserStore,
    /// How long a user is remembered, at most until the token expires.
    pub keep_for: Seconds,
}

/// The store of the users.
#[derive(Debug)]
pub enum UserStore {
    /// A D1 database under this binding, with the tables of `edge/migrations`.
    Database(String),
    /// A server.
    Server {
        /// Where it is asked.
        url: Address,
        /// The secret binding with the service's own credential.
        secret_binding: String,
    },
}

const KEEP_FOR: Seconds = Seconds(60);
const KEEP_AT_MOST: Seconds = Seconds(300);

/// The section as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    database_binding: Option<String>,
    url: Option<String>,
    secret_binding: Option<String>,
    cache_seconds: Option<Seconds>,
}

impl Document {
    pub fn check(self, reach: Reach) -> Result<Users, Error> {
        let named = |name: &String| !name.is_empty();
        let store = match (self.database_binding, self.url, self.secret_binding) {
            (Some(name), None, None) if named(&name) => UserStore::Database(name),
            (None, Some(url), Some(secret_binding)) if named(&secret_binding) => {
                let url = Address::parse(&url, reach).map_err(|_| invalid("users.url"))?;
                UserStore::Server { url, secret_binding }
            }
            _ => return Err(invalid("users")),
        };
        let keep_for = self.cache_seconds.unwrap_or(KEEP_FOR);
        if keep_for > KEEP_AT_MOST {
            Err(invalid("users.cache_seconds"))
        } else {
            Ok(Users { store, keep_for })
        }
    }
}
