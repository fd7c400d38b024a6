//! Asks the provider about the user.
//!
//! Source: [OpenID Connect Core §5.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfo).

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    http::{Method, Request, Response},
    jose::Algorithm,
    json::{self, Map, Value},
    jwt::{self, Claims, Expiration, Policy, Tolerance, Verified},
    oauth::{
        Failure, OauthError, challenge,
        discovery::{Endpoint, Metadata},
        id_token,
        token::TokenType,
    },
    time::UnixSeconds,
};

/// How large an answer may be, in bytes.
pub const MAX_LENGTH: usize = 64 * 1024;

/// What the provider says, before anybody has looked whom it is about.
#[derive(Clone, PartialEq)]
pub enum Answer {
    /// Claims in plain JSON. [`claims`] gives them out.
    Plain(Map),
    /// A token whose signature is to be verified. [`validate`] gives the claims out.
    Signed(String),
}

/// Asks with an access token. With [`TokenType::Dpop`], a proof goes with it.
///
/// # Errors
/// `discovery_invalid`: the provider has no such endpoint.
///
/// Source: [§5.3.1](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoRequest)
pub fn request(metadata: &Metadata, access_token: &str, kind: TokenType) -> Result<Request, Error> {
    let headers = Vec::from([
        ("accept", "application/json, application/jwt".into()),
        ("authorization", [kind.as_str(), " ", access_token].concat()),
    ]);
    let url = metadata.endpoint(Endpoint::Userinfo)?.as_str().into();
    Ok(Request { method: Method::Get, url, headers, body: String::new() })
}

/// Reads the answer.
///
/// # Errors
/// The OAuth error that the challenge names, for example `invalid_token`; `server_rate_limited`,
/// `server_unavailable`, `response_too_large`; `response_invalid`, at the part: another status or
/// media type, or not a strict JSON object.
///
/// Source: [§5.3.2 and §5.3.3](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)
pub fn response(response: &Response) -> Result<Answer, Failure> {
    read(response).map_err(|failure| failure.of(response))
}

fn read(response: &Response) -> Result<Answer, Failure> {
    match response.status {
        200 => {}
        429 => return Err(Code::ServerRateLimited.into()),
        500..=599 => return Err(Code::ServerUnavailable.into()),
        _ => return Err(refusal(response).map_or_else(|| invalid("status").into(), Failure::from)),
    }
    if response.body.len() > MAX_LENGTH {
        return Err(Code::ResponseTooLarge.into());
    }
    let media_type = response.header("content-type").unwrap_or_default();
    match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => {
            let members = json::parse_object(&response.body).map_err(|_| invalid("body"))?;
            // GitHub is not alone in sending errors with status 200.
            match OauthError::from_members(&members) {
                Some(error) if !members.contains_key("sub") => Err(error.into()),
                _ => Ok(Answer::Plain(members)),
            }
        }
        "application/jwt" => {
            let text = core::str::from_utf8(&response.body).map_err(|_| invalid("body"))?;
            Ok(Answer::Signed(text.trim().into()))
        }
        _ => Err(invalid("content-type").into()),
    }
}

fn refusal(response: &Response) -> Option<OauthError> {
    challenge::error(&challenge::of(response))
        .or_else(|| OauthError::from_members(&json::parse_object(&response.body).ok()?))
}

/// Plain claims, if they are about the subject of the ID token.
///
/// # Errors
/// `userinfo_subject_mismatch` at `sub`: they are about somebody else, or do not say about whom. An
/// access token of another user could have been put in the place of this one's.
///
/// Source: [§5.3.2](https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse)
pub fn claims(members: Map, subject: &str) -> Result<Map, Error> {
    if subject.is_empty() || members.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(Error::at(Code::UserinfoSubjectMismatch, "sub"));
    }
    Ok(members)
}

/// The policy for signed answers of `issuer` to `client_id`: both have to be named in it.
///
/// # Errors
/// `config_invalid`, at the setting: see [`Policy::new`].
pub fn policy(
    issuer: &str,
    client_id: &str,
    algorithms: Vec<Algorithm>,
    tolerance: Tolerance,
) -> Result<Policy, Error> {
    let policy = id_token::policy(issuer, client_id, algorithms, tolerance)?;
    Ok(Policy { expiration: Expiration::Optional, ..policy })
}

/// Checks the claims of a signed answer whose signature was verified.
///
/// # Errors
/// Those of [`jwt::validate`]; `userinfo_subject_mismatch`: see [`claims`].
pub fn validate(token: Verified, policy: &Policy, subject: &str, now: UnixSeconds) -> Result<Claims, Error> {
    let validated = jwt::validate(token, policy, now)?;
    claims(validated.members().clone(), subject)?;
    Ok(validated)
}

fn invalid(at: &'static str) -> Error {
    Error::at(Code::ResponseInvalid, at)
}

#[cfg(test)]
mod tests;
