//! The effects that flows order: what only the platform can do. None of them decides anything.

use edgeward_core::{
    Code, Error, base64url,
    http::{Request, Response},
    json::{Map, Value, Writer},
    oauth::Failure,
};

use crate::run::{Flow, Run, settled};

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

/// Sends a request and reads the whole answer.
///
/// # Errors
/// `network_failed`, `network_timeout`; `redirect_refused`: a redirect would take what was sent to
/// a place that nobody checked; `response_too_large`: the rest was not read.
pub(crate) fn fetch(run: &Run<'_>, request: &Request, limits: Limits) -> Flow<Response> {
    let mut members = Writer::object();
    members.raw("request", &written(request));
    members.number("deadline", limits.deadline.into()).number("limit", limits.body.into());
    if limits.outlives_page {
        members.flag("keepalive", true);
    }
    response(run.order("fetch", members)?).ok_or_else(|| Code::InternalError.into())
}

/// Random bytes fit for keys.
///
/// # Errors
/// `runtime_unsupported`: the platform has none.
pub(crate) fn random<const N: usize>(run: &Run<'_>) -> Flow<[u8; N]> {
    let mut members = Writer::object();
    members.number("bytes", i64::try_from(N).unwrap_or_default());
    bytes(run.order("random", members)?)?.try_into().map_err(|_| Code::InternalError.into())
}

/// The digest of a text, with a hash by WebCrypto's name for it.
///
/// # Errors
/// `runtime_unsupported`: the platform has no WebCrypto.
pub(crate) fn digest(run: &Run<'_>, hash: &str, data: &str) -> Flow<Vec<u8>> {
    let mut members = Writer::object();
    members.text("hash", hash).text("data", data);
    bytes(run.order("digest", members)?)
}

/// The text at a key.
pub(crate) fn read<'a>(run: &Run<'a>, area: Area, key: &str) -> Flow<Option<&'a str>> {
    text(run.order("read", place(area, key)))
}

/// Replaces the text at a key if it is the expected one. False: it is another.
pub(crate) fn swap(
    run: &Run<'_>,
    area: Area,
    key: &str,
    expected: Option<&str>,
    next: Option<&str>,
) -> Flow<bool> {
    let mut members = place(area, key);
    members.text_or_null("expected", expected).text_or_null("next", next);
    let answer = settled(run.order("swap", members))?;
    Ok(answer.is_ok_and(|answer| answer.get("done") == Some(&Value::Bool(true))))
}

/// The keys that begin with a prefix.
pub(crate) fn keys<'a>(run: &Run<'a>, area: Area, prefix: &str) -> Flow<Vec<&'a str>> {
    let mut members = Writer::object();
    members.text("area", area.name()).text("prefix", prefix);
    let mut keys = Vec::new();
    if let Ok(Value::Array(names)) = settled(run.order("keys", members))? {
        for name in names {
            keys.extend(name.as_str());
        }
    }
    Ok(keys)
}

/// The page's address; none where there is no page.
pub(crate) fn location<'a>(run: &Run<'a>) -> Flow<Option<&'a str>> {
    text(run.order("location", Writer::object()))
}

/// Leaves for another address.
///
/// # Errors
/// `runtime_unsupported`: there is no page.
pub(crate) fn navigate(run: &Run<'_>, url: &str) -> Flow<()> {
    run.order("navigate", at(url)).map(drop)
}

/// Shows another address without loading it. Where that cannot be done, nothing happens.
pub(crate) fn rewrite(run: &Run<'_>, url: &str) -> Flow<()> {
    settled(run.order("rewrite", at(url))).map(drop)
}

/// Shows a page in a window of its own, and gives the address at which it came back.
///
/// # Errors
/// `popup_blocked`, `popup_closed`, `network_timeout`.
pub(crate) fn popup<'a>(run: &Run<'a>, url: &str, state: &str) -> Flow<&'a str> {
    let mut members = at(url);
    members.text("name", state).number("deadline", POPUP_DEADLINE);
    run.order("popup", members)?.as_str().ok_or_else(|| Code::InternalError.into())
}

/// Hands a callback over to the page that waits for it, from the window that it opened. False:
/// nobody waits for it.
pub(crate) fn relay(run: &Run<'_>, url: &str, state: &str) -> Flow<bool> {
    let mut members = at(url);
    members.text("name", state);
    Ok(settled(run.order("relay", members))? == Ok(&Value::Bool(true)))
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
fn bytes(answer: &Value) -> Flow<Vec<u8>> {
    Ok(base64url::decode(answer.as_str().unwrap_or_default())?)
}

/// A text that was answered; a failure stands for none, since storage degrades and never fails.
fn text(answer: Flow<&Value>) -> Flow<Option<&str>> {
    Ok(settled(answer)?.ok().and_then(Value::as_str))
}

/// What the driver has answered: a value, or a failure.
pub(crate) fn answer(input: &Map) -> Result<Value, Failure> {
    match input.get("error") {
        Some(error) => Err(failure(error)),
        None => Ok(input.get("ok").cloned().unwrap_or(Value::Null)),
    }
}

/// The failure that an answer carries: a code of the table, or `internal_error`.
fn failure(error: &Value) -> Failure {
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
