//! Gives a token for another: for a narrower or shorter one, for another API, or for one that says
//! who acts for whom.
//!
//! Source: [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693).

mod actor;

use alloc::{string::String, vec::Vec};

pub use actor::{Actor, MAX_ACTORS, actors, may_act};

use crate::{
    error::{Code, Error},
    http::{Request, Response},
    json::{Map, Value},
    oauth::{
        Failure, answer,
        discovery::Metadata,
        form,
        token::{self, TokenType, Tokens},
    },
};

/// Names of what a token is.
///
/// Source: [RFC 8693 §3](https://www.rfc-editor.org/rfc/rfc8693#section-3)
pub mod kind {
    /// An access token of this server.
    pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
    /// A refresh token of this server.
    pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
    /// An ID token.
    pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
    /// A JWT of anybody.
    pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// A token, and what it is.
#[derive(Clone, Copy)]
pub struct Typed<'a> {
    /// The token.
    pub token: &'a str,
    /// One of [`kind`], or another name that the server knows.
    pub kind: &'a str,
}

/// What is given, and what is wanted for it. It holds tokens, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// On whose behalf the new token is.
    pub subject: Typed<'a>,
    /// Who acts, if that is somebody else.
    pub actor: Option<Typed<'a>>,
    /// What the new token shall be; without it, what the server thinks right.
    pub requested: Option<&'a str>,
    /// Names of the services that it is for.
    pub audiences: &'a [String],
    /// Addresses of the services that it is for.
    pub resources: &'a [String],
    /// What it shall be good for.
    pub scope: Option<&'a str>,
}

/// What was given in exchange. It holds tokens, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct Exchanged {
    /// The new token, in `access_token` whatever it is.
    pub tokens: Tokens,
    /// What it is.
    pub issued: String,
    /// Whether it is used as an access token, as `tokens.token_type` says. Otherwise (`N_A`) it is
    /// no token for an API.
    pub is_access_token: bool,
}

/// Asks for the exchange. A confidential client authenticates on top
/// ([`ClientAuthentication::apply`](crate::oauth::client_auth::ClientAuthentication::apply)).
///
/// # Errors
/// `discovery_invalid`: the server has no token endpoint.
///
/// Source: [RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.1)
pub fn request(metadata: &Metadata, client_id: &str, exchange: &Exchange<'_>) -> Result<Request, Error> {
    let mut pairs = Vec::from([
        ("grant_type", GRANT),
        ("client_id", client_id),
        ("subject_token", exchange.subject.token),
        ("subject_token_type", exchange.subject.kind),
    ]);
    if let Some(actor) = &exchange.actor {
        pairs.extend([("actor_token", actor.token), ("actor_token_type", actor.kind)]);
    }
    pairs.extend(exchange.requested.map(|kind| ("requested_token_type", kind)));
    pairs.extend(exchange.audiences.iter().map(|audience| ("audience", audience.as_str())));
    pairs.extend(exchange.resources.iter().map(|resource| ("resource", resource.as_str())));
    pairs.extend(exchange.scope.map(|scope| ("scope", scope)));
    Ok(form::post(metadata.token_endpoint()?, &pairs))
}

/// Reads the answer. `asked` is [`TokenType::Dpop`] if a proof went with the request.
///
/// # Errors
/// As [`token::response`]; `response_invalid` at `issued_token_type`: it is missing, or not what was
/// requested.
///
/// Source: [RFC 8693 §2.2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1)
pub fn response(
    response: &Response,
    exchange: &Exchange<'_>,
    asked: TokenType,
) -> Result<Exchanged, Failure> {
    let members = answer::object(response, 200)?;
    read(members, exchange.requested, asked).map_err(|error| Failure::from(error).of(response))
}

fn read(mut members: Map, requested: Option<&str>, asked: TokenType) -> Result<Exchanged, Error> {
    let text = |name| members.get(name).and_then(Value::as_str);
    let issued = text("issued_token_type").filter(|kind| requested.is_none_or(|wanted| wanted == *kind));
    let issued: String = issued.ok_or(Error::at(Code::ResponseInvalid, "issued_token_type"))?.into();
    let is_access_token = text("token_type").is_none_or(|kind| !kind.eq_ignore_ascii_case("N_A"));
    if !is_access_token {
        // How it would be used as an access token does not matter then.
        members.insert("token_type".into(), TokenType::Bearer.as_str().into());
    }
    Ok(Exchanged { tokens: token::tokens(&members, asked)?, issued, is_access_token })
}

#[cfg(test)]
mod tests;
