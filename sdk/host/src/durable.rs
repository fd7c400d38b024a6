//! Durable Objects: each is one small server that a Worker reaches through a binding.

use std::borrow::Cow;

use edgeward_core::{Code, Error};
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use crate::{
    fetch::{self, Limits, Signal},
    global,
};

#[wasm_bindgen]
extern "C" {
    /// A namespace of Durable Objects. Unlike what it gives, it belongs to no request.
    #[derive(Clone)]
    type Namespace;
    type Stub;

    #[wasm_bindgen(method, catch, js_name = idFromName)]
    fn id_from_name(this: &Namespace, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn get(this: &Namespace, id: &JsValue) -> Result<Stub, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Stub, url: &str, init: &Object) -> Result<Promise, JsValue>;
}

/// One object of a namespace.
#[derive(Clone)]
pub struct Durable {
    namespace: Namespace,
    name: Cow<'static, str>,
}

impl Durable {
    /// The object `name` of the namespace that a binding of a Worker's environment gives; `None` if
    /// the binding is no namespace.
    #[must_use]
    pub fn bound(binding: JsValue, name: impl Into<Cow<'static, str>>) -> Option<Self> {
        let method = global::property(&binding, "idFromName")?;
        method.is_function().then(|| Self { namespace: binding.unchecked_into(), name: name.into() })
    }

    /// Posts a body to a path of the object and reads the answer, which must be a 200.
    ///
    /// # Errors
    /// `network_failed`, `network_timeout`, `response_too_large`; `response_invalid`: another status.
    pub async fn call(&self, path: &str, body: &str, limits: Limits) -> Result<Vec<u8>, Error> {
        let signal = fetch::deadline(limits.deadline_millis)?;
        let response = fetch::answered(self.send(path, body, &signal), &signal, limits).await?;
        if response.status == 200 { Ok(response.body) } else { Err(Code::ResponseInvalid.into()) }
    }

    fn send(&self, path: &str, body: &str, signal: &Signal) -> Result<Promise, JsValue> {
        let stub = self.namespace.get(&self.namespace.id_from_name(&self.name)?)?;
        let init = Object::new();
        Reflect::set(&init, &"method".into(), &"POST".into())?;
        Reflect::set(&init, &"body".into(), &body.into())?;
        Reflect::set(&init, &"signal".into(), signal.as_ref())?;
        // The host is a name that no server can have: the object is found by its id.
        stub.fetch(&["https://edgeward.invalid", path].concat(), &init)
    }
}
