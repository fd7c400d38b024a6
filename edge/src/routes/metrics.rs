//! `GET /metrics`: the counters of this isolate, for who has the secret.

use edgeward_host::metrics;
use worker::{Env, Response};

use super::{answer, call::Call, operator};
use crate::{gateway::Gateway, state};

/// The path; it is never forwarded.
pub const PATH: &str = "/metrics";

/// Answers with the counters; without a configured secret there is nothing here.
pub fn respond(call: &Call<'_>, gateway: &Gateway, env: &Env) -> worker::Result<Response> {
    let binding = gateway.config.traffic.metrics.as_ref().map(|metrics| metrics.secret_binding.as_str());
    if let Err(error) = operator::permitted(call, env, binding) {
        return answer::denial(&error.into(), call, Some(gateway));
    }
    let headers = answer::headers()?;
    headers.set("content-type", "text/plain; version=0.0.4; charset=utf-8")?;
    Ok(Response::ok(metrics::text(&state::isolate()))?.with_headers(headers))
}
