//! What was asked elsewhere and is waited for.
//!
//! A future of `wasm-bindgen-futures` makes two functions of JavaScript for each promise, and takes them
//! apart again. Here one is made for all: it is told the number of what was asked.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use wasm_bindgen::prelude::*;
use web_sys::Response;

/// What JavaScript calls with a number and the answer; without an answer where none came.
pub type Arrived = Closure<dyn Fn(u32, Option<Response>)>;

#[derive(Default)]
struct Waiting {
    numbers: u32,
    answers: BTreeMap<u32, Entry>,
}

enum Entry {
    Awaited(Option<Waker>),
    Here(Option<Response>),
}

thread_local! {
    static WAITING: RefCell<Waiting> = RefCell::default();
    static ARRIVED: Arrived = Closure::new(arrived);
}

/// An answer that is waited for; `None` if none came.
pub struct Asked(u32);

impl Asked {
    /// Asks by `send`, which is given what is to be called, and with which number.
    ///
    /// # Errors
    /// That of `send`.
    pub fn by(send: impl FnOnce(&Arrived, u32) -> Result<(), JsValue>) -> Result<Self, JsValue> {
        let asked = Self(WAITING.with_borrow_mut(Waiting::begin));
        ARRIVED.with(|arrived| send(arrived, asked.0))?;
        Ok(asked)
    }
}

impl Waiting {
    fn begin(&mut self) -> u32 {
        self.numbers = self.numbers.wrapping_add(1);
        self.answers.insert(self.numbers, Entry::Awaited(None));
        self.numbers
    }
}

fn arrived(number: u32, answer: Option<Response>) {
    let waker = WAITING.with_borrow_mut(|waiting| {
        // Nobody waits for it any more where it is not there.
        let entry = waiting.answers.get_mut(&number)?;
        match std::mem::replace(entry, Entry::Here(answer)) {
            Entry::Awaited(waker) => waker,
            Entry::Here(_) => None,
        }
    });
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Future for Asked {
    type Output = Option<Response>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        WAITING.with_borrow_mut(|waiting| match waiting.answers.get_mut(&self.0) {
            Some(Entry::Awaited(waker)) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            Some(Entry::Here(answer)) => Poll::Ready(answer.take()),
            None => Poll::Ready(None),
        })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        WAITING.with_borrow_mut(|waiting| waiting.answers.remove(&self.0));
    }
}
