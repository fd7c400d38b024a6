//! The sign-ins that are under way, one slot for each state.
//!
//! Slots of their own, so that two sign-ins begun side by side do not overwrite each other.

use std::rc::Rc;

use edgeward_core::{
    json::{self, object},
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

/// How many sign-ins may be under way; abandoned ones beyond it are forgotten.
const MAX_OPEN: usize = 16;

/// The member of a stored transaction that says when it began.
const BEGAN: &str = "created_at";

const AREA: Area = Area::Transactions;

/// Keeps a transaction until its callback comes. `prefix` is that of all the client's slots.
pub(crate) async fn begin(runtime: &Rc<Runtime>, prefix: &str, transaction: &Transaction) {
    forget_old(runtime, prefix).await;
    let text = transaction.to_value().to_text();
    effect::swap(runtime, AREA, &key(prefix, &transaction.state), None, Some(&text)).await;
}

/// Takes a transaction out. Of two callers one gets it, since of two swaps one is made.
pub(crate) async fn take(runtime: &Rc<Runtime>, prefix: &str, state: &str) -> Taken {
    let key = key(prefix, state);
    let Some(text) = effect::read(runtime, AREA, &key).await else { return Taken::Unknown };
    let Some(began) = began(&text) else { return Taken::Unknown };
    let Ok(transaction) = Transaction::from_json(&text) else { return Taken::Used };
    // What is left tells that it was taken, and holds no secret.
    let used = object(vec![(BEGAN, began.0.into())]).to_text();
    if effect::swap(runtime, AREA, &key, Some(&text), Some(&used)).await {
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
