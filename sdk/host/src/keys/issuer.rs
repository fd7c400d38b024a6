//! The way to an issuer's key set.

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    gateway::keys::{Age, FETCH_DEADLINE, MAX_DOCUMENT, max_age, retry_after},
    http::{Address, Request, Response},
    jose::KeySet,
    oauth::discovery,
    time::{Seconds, UnixMillis, UnixSeconds},
};

use super::{Source, elapsed, now};
use crate::{
    clock,
    fetch::{self, Limits},
};

/// How long the address of the key set is remembered.
const ADDRESS_KEPT: Seconds = Seconds(3600);

/// An issuer and the address of its key set, once that is known.
pub struct Issuer {
    source: Source,
    address: RefCell<Option<(Address, UnixSeconds)>>,
}

/// A key set as it came.
pub struct Document {
    pub keys: KeySet,
    pub age: Age,
    pub body: Vec<u8>,
}

/// Why it did not come.
pub struct Failed {
    pub error: Error,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Seconds>,
}

impl From<Code> for Failed {
    fn from(code: Code) -> Self {
        Error::from(code).into()
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, retry_after: None }
    }
}

impl Issuer {
    pub const fn new(source: Source) -> Self {
        Self { source, address: RefCell::new(None) }
    }

    /// Downloads the key set; discovery, where it is needed, has the same deadline.
    pub async fn download(&self) -> Result<Document, Failed> {
        let deadline = Deadline(clock::now());
        let address = match &self.source {
            Source::Own(own) => {
                let at = now();
                return read(&(own.read)().await.map_err(|_| Code::JwksUnavailable)?, at);
            }
            Source::Jwks(address) => address.clone(),
            Source::Discovery(issuer) => self.address(issuer, deadline).await?,
        };
        let document = download(&address, deadline).await;
        if document.is_err() {
            // It may have moved: the next attempt looks it up again.
            self.address.replace(None);
        }
        document
    }

    async fn address(&self, issuer: &discovery::Issuer, deadline: Deadline) -> Result<Address, Failed> {
        let kept = self.address.borrow().clone();
        if let Some((address, at)) = kept
            && now() >= at
            && now().since(at) < ADDRESS_KEPT
        {
            return Ok(address);
        }
        let address = discover(issuer, deadline).await?;
        self.address.replace(Some((address.clone(), now())));
        Ok(address)
    }
}

#[derive(Clone, Copy)]
struct Deadline(UnixMillis);

impl Deadline {
    fn limits(self) -> Limits {
        let left = i64::from(FETCH_DEADLINE.0) * 1000 - elapsed(self.0);
        Limits { deadline_millis: u32::try_from(left).unwrap_or(0), body_bytes: MAX_DOCUMENT }
    }
}

async fn discover(issuer: &discovery::Issuer, deadline: Deadline) -> Result<Address, Failed> {
    for request in discovery::requests(issuer) {
        let response = send(&request, deadline, Code::DiscoveryUnavailable, Code::DiscoveryInvalid).await?;
        match discovery::key_set_address(issuer, &response) {
            Ok(Some(address)) => return Ok(address),
            Ok(None) => {}
            Err(error) => return Err(Failed { error, retry_after: retry_after(&response) }),
        }
    }
    Err(Error::from(Code::DiscoveryUnavailable).into())
}

async fn download(address: &Address, deadline: Deadline) -> Result<Document, Failed> {
    let at = now();
    let request = Request::get_json(address);
    read(&send(&request, deadline, Code::JwksUnavailable, Code::JwksInvalid).await?, at)
}

/// Reads the answer to a question that was asked at an instant.
fn read(response: &Response, at: UnixSeconds) -> Result<Document, Failed> {
    if response.status != 200 {
        return Err(Failed { error: Code::JwksUnavailable.into(), retry_after: retry_after(response) });
    }
    let keys = KeySet::parse(&response.body)?;
    Ok(Document { keys, age: Age { at, max_age: max_age(response) }, body: response.body.clone() })
}

async fn send(request: &Request, deadline: Deadline, absent: Code, bad: Code) -> Result<Response, Error> {
    fetch::send(request, deadline.limits()).await.map_err(|error| match error.code {
        Code::ResponseTooLarge | Code::RedirectRefused => bad.into(),
        _ => absent.into(),
    })
}
