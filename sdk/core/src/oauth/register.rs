//! Registers a client with a server that has never heard of it, and looks after the registration.
//!
//! Source: [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Address, Method, Reach, Request, Response},
    json::{Map, Value},
    oauth::{
        Failure, answer,
        client_auth::ClientAuthentication,
        discovery::{Endpoint, Metadata},
    },
    secret::Secret,
    time::UnixSeconds,
};

/// How long a name, a secret or a token of an answer may be, in bytes.
const MAX_TEXT: usize = 4096;

/// Members that the server alone decides on, and that an update must not hold
/// ([RFC 7592 §2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)).
const OF_SERVER: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// A client as the server has registered it. It holds secrets; its `Debug` shows none.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its name at this server, and at no other.
    pub client_id: String,
    /// Its secret, if the server gave it one.
    pub secret: Option<Secret>,
    /// When the secret expires; `None` for never.
    pub secret_expires: Option<UnixSeconds>,
    /// Where and with which token the registration is looked after, if the server lets it.
    pub management: Option<Management>,
    /// How it authenticates: `token_endpoint_auth_method`.
    pub method: String,
    document: Secret,
}

/// Where and with what a registration is looked after.
#[derive(Clone, Debug)]
pub struct Management {
    /// The address of the registration.
    pub address: Address,
    /// The token that this takes.
    pub token: Secret,
}

/// Asks the server to take the client in, with a token if it wants one from everybody.
///
/// # Errors
/// `discovery_invalid`: the server registers nobody. `client_metadata_invalid` at `redirect_uris`:
/// see [`is_redirect`](crate::oauth::client_metadata::is_redirect).
///
/// Source: [RFC 7591 §3.1](https://www.rfc-editor.org/rfc/rfc7591#section-3.1)
pub fn request(metadata: &Metadata, client: &Map, token: Option<&Secret>) -> Result<Request, Error> {
    crate::oauth::client_metadata::check_redirects(client)?;
    let endpoint = metadata.endpoint(Endpoint::Registration)?;
    Ok(sent(Method::Post, &endpoint, Some(client), token))
}

/// Reads the answer. What the server has changed about the client is in
/// [`Registration::expose`].
///
/// # Errors
/// The OAuth error that the server named, for example `invalid_redirect_uri`; `server_rate_limited`,
/// `server_unavailable`, `response_too_large`; `response_invalid`, at the member: it is missing or
/// mistyped, there is no secret where the client authenticates with one, or the server has not
/// registered an address that codes were to be sent to.
///
/// Source: [RFC 7591 §3.2](https://www.rfc-editor.org/rfc/rfc7591#section-3.2)
pub fn response(client: &Map, reach: Reach, response: &Response) -> Result<Registration, Failure> {
    // Some servers answer 200 in place of 201.
    let members = answer::object(response, if response.status == 200 { 200 } else { 201 })?;
    let failed = |error| Failure::from(error).of(response);
    if !keeps_redirects(client, &members) {
        return Err(failed(invalid("redirect_uris")));
    }
    Registration::read(members, reach).map_err(failed)
}

impl Registration {
    /// Takes a registration from its members: an answer's, or those that were stored.
    ///
    /// # Errors
    /// `response_invalid`, at the member.
    pub fn read(members: Map, reach: Reach) -> Result<Self, Error> {
        let text = |name| text(&members, name);
        let expires = match members.get("client_secret_expires_at") {
            None | Some(Value::Null) => None,
            Some(at) => Some(at.as_i64().ok_or_else(|| invalid("client_secret_expires_at"))?),
        };
        let secret = text("client_secret")?.map(|text| Secret::new(text.into()));
        let method = text("token_endpoint_auth_method")?.unwrap_or("client_secret_basic");
        if method.starts_with("client_secret") && secret.is_none() {
            return Err(invalid("client_secret"));
        }
        Ok(Self {
            client_id: text("client_id")?.ok_or_else(|| invalid("client_id"))?.into(),
            secret,
            secret_expires: expires.filter(|at| *at != 0).map(UnixSeconds),
            management: management(&members, reach)?,
            method: method.into(),
            document: Secret::new(Value::Object(members.clone()).to_text().into_bytes()),
        })
    }

    /// Everything that the server said, as a JSON text: to be stored under the server's issuer, and
    /// taken back by [`read`](Self::read). It holds the secrets.
    #[must_use]
    pub fn expose(&self) -> &str {
        core::str::from_utf8(self.document.expose()).unwrap_or_default()
    }

    /// How the client authenticates with its secret, or that it does not. `None`: it has to sign
    /// something, or the method is not known here.
    #[must_use]
    pub fn authentication(&self) -> Option<ClientAuthentication> {
        match (self.method.as_str(), &self.secret) {
            ("none", _) => Some(ClientAuthentication::None),
            ("client_secret_basic", Some(secret)) => Some(ClientAuthentication::SecretBasic(secret.clone())),
            ("client_secret_post", Some(secret)) => Some(ClientAuthentication::SecretPost(secret.clone())),
            _ => None,
        }
    }

    /// Whether the secret is good at this time.
    #[must_use]
    pub fn is_current(&self, now: UnixSeconds) -> bool {
        self.secret_expires.is_none_or(|expires| now < expires)
    }

    /// Asks for the registration as it is now. `None`: the server does not let it be looked after.
    ///
    /// Source: [RFC 7592 §2.1](https://www.rfc-editor.org/rfc/rfc7592#section-2.1)
    #[must_use]
    pub fn read_request(&self) -> Option<Request> {
        self.management
            .as_ref()
            .map(|Management { address, token }| sent(Method::Get, address, None, Some(token)))
    }

    /// Replaces what is registered by `client`: what is not in it is gone.
    ///
    /// Source: [RFC 7592 §2.2](https://www.rfc-editor.org/rfc/rfc7592#section-2.2)
    #[must_use]
    pub fn update_request(&self, client: &Map) -> Option<Request> {
        let Management { address, token } = self.management.as_ref()?;
        let members = client.iter().filter(|(name, _)| !OF_SERVER.contains(&name.as_str()));
        let mut members: Map = members.cloned().collect();
        members.insert("client_id".into(), self.client_id.as_str().into());
        Some(sent(Method::Put, address, Some(&members), Some(token)))
    }

    /// Ends the registration.
    ///
    /// Source: [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592#section-2.3)
    #[must_use]
    pub fn delete_request(&self) -> Option<Request> {
        self.management
            .as_ref()
            .map(|Management { address, token }| sent(Method::Delete, address, None, Some(token)))
    }

    /// Reads the answer to the first two. The old registration is void then: its secret and its
    /// token may have been replaced.
    ///
    /// # Errors
    /// As [`response`]; `response_invalid` at `client_id`: the answer is about another client.
    ///
    /// Source: [RFC 7592 §3](https://www.rfc-editor.org/rfc/rfc7592#section-3)
    pub fn renewed(&self, reach: Reach, response: &Response) -> Result<Self, Failure> {
        let members = answer::object(response, 200)?;
        let failed = |error| Failure::from(error).of(response);
        let next = Self::read(members, reach).map_err(failed)?;
        if next.client_id != self.client_id {
            return Err(failed(invalid("client_id")));
        }
        // A server that leaves them out has not replaced them.
        Ok(Self { management: next.management.clone().or_else(|| self.management.clone()), ..next })
    }
}

/// Reads the answer to the end of a registration.
///
/// # Errors
/// As [`response`]: a status other than 204.
///
/// Source: [RFC 7592 §2.3](https://www.rfc-editor.org/rfc/rfc7592#section-2.3)
pub fn deleted(response: &Response) -> Result<(), Failure> {
    if response.status == 204 { Ok(()) } else { answer::object(response, 204).map(drop) }
}

fn sent(method: Method, address: &Address, client: Option<&Map>, token: Option<&Secret>) -> Request {
    let mut headers: Vec<(&str, String)> = Vec::from([("accept", "application/json".into())]);
    headers.extend(client.map(|_| ("content-type", "application/json".into())));
    let text =
        |token: &Secret| ["Bearer ", core::str::from_utf8(token.expose()).unwrap_or_default()].concat();
    headers.extend(token.map(|token| ("authorization", text(token))));
    let body = client.map(|client| Value::Object(client.clone()).to_text()).unwrap_or_default();
    Request { method, url: address.as_str().into(), headers, body }
}

fn management(members: &Map, reach: Reach) -> Result<Option<Management>, Error> {
    let address = text(members, "registration_client_uri")?;
    let token = text(members, "registration_access_token")?;
    let (Some(address), Some(token)) = (address, token) else { return Ok(None) };
    let address = Address::parse(address, reach).map_err(|_| invalid("registration_client_uri"))?;
    Ok(Some(Management { address, token: Secret::new(token.into()) }))
}

/// Whether every address that was asked for is registered, as far as the server says.
fn keeps_redirects(client: &Map, registered: &Map) -> bool {
    let wanted = client.get("redirect_uris").and_then(Value::as_array);
    match (wanted, registered.get("redirect_uris")) {
        (Some(wanted), Some(Value::Array(given))) => wanted.iter().all(|uri| given.contains(uri)),
        (_, given) => given.is_none_or(|given| given.as_array().is_some()),
    }
}

/// A text that goes into a header or a form: visible ASCII.
fn text<'m>(members: &'m Map, name: &'static str) -> Result<Option<&'m str>, Error> {
    let fits =
        |text: &str| (1..=MAX_TEXT).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if fits(text) => Ok(Some(text)),
        Some(_) => Err(invalid(name)),
    }
}

const fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResponseInvalid, at)
}

#[cfg(test)]
mod tests;
