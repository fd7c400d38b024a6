//! The Cache API of workerd as a second level for public documents.
//!
//! Elsewhere, and where it does not work (previews, `workers.dev`), it is silently empty: it saves
//! time and decides nothing.

use edgeward_core::{base64url, time::Seconds};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::{
    fetch::{self, Answer},
    global,
    stored::Stored,
    timer,
};

/// How long the cache may take, in milliseconds.
const PATIENCE: u32 = 1_000;

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
    let found = timer::within(PATIENCE, &cache()?.find(&url(name)).ok()?).await?;
    if found.is_undefined() {
        return None;
    }
    let answer = fetch::read(found.unchecked_into::<Answer>(), limit).await.ok()?;
    let headers = answer.headers;
    Stored::read(answer.body, |name| {
        headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    })
}

/// Keeps a document for `keep_for`.
pub async fn put(name: &str, document: &Stored, keep_for: Seconds) {
    // Nothing depends on its success.
    let _: Option<()> = try_put(name, document, keep_for).await;
}

async fn try_put(name: &str, document: &Stored, keep_for: Seconds) -> Option<()> {
    let headers = Object::new();
    let set = |name: &str, value: String| Reflect::set(&headers, &name.into(), &value.into()).ok();
    set("cache-control", ["public, max-age=", &keep_for.0.to_string()].concat())?;
    for (name, note) in document.notes() {
        set(name, note)?;
    }
    let init = Object::new();
    Reflect::set(&init, &"headers".into(), &headers).ok()?;
    let answer = NewAnswer::new(&document.body, &init).ok()?;
    timer::within(PATIENCE, &cache()?.put(&url(name), &answer).ok()?).await.map(drop)
}

/// `caches.default` exists in workerd alone; browsers' caches are the page's own.
fn cache() -> Option<Cache> {
    global::property(&global::member("caches")?, "default").map(JsCast::unchecked_into)
}

/// An address under a reserved name, which no server can have: only this code writes there.
fn url(name: &str) -> String {
    ["https://edgeward.invalid/", &base64url::encode(name.as_bytes())].concat()
}
