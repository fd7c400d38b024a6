//! Where credentials may stand beside the `Authorization` header.

use edgeward_core::{error::Error, gateway::credential::Sources};
use serde::Deserialize;

/// The table `credentials`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Document {
    headers: Vec<String>,
    cookies: Vec<String>,
    websocket: bool,
    query: Option<String>,
}

impl Document {
    pub fn check(self) -> Result<Sources, Error> {
        let sources = Sources {
            headers: self.headers.iter().map(|name| name.to_ascii_lowercase()).collect(),
            cookies: self.cookies,
            websocket: self.websocket,
            query: self.query,
            ..Sources::default()
        };
        sources.check()?;
        Ok(sources)
    }
}
