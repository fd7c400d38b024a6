//! The Cloudflare Worker of edgeward: a gateway that verifies tokens in front of an API.
//!
//! It is a library as well: another Rust Worker calls [`respond`] from its own `fetch` entry.

mod credentials;
mod decryption;
#[cfg(feature = "entry")]
mod durable;
mod gateway;
mod revoke;
mod routes;
mod state;

use worker::{Context, Env, Request, Response};

/// Answers a request: lets it through to the origin, or turns it away with a reason.
///
/// # Errors
/// The runtime refuses to build an answer, which it does for no input known.
pub async fn respond(request: Request, env: &Env, context: &Context) -> worker::Result<Response> {
    routes::respond(request, env, context).await
}

#[cfg(feature = "entry")]
#[worker::event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    respond(request, &env, &context).await
}
