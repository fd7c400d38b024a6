//! The Worker's routes: what the gateway answers itself, and everything else through it.

mod answer;
#[cfg(feature = "authority")]
pub mod authority;
mod call;
#[cfg(feature = "authority")]
pub mod endpoint;
mod forward;
mod health;
mod metadata;
mod metrics;
mod operator;
mod outgoing;
mod passage;
mod report;
mod revocation;
#[cfg(feature = "entry")]
pub mod rpc;

#[cfg(all(feature = "entry", feature = "authority"))]
pub use authority::upkeep;

use std::rc::Rc;

use edgeward_config::{Config, ConfigError};
use edgeward_core::{
    Code,
    gateway::{Denial, Incoming, metrics::Counter},
};
use edgeward_host::{keys::Published, metrics as counts, task::Background};
use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{Request, Response};
use worker::{Context, Env, console_error};

use crate::{
    arithmetic,
    gateway::{Caller, Gateway, Rule},
    state,
};
use call::Call;
use passage::Edits;

/// The path that tells version and readiness; it is never forwarded.
const HEALTH: &str = "/healthz";
/// Methods whose answer would show the client what the gateway adds to its request, or that are no
/// request for a resource ([RFC 9110 §9.3.8](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.8)).
const NEVER_FORWARDED: [&str; 3] = ["TRACE", "TRACK", "CONNECT"];

/// Answers a request; what is let through goes to the configured origin.
pub async fn respond(request: &Request, env: &Env, context: &Context) -> worker::Result<Response> {
    let forward = async |call: &Call<'_>, gateway: &Gateway, caller: Option<&Caller>| {
        forward::send(call, gateway, caller, env).await
    };
    serve(request, env, context, forward).await
}

/// Answers a request; what is let through goes to `origin`.
pub async fn serve(
    request: &Request,
    env: &Env,
    context: &Context,
    origin: impl AsyncFnOnce(&Call<'_>, &Gateway, Option<&Caller>) -> Result<Response, Code>,
) -> worker::Result<Response> {
    let call = Call::begin(request);
    #[cfg(feature = "authority")]
    if let Some(response) = authority::respond(&call, env, context).await? {
        return Ok(response.into());
    }
    let gateway = gateway(env);
    if call.path() == HEALTH && call.is_read() {
        return health::respond(gateway.as_deref().map(Some)).map(Into::into);
    }
    match gateway {
        Ok(gateway) => through(&call, &gateway, env, context, origin).await,
        // A gateway that does not know its rules lets nothing through.
        Err(_) => answer::denial(&Code::ConfigInvalid.into(), &call, None).map(Into::into),
    }
}

async fn through(
    call: &Call<'_>,
    gateway: &Gateway,
    env: &Env,
    context: &Context,
    origin: impl AsyncFnOnce(&Call<'_>, &Gateway, Option<&Caller>) -> Result<Response, Code>,
) -> worker::Result<Response> {
    if let Some(metadata) = metadata::respond(call, gateway)? {
        return Ok(metadata.into());
    }
    if call.path() == metrics::PATH && call.is_read() {
        return metrics::respond(call, gateway, env).map(Into::into);
    }
    let background = Background::of_worker(context.as_ref());
    if let Some(response) = revocation::respond(call, gateway, env, &background).await? {
        return Ok(response.into());
    }
    let mut rule = None;
    let outcome = match decide(call, gateway, &background, env, &mut rule).await {
        Ok(caller) => {
            let answer = origin(call, gateway, caller.as_ref()).await;
            finish(call, gateway, rule.as_ref(), caller.as_ref(), answer)
        }
        Err(denial) => Err(denial),
    };
    match outcome {
        Ok(response) => Ok(response),
        Err(denial) => deny(call, gateway, rule.as_ref(), &denial),
    }
}

/// Whether the request passes, and as whom; the rule that it falls under is left in `rule`.
async fn decide<'g>(
    call: &Call<'_>,
    gateway: &'g Gateway,
    background: &Background,
    env: &Env,
    rule: &mut Option<Rule<'g>>,
) -> Result<Option<Caller>, Denial> {
    if NEVER_FORWARDED.contains(&call.method.to_ascii_uppercase().as_str()) {
        return Err(Code::MethodNotAllowed.into());
    }
    let incoming = incoming(call, gateway);
    // A browser asks without credentials whether it may ask with them; the origin answers that.
    if incoming.is_preflight(call.fields.get("access-control-request-method")) {
        return Ok(None);
    }
    let found = rule.insert(gateway.rule(incoming.path())?);
    let outcome = gateway.admit(&incoming, found.requirements, background, |name| binding(env, name)).await;
    found.decided_in = call.millis();
    if outcome.is_err() {
        found.issuer = gateway.named_issuer(&incoming, found.requirements);
    }
    outcome
}

fn finish(
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
    caller: Option<&Caller>,
    answer: Result<Response, Code>,
) -> Result<Response, Denial> {
    let identity = caller.map(|caller| &caller.identity);
    let response = answer.and_then(|answer| outgoing::finished(call, gateway, rule, identity, &answer));
    match response {
        Ok(response) => {
            counts::count(if identity.is_some() { Counter::Allowed } else { Counter::Passed });
            report::allowed(call, gateway, rule, caller, &response);
            Ok(response)
        }
        Err(code) => {
            counts::count(Counter::OriginFailures);
            Err(code.into())
        }
    }
}

fn deny(
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
    denial: &Denial,
) -> worker::Result<Response> {
    report::denied(call, gateway, rule, denial.error);
    let mut response = answer::denial(denial, call, Some(gateway))?;
    let headers = response.headers_mut();
    let mut edits = Edits::default();
    let vary = headers.get("vary")?;
    outgoing::mark(&mut edits, vary.as_deref(), call, gateway, rule);
    if denial.error.code == Code::MethodNotAllowed {
        edits.set("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    }
    edits.apply(&headers.0)?;
    Ok(response.into())
}

/// The gateway of this isolate.
pub fn gateway(env: &Env) -> Result<Rc<Gateway>, ConfigError> {
    state::gateway(|| configured(env), |error| console_error!("edgeward: {error}"))
}

/// Makes the gateway as the Worker starts, so that the first request does not wait for it.
#[cfg(feature = "entry")]
pub fn prepare(env: &Env) {
    // The gateway asks for the authority's settings, and would have them reported here.
    #[cfg(feature = "authority")]
    if !authority::prepare(env) {
        return;
    }
    state::prepare(|| configured(env));
}

fn configured(env: &Env) -> Result<Gateway, ConfigError> {
    let absent = || ConfigError("The variable EDGEWARD is not set.".into());
    let config = Config::parse(&variable(env, "EDGEWARD").ok_or_else(absent)?)?;
    let arithmetic = arithmetic::chosen(|name| variable(env, name))?;
    let (secret, binding) = (|name: &str| secret(env, name), |name: &str| binding(env, name));
    Gateway::new(config, arithmetic, secret, binding, |issuer| published(env, issuer))
}

/// The keys of an issuer that this Worker is itself.
#[cfg(feature = "authority")]
fn published(env: &Env, issuer: &str) -> Option<Published> {
    authority::published(env, issuer)
}

#[cfg(not(feature = "authority"))]
fn published(_: &Env, _: &str) -> Option<Published> {
    None
}

/// A variable that holds JSON: wrangler gives a TOML table as an object, and a string as it stands.
fn variable(env: &Env, name: &str) -> Option<String> {
    let value = binding(env, name)?;
    value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
}

fn binding(env: &Env, name: &str) -> Option<JsValue> {
    Reflect::get(env, &name.into()).ok().filter(|binding| !binding.is_undefined())
}

fn secret(env: &Env, name: &str) -> Option<String> {
    env.secret(name).ok().map(|secret| secret.to_string())
}

/// What of the request decides about it.
fn incoming(call: &Call<'_>, gateway: &Gateway) -> Incoming {
    let deciding = gateway.deciding_headers();
    let told = deciding.filter_map(|name| Some((name.to_owned(), call.fields.get(name)?.to_owned())));
    Incoming::new(call.method.clone(), call.url.clone(), told)
}
