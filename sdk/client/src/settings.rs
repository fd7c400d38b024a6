//! The client's options, checked.

#[cfg(feature = "oauth")]
use edgeward_core::secret::Secret;
use edgeward_core::{
    Code, Error,
    http::{Address, Reach},
    jose::Algorithm,
    json::{self, Members},
    jwt::{Policy, Tolerance},
    oauth::{discovery::Issuer, id_token},
    session::Background,
    text,
    time::Seconds,
};

/// What the client was created with.
pub(crate) struct Settings {
    pub issuer: Issuer,
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: String,
    pub resources: Vec<String>,
    pub api_origins: Vec<String>,
    pub post_logout_redirect_uri: Option<String>,
    /// When tokens are refreshed before anybody asks.
    pub background: Background,
    /// What ID tokens must satisfy.
    pub policy: Policy,
    /// How the client shows who it is.
    #[cfg(feature = "oauth")]
    pub authentication: crate::oauth::Authentication,
    /// How tokens are used.
    #[cfg(feature = "oauth")]
    pub binding: edgeward_core::oauth::token::TokenType,
    /// How authorization requests get to the server.
    #[cfg(feature = "oauth")]
    pub delivery: crate::oauth::Delivery,
    /// Whether access tokens are the client's own.
    #[cfg(feature = "oauth")]
    pub acts_for_itself: bool,
    /// What is known of the provider.
    #[cfg(feature = "oauth")]
    pub catalogue: crate::oauth::Catalogue,
}

const DEFAULT_SCOPE: &str = "openid profile email";
const DEFAULT_ALGORITHMS: [Algorithm; 5] =
    [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa, Algorithm::Ed25519];

/// The members of `ClientOptions`.
const OPTIONS: [&str; 10] = [
    "issuer",
    "clientId",
    "redirectUri",
    "scope",
    "resource",
    "apiOrigins",
    "postLogoutRedirectUri",
    "idTokenAlgorithms",
    "clockToleranceSeconds",
    "backgroundRefresh",
];

impl Settings {
    /// Checks the options.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(crate) fn read(options: &str) -> Result<Self, Error> {
        let options = Members::parse(options, Code::ConfigInvalid)?;
        #[cfg(not(feature = "oauth"))]
        options.only(&OPTIONS)?;
        #[cfg(feature = "oauth")]
        options.only(&[OPTIONS.as_slice(), &crate::oauth::OPTIONS].concat())?;
        #[cfg(feature = "oauth")]
        let known = crate::oauth::issuer_of(&options, crate::oauth::provider_of(&options)?)?;
        #[cfg(not(feature = "oauth"))]
        let known = None;
        let issuer = match known {
            Some(issuer) => issuer,
            None => {
                let issuer = options.required("issuer")?;
                Issuer::parse(&issuer, reach(&issuer)).map_err(|_| invalid("issuer"))?
            }
        };
        let client_id = options.required("clientId")?;
        let policy = policy(&options, issuer.as_str(), &client_id)?;
        #[cfg(feature = "oauth")]
        let authentication = crate::oauth::Authentication::read(&options)?;
        #[cfg(feature = "oauth")]
        let catalogue = crate::oauth::Catalogue::read(&options, &authentication)?;
        let default_scope = || DEFAULT_SCOPE.into();
        #[cfg(feature = "oauth")]
        let own_scope = catalogue.scope();
        #[cfg(feature = "oauth")]
        let default_scope = || own_scope.unwrap_or_else(default_scope);
        Ok(Self {
            redirect_uri: redirect_uri(&options)?,
            #[cfg(feature = "oauth")]
            acts_for_itself: crate::oauth::acts_for_itself(&options, &authentication)?,
            #[cfg(feature = "oauth")]
            authentication,
            #[cfg(feature = "oauth")]
            binding: crate::oauth::binding_of(&options)?,
            #[cfg(feature = "oauth")]
            delivery: crate::oauth::Delivery::read(&options)?,
            #[cfg(feature = "oauth")]
            catalogue,
            scope: options.text("scope")?.unwrap_or_else(default_scope),
            resources: resources(&options)?,
            api_origins: api_origins(&options)?,
            background: background(&options)?,
            post_logout_redirect_uri: options
                .text("postLogoutRedirectUri")?
                .map(|url| page(url, "postLogoutRedirectUri"))
                .transpose()?,
            issuer,
            client_id,
            policy,
        })
    }

    /// The client's secret, if it has one.
    #[cfg(feature = "oauth")]
    pub(crate) fn secret(&self) -> Option<&Secret> {
        if let crate::oauth::Authentication::Secret(secret, _) = &self.authentication {
            return Some(secret);
        }
        None
    }
}

/// A client sits in its user's network, so private hosts are fine; http is for development.
fn reach(url: &str) -> Reach {
    if url.starts_with("http://") { Reach::Development } else { Reach::Https }
}

/// An agent that never sends anybody away needs none.
fn redirect_uri(options: &Members) -> Result<String, Error> {
    if cfg!(feature = "oauth") && options.member("redirectUri").is_none() {
        return Ok(String::new());
    }
    page(options.required("redirectUri")?, "redirectUri")
}

fn page(url: String, at: &'static str) -> Result<String, Error> {
    Address::parse(&url, reach(&url)).map_err(|_| invalid(at))?;
    Ok(url)
}

fn policy(options: &Members, issuer: &str, client_id: &str) -> Result<Policy, Error> {
    const AT: &str = "idTokenAlgorithms";
    let algorithms = match options.texts(AT)? {
        None => DEFAULT_ALGORITHMS.into(),
        Some(names) => json::each(&names, |name| name.parse().map_err(|_| invalid(AT)))?,
    };
    // HS256 needs the client secret, which a public client does not have.
    let public = !cfg!(feature = "oauth") || options.member("clientSecret").is_none();
    if algorithms.is_empty() || public && algorithms.iter().any(|alg| alg.is_symmetric()) {
        return Err(invalid(AT));
    }
    let tolerance = match options.number("clockToleranceSeconds")? {
        None => Tolerance::default(),
        Some(seconds) => Tolerance::new(Seconds(seconds)).map_err(|_| invalid("clockToleranceSeconds"))?,
    };
    id_token::policy(issuer, client_id, algorithms, tolerance)
}

/// [RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2): absolute, without fragment.
fn resources(options: &Members) -> Result<Vec<String>, Error> {
    let resources = options.texts("resource")?.unwrap_or_default();
    if resources.iter().all(|uri| text::has(uri, ":") && !text::has(uri, "#")) {
        Ok(resources)
    } else {
        Err(invalid("resource"))
    }
}

fn api_origins(options: &Members) -> Result<Vec<String>, Error> {
    let mut origins = options.texts("apiOrigins")?.unwrap_or_default();
    for url in &mut origins {
        *url = origin(url).ok_or(invalid("apiOrigins"))?;
    }
    Ok(origins)
}

/// An origin as browsers write it: without path and without the scheme's own port.
fn origin(url: &str) -> Option<String> {
    let address = Address::parse(url, reach(url)).ok()?;
    let origin = address.origin();
    let port = if origin.starts_with("https:") { ":443" } else { ":80" };
    matches!(address.path_and_query(), "" | "/").then(|| origin.strip_suffix(port).unwrap_or(origin).into())
}

fn background(options: &Members) -> Result<Background, Error> {
    const AT: &str = "backgroundRefresh";
    match options.text(AT)?.as_deref() {
        None | Some("visible") => Ok(Background::Visible),
        Some("always") => Ok(Background::Always),
        Some("never") => Ok(Background::Never),
        Some(_) => Err(invalid(AT)),
    }
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        assert_eq!(origin("https://api.example:443/").as_deref(), Some("https://api.example"));
        assert_eq!(origin("https://api.example:80").as_deref(), Some("https://api.example:80"));
        assert_eq!(origin("http://127.0.0.1:4000").as_deref(), Some("http://127.0.0.1:4000"));
        for odd in ["https://api.example/v1", "http://api.example", "api.example", "*", "null"] {
            assert_eq!(origin(odd), None, "{odd}");
        }
    }
}
