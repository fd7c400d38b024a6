//! What is written into the log and counted about a request.

use edgeward_core::{
    Code, Error,
    gateway::log::{Event, Line},
};
use edgeward_host::{metrics, revocation::Basis};
use worker::{console_error, console_log, console_warn};

use super::call::Call;
use crate::gateway::{Caller, Gateway, Rule};

/// A request that was turned away, or that the gateway could not serve.
pub fn denied(call: &Call<'_>, gateway: &Gateway, rule: Option<&Rule<'_>>, error: Error) {
    metrics::denied(error.code);
    let line = Line::of(error, &call.id, &call.method);
    let issuer = rule.and_then(|rule| rule.issuer);
    write(call, gateway, rule, Line { issuer, ..line });
}

/// A request that was let through.
pub fn allowed(
    call: &Call<'_>,
    gateway: &Gateway,
    rule: Option<&Rule<'_>>,
    caller: Option<&Caller>,
    answer: &web_sys::Response,
) {
    let issuer = caller.map(|caller| caller.identity.issuer.as_str());
    let unguarded = caller.is_some_and(|caller| caller.basis == Basis::Unguarded);
    let event = if unguarded { Event::Unguarded } else { Event::Allowed };
    if !gateway.config.traffic.log.tells(event) {
        return;
    }
    let line = Line {
        event,
        code: unguarded.then(|| Code::RevocationUnavailable.as_str()),
        at: "",
        status: answer.status(),
        request_id: &call.id,
        method: &call.method,
        route: None,
        issuer,
        millis: 0,
    };
    write(call, gateway, rule, line);
}

fn write(call: &Call<'_>, gateway: &Gateway, rule: Option<&Rule<'_>>, line: Line<'_>) {
    if !gateway.config.traffic.log.tells(line.event) {
        return;
    }
    let route = rule.and_then(|rule| rule.pattern.as_deref());
    let text =
        Line { route, millis: rule.map_or_else(|| call.millis(), |rule| rule.decided_in), ..line }.text();
    match line.event {
        Event::Allowed => console_log!("{text}"),
        Event::Denied | Event::Unguarded => console_warn!("{text}"),
        Event::Failed => console_error!("{text}"),
    }
}
