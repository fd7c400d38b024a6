//! Finds out from an API which authorization server its tokens come from.
//!
//! Source: [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Address, Reach, Request, Response},
    json::{self, Map, Value},
    oauth::challenge::{self, Challenge},
};

/// How large the metadata may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;
/// How many authorization servers are read.
const MAX_SERVERS: usize = 32;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What an API says about itself. Nobody has vouched for it: it is good for asking for a token for
/// this API, and for nothing else.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name, which a token request gives as `resource`
    /// ([RFC 8707](https://www.rfc-editor.org/rfc/rfc8707)).
    pub resource: String,
    /// The issuers that it takes tokens of.
    pub authorization_servers: Vec<String>,
    /// The scopes that it knows.
    pub scopes: Vec<String>,
    document: Map,
}

/// Which names an API may give itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Match {
    /// The address that was called, as RFC 9728 §3.3 prescribes.
    #[default]
    Exact,
    /// That address, or one above it on the same origin: so MCP servers name themselves.
    Above,
}

/// Where the challenge of an answer says that the metadata are. `None`: it says nothing, or names
/// an address that may not be called.
///
/// Source: [RFC 9728 §5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)
#[must_use]
pub fn challenged(challenges: &[Challenge], reach: Reach) -> Option<Address> {
    Address::parse(challenge::parameter(challenges, "resource_metadata")?, reach).ok()
}

/// The requests to try where no challenge says where the metadata are. For `https://a.example/mcp`:
/// `/.well-known/oauth-protected-resource/mcp`, and `/.well-known/oauth-protected-resource`, where
/// they are about the whole origin.
///
/// Source: [RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)
#[must_use]
pub fn requests(resource: &Address, reach: Reach) -> Vec<Request> {
    let origin = resource.origin();
    let (path, query) = split(resource.path_and_query());
    let path = path.trim_end_matches('/');
    let mut urls = Vec::from([[origin, WELL_KNOWN, path, query].concat()]);
    if !path.is_empty() || !query.is_empty() {
        urls.push([origin, WELL_KNOWN].concat());
    }
    let address = |url: &String| Address::parse(url, reach).ok();
    urls.iter().filter_map(address).map(|url| Request::get_json(&url)).collect()
}

/// Reads the metadata of the API that was called at `called`. `None`: there are none at that address.
///
/// # Errors
/// `discovery_unavailable`: the server failed. `response_too_large`: over 64 KiB.
/// `resource_metadata_invalid`, at the member: not a strict JSON object, or a mistyped member.
/// `resource_mismatch`: they are about another API, which is how one API would get at tokens for
/// another.
///
/// Source: [RFC 9728 §3.2 and §3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3)
pub fn response(called: &Address, rule: Match, response: &Response) -> Result<Option<Resource>, Error> {
    match response.status {
        200 => {}
        400..=499 => return Ok(None),
        _ => return Err(Code::DiscoveryUnavailable.into()),
    }
    if response.body.len() > MAX_LENGTH {
        return Err(Error::at(Code::ResponseTooLarge, "resource"));
    }
    let document = json::parse_object(&response.body).map_err(|_| invalid(""))?;
    let resource = document.get("resource").and_then(Value::as_str).ok_or_else(|| invalid("resource"))?;
    if !is_named(called, resource, rule) {
        return Err(Error::at(Code::ResourceMismatch, "resource"));
    }
    Ok(Some(Resource {
        resource: resource.into(),
        authorization_servers: texts(&document, "authorization_servers")?,
        scopes: texts(&document, "scopes_supported")?,
        document,
    }))
}

impl Resource {
    /// Chooses the authorization server: the first of `preferred` that the API takes tokens of, in
    /// the order of preference; without preferences, the first that it names.
    ///
    /// # Errors
    /// `resource_metadata_invalid` at `authorization_servers`: it names none, or none that is
    /// preferred. An issuer that the application has not decided on is not taken in its place.
    ///
    /// Source: [RFC 9728 §7.6](https://www.rfc-editor.org/rfc/rfc9728#section-7.6)
    pub fn choose(&self, preferred: &[&str]) -> Result<&str, Error> {
        let named = || self.authorization_servers.iter().map(String::as_str);
        let chosen = if preferred.is_empty() {
            named().next()
        } else {
            preferred.iter().find_map(|wanted| named().find(|own| bare(own) == bare(wanted)))
        };
        chosen.ok_or_else(|| invalid("authorization_servers"))
    }

    /// Whether the API takes bound tokens alone.
    #[must_use]
    pub fn requires_dpop(&self) -> bool {
        self.document.get("dpop_bound_access_tokens_required") == Some(&Value::Bool(true))
    }

    /// Every member, as the API gave it.
    #[must_use]
    pub const fn document(&self) -> &Map {
        &self.document
    }
}

/// Whether an API that was called at `called` may have this name.
fn is_named(called: &Address, name: &str, rule: Match) -> bool {
    if bare(called.as_str()) == bare(name) {
        return true;
    }
    let Some(path) = name.strip_prefix(called.origin()).filter(|_| rule == Match::Above) else {
        return false;
    };
    let (called, _) = split(called.path_and_query());
    // The name ends where a segment of the path does. Dots in either would lead elsewhere.
    let rest = called.strip_prefix(bare(path));
    let plain = |path: &str| !path.split('/').any(|part| part == "." || part == "..") && !path.contains('%');
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && !path.contains(['?', '#'])
        && plain(path)
        && plain(called)
}

fn split(path_and_query: &str) -> (&str, &str) {
    path_and_query.split_at(path_and_query.find('?').unwrap_or(path_and_query.len()))
}

/// Without a slash at the end.
fn bare(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

fn texts(document: &Map, name: &'static str) -> Result<Vec<String>, Error> {
    let Some(value) = document.get(name) else { return Ok(Vec::new()) };
    let items = value.as_array().ok_or_else(|| invalid(name))?;
    let text = |item: &Value| item.as_str().map(String::from).ok_or_else(|| invalid(name));
    items.iter().take(MAX_SERVERS).map(text).collect()
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResourceMetadataInvalid, at)
}

#[cfg(test)]
mod tests;
