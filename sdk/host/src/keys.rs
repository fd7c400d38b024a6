//! Carries out what the core's [`KeyCache`] asks for: fetches an issuer's keys, or waits.

use std::{cell::RefCell, sync::Arc};

use edgeward_core::{
    Code, Error,
    gateway::keys::{Action, FETCH_DEADLINE, Input, KeyCache, MAX_DOCUMENT, max_age},
    http::{Address, Request, Response},
    jose::{Algorithm, KeySet},
    oauth::discovery::{self, Issuer},
    time::{Seconds, UnixMillis, UnixSeconds},
};

use crate::{
    clock,
    fetch::{self, Lifetime, Limits},
    shared_cache::{self, Stored},
    timer,
};

/// How often a waiting request looks whether the keys have come, in milliseconds.
const LOOK_EVERY: u32 = 20;
/// How long a request waits for the keys that another one fetches, in milliseconds.
const WAIT_AT_MOST: i64 = 8_000;
/// How long the address of the key set is remembered.
const ADDRESS_KEPT: Seconds = Seconds(3600);

/// Where an issuer's keys come from.
#[derive(Debug)]
pub enum Source {
    /// The issuer's metadata names the key set.
    Discovery(Issuer),
    /// The key set is here.
    Jwks(Address),
    /// From configuration; nothing is fetched.
    Fixed,
}

/// The keys of one issuer.
#[derive(Debug)]
pub struct IssuerKeys {
    cache: RefCell<KeyCache>,
    source: Source,
    address: RefCell<Option<(Address, UnixSeconds)>>,
}

impl IssuerKeys {
    /// Keys that are fetched when they are first wanted.
    #[must_use]
    pub fn fetched(source: Source) -> Self {
        Self { cache: RefCell::default(), source, address: RefCell::default() }
    }

    /// Keys from configuration.
    #[must_use]
    pub fn fixed(keys: KeySet) -> Self {
        let cache = RefCell::new(KeyCache::fixed(keys));
        Self { cache, source: Source::Fixed, address: RefCell::default() }
    }

    /// Whether keys are there that may be used.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.cache.borrow().is_ready(now())
    }

    /// The keys for a token with this `alg` and `kid`, fetched if need be.
    ///
    /// # Errors
    /// `token_key_not_found`; `jwks_unavailable`, `jwks_invalid`, `discovery_unavailable`,
    /// `discovery_invalid`, `discovery_issuer_mismatch`: the keys cannot be had.
    pub async fn wanted(&self, alg: Algorithm, kid: Option<&str>) -> Result<Arc<KeySet>, Error> {
        let since = clock::now();
        let mut fetched = false;
        while elapsed(since) < WAIT_AT_MOST {
            match self.ask(Input::Wanted { alg, kid, fetched })? {
                Action::Verify(keys) => return Ok(keys),
                Action::Refuse(error) => return Err(error),
                Action::Wait => timer::sleep(LOOK_EVERY).await,
                Action::Fetch { past_caches } => {
                    let outcome = self.fetch(past_caches || fetched).await;
                    fetched = outcome.as_ref().is_ok_and(|document| document.from_issuer);
                    self.report(outcome);
                }
            }
        }
        Err(Code::JwksUnavailable.into())
    }

    /// The keys for a token, if they are loaded.
    ///
    /// # Errors
    /// `token_key_not_found`; `keys_not_loaded`: they would have to be fetched first.
    pub fn loaded(&self, alg: Algorithm, kid: Option<&str>) -> Result<Arc<KeySet>, Error> {
        self.cache.borrow().loaded(alg, kid, now())
    }

    fn ask(&self, input: Input<'_>) -> Result<Action, Error> {
        self.cache.borrow_mut().handle(input, now()).pop().ok_or(Code::InternalError.into())
    }

    fn report(&self, outcome: Result<Document, Error>) {
        let input = match outcome {
            Ok(Document { keys, at, max_age, .. }) => Input::Fetched { keys, at, max_age },
            Err(error) => Input::Failed(error),
        };
        self.cache.borrow_mut().handle(input, now());
    }

    async fn fetch(&self, past_caches: bool) -> Result<Document, Error> {
        let name = match &self.source {
            Source::Discovery(issuer) => issuer.as_str(),
            Source::Jwks(address) => address.as_str(),
            Source::Fixed => return Err(Code::InternalError.into()),
        };
        if !past_caches && let Some(document) = from_cache(name).await {
            return Ok(document);
        }
        let deadline = Deadline(clock::now());
        let address = self.address(deadline).await?;
        let document = download(&address, deadline).await;
        if document.is_err() {
            // It may have moved: the next attempt looks it up again.
            self.address.replace(None);
        }
        let (document, body) = document?;
        let stored = Stored { body, at: document.at, max_age: document.max_age };
        shared_cache::put(name, &stored, KeyCache::fresh_for(document.max_age)).await;
        Ok(document)
    }

    async fn address(&self, deadline: Deadline) -> Result<Address, Error> {
        let issuer = match &self.source {
            Source::Discovery(issuer) => issuer,
            Source::Jwks(address) => return Ok(address.clone()),
            Source::Fixed => return Err(Code::InternalError.into()),
        };
        let kept = self.address.borrow().clone();
        if let Some((address, at)) = kept
            && now().since(at) < ADDRESS_KEPT
        {
            return Ok(address);
        }
        let address = discover(issuer, deadline).await?;
        self.address.replace(Some((address.clone(), now())));
        Ok(address)
    }
}

struct Document {
    keys: KeySet,
    at: UnixSeconds,
    max_age: Option<Seconds>,
    from_issuer: bool,
}

/// Discovery and key set share one deadline.
#[derive(Clone, Copy)]
struct Deadline(UnixMillis);

impl Deadline {
    fn limits(self) -> Limits {
        let left = i64::from(FETCH_DEADLINE.0) * 1000 - elapsed(self.0);
        Limits {
            deadline_millis: u32::try_from(left).unwrap_or(0),
            body_bytes: MAX_DOCUMENT,
            lifetime: Lifetime::Page,
        }
    }
}

async fn from_cache(name: &str) -> Option<Document> {
    let Stored { body, at, max_age } = shared_cache::get(name, MAX_DOCUMENT).await?;
    let fresh = now() < at + KeyCache::fresh_for(max_age);
    let keys = KeySet::parse(&body).ok()?;
    fresh.then_some(Document { keys, at, max_age, from_issuer: false })
}

async fn discover(issuer: &Issuer, deadline: Deadline) -> Result<Address, Error> {
    for request in discovery::requests(issuer) {
        let response = send(&request, deadline, Code::DiscoveryUnavailable, Code::DiscoveryInvalid).await?;
        if let Some(address) = discovery::key_set_address(issuer, &response)? {
            return Ok(address);
        }
    }
    Err(Code::DiscoveryUnavailable.into())
}

async fn download(address: &Address, deadline: Deadline) -> Result<(Document, Vec<u8>), Error> {
    let request = Request::get_json(address);
    let response = send(&request, deadline, Code::JwksUnavailable, Code::JwksInvalid).await?;
    if response.status != 200 {
        return Err(Code::JwksUnavailable.into());
    }
    let keys = KeySet::parse(&response.body)?;
    let document = Document { keys, at: now(), max_age: max_age(&response), from_issuer: true };
    Ok((document, response.body))
}

async fn send(request: &Request, deadline: Deadline, absent: Code, bad: Code) -> Result<Response, Error> {
    fetch::send(request, deadline.limits()).await.map_err(|error| match error.code {
        Code::ResponseTooLarge | Code::RedirectRefused => bad.into(),
        _ => absent.into(),
    })
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}

fn elapsed(since: UnixMillis) -> i64 {
    clock::now().0.saturating_sub(since.0)
}
