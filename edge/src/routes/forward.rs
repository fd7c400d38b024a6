//! The way to the origin.

use edgeward_core::{
    Code,
    gateway::{
        config::Origin,
        forward::{
            hop::{self, Upgrade},
            query, subprotocol,
            way::{self, Way},
        },
        identity::HEADER_PREFIX,
    },
};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit};
use worker::Env;

use super::call::Call;
use crate::gateway::{Caller, Gateway};

#[wasm_bindgen]
extern "C" {
    /// Whatever answers requests: the global scope, which asks the network, or a service binding.
    type Fetcher;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Fetcher, request: &web_sys::Request, init: &Object) -> Result<Promise, JsValue>;
}

/// Sends the request on, as it came but for the identity and what belongs to the client's own
/// connection: method, body (streamed) and every other header stay as they are, and redirects go
/// back to the caller.
///
/// # Errors
/// `origin_unavailable`; `not_found`: the gateway has no origin but the handlers of a Worker, and
/// this is not that Worker.
pub async fn send(
    call: &Call<'_>,
    gateway: &Gateway,
    caller: Option<&Caller>,
    env: &Env,
) -> Result<web_sys::Response, Code> {
    match &gateway.config.origin {
        Origin::Own => Err(Code::NotFound),
        Origin::Http(address) => {
            let network = js_sys::global();
            let asked = ask(call, gateway, caller, &network, address.origin()).await;
            asked.map_err(|_| Code::OriginUnavailable)
        }
        Origin::Binding(name) => {
            let service = super::binding(env, name).ok_or(Code::OriginUnavailable)?;
            let base = [call.scheme(), "://", call.host()].concat();
            ask(call, gateway, caller, &service, &base).await.map_err(|_| Code::OriginUnavailable)
        }
    }
}

async fn ask(
    call: &Call<'_>,
    gateway: &Gateway,
    caller: Option<&Caller>,
    fetcher: &JsValue,
    base: &str,
) -> Result<web_sys::Response, JsValue> {
    let init = Object::new();
    if caller.is_some() && matches!(gateway.config.origin, Origin::Http(_)) {
        // An answer to somebody in particular is neither taken from a cache nor put there.
        Reflect::set(&init, &"cache".into(), &"no-store".into())?;
    }
    let url = [base, &target(call, gateway, caller)].concat();
    let request = rewritten(&url, call, gateway, caller)?;
    let promise = fetcher.unchecked_ref::<Fetcher>().fetch(&request, &init)?;
    JsFuture::from(promise).await?.dyn_into()
}

/// Path and query, without the token if it stands there: the origin's log is no place for it.
fn target(call: &Call<'_>, gateway: &Gateway, caller: Option<&Caller>) -> String {
    let name = gateway.config.sources.query.as_deref();
    match name.filter(|_| caller.is_some()) {
        Some(name) => query::without(call.target(), name),
        None => call.target().into(),
    }
}

fn rewritten(
    url: &str,
    call: &Call<'_>,
    gateway: &Gateway,
    caller: Option<&Caller>,
) -> Result<web_sys::Request, JsValue> {
    // `new Request(url, request)` takes everything over, a streamed body and its length included.
    let original = call.request.inner();
    let copy = web_sys::Request::new_with_str_and_init(url, original.unchecked_ref::<RequestInit>())?;
    let headers = copy.headers();
    leave_behind(call, gateway, &headers)?;
    let client = original.headers().get("cf-connecting-ip")?;
    let way = Way { client: client.as_deref(), scheme: call.scheme(), host: call.host() };
    for (name, value) in gateway.config.traffic.forwarded.fields(way) {
        headers.set(name, &value)?;
    }
    headers.set("via", &way::via(headers.get("via")?.as_deref()))?;
    headers.set(&[HEADER_PREFIX, "request-id"].concat(), &call.id)?;
    for (name, value) in caller.into_iter().flat_map(Caller::headers) {
        headers.set(&name, &value)?;
    }
    Ok(copy)
}

/// Removes what was for this connection alone, what a client claims about the way, and every header
/// that begins with the gateway's prefix, whoever sent it: what the origin reads there comes from
/// the gateway alone. It is done before the gateway writes its own, so that no `Connection` of the
/// client's takes those away.
fn leave_behind(call: &Call<'_>, gateway: &Gateway, headers: &Headers) -> Result<(), JsValue> {
    let connection = headers.get("connection")?;
    let upgrade = Upgrade::of(headers.get("upgrade")?.as_deref());
    let forwarded = gateway.config.traffic.forwarded;
    let stays = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.starts_with(HEADER_PREFIX)
            || forwarded.stays_behind(&name)
            || hop::stays_behind(&name, connection.as_deref(), upgrade)
    };
    let names: Vec<String> = call.headers().keys().filter(stays).collect();
    for name in names {
        headers.delete(&name)?;
    }
    hide_token(headers)
}

/// A token among the subprotocols that a WebSocket offers goes no further.
fn hide_token(headers: &Headers) -> Result<(), JsValue> {
    let Some(offered) = headers.get(subprotocol::HEADER)? else { return Ok(()) };
    match subprotocol::forwarded(&offered) {
        Some(rest) => headers.set(subprotocol::HEADER, &rest),
        None => headers.delete(subprotocol::HEADER),
    }
}
