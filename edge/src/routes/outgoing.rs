//! What an answer of the origin becomes on its way to the client.

use edgeward_config::ServerTiming;
use edgeward_core::{
    Code,
    gateway::{
        Identity,
        forward::{
            caching,
            hop::{self, Upgrade},
            subprotocol,
        },
        policy::CredentialRule,
    },
};

use super::{
    call::Call,
    passage::{self, Edits, Fields},
};
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
) -> Result<web_sys::Response, Code> {
    let (status, mut fields) = passage::answer(answer);
    let mut edits = Edits::default();
    leave_behind(&mut fields, &mut edits);
    if identity.is_some() {
        keep_from_shared_caches(&mut fields, &mut edits);
    }
    if status == SWITCHING {
        choose_protocol(call, &fields, &mut edits);
    }
    mark(&mut edits, fields.get("vary"), call, gateway, rule);
    passage::give_back(answer, &edits).map_err(|_| Code::ResponseInvalid)
}

/// The fields that an answer depends on: where a credential may stand, on a route that looks for one.
fn varying<'g>(gateway: &'g Gateway, rule: Option<&Rule<'_>>) -> Vec<&'g str> {
    match rule.map(|rule| rule.requirements.credential) {
        None | Some(CredentialRule::None) => Vec::new(),
        Some(_) => gateway.varying(),
    }
}

/// Writes what every answer has: the request's id, how long the decision took, what it depends on,
/// and the nonce for the next proof if that has changed.
pub fn mark(
    edits: &mut Edits,
    vary: Option<&str>,
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
) {
    edits.set("x-request-id", &call.id);
    if let (ServerTiming::Told, Some(rule)) = (gateway.config.traffic.server_timing, rule) {
        edits.append("server-timing", &format!("edgeward;dur={}", rule.decided_in));
    }
    if let Some(nonce) = call.fields.get("dpop").and_then(|proof| gateway.nonce(proof)) {
        edits.set("dpop-nonce", &nonce);
    }
    if let Some(vary) = caching::vary(vary, &varying(gateway, rule)) {
        edits.set("vary", &vary);
    }
}

fn leave_behind(fields: &mut Fields, edits: &mut Edits) {
    let connection = fields.get("connection").map(str::to_owned);
    let upgrade = Upgrade::of(fields.get("upgrade"));
    fields.remove(edits, |name| hop::stays_behind(name, connection.as_deref(), upgrade));
}

fn keep_from_shared_caches(fields: &mut Fields, edits: &mut Edits) {
    edits.set("cache-control", &caching::for_one(fields.get("cache-control")));
    fields.remove(edits, caching::is_for_shared_caches);
}

fn choose_protocol(call: &Call<'_>, fields: &Fields, edits: &mut Edits) {
    let offered = call.fields.get(subprotocol::HEADER).unwrap_or_default();
    let chosen = fields.get(subprotocol::HEADER);
    match subprotocol::answered(offered, chosen) {
        Some(protocol) => edits.set(subprotocol::HEADER, protocol),
        None => edits.remove(subprotocol::HEADER),
    }
}

/// The connection becomes a WebSocket.
const SWITCHING: u16 = 101;
