//! What answers say beside their body.

use edgeward_core::{
    gateway::{
        Incoming,
        forward::caching,
        resource::{Accepts, WELL_KNOWN},
    },
    json::{Value, object},
};
use edgeward_host::guard::Dpop;

use crate::{options::Options, written};

/// What JavaScript needs to know of the options.
pub fn settings(options: &Options) -> String {
    let deciding = Incoming::HEADERS.into_iter().chain(options.guard.sources().headers());
    written::json(vec![
        ("headers", written::texts(deciding)),
        ("vary", written::texts(varying(options))),
        ("allowedOrigins", written::texts(&options.allowed_origins)),
        ("publicOrigin", written::text(options.public_origin.as_deref())),
        ("metadata", metadata(options).unwrap_or(Value::Null)),
    ])
}

/// The metadata of RFC 9728, and the path where they stand.
fn metadata(options: &Options) -> Option<Value> {
    let resource = options.resource.as_ref()?;
    let path = [WELL_KNOWN, resource.path()].concat();
    let algorithms: Vec<&str> =
        options.guard.dpop().map_or(&[][..], Dpop::algorithms).iter().map(|alg| alg.name()).collect();
    let accepts = Accepts {
        query: options.guard.sources().query.is_some(),
        dpop_algorithms: &algorithms,
        dpop_required: false,
    };
    let issuers = options.guard.issuers().iter().map(|issuer| issuer.verifier.policy().issuer.as_str());
    let document = resource.metadata(&path, issuers, accepts)?;
    Some(object(vec![("path", path.into()), ("document", document)]))
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
