//! The sign-ins that are under way, one slot for each state.
//!
//! Slots of their own, so that two sign-ins begun side by side do not overwrite each other.

use std::rc::Rc;

use edgeward_core::{
    json::{self, Writer},
    oauth::authorize::Transaction,
    time::UnixSeconds,
};

use crate::{
    effect::{self, Area},
    runtime::Runtime,
};

/// What was found under a state.
pub(crate) enum Taken {
    /// Nothing: the state is not ours.
    Unknown,
    /// It was taken before.
    Used,
    /// The transaction; nobody else gets it.
    Open(Box<Transaction>),
}

/// Where a sign-in takes place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// In the page itself, which is left and comes back.
    Own,
    /// In a window that the page has opened; the page itself completes it.
    Popup,
}

/// How many sign-ins may be under way; abandoned ones beyond it are forgotten.
const MAX_OPEN: usize = 16;

/// The member of a stored transaction that says when it began.
const BEGAN: &str = "created_at";
/// The member that marks one whose callback comes to another window than the page's.
const POPUP: &str = "popup";

const AREA: Area = Area::Transactions;

/// Keeps a transaction until its callback comes. `prefix` is that of all the client's slots.
pub(crate) async fn begin(runtime: &Rc<Runtime>, prefix: &str, transaction: &Transaction, window: Window) {
    forget_old(runtime, prefix).await;
    let mut slot = transaction.written();
    if window == Window::Popup {
        slot.flag(POPUP, true);
    }
    let text = slot.finish();
    effect::swap(runtime, AREA, &key(prefix, &transaction.state), None, Some(&text)).await;
}

/// Whether the callback of a state may belong to another window: there is no such sign-in here, or
/// it was begun in a window of its own.
pub(crate) async fn may_be_elsewhere(runtime: &Rc<Runtime>, prefix: &str, state: &str) -> bool {
    let Some(text) = effect::read(runtime, AREA, &key(prefix, state)).await else { return true };
    json::parse(text.as_bytes()).is_ok_and(|slot| slot.get(POPUP).is_some())
}

/// Takes a transaction out. Of two callers one gets it, since of two swaps one is made.
pub(crate) async fn take(runtime: &Rc<Runtime>, prefix: &str, state: &str) -> Taken {
    let key = key(prefix, state);
    let Some(text) = effect::read(runtime, AREA, &key).await else { return Taken::Unknown };
    let Some(began) = began(&text) else { return Taken::Unknown };
    let Ok(transaction) = Transaction::from_json(&text) else { return Taken::Used };
    // What is left tells that it was taken, and holds no secret.
    let mut used = Writer::object();
    used.number(BEGAN, began.0);
    if effect::swap(runtime, AREA, &key, Some(&text), Some(&used.finish())).await {
        Taken::Open(Box::new(transaction))
    } else {
        Taken::Used
    }
}

async fn forget_old(runtime: &Rc<Runtime>, prefix: &str) {
    let now = runtime.now().wall.to_seconds();
    let mut open: Vec<(UnixSeconds, String, String)> = Vec::new();
    for key in effect::keys(runtime, AREA, prefix).await {
        let Some(text) = effect::read(runtime, AREA, &key).await else { continue };
        match began(&text) {
            Some(at) if now.since(at) <= Transaction::LIFETIME => open.push((at, key, text)),
            _ => drop(effect::swap(runtime, AREA, &key, Some(&text), None).await),
        }
    }
    if open.len() >= MAX_OPEN
        && let Some((_, key, text)) = open.iter().min()
    {
        effect::swap(runtime, AREA, key, Some(text), None).await;
    }
}

/// When the transaction of a slot began, whether it was taken or not.
fn began(text: &str) -> Option<UnixSeconds> {
    json::parse(text.as_bytes()).ok()?.get(BEGAN)?.as_i64().map(UnixSeconds)
}

fn key(prefix: &str, state: &str) -> String {
    [prefix, state].concat()
}
