//! What a route asks for.

use alloc::{string::String, vec::Vec};

use serde::Deserialize;

use super::invalid;
use crate::{
    error::Error,
    gateway::{
        identity::is_scope,
        route::{CredentialRule, Route},
    },
};

/// A route as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    path: String,
    #[serde(default)]
    credential: CredentialRule,
    #[serde(default)]
    scopes: Vec<String>,
}

impl Document {
    pub fn check(self) -> Result<Route, Error> {
        let public_with_scopes = self.credential == CredentialRule::None && !self.scopes.is_empty();
        if public_with_scopes || !self.scopes.iter().all(|scope| is_scope(scope)) {
            return Err(invalid("routes.scopes"));
        }
        Route::new(&self.path, self.credential, self.scopes)
    }
}
