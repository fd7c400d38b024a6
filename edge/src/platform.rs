//! What the authority needs of the world, as a Worker has it.

use std::rc::Rc;

use edgeward_authority::{
    context::digest,
    platform::{Limit, Pending, Platform},
};
use edgeward_core::{
    Code, Error,
    http::{Request, Response},
    jose::{Algorithm, Key},
    oauth::dpop::Seen,
    secret::Secret,
    time::{Seconds, UnixMillis},
};
use edgeward_host::{
    buckets::{Buckets, Size},
    clock,
    fetch::{self, Limits},
    random,
    replays::{Note, SharedMemory},
    task::Background,
    timer,
    webcrypto::{SigningKeys, WebCrypto},
};
use sha2::{Digest, Sha256};

/// What one call of another server may cost.
const LIMITS: Limits = Limits { deadline_millis: 10_000, body_bytes: 256 * 1024 };

/// The world of one request.
pub struct World {
    /// The buckets of the deployment.
    pub buckets: Buckets,
    /// What the deployment has seen once.
    pub seen: SharedMemory,
    /// The keys that this isolate has imported.
    pub keys: Rc<SigningKeys>,
    /// Those that it verifies with.
    pub verifying: Rc<WebCrypto>,
    /// Where work goes that the answer does not wait for.
    pub background: Background,
    /// Where the operator reads.
    pub log: fn(&str),
}

impl Platform for World {
    fn now(&self) -> UnixMillis {
        clock::now()
    }

    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        random::fill(buffer)
    }

    fn fetch<'a>(&'a self, request: &'a Request) -> Pending<'a, Result<Response, Error>> {
        Box::pin(fetch::send(request, LIMITS))
    }

    fn generate(&self, algorithm: Algorithm) -> Pending<'_, Result<Secret, Error>> {
        Box::pin(self.keys.generate(algorithm))
    }

    fn sign<'a>(
        &'a self,
        key: &'a Secret,
        algorithm: Algorithm,
        input: &'a [u8],
    ) -> Pending<'a, Result<Vec<u8>, Error>> {
        Box::pin(self.keys.sign(key, algorithm, input))
    }

    fn verify<'a>(
        &'a self,
        key: &'a Key,
        algorithm: Algorithm,
        input: &'a [u8],
        signature: &'a [u8],
    ) -> Pending<'a, Result<(), Error>> {
        Box::pin(self.verifying.verify(key, algorithm, input, signature))
    }

    fn take<'a>(&'a self, bucket: &'a str, limit: Limit) -> Pending<'a, Result<Option<Seconds>, Error>> {
        // Names may hold addresses of people; what is kept under a name need not.
        let size = Size { requests: limit.requests, window_millis: limit.window_millis };
        Box::pin(self.buckets.take(digest(bucket), size))
    }

    fn refill<'a>(&'a self, bucket: &'a str) -> Pending<'a, Result<(), Error>> {
        Box::pin(self.buckets.refill(digest(bucket)))
    }

    fn unseen<'a>(&'a self, name: &'a str, until: UnixMillis) -> Pending<'a, Result<bool, Error>> {
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        // Any part of the digest spreads the names evenly over the objects.
        let key = digest.iter().take(8).fold(0, |key: u64, byte| (key << 8) | u64::from(*byte));
        let note = Note { digest, until: until.to_seconds(), key };
        Box::pin(async move {
            match self.seen.ask(&note).await {
                Some(Seen::First) => Ok(true),
                Some(Seen::Before) => Ok(false),
                Some(Seen::Unknown) | None => Err(Code::DpopReplaysUnavailable.into()),
            }
        })
    }

    fn sleep(&self, millis: u32) -> Pending<'_, ()> {
        Box::pin(timer::sleep(millis))
    }

    fn later(&self, work: Pending<'static, ()>) {
        self.background.spawn(work);
    }

    fn log(&self, line: &str) {
        (self.log)(line);
    }
}
