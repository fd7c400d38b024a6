//! The Cloudflare Worker of edgeward: a gateway that verifies tokens in front of an API, and an
//! authority that issues them.
//!
//! It is a library as well: another Rust Worker calls [`respond`], or [`serve`] with handlers of its
//! own, from its `fetch` entry. It leaves out the feature `entry`, which is the Worker's own; without
//! the feature `authority` it is a gateway alone.

mod arithmetic;
mod credentials;
mod decryption;
#[cfg(feature = "entry")]
mod durable;
mod gateway;
#[cfg(feature = "authority")]
mod platform;
mod revoke;
mod routes;
mod state;
mod store;
mod users;

use edgeward_core::Code;
#[cfg(feature = "entry")]
use edgeward_host::task;
#[cfg(feature = "entry")]
use wasm_bindgen::{JsCast, JsValue};
use worker::{Context, Env, Request, Response};

pub use edgeward_core::gateway::{Identity, users::User};
pub use gateway::Caller;
#[cfg(feature = "authority")]
pub use routes::endpoint;

/// Answers a request: lets it through to the origin, or turns it away with a reason.
///
/// # Errors
/// The runtime refuses to build an answer, which it does for no input known.
pub async fn respond(request: Request, env: &Env, context: &Context) -> worker::Result<Response> {
    routes::respond(request.inner(), env, context).await.map(Into::into)
}

/// Answers a request with a handler of the Worker's own, in place of an origin: the handler gets
/// what is let through and who sends it, and its answer gets what every answer of the gateway has.
/// The configuration says `origin = "self"`.
///
/// ```
/// use worker::{Context, Env, Request, Response, Result};
///
/// async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
///     edgeward_edge::serve(request, &env, &context, async |_request, caller| {
///         let subject = caller.and_then(|caller| caller.identity.subject.as_deref());
///         Response::ok(format!("Hello, {}!", subject.unwrap_or("stranger")))
///     })
///     .await
/// }
/// ```
///
/// # Errors
/// As [`respond`]. An error of the handler is an answer: 500 `internal_error`.
pub async fn serve(
    request: Request,
    env: &Env,
    context: &Context,
    handler: impl AsyncFnOnce(Request, Option<&Caller>) -> worker::Result<Response>,
) -> worker::Result<Response> {
    let answer = routes::serve(request.inner(), env, context, async |call, _gateway, caller| {
        // Another name for the same request, whose body nobody has read yet.
        let request = Request::from(Clone::clone(call.request));
        handler(request, caller).await.map(Into::into).map_err(|_| Code::InternalError)
    });
    answer.await.map(Into::into)
}

/// What workerd calls through `shim.js`: the answer, or a promise of it. The attribute of the crate
/// `worker` in its place would read what nobody asks for and make every answer twice.
#[cfg(feature = "entry")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn fetch(request: web_sys::Request, env: JsValue, context: JsValue) -> Result<JsValue, JsValue> {
    task::at_once(async move {
        let context = Context::new(context.unchecked_into());
        routes::respond(&request, &env.unchecked_into(), &context).await.map(Into::into).map_err(Into::into)
    })
}

/// What `shim.js` calls as the Worker starts.
#[cfg(feature = "entry")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn prepare(env: JsValue) {
    routes::prepare(&env.unchecked_into());
}

/// What the entry point `Gateway` of `shim.js` calls: `verify(token, options)` over a service binding.
#[cfg(feature = "entry")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn verify(token: JsValue, options: JsValue, env: JsValue, context: JsValue) -> JsValue {
    routes::rpc::verify(&token, &options, &env.unchecked_into(), &context).await
}

/// What the entry point `Revocations` of `shim.js` calls: `revoke(order)` over a service binding.
#[cfg(feature = "entry")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn revoke(order: JsValue, env: JsValue) -> JsValue {
    routes::rpc::revoke(&order, &env.unchecked_into()).await
}

/// What the cron trigger calls through `shim.js`: expired rows are swept.
#[cfg(all(feature = "entry", feature = "authority"))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn upkeep(env: JsValue, context: JsValue) -> Result<(), JsValue> {
    let context = Context::new(context.unchecked_into());
    Ok(routes::upkeep(&env.unchecked_into(), &context).await?)
}
