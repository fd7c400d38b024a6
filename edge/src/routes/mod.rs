//! The Worker's routes: its own health, and everything else through the gateway.

mod answer;
mod forward;
mod health;

use std::rc::Rc;

use edgeward_core::{Code, Error, gateway::config::ConfigError};
use js_sys::{JSON, Reflect};
use worker::{Env, Headers, Method, Request, Response, console_error};

use crate::{
    gateway::{Denial, Gateway},
    state,
};

/// The path that tells version and readiness; it is never forwarded.
const HEALTH: &str = "/healthz";

pub async fn respond(request: Request, env: &Env) -> worker::Result<Response> {
    let gateway = gateway(env);
    let url = request.inner().url();
    let (path, target) = split(&url);
    if path == HEALTH && matches!(request.method(), Method::Get | Method::Head) {
        return health::respond(gateway.as_deref());
    }
    let gateway = match gateway {
        Ok(gateway) => gateway,
        // A gateway that does not know its rules lets nothing through.
        Err(_) => {
            return answer::denial(&Denial::from(Error::from(Code::ConfigInvalid)), None, request.headers());
        }
    };
    let outcome = if is_preflight(&request)? {
        Ok(None)
    } else {
        gateway.admit(path, authorization(request.headers())?.as_deref()).await
    };
    match outcome {
        Ok(identity) => match forward::send(&gateway.config.origin, target, &request, identity.as_ref(), env)
            .await
        {
            Ok(response) => Ok(response),
            Err(_) => deny(&Denial::from(Error::from(Code::OriginUnavailable)), &gateway, request.headers()),
        },
        Err(denial) => deny(&denial, &gateway, request.headers()),
    }
}

fn deny(denial: &Denial, gateway: &Gateway, headers: &Headers) -> worker::Result<Response> {
    answer::denial(denial, Some(&gateway.config), headers)
}

fn gateway(env: &Env) -> Result<Rc<Gateway>, ConfigError> {
    let variable = || {
        let value = Reflect::get(env, &"EDGEWARD".into()).ok()?;
        // wrangler gives a TOML table as an object, and a string as it stands.
        value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
    };
    let secret = |name: &str| env.secret(name).ok().map(|secret| secret.to_string());
    state::gateway(variable, secret, |error| console_error!("edgeward: {error}"))
}

/// The path, and path with query, of an absolute URL.
fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/");
    (target.split('?').next().unwrap_or("/"), target)
}

/// A browser asks without credentials whether it may ask with them; the origin answers that.
fn is_preflight(request: &Request) -> worker::Result<bool> {
    let headers = request.headers();
    let is_options = request.method() == Method::Options;
    Ok(is_options && headers.has("origin")? && headers.has("access-control-request-method")?)
}

fn authorization(headers: &Headers) -> worker::Result<Option<String>> {
    headers.get("authorization")
}
