//! The Cache API of workerd as a second level for public documents.
//!
//! Elsewhere, and where it does not work (previews, `workers.dev`), it is silently empty: it saves
//! time and decides nothing.

use edgeward_core::{
    base64url,
    time::{Seconds, UnixSeconds},
};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    fetch::{self, Answer},
    global,
};

/// A document and when it left its server.
pub struct Stored {
    /// Its text.
    pub body: Vec<u8>,
    /// When it was fetched.
    pub at: UnixSeconds,
    /// The `max-age` it came with.
    pub max_age: Option<Seconds>,
}

#[wasm_bindgen]
extern "C" {
    type Cache;

    #[wasm_bindgen(js_name = Response)]
    type NewAnswer;

    #[wasm_bindgen(constructor, catch, js_class = Response)]
    fn new(body: &[u8], init: &Object) -> Result<NewAnswer, JsValue>;

    #[wasm_bindgen(method, catch, js_name = match)]
    fn find(this: &Cache, url: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &Cache, url: &str, answer: &NewAnswer) -> Result<Promise, JsValue>;
}

/// The document kept for `name`, if there is one of at most `limit` bytes.
pub async fn get(name: &str, limit: usize) -> Option<Stored> {
    let found = JsFuture::from(cache()?.find(&url(name)).ok()?).await.ok()?;
    if found.is_undefined() {
        return None;
    }
    let answer = fetch::read(found.unchecked_into::<Answer>(), limit).await.ok()?;
    let number = |name: &str| answer.header(name)?.parse::<i64>().ok();
    let at = UnixSeconds(number(AT)?);
    let max_age = number(MAX_AGE).and_then(|seconds| u32::try_from(seconds).ok()).map(Seconds);
    Some(Stored { body: answer.body, at, max_age })
}

/// Keeps a document for `keep_for`.
pub async fn put(name: &str, document: &Stored, keep_for: Seconds) {
    // Nothing depends on its success.
    let _: Option<()> = try_put(name, document, keep_for).await;
}

async fn try_put(name: &str, document: &Stored, keep_for: Seconds) -> Option<()> {
    let headers = Object::new();
    let set = |name: &str, value: String| Reflect::set(&headers, &name.into(), &value.into()).ok();
    set("cache-control", format!("public, max-age={}", keep_for.0))?;
    set(AT, document.at.0.to_string())?;
    if let Some(max_age) = document.max_age {
        set(MAX_AGE, max_age.0.to_string())?;
    }
    let init = Object::new();
    Reflect::set(&init, &"headers".into(), &headers).ok()?;
    let answer = NewAnswer::new(&document.body, &init).ok()?;
    JsFuture::from(cache()?.put(&url(name), &answer).ok()?).await.ok().map(drop)
}

/// `caches.default` exists in workerd alone; browsers' caches are the page's own.
fn cache() -> Option<Cache> {
    global::property(&global::member("caches")?, "default").map(JsCast::unchecked_into)
}

/// An address under a reserved name, which no server can have: only this code writes there.
fn url(name: &str) -> String {
    format!("https://edgeward.invalid/{}", base64url::encode(name.as_bytes()))
}

const AT: &str = "x-edgeward-at";
const MAX_AGE: &str = "x-edgeward-max-age";
