//! The sign-ins that are under way, one slot for each state.
//!
//! Slots of their own, so that two sign-ins begun side by side do not overwrite each other.

use edgeward_core::{
    json::{self, Writer},
    oauth::authorize::Transaction,
    text,
    time::UnixSeconds,
};

use crate::{
    effect::{self, Area},
    run::{Flow, Run},
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

/// Keeps a transaction until its callback comes.
pub(crate) fn begin(run: &Run<'_>, transaction: &Transaction, window: Window) -> Flow<()> {
    forget_old(run)?;
    let mut slot = transaction.written();
    if window == Window::Popup {
        slot.flag(POPUP, true);
    }
    effect::swap(run, AREA, &key(run, &transaction.state), None, Some(&slot.finish())).map(drop)
}

/// Whether the callback of a state may belong to another window: there is no such sign-in here, or
/// it was begun in a window of its own.
pub(crate) fn may_be_elsewhere(run: &Run<'_>, state: &str) -> Flow<bool> {
    let Some(text) = effect::read(run, AREA, &key(run, state))? else { return Ok(true) };
    Ok(json::parse(text.as_bytes()).is_ok_and(|slot| slot.get(POPUP).is_some()))
}

/// Takes a transaction out. Of two callers one gets it, since of two swaps one is made.
pub(crate) fn take(run: &Run<'_>, state: &str) -> Flow<Taken> {
    let key = key(run, state);
    let Some(text) = effect::read(run, AREA, &key)? else { return Ok(Taken::Unknown) };
    let Some(began) = began(text) else { return Ok(Taken::Unknown) };
    let Ok(transaction) = Transaction::from_json(text) else { return Ok(Taken::Used) };
    // What is left tells that it was taken, and holds no secret.
    let mut used = Writer::object();
    used.number(BEGAN, began.0);
    let is_ours = effect::swap(run, AREA, &key, Some(text), Some(&used.finish()))?;
    Ok(if is_ours { Taken::Open(Box::new(transaction)) } else { Taken::Used })
}

fn forget_old(run: &Run<'_>) -> Flow<()> {
    let now = run.now().wall.to_seconds();
    let mut open: Vec<(UnixSeconds, &str, &str)> = Vec::new();
    for key in effect::keys(run, AREA, &run.client.transactions)? {
        let Some(text) = effect::read(run, AREA, key)? else { continue };
        match began(text) {
            Some(at) if now.since(at) <= Transaction::LIFETIME => open.push((at, key, text)),
            _ => {
                effect::swap(run, AREA, key, Some(text), None)?;
            }
        }
    }
    if open.len() >= MAX_OPEN
        && let Some((_, key, text)) = open.iter().min()
    {
        effect::swap(run, AREA, key, Some(text), None)?;
    }
    Ok(())
}

/// When the transaction of a slot began, whether it was taken or not.
fn began(text: &str) -> Option<UnixSeconds> {
    json::parse(text.as_bytes()).ok()?.get(BEGAN)?.as_i64().map(UnixSeconds)
}

fn key(run: &Run<'_>, state: &str) -> String {
    text::concat(&[&run.client.transactions, state])
}
