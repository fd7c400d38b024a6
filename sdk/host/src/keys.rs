//! Carries out what the core's [`KeyCache`] asks for: fetches an issuer's keys, or waits.

mod issuer;
mod stores;

use std::{
    cell::{Cell, RefCell},
    fmt,
    pin::Pin,
    rc::Rc,
    sync::Arc,
};

use edgeward_core::{
    Code, Error,
    gateway::{
        keys::{Action, Input, KeyCache, Level, Pins, Purpose, Ticket},
        metrics::Counter,
    },
    http::{Address, Response},
    jose::{Algorithm, Key, KeySet, jwks::MAX_CANDIDATES},
    oauth::discovery,
    secret::Secret,
    time::{UnixMillis, UnixSeconds},
};

use crate::{
    clock, kernels, metrics,
    stored::{Store, Stored},
    task::Background,
    timer,
};
use issuer::{Failed, Issuer};
use stores::Stores;

/// How often a waiting request looks whether the keys have come, in milliseconds: soon at first.
const LOOK_EVERY: std::ops::RangeInclusive<u32> = 10..=160;
/// How long a request waits for the keys that another one fetches, in milliseconds.
const WAIT_AT_MOST: i64 = 8_000;
/// How many requests wait for a key that may not exist: whoever invents key ids must not fill the
/// memory with requests that wait.
const MAX_WAITING: u32 = 128;

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum Source {
    /// The issuer's metadata names the key set.
    Discovery(discovery::Issuer),
    /// The key set is here.
    Jwks(Address),
    /// The issuer is this very program.
    Own(Published),
}

/// A key set that is read without a request to anybody: a Worker does not reach itself by its own address.
pub struct Published {
    /// Who publishes it.
    pub issuer: String,
    /// Answers as the issuer would.
    pub read: Box<dyn Fn() -> Reading>,
}

/// An answer with a key set, on its way.
pub type Reading = Pin<Box<dyn Future<Output = Result<Response, Error>>>>;

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The keys of one issuer.
pub struct IssuerKeys(Rc<Inner>);

struct Inner {
    cache: RefCell<KeyCache>,
    /// `None` for keys from configuration, which are never fetched.
    remote: Option<Remote>,
    waiting: Cell<u32>,
}

struct Remote {
    issuer: Issuer,
    stores: Stores,
    pins: Pins,
}

impl IssuerKeys {
    /// Keys that are fetched when they are first wanted.
    #[must_use]
    pub fn fetched(source: Source) -> Self {
        Self::fetched_with(source, Pins::default(), None)
    }

    /// Keys that are fetched when they are first wanted: of those that the issuer publishes the
    /// pinned ones, kept in a KV namespace beside the Cache API if one is given.
    #[must_use]
    pub fn fetched_with(source: Source, pins: Pins, far: Option<Rc<dyn Store>>) -> Self {
        let stores = Stores::new(&source, far);
        let remote = Remote { issuer: Issuer::new(source), stores, pins };
        Self::new(KeyCache::default(), Some(remote))
    }

    /// Keys from configuration.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        Self::new(KeyCache::fixed(keys), None)
    }

    /// HMAC secrets, each of which verifies: while one takes another's place, both are there.
    ///
    /// # Errors
    /// `config_invalid` at `secret`: there is none, there are more than eight, or one of them is
    /// shorter than the hash of an algorithm, which would only show as a key that is not found.
    pub fn secrets(secrets: Vec<Secret>, algorithms: &[Algorithm]) -> Result<Self, Error> {
        let keys: KeySet = secrets.into_iter().map(|secret| Key::symmetric(secret, None)).collect();
        let fits = |key: &Key| algorithms.iter().all(|alg| key.permits(*alg));
        if (1..=MAX_CANDIDATES).contains(&keys.keys().len()) && keys.keys().iter().all(fits) {
            Ok(Self::fixed(keys))
        } else {
            Err(Error::at(Code::ConfigInvalid, "secret"))
        }
    }

    fn new(cache: KeyCache, remote: Option<Remote>) -> Self {
        Self(Rc::new(Inner { cache: RefCell::new(cache), remote, waiting: Cell::new(0) }))
    }

    /// Whether keys are there that may be used.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.0.cache.borrow().is_ready(now())
    }

    /// The number of the key set; see [`KeyCache::generation`].
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.cache.borrow().generation()
    }

    /// The keys for a token with this `alg` and `kid`, fetched if need be; what can be done
    /// without the token waiting for it goes to the background.
    ///
    /// # Errors
    /// `token_key_not_found`; `jwks_unavailable`, `jwks_invalid`, `discovery_unavailable`,
    /// `discovery_invalid`, `discovery_issuer_mismatch`: the keys cannot be had.
    pub async fn wanted(
        &self,
        alg: Algorithm,
        kid: Option<&str>,
        background: &Background,
    ) -> Result<Arc<KeySet>, Error> {
        let since = clock::now();
        let mut fetched = None;
        let mut pause = *LOOK_EVERY.start();
        while elapsed(since) < WAIT_AT_MOST {
            let mut actions = self.0.ask(Input::Wanted { alg, kid, fetched });
            let last = actions.pop().ok_or(Code::InternalError)?;
            if let Some(Action::Refresh(ticket, purpose)) = actions.pop() {
                self.0.refresh(ticket, purpose, background).await;
                if !background.is_available() {
                    fetched = Some(ticket);
                    continue;
                }
            }
            match last {
                Action::Verify(keys) => {
                    if fetched.is_none() {
                        metrics::count(Counter::KeyHits);
                    }
                    return Ok(keys);
                }
                Action::Refuse(error) => return Err(error),
                Action::Fetch(ticket, purpose) => {
                    background.finish(self.0.clone().fetch(ticket, purpose, background.clone())).await;
                    fetched = Some(ticket);
                }
                Action::Wait => {
                    self.0.wait(pause).await?;
                    pause = pause.saturating_mul(2).min(*LOOK_EVERY.end());
                }
                Action::Refresh(..) => return Err(Code::InternalError.into()),
            }
        }
        Err(Code::JwksUnavailable.into())
    }

    /// Takes note that a token's signature did not verify with the keys.
    pub async fn doubted(&self, background: &Background) {
        if let Some(Action::Refresh(ticket, purpose)) = self.0.ask(Input::SignatureInvalid).pop() {
            self.0.refresh(ticket, purpose, background).await;
        }
    }

    /// The number of the key set, while nothing is due to be asked of the issuer.
    #[must_use]
    pub fn current(&self, now: UnixMillis) -> Option<u64> {
        let cache = self.0.cache.borrow();
        cache.is_settled(now.to_seconds()).then(|| cache.generation())
    }

    /// The keys for a token, if they are loaded.
    ///
    /// # Errors
    /// `token_key_not_found`; `keys_not_loaded`: they would have to be fetched first.
    pub fn loaded(&self, alg: Algorithm, kid: Option<&str>) -> Result<Arc<KeySet>, Error> {
        self.0.cache.borrow().loaded(alg, kid, now())
    }
}

impl Inner {
    fn ask(&self, input: Input<'_>) -> Vec<Action> {
        self.cache.borrow_mut().handle(input, now())
    }

    /// Reports a document; tables of keys that it no longer has are given up.
    fn report(&self, input: Input<'_>) {
        let keys = || self.cache.borrow().keys();
        let before = keys();
        self.ask(input);
        if let (Some(before), Some(after)) = (before, keys()) {
            kernels::forget(&before, &after);
        }
    }

    async fn wait(&self, millis: u32) -> Result<(), Error> {
        if self.waiting.get() >= MAX_WAITING && self.cache.borrow().is_ready(now()) {
            return Err(Code::JwksUnavailable.into());
        }
        self.waiting.set(self.waiting.get().saturating_add(1));
        timer::sleep(millis).await;
        self.waiting.set(self.waiting.get().saturating_sub(1));
        Ok(())
    }

    /// Fetches in the background, or here and now where there is none.
    async fn refresh(self: &Rc<Self>, ticket: Ticket, purpose: Purpose, background: &Background) {
        let fetch = self.clone().fetch(ticket, purpose, background.clone());
        if background.is_available() { background.spawn(fetch) } else { fetch.await }
    }

    /// Fetches the document from the nearest place that has it, and reports.
    async fn fetch(self: Rc<Self>, ticket: Ticket, purpose: Purpose, background: Background) {
        let Some(remote) = &self.remote else { return };
        let stored = match purpose {
            Purpose::MissingKey => None,
            Purpose::Keys | Purpose::Renewal => remote.stores.newest(purpose, &background).await,
        };
        if let Some(stored) = stored.as_ref().filter(|stored| purpose.is_served_by(stored.age, now())) {
            metrics::count(Counter::KeySharedHits);
            return self.report_stored(ticket, stored);
        }
        metrics::count(Counter::KeyFetches);
        match remote.issuer.download().await {
            Ok(document) => {
                let (keys, age) = (remote.pins.admit(document.keys), document.age);
                self.report(Input::Fetched { ticket, keys, age, from: Level::Issuer });
                let body = document.body;
                remote.stores.keep(Stored { body, age }, &background).await;
            }
            Err(Failed { error, retry_after }) => {
                metrics::count(Counter::KeyFetchFailures);
                self.ask(Input::Failed { ticket, error, retry_after });
                stored.iter().for_each(|stored| self.report_stored(ticket, stored));
            }
        }
    }

    fn report_stored(&self, ticket: Ticket, stored: &Stored) {
        // What is kept was checked when it came; it is checked again, since others may write there.
        if let (Some(remote), Ok(keys)) = (&self.remote, KeySet::parse(&stored.body)) {
            let keys = remote.pins.admit(keys);
            self.report(Input::Fetched { ticket, keys, age: stored.age, from: Level::Store });
        }
    }
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}

fn elapsed(since: UnixMillis) -> i64 {
    clock::now().0.saturating_sub(since.0)
}
