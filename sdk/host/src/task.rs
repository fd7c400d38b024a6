//! Futures as promises, and work that outlives the call that began it. All go through one type of
//! future, since each type of its own brings the machinery along once more.

mod at_once;

use std::{future::Future, pin::Pin};

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

pub use at_once::at_once;

use crate::global;

/// A future that a promise drives.
type Task = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

#[wasm_bindgen]
extern "C" {
    /// The third argument of a Worker's `fetch` handler.
    #[derive(Clone)]
    type Context;

    #[wasm_bindgen(method, catch, js_name = waitUntil)]
    fn wait_until(this: &Context, promise: &Promise) -> Result<(), JsValue>;
}

/// Where work goes that the current call need not wait for.
#[derive(Clone)]
pub struct Background(Place);

#[derive(Clone)]
enum Place {
    /// A request of a Worker, which stays alive until what it was given has ended.
    Request(Context),
    /// A page or a process: it lives on by itself.
    Process,
    /// A request of a Worker that ends with its answer: nothing goes on behind it.
    Nowhere,
}

impl Background {
    /// That of the place the code runs in: Node, Bun, Deno and browsers drive whatever was begun,
    /// workerd drops it with the request.
    #[must_use]
    pub fn of_place() -> Self {
        Self(if is_workerd() { Place::Nowhere } else { Place::Process })
    }

    /// That of a Worker's request, from its `ctx`: anything with a method `waitUntil`. Anything
    /// else stands for the place itself.
    #[must_use]
    pub fn of_context(context: &JsValue) -> Self {
        match global::property(context, "waitUntil") {
            Some(method) if method.is_function() => Self(Place::Request(context.clone().unchecked_into())),
            _ => Self::of_place(),
        }
    }

    /// That of a Worker's request, from what is known to be its `ctx`: not a look at it.
    #[must_use]
    pub fn of_worker(context: &JsValue) -> Self {
        Self(Place::Request(context.clone().unchecked_into()))
    }

    /// Whether [`Background::spawn`] carries work to its end.
    #[must_use]
    pub const fn is_available(&self) -> bool {
        !matches!(self.0, Place::Nowhere)
    }

    /// Drives a future beside the current call; where there is no background, as long as the
    /// current call lasts.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        drop(self.begin(future));
    }

    /// Drives a future that the current call waits for, and carries it to its end even if the
    /// caller goes away meanwhile.
    pub async fn finish(&self, future: impl Future<Output = ()> + 'static) {
        // The promise never rejects.
        drop(JsFuture::from(self.begin(future)).await);
    }

    fn begin(&self, future: impl Future<Output = ()> + 'static) -> Promise {
        let promise = settled(future);
        if let Place::Request(context) = &self.0 {
            // It throws where the request is over; the work then goes as far as it gets.
            drop(context.wait_until(&promise));
        }
        promise
    }
}

/// Drives a future, and gives the promise of its outcome.
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let task: Task = Box::pin(future);
    future_to_promise(task)
}

/// Drives a future whose outcome nobody waits for.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    drop(settled(future));
}

/// The promise of a future's end, which never rejects.
fn settled(future: impl Future<Output = ()> + 'static) -> Promise {
    promise(async {
        future.await;
        Ok(JsValue::UNDEFINED)
    })
}

/// Source: <https://developers.cloudflare.com/workers/runtime-apis/web-standards/#navigatoruseragent>
fn is_workerd() -> bool {
    let agent = global::member("navigator").and_then(|navigator| global::property(&navigator, "userAgent"));
    agent.and_then(|agent| agent.as_string()).is_some_and(|agent| agent == "Cloudflare-Workers")
}
