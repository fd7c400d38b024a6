//! What the authority needs of the world.

use edgeward_core::{
    Error,
    http::{Request, Response},
    jose::{Algorithm, Key},
    secret::Secret,
    time::{Seconds, UnixMillis},
};

pub use crate::{bucket::Limit, store::Pending};

/// Clock, randomness, network, signatures, and what must be counted in one place.
pub trait Platform {
    /// The wall clock.
    fn now(&self) -> UnixMillis;

    /// Fills a buffer with bytes that nobody can guess.
    ///
    /// # Errors
    /// `runtime_unsupported`: there is no such source.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;

    /// Sends a request: no redirects, no cookies, a deadline of 10 s, an answer of at most 256 KiB.
    ///
    /// Errors: `network_failed`, `network_timeout`, `redirect_refused`, `response_too_large`.
    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Response, Error>>;

    /// Makes a key pair for signing, as the text of a private JWK.
    ///
    /// Errors: `algorithm_unsupported`
    fn generate(&self, algorithm: Algorithm) -> Pending<'_, Result<Secret, Error>>;

    /// Signs with a private JWK that [`Platform::generate`] made: the bytes that a JWS carries.
    ///
    /// Errors: `algorithm_unsupported`, `jwk_invalid`
    fn sign<'a>(
        &'a self,
        key: &'a Secret,
        algorithm: Algorithm,
        input: &'a [u8],
    ) -> Pending<'a, Result<Vec<u8>, Error>>;

    /// Verifies a signature as [`engine::verify`](edgeward_core::jose::engine::verify) does.
    ///
    /// Errors: `token_signature_invalid`, `token_key_not_found`, `jwk_invalid`, `algorithm_unsupported`
    fn verify<'a>(
        &'a self,
        key: &'a Key,
        algorithm: Algorithm,
        input: &'a [u8],
        signature: &'a [u8],
    ) -> Pending<'a, Result<(), Error>>;

    /// Takes one from the bucket of a name; `Some` tells how long to wait when it is empty. The name
    /// is hashed by whoever keeps the buckets if it could identify somebody.
    ///
    /// Errors: `store_unavailable`: it cannot be counted, which counts as empty where a secret could
    /// be guessed.
    fn take<'a>(&'a self, bucket: &'a str, limit: Limit) -> Pending<'a, Result<Option<Seconds>, Error>>;

    /// Fills the bucket of a name again.
    fn refill<'a>(&'a self, bucket: &'a str) -> Pending<'a, Result<(), Error>>;

    /// Whether a name was not seen before; it is remembered until an instant, at most an hour away.
    ///
    /// Errors: `dpop_replays_unavailable`
    fn unseen<'a>(&'a self, name: &'a str, until: UnixMillis) -> Pending<'a, Result<bool, Error>>;

    /// Waits, on a timer of this request's own.
    fn sleep(&self, millis: u32) -> Pending<'_, ()>;

    /// Goes on with something after the answer was sent.
    fn later(&self, work: Pending<'static, ()>);

    /// Writes a line into the operator's log, which never holds a credential.
    fn log(&self, line: &str);
}
