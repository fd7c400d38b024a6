//! The section `resource`: what the API says about itself.

use edgeward_core::{
    error::Error,
    gateway::resource::{Description, Resource},
    http::Reach,
};
use serde::Deserialize;

/// The section as the configuration writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    identifier: String,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
}

impl Document {
    pub fn check(self, reach: Reach) -> Result<Resource, Error> {
        let description =
            Description { scopes: self.scopes_supported, name: self.name, documentation: self.documentation };
        Resource::new(&self.identifier, self.paths, description, reach)
    }
}
