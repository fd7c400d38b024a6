//! The authority's own paths, if the Worker is configured to be one.

use std::rc::Rc;

use edgeward_authority::{
    Authority, Settings,
    http::{Incoming, MAX_BODY, Outgoing},
    oauth::{self, keys},
    settings::SettingsError,
    surface::Route,
};
use edgeward_core::{Code, Error};
use edgeward_host::{
    buckets::Buckets,
    fetch,
    keys::{Published, Reading},
    replays::SharedMemory,
    task::Background,
};
use worker::{Context, Env, Headers, Response, console_error, console_log};

use super::{HEALTH, answer, binding, call::Call, health, secret, variable};
use crate::{platform::World, state, store::d1::Database};

/// The variable with the settings.
const SETTINGS: &str = "EDGEWARD_AUTHORITY";
/// The Durable Objects that count, and those that remember what may happen once.
const BUCKETS: &str = "BUCKETS";
const REPLAYS: &str = "REPLAYS";

/// Answers a request for a path of the authority's.
pub async fn respond(call: &Call<'_>, env: &Env, context: &Context) -> worker::Result<Option<Response>> {
    let settings = match settings(env) {
        Ok(Some(settings)) => settings,
        Ok(None) => return Ok(None),
        // An authority that does not know its rules answers nothing.
        Err(_) => return answer::denial(&Code::ConfigInvalid.into(), call, None).map(Some),
    };
    // Everything else is the gateway's: its body is not to be touched.
    let Some(route) =
        Route::served(&settings, call.path()).filter(|route| is_own(*route, call, &settings, env))
    else {
        return if stands_alone(env) { alone(call).map(Some) } else { Ok(None) };
    };
    let background = Background::of_context(context.as_ref());
    let authority = match authority(settings, env, background) {
        Ok(authority) => authority,
        Err(error) => {
            console_error!("edgeward: EDGEWARD_AUTHORITY: there is no binding {}", error.at);
            return answer::denial(&error.into(), call, None).map(Some);
        }
    };
    let outgoing = authority.answer(&incoming(call).await?, route).await;
    written(outgoing, call).map(Some)
}

/// Does what a cron trigger is for; without an authority there is nothing to do.
#[cfg(feature = "entry")]
pub async fn upkeep(env: &Env, context: &Context) -> worker::Result<()> {
    let failed = |code: Code| worker::Error::from(code.as_str());
    let Some(settings) = settings(env).map_err(|_| failed(Code::ConfigInvalid))? else { return Ok(()) };
    let background = Background::of_context(context.as_ref());
    let authority = authority(settings, env, background).map_err(|error| failed(error.code))?;
    edgeward_authority::upkeep::sweep(&authority).await.map(drop).map_err(|failure| failed(failure.code))
}

/// The authority of this Worker, for handlers of its own.
///
/// # Errors
/// `config_invalid`: there is none, or its settings are not valid.
pub fn of_worker(env: &Env, context: &Context) -> Result<Authority, Error> {
    let none = Error::at(Code::ConfigInvalid, SETTINGS);
    let background = Background::of_context(context.as_ref());
    authority(settings(env).map_err(|_| none)?.ok_or(none)?, env, background)
}

/// The keys of an issuer, if the authority of this Worker is it: read from its store.
pub fn published(env: &Env, issuer: &str) -> Option<Published> {
    let settings = settings(env).ok().flatten().filter(|settings| settings.issues_as(issuer))?;
    let env = env.clone();
    let read = move || {
        let authority = authority(settings.clone(), &env, Background::of_place());
        let reading: Reading = Box::pin(async move {
            let answer = keys::answer(&authority?).await.map_err(|failure| failure.code)?;
            let headers = answer.headers.into_iter().map(|(name, value)| (name.into(), value)).collect();
            Ok(edgeward_core::http::Response { status: answer.status, headers, body: answer.body.into() })
        });
        reading
    };
    Some(Published { issuer: issuer.into(), read: Box::new(read) })
}

/// Whether a route of the authority's is not the gateway's all the same: there is one place for the metadata of
/// resources, and it belongs to the one whose resource is meant.
fn is_own(route: Route, call: &Call<'_>, settings: &Settings, env: &Env) -> bool {
    if route != Route::Oauth(oauth::Route::Resource) || stands_alone(env) {
        return true;
    }
    let Ok(gateway) = super::gateway(env) else { return true };
    let Some(resource) = &gateway.config.resource else { return true };
    let place = resource.metadata_url("/");
    let at = |origin: &str| place == [origin, oauth::Route::Resource.path()].concat();
    // A gateway that calls itself what the authority is called speaks for both, if it names the authority.
    let speaks_for_both =
        at(&settings.issuer) && gateway.issuers().any(|(issuer, _)| issuer == settings.issuer);
    let is_asked = !at(&settings.issuer) && at(&[call.scheme(), "://", call.host()].concat());
    !speaks_for_both && !is_asked
}

/// The settings of this isolate; `None` if it is no authority.
fn settings(env: &Env) -> Result<Option<Rc<Settings>>, SettingsError> {
    state::authority(|| configured(env), |error| console_error!("edgeward: {error}"))
}

/// Reads the settings as the Worker starts, and tells whether they are valid.
#[cfg(feature = "entry")]
pub fn prepare(env: &Env) -> bool {
    state::prepare_authority(|| configured(env))
}

fn configured(env: &Env) -> Result<Option<Rc<Settings>>, SettingsError> {
    let settings = |text: String| Settings::parse(&text, |name| secret(env, name)).map(Rc::new);
    variable(env, SETTINGS).map(settings).transpose()
}

/// Whether the Worker is an authority and no gateway.
fn stands_alone(env: &Env) -> bool {
    binding(env, "EDGEWARD").is_none()
}

/// What an authority says at a path that is none of its own.
fn alone(call: &Call<'_>) -> worker::Result<Response> {
    if call.path() == HEALTH && call.is_read() {
        health::respond(Ok(None))
    } else {
        answer::denial(&Code::NotFound.into(), call, None)
    }
}

fn authority(settings: Rc<Settings>, env: &Env, background: Background) -> Result<Authority, Error> {
    let missing = |at| Error::at(Code::ConfigInvalid, at);
    let database = binding(env, &settings.database_binding).and_then(Database::of_binding);
    let world = World {
        buckets: binding(env, BUCKETS).and_then(Buckets::bound).ok_or(missing(BUCKETS))?,
        seen: binding(env, REPLAYS).and_then(SharedMemory::bound).ok_or(missing(REPLAYS))?,
        keys: state::signing_keys(),
        verifying: state::verifying_keys(),
        background,
        log: |line| console_log!("{line}"),
    };
    let store = Box::new(database.ok_or(missing("database_binding"))?);
    Ok(Authority { settings, store, platform: Box::new(world) })
}

async fn incoming(call: &Call<'_>) -> worker::Result<Incoming> {
    let body = match fetch::body_of(call.request, MAX_BODY).await {
        Ok(body) => Some(body),
        Err(error) if error.code == Code::InvalidParameters => None,
        Err(error) => return Err(error.code.as_str().into()),
    };
    Ok(Incoming {
        method: call.method.clone(),
        url: call.url.clone(),
        headers: call.fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body,
        address: call.fields.get("cf-connecting-ip").map(str::to_owned),
    })
}

fn written(outgoing: Outgoing, call: &Call<'_>) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &outgoing.headers {
        headers.append(name, value)?;
    }
    headers.set("x-request-id", &call.id)?;
    let no_body = outgoing.body.is_empty();
    let response = if no_body { Response::empty()? } else { Response::ok(outgoing.body)? };
    Ok(response.with_status(outgoing.status).with_headers(headers))
}
