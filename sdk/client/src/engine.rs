//! What the operations share: the settings, the record, the issuer, and who is told of changes.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use edgeward_core::{Error, json::Value};
use edgeward_host::{
    clock::Instant,
    storage::{Kind, Storage},
    values,
};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use crate::{
    provider::Provider,
    record::Record,
    settings::Settings,
    shapes::{AuthEventType, Reason},
    store::{Snapshot, Store},
    transactions::Transactions,
    written,
};

/// A client. No borrow of a cell outlives a statement, so nothing is held over an `await`.
pub(crate) struct Engine {
    pub settings: Settings,
    pub provider: Provider,
    pub transactions: Transactions,
    /// The callbacks that were handled on this page, by state.
    pub completions: RefCell<VecDeque<(String, Promise)>>,
    store: Store,
    notify: Function,
    reason: Cell<Option<Reason>>,
    published: Cell<u64>,
}

impl Engine {
    /// Reads the options and what storage holds. `notify` is called with every `AuthEvent`; it
    /// must not call back before it has returned.
    ///
    /// # Errors
    /// `config_invalid`, at the option.
    pub(crate) fn new(options: &JsValue, notify: Function) -> Result<Self, Error> {
        let settings = Settings::read(options)?;
        let name = ["edgeward:", settings.issuer.as_str(), ":", &settings.client_id].concat();
        // A page that is left forgets its memory, so a sign-in by redirect needs the tab's storage
        // for the time that it takes.
        let waiting = if settings.storage == Kind::Local { Kind::Local } else { Kind::Session };
        let engine = Self {
            provider: Provider::new(settings.issuer.clone()),
            transactions: Transactions::new(Storage::open(waiting), [&name, ":transaction:"].concat()),
            completions: RefCell::default(),
            store: Store::new(Storage::open(settings.storage), [&name, ":session"].concat()),
            notify,
            reason: Cell::new(None),
            published: Cell::new(0),
            settings,
        };
        engine.published.set(engine.store.load().record.generation);
        engine.end_if_expired();
        Ok(engine)
    }

    /// The session as it is now: expired ones are ended, and what other tabs did is told.
    pub(crate) fn current(&self) -> Snapshot {
        let snapshot = self.store.load();
        if snapshot.record.generation != self.published.get() {
            let reason = snapshot.record.grant.is_none().then_some(Reason::SignedOut);
            self.publish(&snapshot.record, reason);
        }
        if self.end_if_expired() { self.store.load() } else { snapshot }
    }

    /// The record as storage holds it, without any check. What begins at its generation is beaten
    /// by a later sign-out.
    pub(crate) fn record(&self) -> Rc<Record> {
        self.store.load().record
    }

    /// Replaces the record and tells of it. The access token was asked for at `since`.
    pub(crate) fn replace(&self, record: Record, since: Instant, reason: Option<Reason>) {
        self.store.save(record, since);
        self.publish(&self.store.load().record, reason);
    }

    /// The `AuthState`, without any check.
    pub(crate) fn state(&self) -> Value {
        written::state(&self.record(), self.reason.get())
    }

    /// Why nobody is signed in.
    pub(crate) fn reason(&self) -> Option<Reason> {
        self.reason.get()
    }

    /// A refresh token will be used here before the session is given up.
    fn end_if_expired(&self) -> bool {
        let Snapshot { record, elapsed } = self.store.load();
        let expired = record.grant.as_ref().is_some_and(|grant| !grant.is_fresh(elapsed));
        if expired {
            self.replace(record.expire(), Instant::now(), Some(Reason::Expired));
        }
        expired
    }

    fn publish(&self, record: &Record, reason: Option<Reason>) {
        self.published.set(record.generation);
        self.reason.set(reason);
        let kind = if record.grant.is_some() { AuthEventType::SignedIn } else { AuthEventType::SignedOut };
        let event = written::event(kind, written::state(record, reason));
        // The package's function only queues the event, and does not throw.
        let _ = self.notify.call1(&JsValue::UNDEFINED, &values::to_js(&event));
    }
}
