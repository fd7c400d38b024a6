//! What answers say beside their body.

use edgeward_core::{
    gateway::{Incoming, forward::caching},
    json::{Value, object},
};

use crate::{options::Options, written};

/// What JavaScript needs to know of the options.
pub fn settings(options: &Options) -> String {
    let deciding = Incoming::HEADERS.into_iter().chain(options.guard.sources().headers());
    written::json(vec![
        ("headers", written::texts(deciding)),
        ("vary", written::texts(varying(options))),
        ("allowedOrigins", written::texts(&options.allowed_origins)),
        ("publicOrigin", written::text(options.public_origin.as_deref())),
    ])
}

/// What becomes of the headers of an answer to somebody in particular: `{"set": {…}, "remove": […]}`.
pub fn guarded(options: &Options, names: &str, cache_control: &str, vary: &str) -> String {
    let cache_control = caching::for_one(Some(cache_control).filter(|said| !said.is_empty()));
    let mut set = vec![("cache-control", Value::String(cache_control))];
    let vary = caching::vary(Some(vary), &varying(options));
    set.extend(vary.map(|vary| ("vary", Value::String(vary))));
    let shared = names.split('\n').filter(|name| caching::is_for_shared_caches(name));
    written::json(vec![("set", object(set)), ("remove", written::texts(shared))])
}

/// The request's headers that an answer depends on.
fn varying(options: &Options) -> Vec<&str> {
    let sources = options.guard.sources();
    let cookie = (!sources.cookies.is_empty()).then_some("Cookie");
    let origin = (!options.allowed_origins.is_empty()).then_some("Origin");
    ["Authorization"].into_iter().chain(cookie).chain(sources.headers()).chain(origin).collect()
}
