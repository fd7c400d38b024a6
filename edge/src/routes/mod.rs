//! The Worker's routes: its own health, and everything else through the gateway.

mod answer;
mod forward;
mod health;
mod revocation;

use std::rc::Rc;

use edgeward_core::{
    Code,
    gateway::{Denial, Incoming, config::ConfigError},
};
use edgeward_host::task::Background;
use js_sys::{JSON, Reflect};
use worker::{Context, Env, Headers, Method, Request, Response, console_error};

use crate::{gateway::Gateway, state};

/// The path that tells version and readiness; it is never forwarded.
const HEALTH: &str = "/healthz";

pub async fn respond(request: Request, env: &Env, context: &Context) -> worker::Result<Response> {
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
            return answer::denial(&Denial::from(Code::ConfigInvalid), None, request.headers());
        }
    };
    let background = Background::of_context(context.as_ref());
    if let Some(response) = revocation::respond(&request, path, &gateway, env, &background).await? {
        return Ok(response);
    }
    let incoming = incoming(&request, &url, &gateway)?;
    let asked = request.headers().get("access-control-request-method")?;
    // A browser asks without credentials whether it may ask with them; the origin answers that.
    let outcome = if incoming.is_preflight(asked.as_deref()) {
        Ok(None)
    } else {
        gateway.admit(&incoming, &background).await
    };
    match outcome {
        Ok(identity) => {
            match forward::send(&gateway.config.origin, target, &request, identity.as_ref(), env).await {
                Ok(response) => Ok(response),
                Err(_) => deny(&Denial::from(Code::OriginUnavailable), &gateway, request.headers()),
            }
        }
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
    let binding = |name: &str| Reflect::get(env, &name.into()).ok();
    state::gateway(variable, secret, binding, |error| console_error!("edgeward: {error}"))
}

/// The path, and path with query, of an absolute URL.
fn split(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let target = after_scheme.find('/').and_then(|at| after_scheme.get(at..)).unwrap_or("/");
    (target.split('?').next().unwrap_or("/"), target)
}

/// What of the request decides about it.
fn incoming(request: &Request, url: &str, gateway: &Gateway) -> worker::Result<Incoming> {
    let headers = request.headers();
    let mut deciding = Vec::new();
    for name in gateway.deciding_headers() {
        deciding.extend(headers.get(name)?.map(|value| (name.to_owned(), value)));
    }
    Ok(Incoming::new(request.method().to_string(), url.to_owned(), deciding))
}
