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
mod store;
mod users;

#[cfg(feature = "entry")]
use wasm_bindgen::{JsCast, JsValue};
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

/// What the entry point `Gateway` of `shim.js` calls: `verify(token, options)` over a service binding.
#[cfg(feature = "entry")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn verify(token: JsValue, options: JsValue, env: JsValue, context: JsValue) -> JsValue {
    routes::rpc::verify(&token, &options, &env.unchecked_into(), &context).await
}
