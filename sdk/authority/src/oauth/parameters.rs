//! The parameters of a request, each at most once.
//!
//! Source: [RFC 6749 §3.1, §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)

use edgeward_core::oauth::{form, scope};

use super::refusal::{Refusal, Word};
use crate::{Authority, http::Incoming};

/// Parameters of a query or a form. They hold credentials, so there is no `Debug`.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(String, String)>);

/// Those that may come several times.
const REPEATABLE: [&str; 2] = ["resource", "audience"];
/// How many there may be.
const MAX: usize = 64;

impl Parameters {
    /// Those of a form.
    ///
    /// # Errors
    /// `invalid_request`: another media type, or a parameter that comes twice.
    pub fn of_form(request: &Incoming) -> Result<Self, Refusal> {
        let media_type =
            request.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Refusal::request("the body must be application/x-www-form-urlencoded"));
        }
        let body = request.body.as_deref().and_then(|body| core::str::from_utf8(body).ok());
        Self::new(form::decode(body.ok_or(Refusal::request("the body is too long or not UTF-8"))?))
    }

    /// Those of a query.
    ///
    /// # Errors
    /// `invalid_request`: a parameter comes twice.
    pub fn of_query(request: &Incoming) -> Result<Self, Refusal> {
        Self::new(request.query())
    }

    /// Those of a list; empty ones count as absent.
    ///
    /// # Errors
    /// `invalid_request`: a parameter comes twice.
    pub fn new(mut pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        pairs.retain(|(_, value)| !value.is_empty());
        let twice = pairs.iter().enumerate().any(|(at, (name, _))| {
            !REPEATABLE.contains(&name.as_str()) && pairs.iter().skip(at + 1).any(|(other, _)| other == name)
        });
        if twice || pairs.len() > MAX {
            return Err(Refusal::request("a parameter comes twice, or there are too many"));
        }
        Ok(Self(pairs))
    }

    /// The value of a parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The values of a parameter that may come several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that has to be there.
    ///
    /// # Errors
    /// `invalid_request`
    pub fn required(&self, name: &str, why: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::request(why))
    }

    /// The parameters without some of them, form-encoded.
    #[must_use]
    pub fn to_text(&self, without: &[&str]) -> String {
        let kept = self.0.iter().filter(|(name, _)| !without.contains(&name.as_str()));
        form::encode(&kept.map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
    }

    /// The scopes that are asked for, if they are known here and within `allowed`.
    ///
    /// # Errors
    /// `invalid_scope`
    pub fn scope(&self, authority: &Authority, allowed: Option<&str>) -> Result<Option<String>, Refusal> {
        let Some(wanted) = self.get("scope") else { return Ok(None) };
        let settings = &authority.settings;
        let words = &settings.tokens.scopes;
        let known =
            |own: &str| settings.oauth.scopes.iter().chain(words).any(|known| known == own && known != "*");
        // A comma does not separate scopes here, as it does at some providers.
        if !wanted.split(' ').all(|own| own.is_empty() || known(own)) {
            return Err(Refusal::new(Word::InvalidScope, "a scope is not known here"));
        }
        if allowed.is_some_and(|allowed| !scope::covers(allowed, wanted)) {
            return Err(Refusal::new(Word::InvalidScope, "a scope is more than the client may ask for"));
        }
        Ok(Some(scope::normal(wanted)))
    }

    /// The APIs that tokens are asked for.
    ///
    /// # Errors
    /// `invalid_target`: one is not known here.
    ///
    /// Source: [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)
    pub fn resources(&self, authority: &Authority) -> Result<Vec<String>, Refusal> {
        let named = |name: &str| {
            let known = authority.settings.oauth.resources.iter().find(|own| is_same(&own.resource, name));
            known.map(|own| own.resource.clone())
        };
        let wanted: Option<Vec<_>> = self.all("resource").map(named).collect();
        wanted.ok_or(Refusal::new(Word::InvalidTarget, "the resource is not known here"))
    }
}

/// Whether two addresses are one: those of an origin are, with and without the slash behind it.
fn is_same(one: &str, other: &str) -> bool {
    one.strip_suffix('/').unwrap_or(one) == other.strip_suffix('/').unwrap_or(other)
}
