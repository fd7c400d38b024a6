//! Where credentials may stand beside the `Authorization` header, and what proofs must satisfy.

use edgeward_core::{
    Code, Error,
    gateway::credential::Sources,
    jose::Algorithm,
    json::{Map, Value},
    oauth::dpop::{ALGORITHMS, Window},
    time::Seconds,
};
use edgeward_host::{
    guard::{Dpop, OwnMemory},
    members::Members,
};

use super::invalid;

/// Reads the places.
///
/// # Errors
/// `config_invalid`, at the option.
pub fn sources(options: &Members) -> Result<Sources, Error> {
    let headers = options.texts("header")?.unwrap_or_default();
    let sources = Sources {
        headers: headers.iter().map(|name| name.to_ascii_lowercase()).collect(),
        cookies: options.texts("cookie")?.unwrap_or_default(),
        websocket: options.flag("webSocket")?.unwrap_or(false),
        query: options.text("queryParameter")?,
        ..Sources::default()
    };
    sources.check().map_err(|error| invalid(named(error.at)))?;
    Ok(sources)
}

/// Reads `dpop`: true, or an object of its own. Uses of proofs are noted here alone.
///
/// # Errors
/// `config_invalid` at `dpop`.
pub fn proofs(options: &Members) -> Result<Option<Dpop>, Error> {
    let members = match options.member("dpop") {
        None | Some(Value::Bool(false)) => return Ok(None),
        Some(Value::Bool(true)) => Map::new(),
        Some(Value::Object(members)) => members,
        Some(_) => return Err(invalid("dpop")),
    };
    let members = Members::of(members, Code::ConfigInvalid);
    proofs_of(&members).map(Some).map_err(|_| invalid("dpop"))
}

fn proofs_of(members: &Members) -> Result<Dpop, Error> {
    members.only(&["algorithms", "maxAgeSeconds"])?;
    let algorithms = match members.texts("algorithms")? {
        None => ALGORITHMS.to_vec(),
        Some(names) => {
            let algorithms = names.iter().map(|name| name.parse()).collect::<Result<Vec<Algorithm>, _>>();
            algorithms.map_err(|_| invalid("dpop"))?
        }
    };
    if algorithms.is_empty() || algorithms.iter().any(|alg| alg.is_symmetric()) {
        return Err(invalid("dpop"));
    }
    let window = members.number("maxAgeSeconds")?.map(|seconds| Window::new(Seconds(seconds))).transpose()?;
    Ok(Dpop::new(algorithms, window.unwrap_or_default(), None, Box::new(OwnMemory::new())))
}

/// The option that a gateway's configuration calls so.
fn named(at: &str) -> &'static str {
    match at {
        "credentials.headers" => "header",
        "credentials.cookies" => "cookie",
        _ => "queryParameter",
    }
}
