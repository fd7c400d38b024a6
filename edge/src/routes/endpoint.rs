//! Endpoints of a Worker's own that API tokens of its authority may call.
//!
//! ```
//! use edgeward_edge::endpoint::{self, Endpoint};
//! use worker::{Context, Env, Request, Response, Result};
//!
//! async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
//!     let reports = Endpoint { scope: Some(("reports", "read")), ..Endpoint::default() };
//!     endpoint::route(request, &env, &context, &reports, async |_request, key| {
//!         Response::ok(format!("the reports of {}", key.user))
//!     })
//!     .await
//! }
//! ```

use edgeward_authority::{
    endpoint::{admit, headers, preflight, refuse},
    http::{Incoming, Outgoing},
};
use edgeward_core::Code;
use worker::{Context, Env, Headers, Request, Response, console_error};

use super::authority;

pub use edgeward_authority::endpoint::{Cors, Endpoint, Key, Wording};

/// Answers a request with a handler, if an API token may call it: with the token's user, id and scopes. The answer gets
/// the headers for CORS that it does not have; a handler that fails is 500 and tells nothing.
///
/// # Errors
/// The runtime refuses to build an answer, which it does for no input known.
pub async fn action(
    request: Request,
    env: &Env,
    context: &Context,
    endpoint: &Endpoint,
    handler: impl AsyncFnOnce(Request, &Key) -> worker::Result<Response>,
) -> worker::Result<Response> {
    let origin = request.headers().get("origin")?;
    let response = match admitted(&request, env, context, endpoint).await {
        Ok(key) => match handler(request, &key).await {
            Ok(response) => response,
            Err(error) => {
                console_error!("edgeward: a handler failed: {error}");
                written(refuse(&Code::InternalError.into(), endpoint.wording))?
            }
        },
        Err(refused) => written(refused)?,
    };
    dressed(response, &endpoint.cors, origin.as_deref())
}

/// The same, with the answer to the request by which a browser asks whether a page may call.
///
/// # Errors
/// As [`action`].
pub async fn route(
    request: Request,
    env: &Env,
    context: &Context,
    endpoint: &Endpoint,
    handler: impl AsyncFnOnce(Request, &Key) -> worker::Result<Response>,
) -> worker::Result<Response> {
    if request.method() == worker::Method::Options {
        let origin = request.headers().get("origin")?;
        return written(preflight(&endpoint.cors, origin.as_deref()));
    }
    action(request, env, context, endpoint, handler).await
}

async fn admitted(
    request: &Request,
    env: &Env,
    context: &Context,
    endpoint: &Endpoint,
) -> Result<Key, Outgoing> {
    let refused = |failure| refuse(&failure, endpoint.wording);
    let authority = authority::of_worker(env, context).map_err(|error| refused(error.into()))?;
    // The handler reads the body; who calls stands in the headers.
    let incoming = Incoming { headers: request.headers().entries().collect(), ..Incoming::default() };
    admit(&authority, &incoming, endpoint).await.map_err(refused)
}

fn written(outgoing: Outgoing) -> worker::Result<Response> {
    let headers = Headers::new();
    for (name, value) in &outgoing.headers {
        headers.append(name, value)?;
    }
    let no_body = outgoing.body.is_empty();
    let response = if no_body { Response::empty()? } else { Response::ok(outgoing.body)? };
    Ok(response.with_status(outgoing.status).with_headers(headers))
}

fn dressed(response: Response, cors: &Cors, origin: Option<&str>) -> worker::Result<Response> {
    // What came from a fetch has headers that cannot be changed.
    let own = response.headers().clone();
    for (name, value) in headers(cors, origin) {
        if name == "vary" || own.get(name)?.is_none() {
            own.append(name, &value)?;
        }
    }
    Ok(response.with_headers(own))
}
