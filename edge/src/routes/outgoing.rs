//! What an answer of the origin becomes on its way to the client.

use edgeward_core::{
    Code,
    gateway::{
        Identity,
        config::ServerTiming,
        forward::{
            caching,
            hop::{self, Upgrade},
            subprotocol,
        },
        policy::CredentialRule,
    },
};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::ResponseInit;
use worker::{Headers, Response};

use super::call::Call;
use crate::gateway::{Gateway, Rule};

/// The origin's answer, as it came (its body is streamed) but for what belongs to the gateway's own
/// connection, and with what caches have to know about an answer to somebody in particular.
///
/// # Errors
/// `response_invalid`: it has a status that no answer can have.
pub fn finished(
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
    identity: Option<&Identity>,
    answer: &web_sys::Response,
) -> Result<Response, Code> {
    let rewritten = || -> Result<Response, JsValue> {
        let headers = Headers(web_sys::Headers::new_with_headers(&answer.headers())?);
        leave_behind(&headers)?;
        if identity.is_some() {
            keep_from_shared_caches(&headers)?;
        }
        if answer.status() == SWITCHING {
            choose_protocol(call, &headers)?;
        }
        mark(&headers, call, gateway, rule, &varying(gateway, rule))?;
        with_headers(answer, &headers)
    };
    rewritten().map_err(|_| Code::ResponseInvalid)
}

/// The fields that an answer depends on: where a credential may stand, on a route that looks for one.
pub fn varying<'g>(gateway: &'g Gateway, rule: Option<&Rule<'_>>) -> Vec<&'g str> {
    match rule.map(|rule| rule.requirements.credential) {
        None | Some(CredentialRule::None) => Vec::new(),
        Some(_) => gateway.varying(),
    }
}

/// Writes what every answer has: the request's id, how long the decision took, what it depends on,
/// and the nonce for the next proof if that has changed.
pub fn mark(
    headers: &Headers,
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
    varying: &[&str],
) -> worker::Result<()> {
    headers.set("x-request-id", &call.id)?;
    if let (ServerTiming::Told, Some(rule)) = (gateway.config.traffic.server_timing, rule) {
        headers.append("server-timing", &format!("edgeward;dur={}", rule.decided_in))?;
    }
    if let Some(nonce) = call.headers().get("dpop")?.and_then(|proof| gateway.nonce(&proof)) {
        headers.set("dpop-nonce", &nonce)?;
    }
    if let Some(vary) = caching::vary(headers.get("vary")?.as_deref(), varying) {
        headers.set("vary", &vary)?;
    }
    Ok(())
}

fn leave_behind(headers: &Headers) -> worker::Result<()> {
    let connection = headers.get("connection")?;
    let upgrade = Upgrade::of(headers.get("upgrade")?.as_deref());
    let stays = |name: &String| hop::stays_behind(&name.to_ascii_lowercase(), connection.as_deref(), upgrade);
    let names: Vec<String> = headers.keys().filter(stays).collect();
    names.iter().try_for_each(|name| headers.delete(name))
}

fn keep_from_shared_caches(headers: &Headers) -> worker::Result<()> {
    let said = headers.get("cache-control")?;
    headers.set("cache-control", &caching::for_one(said.as_deref()))?;
    let for_others = |name: &String| caching::is_for_shared_caches(&name.to_ascii_lowercase());
    let names: Vec<String> = headers.keys().filter(for_others).collect();
    names.iter().try_for_each(|name| headers.delete(name))
}

fn choose_protocol(call: &Call<'_>, headers: &Headers) -> worker::Result<()> {
    let offered = call.headers().get(subprotocol::HEADER)?.unwrap_or_default();
    let chosen = headers.get(subprotocol::HEADER)?;
    match subprotocol::answered(&offered, chosen.as_deref()) {
        Some(protocol) => headers.set(subprotocol::HEADER, protocol),
        None => headers.delete(subprotocol::HEADER),
    }
}

/// `new Response(answer.body, answer)` with other headers. An answer that cannot be made again, as
/// one with the status 999, is an error and not a trap.
fn with_headers(answer: &web_sys::Response, headers: &Headers) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(answer.status());
    init.set_headers(&headers.0);
    if answer.status() == SWITCHING {
        let socket = Reflect::get(answer, &"webSocket".into())?;
        Reflect::set(init.unchecked_ref::<JsValue>(), &"webSocket".into(), &socket)?;
    }
    let body = answer.body();
    web_sys::Response::new_with_opt_readable_stream_and_init(body.as_ref(), &init).map(Into::into)
}

/// The connection becomes a WebSocket.
const SWITCHING: u16 = 101;
