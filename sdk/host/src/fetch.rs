//! The global `fetch`, made safe: a deadline, a limit on the body, no redirects, no cookies.

use edgeward_core::{
    Code, Error,
    http::{Request, Response},
};
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{global, task};

/// What one call may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long it may take, in milliseconds, with the body.
    pub deadline_millis: u32,
    /// How long the body may be, in bytes.
    pub body_bytes: usize,
}

#[wasm_bindgen]
extern "C" {
    pub(crate) type Answer;
    type Stream;
    type Reader;
    type Chunk;
    pub(crate) type Signal;

    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = AbortSignal, js_name = timeout)]
    fn timeout(millis: u32) -> Result<Signal, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn aborted(this: &Signal) -> bool;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Answer) -> u16;

    #[wasm_bindgen(method, getter, js_name = type)]
    fn kind(this: &Answer) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Answer) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Answer) -> Option<Stream>;

    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn reader(this: &Stream) -> Result<Reader, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn done(this: &Chunk) -> bool;

    #[wasm_bindgen(method, getter)]
    fn value(this: &Chunk) -> Option<Uint8Array>;
}

/// Sends a request and reads the whole answer.
///
/// # Errors
/// `network_failed`, `network_timeout`; `redirect_refused`: a redirect would take what was sent to
/// a place that nobody checked; `response_too_large`: the rest was not read.
pub async fn send(request: &Request, limits: Limits) -> Result<Response, Error> {
    let signal = deadline(limits.deadline_millis)?;
    let promise = global_fetch(&request.url, &init(request, &signal)?);
    answered(promise, &signal, limits).await
}

/// Awaits an answer and reads the whole of it.
pub(crate) async fn answered(
    promise: Result<Promise, JsValue>,
    signal: &Signal,
    limits: Limits,
) -> Result<Response, Error> {
    let failed = |_| Error::from(if signal.aborted() { Code::NetworkTimeout } else { Code::NetworkFailed });
    let answer: Answer = JsFuture::from(promise.map_err(failed)?).await.map_err(failed)?.unchecked_into();
    // Browsers hide where a redirect leads; Node and workerd show it.
    if answer.kind().as_deref() == Some("opaqueredirect") || (300..400).contains(&answer.status()) {
        return Err(Code::RedirectRefused.into());
    }
    read(answer, limits.body_bytes).await.map_err(|broken| match broken {
        Broken::Network(error) => failed(error),
        Broken::TooLarge => Code::ResponseTooLarge.into(),
    })
}

/// A signal that stops a call after so long.
pub(crate) fn deadline(millis: u32) -> Result<Signal, Error> {
    timeout(millis).map_err(|_| unsupported("AbortSignal.timeout"))
}

/// Reads the whole of an answer whose body is at most `limit` bytes long.
pub(crate) async fn read(answer: Answer, limit: usize) -> Result<Response, Broken> {
    let body = match answer.body() {
        None => Vec::new(),
        Some(stream) => read_limited(&stream, limit).await?,
    };
    Ok(Response { status: answer.status(), headers: headers(&answer), body })
}

/// Reads the body of a request that came in, of at most `limit` bytes.
///
/// # Errors
/// `invalid_parameters` at `body`: it is longer. `network_failed`: the rest did not come.
pub async fn body_of(request: &JsValue, limit: usize) -> Result<Vec<u8>, Error> {
    let Some(stream) = request.unchecked_ref::<Answer>().body() else { return Ok(Vec::new()) };
    read_limited(&stream, limit).await.map_err(|broken| match broken {
        Broken::Network(_) => Code::NetworkFailed.into(),
        Broken::TooLarge => Error::at(Code::InvalidParameters, "body"),
    })
}

fn init(request: &Request, signal: &Signal) -> Result<Object, Error> {
    let headers = Object::new();
    for (name, value) in &request.headers {
        set(&headers, name, &value.as_str().into())?;
    }
    let init = Object::new();
    set(&init, "method", &request.method.as_str().into())?;
    set(&init, "headers", &headers)?;
    set(&init, "redirect", &"manual".into())?;
    set(&init, "signal", signal.as_ref())?;
    if !request.body.is_empty() {
        set(&init, "body", &request.body.as_str().into())?;
    }
    if is_browser_like() {
        set(&init, "credentials", &"omit".into())?;
        // Whoever asks keeps what it needs; an old key set would refuse the newest key's tokens.
        set(&init, "cache", &"no-cache".into())?;
    }
    Ok(init)
}

/// workerd has neither cookies nor an HTTP cache of its own, and refuses their very mention.
fn is_browser_like() -> bool {
    let prototype = global::member("Request").and_then(|class| global::property(&class, "prototype"));
    prototype.is_some_and(|prototype| Reflect::has(&prototype, &"credentials".into()).unwrap_or(false))
}

/// Why a body could not be read.
pub(crate) enum Broken {
    Network(JsValue),
    TooLarge,
}

/// Reads piece by piece, so that an endless body never fills the memory.
async fn read_limited(stream: &Stream, limit: usize) -> Result<Vec<u8>, Broken> {
    let reader = stream.reader().map_err(Broken::Network)?;
    let mut body = Vec::new();
    loop {
        let promise = reader.read().map_err(Broken::Network)?;
        let chunk: Chunk = JsFuture::from(promise).await.map_err(Broken::Network)?.unchecked_into();
        if chunk.done() {
            return Ok(body);
        }
        let Some(bytes) = chunk.value() else { continue };
        if bytes.length() as usize > limit.saturating_sub(body.len()) {
            cancel(&reader);
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&bytes.to_vec());
    }
}

/// Tells the server to stop; how that ends does not matter, but a rejection must have a handler.
fn cancel(reader: &Reader) {
    if let Ok(promise) = reader.cancel() {
        task::spawn(async move { drop(JsFuture::from(promise).await) });
    }
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let pair = |entry: JsValue| {
        let entry: Array = entry.dyn_into().ok()?;
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    Array::from(&answer.headers()).iter().filter_map(pair).collect()
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), Error> {
    Reflect::set(object, &name.into(), value).map(drop).map_err(|_| Code::InternalError.into())
}

fn unsupported(at: &'static str) -> Error {
    Error::at(Code::RuntimeUnsupported, at)
}
