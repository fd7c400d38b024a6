//! What an API says about itself, so that a client which is turned away finds where to sign in.
//!
//! Source: [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    error::{Code, Error},
    gateway::identity::is_scope,
    http::{Address, Reach},
    json::{self, Value},
};

/// Where the metadata of a resource without a path of its own is. That of `https://host/path` is
/// at this path with `/path` behind it ([RFC 9728 §3.1](https://www.rfc-editor.org/rfc/rfc9728#section-3.1)).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A protected resource.
#[derive(Clone, Debug)]
pub struct Resource {
    identifier: Address,
    paths: Vec<String>,
    description: Description,
}

/// What is told of a resource beside its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The scopes that a client may ask for.
    pub scopes: Vec<String>,
    /// A name for people.
    pub name: Option<String>,
    /// A page for developers.
    pub documentation: Option<String>,
}

/// How a credential may arrive, as the gateway is configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepts<'a> {
    /// Whether a token may stand in the query.
    pub query: bool,
    /// The algorithms of proofs (RFC 9449); empty if none is accepted.
    pub dpop_algorithms: &'a [&'a str],
    /// Whether every token has to be bound to a proof's key.
    pub dpop_required: bool,
}

impl Resource {
    /// A resource called `identifier`, an absolute URL; `paths` are resources of their own on the
    /// same host, such as `/mcp`.
    ///
    /// # Errors
    /// `config_invalid`: at `resource.identifier`, which is no address that may be called or has a
    /// query; at `resource.paths`, of which one is not a plain path; at
    /// `resource.scopes_supported` or `resource.documentation`.
    pub fn new(
        identifier: &str,
        paths: Vec<String>,
        description: Description,
        reach: Reach,
    ) -> Result<Self, Error> {
        let invalid = |at| Error::at(Code::ConfigInvalid, at);
        let address = Address::parse(identifier, reach).map_err(|_| invalid("resource.identifier"))?;
        if address.path_and_query().contains('?') {
            return Err(invalid("resource.identifier"));
        }
        let plain = |path: &String| path.len() > 1 && is_plain_path(path, address.origin(), reach);
        if !paths.iter().all(plain) {
            return Err(invalid("resource.paths"));
        }
        if !description.scopes.iter().all(|scope| is_scope(scope)) {
            return Err(invalid("resource.scopes_supported"));
        }
        let page = description.documentation.as_deref();
        if page.is_some_and(|page| Address::parse(page, reach).is_err()) {
            return Err(invalid("resource.documentation"));
        }
        Ok(Self { identifier: address, paths, description })
    }

    /// The address of the metadata of the resource that `path` belongs to: what a challenge names
    /// as `resource_metadata`. It never holds what a request said of its host.
    #[must_use]
    pub fn metadata_url(&self, path: &str) -> String {
        let covers =
            |own: &&str| path.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let paths = self.paths.iter().map(String::as_str);
        let own = paths.filter(covers).max_by_key(|own| own.len()).unwrap_or_else(|| self.path());
        [self.identifier.origin(), WELL_KNOWN, own].concat()
    }

    /// The metadata that stands at a path, or none: `path` is below no resource's well-known place.
    ///
    /// `resource` is the very URL that the place was made of, which clients compare
    /// ([RFC 9728 §3.3](https://www.rfc-editor.org/rfc/rfc9728#section-3.3)).
    #[must_use]
    pub fn document<'a>(
        &self,
        path: &str,
        issuers: impl Iterator<Item = &'a str>,
        accepts: Accepts<'_>,
    ) -> Option<String> {
        self.metadata(path, issuers, accepts).map(|metadata| metadata.to_string())
    }

    /// The same as a value.
    #[must_use]
    pub fn metadata<'a>(
        &self,
        path: &str,
        issuers: impl Iterator<Item = &'a str>,
        accepts: Accepts<'_>,
    ) -> Option<Value> {
        let suffix = path.strip_prefix(WELL_KNOWN)?;
        let resource = if suffix == self.path() {
            self.identifier.as_str().into()
        } else {
            let own = self.paths.iter().find(|own| *own == suffix)?;
            [self.identifier.origin(), own].concat()
        };
        Some(self.written(resource, texts(issuers), accepts))
    }

    fn written(&self, resource: String, issuers: Value, accepts: Accepts<'_>) -> Value {
        let methods: &[&str] = if accepts.query { &["header", "query"] } else { &["header"] };
        let mut members = alloc::vec![
            ("resource", Value::String(resource)),
            ("authorization_servers", issuers),
            ("bearer_methods_supported", texts(methods.iter().copied())),
        ];
        let Description { scopes, name, documentation } = &self.description;
        if !scopes.is_empty() {
            members.push(("scopes_supported", texts(scopes.iter().map(String::as_str))));
        }
        if !accepts.dpop_algorithms.is_empty() {
            let algorithms = texts(accepts.dpop_algorithms.iter().copied());
            members.push(("dpop_signing_alg_values_supported", algorithms));
            members.push(("dpop_bound_access_tokens_required", accepts.dpop_required.into()));
        }
        let named = [("resource_name", name), ("resource_documentation", documentation)];
        let named = named.into_iter().filter_map(|(member, text)| Some((member, text.as_deref()?.into())));
        members.extend(named);
        json::object(members)
    }

    /// The identifier's path, empty for a host alone: what stands behind [`WELL_KNOWN`].
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.identifier.path_and_query();
        if path == "/" { "" } else { path }
    }
}

/// A path that stands behind the origin without changing it.
fn is_plain_path(path: &str, origin: &str, reach: Reach) -> bool {
    let address = Address::parse(&[origin, path].concat(), reach);
    path.starts_with('/')
        && !path.ends_with('/')
        && address.is_ok_and(|address| address.origin() == origin && !path.contains('?'))
}

fn texts<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    Value::Array(items.map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(identifier: &str, paths: &[&str]) -> Result<Resource, Error> {
        let paths = paths.iter().map(|path| (*path).into()).collect();
        Resource::new(identifier, paths, Description::default(), Reach::Public)
    }

    fn document(resource: &Resource, path: &str) -> Option<json::Map> {
        let text = resource.document(path, ["https://i.example"].into_iter(), Accepts::default())?;
        Some(json::parse_object(text.as_bytes()).unwrap())
    }

    fn named(resource: &Resource, path: &str) -> Option<String> {
        Some(document(resource, path)?.get("resource")?.as_str()?.into())
    }

    #[test]
    fn a_host_stands_at_the_well_known_place_itself() {
        for identifier in ["https://api.example", "https://api.example/"] {
            let resource = resource(identifier, &[]).unwrap();
            assert_eq!(named(&resource, WELL_KNOWN).unwrap(), identifier);
            assert_eq!(named(&resource, "/.well-known/oauth-protected-resource/x"), None);
            assert_eq!(resource.metadata_url("/todos"), ["https://api.example", WELL_KNOWN].concat());
        }
    }

    #[test]
    fn a_path_stands_behind_it() {
        let resource = resource("https://api.example/v1", &["/mcp", "/mcp/admin"]).unwrap();
        let at = |suffix: &str| named(&resource, &[WELL_KNOWN, suffix].concat());
        assert_eq!(at("/v1").unwrap(), "https://api.example/v1");
        assert_eq!(at("/mcp").unwrap(), "https://api.example/mcp");
        for other in ["", "/", "/mcp/", "/mcp/x", "//evil.example", "/MCP"] {
            assert_eq!(at(other), None, "{other}");
        }
    }

    #[test]
    fn a_challenge_names_the_nearest_resource() {
        let resource = resource("https://api.example", &["/mcp", "/mcp/admin"]).unwrap();
        let suffix = |path: &str| resource.metadata_url(path).split_once("resource").unwrap().1.to_owned();
        assert_eq!(suffix("/mcp"), "/mcp");
        assert_eq!(suffix("/mcp/x"), "/mcp");
        assert_eq!(suffix("/mcp/admin/x"), "/mcp/admin");
        assert_eq!(suffix("/mcpx"), "");
    }

    #[test]
    fn the_document_says_how_a_credential_may_arrive() {
        let description = Description {
            scopes: vec!["read".into()],
            name: Some("Todos".into()),
            documentation: Some("https://docs.example".into()),
        };
        let resource = Resource::new("https://api.example", vec![], description, Reach::Public).unwrap();
        let accepts = Accepts { query: true, dpop_algorithms: &["ES256"], dpop_required: true };
        let text = resource.document(WELL_KNOWN, ["https://i.example"].into_iter(), accepts).unwrap();
        assert_eq!(
            json::parse(text.as_bytes()).unwrap(),
            json::parse(
                br#"{"resource":"https://api.example","authorization_servers":["https://i.example"],"bearer_methods_supported":["header","query"],"scopes_supported":["read"],"dpop_signing_alg_values_supported":["ES256"],"dpop_bound_access_tokens_required":true,"resource_name":"Todos","resource_documentation":"https://docs.example"}"#
            )
            .unwrap()
        );
    }

    #[test]
    fn what_is_not_configured_is_not_said() {
        let document = document(&resource("https://api.example", &[]).unwrap(), WELL_KNOWN).unwrap();
        let names: Vec<&str> = document.keys().map(String::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    #[test]
    fn names_that_mean_two_things_are_refused() {
        for identifier in
            ["api.example", "http://api.example", "https://api.example?x", "https://api.example#x"]
        {
            assert_eq!(resource(identifier, &[]).err().unwrap().at, "resource.identifier", "{identifier}");
        }
        for path in ["mcp", "/", "/mcp/", "/a?b", "@evil.example", "/a b", ""] {
            assert_eq!(
                resource("https://api.example", &[path]).err().unwrap().at,
                "resource.paths",
                "{path}"
            );
        }
    }
}
