//! The effects that flows order: what only the platform can do. None of them decides anything.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use edgeward_core::{
    Code, Error, base64url,
    http::{Request, Response},
    json::{Value, Writer},
    oauth::Failure,
};

use crate::runtime::{Answer, Pending, Runtime};

/// What one request may cost.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How long it may take, in milliseconds, with the body.
    pub deadline: u32,
    /// How long the body may be, in bytes.
    pub body: u32,
    /// Whether it goes on when the page is left.
    pub outlives_page: bool,
}

/// Requests to the authorization server.
pub(crate) const SERVER: Limits = Limits { deadline: 10_000, body: 64 * 1024, outlives_page: false };
/// Goodbyes, which nobody waits for long.
pub(crate) const GOODBYE: Limits = Limits { deadline: 3_000, body: 16 * 1024, outlives_page: true };

/// Where texts are kept.
#[derive(Clone, Copy)]
pub(crate) enum Area {
    /// The session.
    Session,
    /// The sign-ins that are under way.
    Transactions,
}

impl Area {
    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transactions => "transactions",
        }
    }
}

/// An effect under way, and how its answer is read. A future by hand: those that the compiler makes
/// of functions are five times as much code.
pub(crate) struct Told<T> {
    pending: Pending,
    read: fn(Answer) -> T,
}

impl<T> Future for Told<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let read = self.read;
        Pin::new(&mut self.pending).poll(context).map(read)
    }
}

fn told<T>(runtime: &Rc<Runtime>, kind: &str, members: Writer, read: fn(Answer) -> T) -> Told<T> {
    Told { pending: runtime.order(kind, members), read }
}

/// Sends a request and reads the whole answer.
///
/// # Errors
/// `network_failed`, `network_timeout`; `redirect_refused`: a redirect would take what was sent to
/// a place that nobody checked; `response_too_large`: the rest was not read.
pub(crate) fn fetch(
    runtime: &Rc<Runtime>,
    request: &Request,
    limits: Limits,
) -> Told<Result<Response, Failure>> {
    let mut members = Writer::object();
    members.raw("request", &written(request));
    members.number("deadline", limits.deadline.into()).number("limit", limits.body.into());
    if limits.outlives_page {
        members.flag("keepalive", true);
    }
    told(runtime, "fetch", members, |answer| response(&answer?).ok_or_else(|| Code::InternalError.into()))
}

/// Random bytes fit for keys.
///
/// # Errors
/// `runtime_unsupported`: the platform has none.
pub(crate) fn random<const N: usize>(runtime: &Rc<Runtime>) -> Told<Result<[u8; N], Failure>> {
    let mut members = Writer::object();
    members.number("bytes", i64::try_from(N).unwrap_or_default());
    told(runtime, "random", members, |answer| {
        bytes(answer)?.try_into().map_err(|_| Code::InternalError.into())
    })
}

/// The digest of a text, with a hash by WebCrypto's name for it.
///
/// # Errors
/// `runtime_unsupported`: the platform has no WebCrypto.
pub(crate) fn digest(runtime: &Rc<Runtime>, hash: &str, data: &str) -> Told<Result<Vec<u8>, Failure>> {
    let mut members = Writer::object();
    members.text("hash", hash).text("data", data);
    told(runtime, "digest", members, bytes)
}

/// The text at a key.
pub(crate) fn read(runtime: &Rc<Runtime>, area: Area, key: &str) -> Told<Option<String>> {
    told(runtime, "read", place(area, key), text)
}

/// Replaces the text at a key if it is the expected one. False: it is another.
pub(crate) fn swap(
    runtime: &Rc<Runtime>,
    area: Area,
    key: &str,
    expected: Option<&str>,
    next: Option<&str>,
) -> Told<bool> {
    let mut members = place(area, key);
    members.text_or_null("expected", expected).text_or_null("next", next);
    told(runtime, "swap", members, |answer| {
        answer.is_ok_and(|answer| answer.get("done") == Some(&Value::Bool(true)))
    })
}

/// The keys that begin with a prefix.
pub(crate) fn keys(runtime: &Rc<Runtime>, area: Area, prefix: &str) -> Told<Vec<String>> {
    let mut members = Writer::object();
    members.text("area", area.name()).text("prefix", prefix);
    told(runtime, "keys", members, |answer| {
        let mut keys = Vec::new();
        if let Ok(Value::Array(names)) = answer {
            for name in names {
                keys.extend(text(Ok(name)));
            }
        }
        keys
    })
}

/// The page's address; none where there is no page.
pub(crate) fn location(runtime: &Rc<Runtime>) -> Told<Option<String>> {
    told(runtime, "location", Writer::object(), text)
}

/// Leaves for another address.
///
/// # Errors
/// `runtime_unsupported`: there is no page.
pub(crate) fn navigate(runtime: &Rc<Runtime>, url: &str) -> Told<Result<(), Failure>> {
    told(runtime, "navigate", at(url), |answer| answer.map(drop))
}

/// Shows another address without loading it. Where that cannot be done, nothing happens.
pub(crate) fn rewrite(runtime: &Rc<Runtime>, url: &str) -> Told<()> {
    told(runtime, "rewrite", at(url), drop)
}

/// Shows a page in a window of its own, and gives the address at which it came back.
///
/// # Errors
/// `popup_blocked`, `popup_closed`, `network_timeout`.
pub(crate) fn popup(runtime: &Rc<Runtime>, url: &str, state: &str) -> Told<Result<String, Failure>> {
    let mut members = at(url);
    members.text("name", state).number("deadline", POPUP_DEADLINE);
    told(runtime, "popup", members, |answer| text(Ok(answer?)).ok_or_else(|| Code::InternalError.into()))
}

/// Hands a callback over to the page that waits for it, from the window that it opened. False:
/// nobody waits for it.
pub(crate) fn relay(runtime: &Rc<Runtime>, url: &str, state: &str) -> Told<bool> {
    let mut members = at(url);
    members.text("name", state);
    told(runtime, "relay", members, |answer| answer == Ok(Value::Bool(true)))
}

/// As long as a sign-in may take.
const POPUP_DEADLINE: i64 = 600_000;

/// The members `area` and `key`.
pub(crate) fn place(area: Area, key: &str) -> Writer {
    let mut members = Writer::object();
    members.text("area", area.name()).text("key", key);
    members
}

fn at(url: &str) -> Writer {
    let mut members = Writer::object();
    members.text("url", url);
    members
}

fn written(request: &Request) -> String {
    let mut headers = Writer::list();
    for (name, value) in &request.headers {
        let mut header = Writer::list();
        header.item_text(name).item_text(value);
        headers.item(&header.finish());
    }
    let mut members = Writer::object();
    members.text("method", request.method.as_str()).text("url", &request.url);
    members.raw("headers", &headers.finish());
    if !request.body.is_empty() {
        members.text("body", &request.body);
    }
    members.finish()
}

pub(crate) fn response(answer: &Value) -> Option<Response> {
    let mut headers = Vec::new();
    for pair in answer.get("headers")?.as_array()? {
        let [name, value] = pair.as_array()?.as_slice() else { return None };
        headers.push((name.as_str()?.into(), value.as_str()?.into()));
    }
    let status = u16::try_from(answer.get("status")?.as_u64()?).ok()?;
    Some(Response { status, headers, body: answer.get("body")?.as_str()?.as_bytes().to_vec() })
}

/// Bytes that were answered, as base64url.
fn bytes(answer: Answer) -> Result<Vec<u8>, Failure> {
    Ok(base64url::decode(answer?.as_str().unwrap_or_default())?)
}

/// A text that was answered; a failure stands for none, since storage degrades and never fails.
pub(crate) fn text(answer: Answer) -> Option<String> {
    match answer {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The failure that an answer carries: a code of the table, or `internal_error`.
pub(crate) fn failure(error: &Value) -> Failure {
    let named = error.get("code").and_then(Value::as_str).unwrap_or_default();
    let code = RAISED.into_iter().find(|code| code.as_str() == named).unwrap_or(Code::InternalError);
    let at = error.get("at").and_then(Value::as_str).unwrap_or_default();
    let at = PLACES.into_iter().find(|place| *place == at).unwrap_or_default();
    Error { code, at }.into()
}

/// What effects fail with.
const RAISED: [Code; 12] = [
    Code::NetworkFailed,
    Code::NetworkTimeout,
    Code::RedirectRefused,
    Code::ResponseTooLarge,
    Code::ResponseInvalid,
    Code::RuntimeUnsupported,
    Code::AlgorithmUnsupported,
    Code::JwkInvalid,
    Code::PopupBlocked,
    Code::PopupClosed,
    Code::Aborted,
    Code::ConfigInvalid,
];

/// What the platform may lack.
const PLACES: [&str; 6] =
    ["location", "history", "crypto.subtle", "crypto.getRandomValues", "window", "keys"];
