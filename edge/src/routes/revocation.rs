//! Where revocations come from: an operator's `POST /.edgeward/revocations`, and the logout tokens
//! of issuers.

use edgeward_core::{
    Code, Error,
    gateway::{
        Incoming,
        credential::{Kind, Sources},
    },
    oauth::logout::token,
    secret::Secret,
};
use edgeward_host::{fetch, task::Background};
use serde::Serialize;
use worker::{Env, Method, Request, Response};

use super::answer;
use crate::gateway::Gateway;

/// Where an operator revokes; it is never forwarded.
const ORDERS: &str = "/.edgeward/revocations";
const MAX_ORDER: usize = 8 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// Answers a request that is about revocations.
pub async fn respond(
    request: &Request,
    path: &str,
    gateway: &Gateway,
    env: &Env,
    background: &Background,
) -> worker::Result<Option<Response>> {
    let logout_path = gateway.config.revocation.as_ref().map(|settings| settings.logout_path.as_str());
    if path == ORDERS {
        return revoke(request, gateway, env).await.map(Some);
    }
    if logout_path == Some(path) {
        return sign_out(request, gateway, background).await.map(Some);
    }
    Ok(None)
}

#[derive(Serialize)]
struct Revoked {
    before: i64,
    expires: i64,
}

async fn revoke(request: &Request, gateway: &Gateway, env: &Env) -> worker::Result<Response> {
    let outcome = match permitted(request, gateway, env) {
        Ok(()) => match fetch::body_of(request.inner(), MAX_ORDER).await {
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
        Err(error) => answer::denial(&error.into(), Some(&gateway.config), request.headers()),
    }
}

/// Whether the request is an operator's: it carries the secret as a Bearer token. Without a secret
/// there is nothing here.
fn permitted(request: &Request, gateway: &Gateway, env: &Env) -> Result<(), Error> {
    let settings = gateway.config.revocation.as_ref().ok_or(Code::NotFound)?;
    let name = settings.admin_secret_binding.as_ref().ok_or(Code::NotFound)?;
    // A secret that is not there protects nothing.
    let wanted = env.secret(name).map(|secret| secret.to_string()).unwrap_or_default();
    if wanted.is_empty() {
        return Err(Code::NotFound.into());
    }
    if request.method() != Method::Post {
        return Err(Code::MethodNotAllowed.into());
    }
    let header = request.headers().get("authorization").map_err(|_| Code::CredentialMalformed)?;
    let headers = header.map(|value| ("authorization".to_owned(), value));
    let incoming = Incoming::new("POST".to_owned(), request.inner().url(), headers);
    let given = Sources::default().take(&incoming, &[Kind::Bearer])?.ok_or(Code::TokenMissing)?;
    let given = Secret::new(given.token.into_owned().into_bytes());
    if given == Secret::new(wanted.into_bytes()) { Ok(()) } else { Err(Code::CredentialInvalid.into()) }
}

#[derive(Serialize)]
struct Refused<'a> {
    error: &'static str,
    error_description: &'a str,
}

/// Source: [OpenID Connect Back-Channel Logout 1.0 §2.8](https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse)
async fn sign_out(request: &Request, gateway: &Gateway, background: &Background) -> worker::Result<Response> {
    match signed_out(request, gateway, background).await {
        Ok(()) => Ok(Response::empty()?.with_status(200).with_headers(answer::headers()?)),
        Err(error) => {
            // An issuer may try again later what is not its fault.
            let status = if error.code.status() >= 500 { error.code.status() } else { 400 };
            let refused = Refused { error: "invalid_request", error_description: error.code.message() };
            answer::json(&refused, status, answer::headers()?)
        }
    }
}

async fn signed_out(request: &Request, gateway: &Gateway, background: &Background) -> Result<(), Error> {
    if request.method() != Method::Post {
        return Err(Code::MethodNotAllowed.into());
    }
    let kind = request.headers().get("content-type").ok().flatten().unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case(FORM) {
        return Err(Error::at(Code::InvalidParameters, "content-type"));
    }
    let body = fetch::body_of(request.inner(), token::MAX_BODY).await?;
    gateway.sign_out(&body, background).await
}
