//! What this API says about itself.

use edgeward_core::{
    Error,
    gateway::resource::{Description, Resource},
    http::Reach,
};
use edgeward_host::members::Members;

use super::invalid;

/// Reads `resource` and what belongs to it.
///
/// # Errors
/// `config_invalid`, at the option.
pub fn read(options: &Members, reach: Reach) -> Result<Option<Resource>, Error> {
    let scopes = options.texts("scopesSupported")?.unwrap_or_default();
    let Some(identifier) = options.text("resource")? else {
        // Without a resource there is nobody to say it about.
        return if scopes.is_empty() { Ok(None) } else { Err(invalid("scopesSupported")) };
    };
    let description = Description { scopes, ..Description::default() };
    let resource = Resource::new(&identifier, Vec::new(), description, reach);
    resource.map(Some).map_err(|error| match error.at {
        "resource.scopes_supported" => invalid("scopesSupported"),
        _ => invalid("resource"),
    })
}
