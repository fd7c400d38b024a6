//! Shows the authorization server who the client is.

use edgeward_core::{
    Code, Error, base64url,
    http::Request,
    jose::Algorithm,
    json::{Members, Writer},
    oauth::{
        client_auth::{Assertion, ClientAuthentication},
        clock::Skew,
        providers::apple,
    },
    secret::Secret,
    time::{Seconds, UnixSeconds},
};

use crate::{
    effect,
    id_token::webcrypto,
    run::{Flow, Run},
};

/// Whether the client acts for itself: then access tokens are its own, and never a user's.
///
/// # Errors
/// `config_invalid` at `grant`: it is none that is known, or the client cannot show who it is.
pub(crate) fn acts_for_itself(options: &Members, authentication: &Authentication) -> Result<bool, Error> {
    match options.text("grant")?.as_deref() {
        None | Some("authorization_code") => Ok(false),
        Some("client_credentials") if !matches!(authentication, Authentication::None) => Ok(true),
        Some(_) => Err(invalid("grant")),
    }
}

/// How the client shows who it is.
pub(crate) enum Authentication {
    /// Not at all: a public client.
    None,
    /// With a secret, by the method that is configured, or one that the server knows.
    Secret(Secret, Option<&'static str>),
    /// With a key that the application has handed over to the platform.
    Key(Algorithm, Option<String>),
}

const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";
const SIGNED: &str = "client_secret_jwt";
/// What a client with a secret may be configured to do.
const WITH_SECRET: [&str; 3] = [BASIC, POST, SIGNED];
/// The name under which the platform keeps the application's key.
const KEY: &str = "client";

impl Authentication {
    /// Reads the options.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(crate) fn read(options: &Members) -> Result<Self, Error> {
        let secret = options.text("clientSecret")?;
        let method = options.text("clientAuthentication")?;
        let known = |method: String| {
            let found = WITH_SECRET.into_iter().find(|known| *known == method);
            found.ok_or_else(|| invalid("clientAuthentication"))
        };
        match (secret, options.member("clientKey")) {
            (Some(_), Some(_)) => Err(invalid("clientSecret")),
            (Some(secret), None) => {
                Ok(Self::Secret(Secret::new(secret.into()), method.map(known).transpose()?))
            }
            (None, None) if method.is_none_or(|method| method == "none") => Ok(Self::None),
            (None, None) => Err(invalid("clientSecret")),
            (None, Some(key)) => {
                let text = |name| key.get(name).and_then(|value| value.as_str());
                let alg = text("alg").and_then(|name| name.parse::<Algorithm>().ok());
                let alg = alg.filter(|alg| !alg.is_symmetric()).ok_or_else(|| invalid("clientKey"))?;
                Ok(Self::Key(alg, text("kid").map(String::from)))
            }
        }
    }

    /// Whether there is anything to show.
    pub(crate) const fn is_confidential(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// The request with the client's authentication on it.
///
/// # Errors
/// Those of discovery; `config_invalid` at `clientAuthentication`: the server knows no method that
/// the client can do; those of the platform's key.
pub(crate) fn dress(run: &Run<'_>, mut request: Request) -> Flow<Request> {
    let client = run.client;
    let authentication = match &client.settings.authentication {
        Authentication::None => return Ok(request),
        Authentication::Secret(secret, method) => with_secret(run, secret, *method)?,
        Authentication::Key(..) if client.settings.catalogue.team.is_some() => signed_secret(run)?,
        Authentication::Key(..) => {
            let metadata = client.provider.metadata(run)?;
            signed(run, &metadata.issuer)?
        }
    };
    authentication.apply(&client.settings.client_id, &mut request);
    Ok(request)
}

/// A `client_assertion` for the server that `audience` names.
///
/// # Errors
/// `config_invalid` at `clientKey`: there is no key; those of the platform.
pub(crate) fn assertion(run: &Run<'_>, audience: &str) -> Flow<String> {
    let ClientAuthentication::Assertion(token) = signed(run, audience)? else {
        return Err(Code::InternalError.into());
    };
    String::from_utf8(token.expose().to_vec()).map_err(|_| Code::InternalError.into())
}

fn with_secret(run: &Run<'_>, secret: &Secret, method: Option<&'static str>) -> Flow<ClientAuthentication> {
    let metadata = run.client.provider.metadata(run)?;
    let method =
        method.or_else(|| metadata.first_of("token_endpoint_auth_methods_supported", &WITH_SECRET, BASIC));
    Ok(match method.ok_or_else(|| invalid("clientAuthentication"))? {
        BASIC => ClientAuthentication::SecretBasic(secret.clone()),
        POST => ClientAuthentication::SecretPost(secret.clone()),
        _ => {
            let random = effect::random(run)?;
            let client_id = &run.client.settings.client_id;
            Assertion::with_secret(client_id, &metadata.issuer, secret, &random, server_now(run)?)
        }
    })
}

fn signed(run: &Run<'_>, audience: &str) -> Flow<ClientAuthentication> {
    let settings = &run.client.settings;
    let Authentication::Key(alg, kid) = &settings.authentication else {
        return Err(invalid("clientKey").into());
    };
    let random = effect::random(run)?;
    let key = (*alg, kid.as_deref());
    let assertion = Assertion::new(&settings.client_id, audience, key, &random, server_now(run)?);
    let signature = sign(run, *alg, assertion.signing_input())?;
    Ok(assertion.finish(&signature))
}

/// A secret that the application's key has signed, as Apple wants it.
fn signed_secret(run: &Run<'_>) -> Flow<ClientAuthentication> {
    let settings = &run.client.settings;
    let (Authentication::Key(alg, Some(key)), Some(team)) =
        (&settings.authentication, &settings.catalogue.team)
    else {
        return Err(invalid("clientKey").into());
    };
    let signer = apple::Signer { team, key, client_id: &settings.client_id };
    let draft = apple::secret(&signer, SECRET_LIFETIME, server_now(run)?)?;
    let signature = sign(run, *alg, draft.signing_input())?;
    Ok(ClientAuthentication::SecretPost(Secret::new(draft.finish(&signature).into())))
}

/// Long enough for one request.
const SECRET_LIFETIME: Seconds = Seconds(300);

/// Signs with the application's key.
///
/// # Errors
/// Those of the platform's key.
pub(super) fn sign(run: &Run<'_>, alg: Algorithm, data: &str) -> Flow<Vec<u8>> {
    let mut members = Writer::object();
    members.text("name", KEY).raw("algorithm", &webcrypto::parameters(alg)?).text("data", data);
    let answer = run.order("sign", members)?;
    let signature = answer.as_str().and_then(|text| base64url::decode(text).ok());
    signature.ok_or_else(|| Code::InternalError.into())
}

/// The server's time, as far as the session has told how far its clock is off.
pub(super) fn server_now(run: &Run<'_>) -> Flow<UnixSeconds> {
    let skew = run.client.session.granted(run)?.and_then(|grant| grant.skew).map_or(0, |skew| skew.0);
    Ok(Skew(skew).server_time(run.now().wall).to_seconds())
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ConfigInvalid, at)
}
