//! Where credentials may stand beside the `Authorization` header.

use edgeward_core::{Error, gateway::credential::Sources};
use edgeward_host::members::Members;

use super::invalid;

/// Reads the places.
///
/// # Errors
/// `config_invalid`, at the option.
pub fn sources(options: &Members) -> Result<Sources, Error> {
    let headers = options.texts("header")?.unwrap_or_default();
    let sources = Sources {
        headers: headers.iter().map(|name| name.to_ascii_lowercase()).collect(),
        cookies: options.texts("cookie")?.unwrap_or_default(),
        websocket: options.flag("webSocket")?.unwrap_or(false),
        query: options.text("queryParameter")?,
        ..Sources::default()
    };
    sources.check().map_err(|error| invalid(named(error.at)))?;
    Ok(sources)
}

/// The option that a gateway's configuration calls so.
fn named(at: &str) -> &'static str {
    match at {
        "credentials.headers" => "header",
        "credentials.cookies" => "cookie",
        _ => "queryParameter",
    }
}
