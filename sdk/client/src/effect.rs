//! The effects that flows order: what only the platform can do. None of them decides anything.

use std::rc::Rc;

use edgeward_core::{
    Code, Error, base64url,
    http::{Request, Response},
    json::Value,
    oauth::Failure,
};

use crate::runtime::{Pending, Runtime};

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
pub(crate) async fn fetch(
    runtime: &Rc<Runtime>,
    request: &Request,
    limits: Limits,
) -> Result<Response, Failure> {
    let mut members = request_members(request);
    members.extend([("deadline", limits.deadline.into()), ("limit", limits.body.into())]);
    if limits.outlives_page {
        members.push(("keepalive", true.into()));
    }
    let answer = runtime.order("fetch", members).await?;
    response(answer).ok_or_else(|| Code::InternalError.into())
}

/// Random bytes fit for keys.
///
/// # Errors
/// `runtime_unsupported`: the platform has none.
pub(crate) async fn random<const N: usize>(runtime: &Rc<Runtime>) -> Result<[u8; N], Failure> {
    let length = u32::try_from(N).unwrap_or_default();
    let answer = runtime.order("random", vec![("bytes", length.into())]).await?;
    bytes(&answer).and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| Code::InternalError.into())
}

/// The digest of a text, with a hash by WebCrypto's name for it.
///
/// # Errors
/// `runtime_unsupported`: the platform has no WebCrypto.
pub(crate) async fn digest(runtime: &Rc<Runtime>, hash: &str, data: &str) -> Result<Vec<u8>, Failure> {
    let answer = runtime.order("digest", vec![("hash", hash.into()), ("data", data.into())]).await?;
    bytes(&answer).ok_or_else(|| Code::InternalError.into())
}

/// The text at a key.
pub(crate) async fn read(runtime: &Rc<Runtime>, area: Area, key: &str) -> Option<String> {
    text(runtime.order("read", place(area, key)).await)
}

/// Replaces the text at a key if it is the expected one. False: it is another.
pub(crate) async fn swap(
    runtime: &Rc<Runtime>,
    area: Area,
    key: &str,
    expected: Option<&str>,
    next: Option<&str>,
) -> bool {
    let mut members = place(area, key);
    members.extend([("expected", expected.into()), ("next", next.into())]);
    let answer = runtime.order("swap", members).await;
    answer.is_ok_and(|answer| answer.get("done") == Some(&Value::Bool(true)))
}

/// The keys that begin with a prefix.
pub(crate) async fn keys(runtime: &Rc<Runtime>, area: Area, prefix: &str) -> Vec<String> {
    let members = vec![("area", area.name().into()), ("prefix", prefix.into())];
    let answer = runtime.order("keys", members).await;
    let names = answer.ok().and_then(|answer| answer.as_array().cloned()).unwrap_or_default();
    names.into_iter().filter_map(|name| text(Ok(name))).collect()
}

/// The page's address; none where there is no page.
pub(crate) async fn location(runtime: &Rc<Runtime>) -> Option<String> {
    text(runtime.order("location", Vec::new()).await)
}

/// Leaves for another address.
///
/// # Errors
/// `runtime_unsupported`: there is no page.
pub(crate) async fn navigate(runtime: &Rc<Runtime>, url: &str) -> Result<(), Failure> {
    runtime.order("navigate", vec![("url", url.into())]).await.map(drop)
}

/// Shows another address without loading it. Where that cannot be done, nothing happens.
pub(crate) async fn rewrite(runtime: &Rc<Runtime>, url: &str) {
    drop(runtime.order("rewrite", vec![("url", url.into())]).await);
}

/// Shows a page in a window of its own, and gives the address at which it came back.
///
/// # Errors
/// `popup_blocked`, `popup_closed`, `network_timeout`.
pub(crate) async fn popup(runtime: &Rc<Runtime>, url: &str, state: &str) -> Result<String, Failure> {
    let members = vec![("url", url.into()), ("name", state.into()), ("deadline", POPUP_DEADLINE.into())];
    let answer = runtime.order("popup", members).await?;
    text(Ok(answer)).ok_or_else(|| Code::InternalError.into())
}

/// Hands a callback over to the page that waits for it, from the window that it opened. False:
/// nobody waits for it.
pub(crate) async fn relay(runtime: &Rc<Runtime>, url: &str, state: &str) -> bool {
    let members = vec![("url", url.into()), ("name", state.into())];
    runtime.order("relay", members).await == Ok(Value::Bool(true))
}

/// As long as a sign-in may take.
const POPUP_DEADLINE: u32 = 600_000;

/// Whether a signature of `data` verifies. `key`, `import` and `algorithm` are in WebCrypto's words.
///
/// # Errors
/// `jwk_invalid`, `algorithm_unsupported`, `runtime_unsupported`.
pub(crate) fn verify(runtime: &Rc<Runtime>, members: Vec<(&str, Value)>) -> Pending {
    runtime.order("verify", members)
}

/// The members `area` and `key`.
pub(crate) fn place(area: Area, key: &str) -> Vec<(&'static str, Value)> {
    vec![("area", area.name().into()), ("key", key.into())]
}

fn request_members(request: &Request) -> Vec<(&'static str, Value)> {
    let header = |(name, value): &(&'static str, String)| Value::from(vec![*name, value.as_str()]);
    let mut members = vec![
        ("method", request.method.as_str().into()),
        ("url", request.url.as_str().into()),
        ("headers", Value::Array(request.headers.iter().map(header).collect())),
    ];
    if !request.body.is_empty() {
        members.push(("body", request.body.as_str().into()));
    }
    vec![("request", edgeward_core::json::object(members))]
}

pub(crate) fn response(answer: Value) -> Option<Response> {
    let header = |pair: &Value| {
        let [name, value] = pair.as_array()?.as_slice() else { return None };
        Some((name.as_str()?.into(), value.as_str()?.into()))
    };
    Some(Response {
        status: u16::try_from(answer.get("status")?.as_u64()?).ok()?,
        headers: answer.get("headers")?.as_array()?.iter().map(header).collect::<Option<_>>()?,
        body: answer.get("body")?.as_str()?.as_bytes().to_vec(),
    })
}

/// Bytes that were answered, as base64url.
fn bytes(answer: &Value) -> Option<Vec<u8>> {
    base64url::decode(answer.as_str()?).ok()
}

/// A text that was answered; a failure stands for none, since storage degrades and never fails.
pub(crate) fn text(answer: Result<Value, Failure>) -> Option<String> {
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
