//! A KV namespace of Cloudflare, as a store for public documents that many places share.
//!
//! It may be a minute behind, it takes one write a second for a name, and it may fail: it saves
//! time and decides nothing.
//!
//! Source: <https://developers.cloudflare.com/kv/api/>

use std::{future::Future, pin::Pin};

use edgeward_core::time::Seconds;
use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::{
    global,
    stored::{Store, Stored},
    timer,
};

/// How long a read or a write may take, in milliseconds; the issuer may well be quicker.
const PATIENCE: u32 = 1_000;

/// A KV namespace.
#[derive(Clone)]
pub struct Namespace(Binding);

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type Binding;

    #[wasm_bindgen(method, catch, js_name = getWithMetadata)]
    fn find(this: &Binding, name: &str, kind: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn put(this: &Binding, name: &str, value: &Uint8Array, options: &Object) -> Result<Promise, JsValue>;
}

impl Namespace {
    /// The namespace that a Worker's binding stands for; `None` if it stands for something else.
    #[must_use]
    pub fn of_binding(binding: JsValue) -> Option<Self> {
        let has = |name: &str| global::property(&binding, name).is_some_and(|method| method.is_function());
        (has("getWithMetadata") && has("put")).then(|| Self(binding.unchecked_into()))
    }

    async fn try_get(&self, name: &str, limit: usize) -> Option<Stored> {
        let found = timer::within(PATIENCE, &self.0.find(name, "arrayBuffer").ok()?).await?;
        let value = Uint8Array::new(&global::property(&found, "value")?);
        if value.length() as usize > limit {
            return None;
        }
        let metadata = global::property(&found, "metadata")?;
        Stored::read(value.to_vec(), |name| global::property(&metadata, name)?.as_string())
    }

    async fn try_put(&self, name: &str, document: &Stored, keep_for: Seconds) -> Option<()> {
        let metadata = Object::new();
        for (name, note) in document.notes() {
            Reflect::set(&metadata, &name.into(), &note.into()).ok()?;
        }
        let options = Object::new();
        Reflect::set(&options, &"metadata".into(), &metadata).ok()?;
        Reflect::set(&options, &"expirationTtl".into(), &keep_for.0.into()).ok()?;
        let value = Uint8Array::from(document.body.as_slice());
        timer::within(PATIENCE, &self.0.put(name, &value, &options).ok()?).await.map(drop)
    }
}

impl Store for Namespace {
    fn get<'a>(&'a self, name: &'a str, limit: usize) -> Pin<Box<dyn Future<Output = Option<Stored>> + 'a>> {
        Box::pin(self.try_get(name, limit))
    }

    fn put<'a>(
        &'a self,
        name: &'a str,
        document: &'a Stored,
        keep_for: Seconds,
    ) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            let _: Option<()> = self.try_put(name, document, keep_for).await;
        })
    }
}
