//! The way to the origin.

use edgeward_config::Origin;
use edgeward_core::{
    Code,
    gateway::{
        forward::{
            hop::{self, Upgrade},
            query, subprotocol,
            way::{self, Way},
        },
        identity::HEADER_PREFIX,
    },
};
use wasm_bindgen::JsValue;
use worker::Env;

use super::{
    call::Call,
    passage::{self, Edits, Fields},
};
use crate::gateway::{Caller, Gateway};

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
        Origin::Own => return Err(Code::NotFound),
        Origin::Http(address) => ask(call, gateway, caller, None, address.origin()).await,
        Origin::Binding(name) => {
            let service = super::binding(env, name).ok_or(Code::OriginUnavailable)?;
            let base = [call.scheme(), "://", call.host()].concat();
            ask(call, gateway, caller, Some(&service), &base).await
        }
    }
    .ok_or(Code::OriginUnavailable)
}

async fn ask(
    call: &Call<'_>,
    gateway: &Gateway,
    caller: Option<&Caller>,
    fetcher: Option<&JsValue>,
    base: &str,
) -> Option<web_sys::Response> {
    let url = [base, &target(call, gateway, caller)].concat();
    // An answer to somebody in particular is neither taken from a cache nor put there.
    let cache = (caller.is_some() && fetcher.is_none()).then_some("no-store");
    let way = passage::Way { fetcher, url: &url, cache };
    let asked = passage::pass_on(call.request, &way, &rewritten(call, gateway, caller));
    asked.ok()?.await
}

/// Path and query, without the token if it stands there: the origin's log is no place for it.
fn target(call: &Call<'_>, gateway: &Gateway, caller: Option<&Caller>) -> String {
    let name = gateway.config.sources.query.as_deref();
    match name.filter(|_| caller.is_some()) {
        Some(name) => query::without(call.target(), name),
        None => call.target().into(),
    }
}

fn rewritten(call: &Call<'_>, gateway: &Gateway, caller: Option<&Caller>) -> Edits {
    let mut edits = Edits::default();
    leave_behind(call, gateway, &mut edits);
    let client = call.fields.get("cf-connecting-ip");
    let way = Way { client, scheme: call.scheme(), host: call.host() };
    for (name, value) in gateway.config.traffic.forwarded.fields(way) {
        edits.set(name, &value);
    }
    edits.set("via", &way::via(call.fields.get("via")));
    edits.set("x-edgeward-request-id", &call.id);
    for (name, value) in caller.into_iter().flat_map(Caller::headers) {
        edits.set(name, &value);
    }
    edits
}

/// Removes what was for this connection alone, what a client claims about the way, and every header
/// that begins with the gateway's prefix, whoever sent it: what the origin reads there comes from
/// the gateway alone. It is done before the gateway writes its own, so that no `Connection` of the
/// client's takes those away.
fn leave_behind(call: &Call<'_>, gateway: &Gateway, edits: &mut Edits) {
    let connection = call.fields.get("connection");
    let upgrade = Upgrade::of(call.fields.get("upgrade"));
    let forwarded = gateway.config.traffic.forwarded;
    let stays = |name: &str| {
        name.starts_with(HEADER_PREFIX)
            || forwarded.stays_behind(name)
            || hop::stays_behind(name, connection, upgrade)
    };
    call.fields.iter().map(|(name, _)| name).filter(|name| stays(name)).for_each(|name| edits.remove(name));
    hide_token(&call.fields, edits);
}

/// A token among the subprotocols that a WebSocket offers goes no further.
fn hide_token(fields: &Fields, edits: &mut Edits) {
    let Some(offered) = fields.get(subprotocol::HEADER) else { return };
    match subprotocol::forwarded(offered) {
        Some(rest) => edits.set(subprotocol::HEADER, &rest),
        None => edits.remove(subprotocol::HEADER),
    }
}
