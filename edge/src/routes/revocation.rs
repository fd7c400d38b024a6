//! Where revocations come from: an operator's `POST /.edgeward/revocations`, and the logout tokens
//! of issuers.

use edgeward_core::{Code, Error, oauth::logout::token};
use edgeward_host::{fetch, task::Background};
use serde::Serialize;
use worker::{Env, Response};

use super::{answer, call::Call, operator};
use crate::gateway::Gateway;

/// Where an operator revokes; it is never forwarded.
const ORDERS: &str = "/.edgeward/revocations";
const MAX_ORDER: usize = 8 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// Answers a request that is about revocations.
pub async fn respond(
    call: &Call<'_>,
    gateway: &Gateway,
    env: &Env,
    background: &Background,
) -> worker::Result<Option<Response>> {
    // Where nobody's logout tokens are taken, the path is the API's.
    let settings = gateway.config.revocation.as_ref().filter(|settings| !settings.logouts.is_empty());
    let logout_path = settings.map(|settings| settings.logout_path.as_str());
    if call.path() == ORDERS {
        return revoke(call, gateway, env).await.map(Some);
    }
    if logout_path == Some(call.path()) {
        return sign_out(call, gateway, background).await.map(Some);
    }
    Ok(None)
}

#[derive(Serialize)]
struct Revoked {
    before: i64,
    expires: i64,
}

async fn revoke(call: &Call<'_>, gateway: &Gateway, env: &Env) -> worker::Result<Response> {
    let outcome = match permitted(call, gateway, env) {
        Ok(()) => match fetch::body_of(call.request, MAX_ORDER).await {
            Ok(body) => gateway.revoke(&body).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(entry) => {
            let revoked = Revoked { before: entry.before.0, expires: entry.expires.0 };
            answer::json(&revoked, 200, answer::headers()?)
        }
        Err(error) => answer::denial(&error.into(), call, Some(gateway)),
    }
}

/// Whether the request is an operator's: it carries the secret as a Bearer token. Without a secret
/// there is nothing here.
fn permitted(call: &Call<'_>, gateway: &Gateway, env: &Env) -> Result<(), Error> {
    let settings = gateway.config.revocation.as_ref().ok_or(Code::NotFound)?;
    operator::permitted(call, env, settings.admin_secret_binding.as_deref())?;
    if call.method == "POST" { Ok(()) } else { Err(Code::MethodNotAllowed.into()) }
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// Source: [OpenID Connect Back-Channel Logout 1.0 §2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)
async fn sign_out(call: &Call<'_>, gateway: &Gateway, background: &Background) -> worker::Result<Response> {
    match signed_out(call, gateway, background).await {
        Ok(()) => Ok(Response::empty()?.with_status(200).with_headers(answer::headers()?)),
        Err(error) => {
            // An issuer may try again later what is not its fault.
            let status = if error.code.status() >= 500 { error.code.status() } else { 400 };
            let refused = Refused { error: "invalid_request", error_description: error.code.message() };
            answer::json(&refused, status, answer::headers()?)
        }
    }
}

async fn signed_out(call: &Call<'_>, gateway: &Gateway, background: &Background) -> Result<(), Error> {
    if call.method != "POST" {
        return Err(Code::MethodNotAllowed.into());
    }
    let kind = call.fields.get("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FORM) {
        return Err(Error::at(Code::InvalidParameters, "content-type"));
    }
    let body = fetch::body_of(call.request, token::MAX_BODY).await?;
    gateway.sign_out(&body, background).await
}
