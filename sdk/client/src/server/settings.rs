//! The server's options, checked.

use edgeward_core::{
    Code, Error,
    cookies::session::{Cookie, Seals, Transport},
    http::{Address, Reach},
    json::{Map, Members, Value},
    secret::Secret,
    time::Seconds,
};

use crate::oauth::{Mode, issuer_of, provider_of};

/// What a server decides with.
pub(super) struct Settings {
    pub cookie: Cookie,
    pub seals: Seals,
    /// The site's own origins, as browsers write them.
    pub origins: Vec<String>,
    /// Where sign-ins come back to, without query.
    pub redirect_path: String,
    /// Where pages ask for what only the server can do.
    pub proxy_path: String,
    /// Who issued a session that is ours: the first is what new sessions say.
    pub issuers: Vec<String>,
    pub client_id: String,
    /// Whether cookies hold only the name of a session.
    pub stored: bool,
    /// Whether sign-ins come back in a form that another site's page posts.
    pub posted: bool,
    /// Whether the issuer says by itself whom it has signed out.
    pub told: bool,
}

const DEFAULT_NAME: &str = "edgeward";
const DEFAULT_PROXY: &str = "/api/auth";
/// Thirty days.
const DEFAULT_LIFETIME: Seconds = Seconds(30 * 24 * 60 * 60);

impl Settings {
    /// Checks the options.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(super) fn read(options: &str) -> Result<Self, Error> {
        let options = Members::parse(options, Code::ConfigInvalid)?;
        let redirect = options.required("redirectUri")?;
        let (transport, redirect) = page(&redirect)?;
        let cookies = match options.member("cookies") {
            Some(Value::Object(members)) => members,
            _ => return Err(invalid("cookies")),
        };
        let lifetime = lifetime(&cookies)?;
        let cookies = Members::of(cookies, Code::ConfigInvalid);
        let name = cookies.text("name")?.unwrap_or_else(|| DEFAULT_NAME.into());
        let secrets = cookies.texts("secret")?.unwrap_or_default();
        let mut origins = options.texts("origins")?.unwrap_or_default();
        if !origins.iter().all(|origin| is_origin(origin)) {
            return Err(invalid("origins"));
        }
        origins.insert(0, redirect.origin().into());
        let provider = provider_of(&options)?;
        let mut issuers = vec![match issuer_of(&options, provider)? {
            Some(issuer) => issuer.as_str().into(),
            None => options.required("issuer")?,
        }];
        issuers.extend(options.texts("issuerAliases")?.unwrap_or_default());
        let stored = options.flag("stored")?.unwrap_or_default();
        let told = options.flag("backChannelLogout")?.unwrap_or_default();
        // What only a browser keeps can be ended by nobody else.
        if told && !stored {
            return Err(invalid("store"));
        }
        Ok(Self {
            cookie: Cookie::new(&name, transport, lifetime)?,
            seals: Seals::new(secrets.into_iter().map(|text| Secret::new(text.into_bytes())).collect())?,
            origins,
            redirect_path: path_of(redirect.path_and_query()).into(),
            proxy_path: path(options.text("proxyPath")?)?,
            issuers,
            client_id: options.required("clientId")?,
            posted: Mode::read(&options, provider)?.is_posted(),
            stored,
            told,
        })
    }
}

/// What is before the query; an empty path is `/`.
pub(super) fn path_of(path_and_query: &str) -> &str {
    let path = path_and_query.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() { "/" } else { path }
}

/// `null` keeps cookies until the browser closes; left out is 30 days.
fn lifetime(cookies: &Map) -> Result<Option<Seconds>, Error> {
    match cookies.get("maxAge") {
        None => Ok(Some(DEFAULT_LIFETIME)),
        Some(Value::Null) => Ok(None),
        Some(value) => {
            let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
            seconds.map(|seconds| Some(Seconds(seconds))).ok_or_else(|| invalid("cookies.maxAge"))
        }
    }
}

/// Cookies go over https, or stay on this machine.
fn page(url: &str) -> Result<(Transport, Address), Error> {
    let local = url.starts_with("http://");
    let (transport, reach) =
        if local { (Transport::Loopback, Reach::Development) } else { (Transport::Https, Reach::Https) };
    let address = Address::parse(url, reach).map_err(|_| invalid("redirectUri"))?;
    Ok((transport, address))
}

fn is_origin(text: &str) -> bool {
    page(text).is_ok_and(|(_, address)| address.path_and_query().is_empty())
}

fn path(given: Option<String>) -> Result<String, Error> {
    let path = given.unwrap_or_else(|| DEFAULT_PROXY.into());
    if path.starts_with('/') && path_of(&path) == path { Ok(path) } else { Err(invalid("proxyPath")) }
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
