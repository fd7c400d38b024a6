//! Asks the issuer what an opaque token stands for.
//!
//! Source: [RFC 7662](https://www.rfc-editor.org/rfc/rfc7662).

mod cache;
mod client;

use alloc::string::ToString;

pub use cache::{Cache, MAX_BYTES, MAX_KEPT, MAX_LIFE, MAX_REFUSALS, REFUSAL_LIFE};
pub use client::{State, state_request, state_response};

use crate::{
    error::{Code, Error},
    http::{Address, Request, Response},
    jose::jws::Payload,
    json::{self, Map, Value},
    jwt::{self, Bound, Policy},
    oauth::{client_auth::ClientAuthentication, form},
    time::UnixSeconds,
};

/// How large an answer may be, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;
/// How long an opaque token may be, in bytes.
pub const MAX_TOKEN: usize = 4096;

/// What the issuer said, whenever that was; it is judged anew each time it is used.
#[derive(Clone)]
pub enum Answer {
    /// The token is active, and this is what it says.
    Active(Payload),
    /// It is not.
    Inactive,
}

/// Whether a token has to be asked about: a JWS has three parts, a JWE five.
#[must_use]
pub fn is_opaque(token: &str) -> bool {
    let dots = token.bytes().filter(|byte| *byte == b'.').count();
    dots != 2 && dots != 4
}

/// Asks about an access token, in the name of a client.
///
/// # Errors
/// `token_too_large`: over 4 KiB.
///
/// Source: [RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)
pub fn request(
    endpoint: &Address,
    client_id: &str,
    authentication: &ClientAuthentication,
    token: &str,
) -> Result<Request, Error> {
    if token.len() > MAX_TOKEN {
        return Err(Code::TokenTooLarge.into());
    }
    let mut request = form::post(endpoint, &[("token", token), ("token_type_hint", "access_token")]);
    authentication.apply(client_id, &mut request);
    Ok(request)
}

/// Reads the answer.
///
/// # Errors
/// `introspection_unavailable`, at the part: a status other than 200, which is about this client
/// or the server and never about the token, over 64 KiB, no strict JSON object, or `active` that
/// is not `true` or `false`.
///
/// Source: [RFC 7662 §2.2](https://www.rfc-editor.org/rfc/rfc7662#section-2.2)
pub fn response(response: &Response) -> Result<Answer, Error> {
    let unavailable = |at| Error::at(Code::IntrospectionUnavailable, at);
    if response.status != 200 {
        return Err(unavailable("status"));
    }
    if response.body.len() > MAX_ANSWER {
        return Err(unavailable("body"));
    }
    let members = json::parse_object(&response.body).map_err(|_| unavailable("body"))?;
    match members.get("active") {
        Some(Value::Bool(false)) => Ok(Answer::Inactive),
        Some(Value::Bool(true)) => {
            Payload::parse(response.body.clone()).map(Answer::Active).map_err(|_| unavailable("body"))
        }
        _ => Err(unavailable("active")),
    }
}

impl Answer {
    /// The claims of an active token, as they come out of a JWT. An answer without `iss` is taken
    /// for one about a token of the policy's issuer, since that is who was asked.
    ///
    /// # Errors
    /// `token_inactive`; `token_type_invalid`: it is no access token; `token_issuer_invalid`,
    /// `token_audience_invalid`, `token_expired`, `token_not_yet_valid`,
    /// `token_binding_unsupported`; `token_claim_invalid` at the claim.
    pub fn judge(self, policy: &Policy, now: UnixSeconds) -> Result<Bound, Error> {
        let Self::Active(payload) = self else { return Err(Code::TokenInactive.into()) };
        check_type(payload.members())?;
        let payload = match payload.members().get("iss") {
            None => with_issuer(payload, &policy.issuer)?,
            Some(_) => payload,
        };
        jwt::validate_payload(payload, policy, now)
    }

    /// When the token expires, if the issuer says so.
    fn expires(&self) -> Option<UnixSeconds> {
        let Self::Active(payload) = self else { return None };
        payload.members().get("exp").and_then(jwt::numeric_date)
    }
}

/// A refresh token is active as well, and nothing to call an API with.
fn check_type(members: &Map) -> Result<(), Error> {
    let fits = match members.get("token_type") {
        None => true,
        Some(Value::String(kind)) => ["bearer", "dpop"].iter().any(|own| kind.eq_ignore_ascii_case(own)),
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(Code::TokenTypeInvalid.into()) }
}

fn with_issuer(payload: Payload, issuer: &str) -> Result<Payload, Error> {
    let mut members = payload.into_members();
    members.insert("iss".into(), issuer.into());
    Payload::parse(Value::Object(members).to_string().into_bytes())
}

#[cfg(test)]
mod tests;
