//! Futures that begin at once, and go on where what they waited for has come.
//!
//! The executor of `wasm-bindgen-futures` puts every step of a future into the microtask queue, which
//! costs a request as much as its decision does; and what one request has put there may run while
//! another one is at work. Here a step runs in the very call that makes it possible.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

use super::Task;

/// The futures that wait, by number.
#[derive(Default)]
struct Waiting {
    numbers: u64,
    tasks: BTreeMap<u64, Entry>,
}

#[derive(Default)]
struct Entry {
    /// Not here while it runs.
    task: Option<Task>,
    /// It was woken while it ran, and has to run once more.
    is_woken: bool,
    /// How its promise is kept and broken.
    settle: Option<(Function, Function)>,
}

thread_local! {
    static WAITING: RefCell<Waiting> = RefCell::default();
}

/// Drives a future as far as it goes without waiting: the value that it came to, or the promise of it.
///
/// # Errors
/// That of the future.
pub fn at_once(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<JsValue, JsValue> {
    let number = WAITING.with_borrow_mut(|waiting| waiting.begin(Box::pin(future)));
    match step(number) {
        Poll::Ready(outcome) => {
            WAITING.with_borrow_mut(|waiting| waiting.tasks.remove(&number));
            outcome
        }
        Poll::Pending => Ok(promise(number).into()),
    }
}

impl Waiting {
    fn begin(&mut self, task: Task) -> u64 {
        self.numbers += 1;
        self.tasks.insert(self.numbers, Entry { task: Some(task), ..Entry::default() });
        self.numbers
    }
}

/// Wakes a future by its number: a number is of every thread.
struct Wakeup(u64);

impl Wake for Wakeup {
    fn wake(self: Arc<Self>) {
        let Poll::Ready(outcome) = step(self.0) else { return };
        let entry = WAITING.with_borrow_mut(|waiting| waiting.tasks.remove(&self.0));
        let Some((keep, breaks)) = entry.and_then(|entry| entry.settle) else { return };
        let (function, value) = match outcome {
            Ok(value) => (keep, value),
            Err(error) => (breaks, error),
        };
        // The functions of a promise throw nothing.
        drop(function.call1(&JsValue::UNDEFINED, &value));
    }
}

/// Runs a future until it waits or has ended.
fn step(number: u64) -> Poll<Result<JsValue, JsValue>> {
    let waker = Waker::from(Arc::new(Wakeup(number)));
    while let Some(mut task) = taken(number) {
        if let Poll::Ready(outcome) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Poll::Ready(outcome);
        }
        if !put_back(number, task) {
            break;
        }
    }
    Poll::Pending
}

/// The future, unless it runs already: who runs it does it once more then.
fn taken(number: u64) -> Option<Task> {
    WAITING.with_borrow_mut(|waiting| {
        let entry = waiting.tasks.get_mut(&number)?;
        entry.is_woken = entry.task.is_none();
        entry.task.take()
    })
}

/// Puts a future back that waits, and tells whether it was woken meanwhile.
fn put_back(number: u64, task: Task) -> bool {
    WAITING.with_borrow_mut(|waiting| {
        let Some(entry) = waiting.tasks.get_mut(&number) else { return false };
        entry.task = Some(task);
        std::mem::take(&mut entry.is_woken)
    })
}

fn promise(number: u64) -> Promise {
    Promise::new(&mut |keep, breaks| {
        WAITING.with_borrow_mut(|waiting| {
            if let Some(entry) = waiting.tasks.get_mut(&number) {
                entry.settle = Some((keep, breaks));
            }
        });
    })
}
