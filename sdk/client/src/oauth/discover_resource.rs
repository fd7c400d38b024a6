//! Finds out from an API which authorization server its tokens come from.
//!
//! Source: [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728).

use edgeward_core::{
    Code, Error,
    http::{Address, Reach, Request},
    json::{Members, object},
    oauth::{
        challenge,
        resource::{self, Match, Resource},
    },
};

use crate::{
    effect::{self, SERVER},
    run::{Flow, Run},
};

/// What the API at `url` says about itself: `resource`, `authorizationServers`, `scopes`. `challenge`
/// is the `www-authenticate` of its refusal, if there was one.
///
/// # Errors
/// `invalid_parameters` at `url`; `resource_metadata_invalid`: it says nothing, or nothing that can be
/// read; `resource_mismatch`: it speaks for another one; `discovery_unavailable` and those of
/// [`effect::fetch`].
pub(crate) fn run(run: &Run<'_>, args: &Members) -> Flow<edgeward_core::json::Value> {
    let url = args.required("url")?;
    // A client sits in its user's network, so private hosts are fine; http is for development.
    let reach = if url.starts_with("http://") { Reach::Development } else { Reach::Https };
    let called = Address::parse(&url, reach).map_err(|_| Error::at(Code::InvalidParameters, "url"))?;
    let challenges = args.text("challenge")?.map(|header| challenge::parse(&header)).unwrap_or_default();
    let requests = match resource::challenged(&challenges, reach) {
        Some(address) => vec![Request::get_json(&address)],
        None => resource::requests(&called, reach),
    };
    for request in requests {
        let answer = effect::fetch(run, &request, SERVER)?;
        if let Some(found) = resource::response(&called, Match::Above, &answer)? {
            return Ok(told(&found));
        }
    }
    Err(Code::ResourceMetadataInvalid.into())
}

fn told(found: &Resource) -> edgeward_core::json::Value {
    object(vec![
        ("resource", found.resource.as_str().into()),
        ("authorizationServers", found.authorization_servers.clone().into()),
        ("scopes", found.scopes.clone().into()),
    ])
}
