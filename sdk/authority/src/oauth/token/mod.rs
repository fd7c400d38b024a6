//! The token endpoint.
//!
//! Source: [RFC 6749 §3.2, §5](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)

mod code;
mod credentials;
mod device;
mod exchange;
mod refresh;
mod tokens;

use super::{
    client::{self, Client},
    dpop,
    parameters::Parameters,
    refusal::{Refusal, Word},
};
use crate::{
    Authority,
    http::{Incoming, Outgoing},
};

use tokens::Tokens;

/// A request for tokens, whose client is known.
struct Asking<'a> {
    /// The authority.
    pub authority: &'a Authority,
    /// Its parameters.
    pub parameters: &'a Parameters,
    /// The client.
    pub client: Client,
    /// The thumbprint of the key that it shows it holds.
    pub jkt: Option<String>,
}

/// Answers a request for tokens.
pub async fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    match tokens(authority, request).await {
        Ok(tokens) => tokens.answer(),
        Err(refusal) => refusal.answer(),
    }
}

async fn tokens(authority: &Authority, request: &Incoming) -> Result<Tokens, Refusal> {
    let parameters = Parameters::of_form(request)?;
    let client = client::identified(authority, request, &parameters).await?;
    let grant = parameters.required("grant_type", "grant_type is missing")?;
    if !client::GRANTS.contains(&grant) {
        return Err(Refusal::new(Word::UnsupportedGrantType, "the grant is not known here"));
    }
    if !client.may(grant) {
        return Err(Refusal::new(Word::UnauthorizedClient, "the client may not use this grant"));
    }
    let jkt = dpop::key(authority, request).await?;
    if client.bound && jkt.is_none() {
        return Err(Refusal::new(Word::InvalidDpopProof, "the client's tokens have to be bound to a key"));
    }
    let asking = Asking { authority, parameters: &parameters, client, jkt };
    match grant {
        client::CODE => code::redeem(&asking).await,
        client::REFRESH => refresh::rotate(&asking).await,
        client::CREDENTIALS => credentials::grant(&asking).await,
        client::DEVICE => device::poll(&asking).await,
        _ => exchange::narrow(&asking).await,
    }
}

/// A grant that is not good, in words that do not tell why.
const fn invalid_grant(why: &'static str) -> Refusal {
    Refusal::new(Word::InvalidGrant, why)
}
