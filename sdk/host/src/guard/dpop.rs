//! Proofs of possession: the signature by the platform, the first use by a memory, the rest by the
//! core.

use std::{cell::RefCell, future::Future, pin::Pin};

use edgeward_core::{
    Code, Error,
    gateway::Incoming,
    jose::Algorithm,
    jwt::{Bound, Claims},
    oauth::dpop::{Expected, MAX_ENTRIES, Nonces, Proof, Replays, Seen, Unverified, Use, Window},
    time::UnixSeconds,
};

use crate::{
    clock,
    kernels::{Arithmetic, Question},
    webcrypto::WebCrypto,
};

/// What proofs must satisfy, and where their uses are noted.
pub struct Dpop {
    algorithms: Vec<Algorithm>,
    window: Window,
    nonces: Option<Nonces>,
    memory: Box<dyn Memory>,
    /// Of its own, so that clients' keys never drive out those of issuers.
    engine: WebCrypto,
}

/// Notes uses of proofs.
pub trait Memory {
    /// Notes a use and says whether it is the first.
    fn note<'a>(&'a self, used: &'a Use, now: UnixSeconds) -> Pin<Box<dyn Future<Output = Seen> + 'a>>;
}

/// The memory of this isolate or process alone: a proof that was used here can be used once more
/// wherever another one runs.
pub struct OwnMemory(RefCell<Replays>);

impl OwnMemory {
    /// A memory of the usual size.
    #[must_use]
    pub const fn new() -> Self {
        Self(RefCell::new(Replays::new(MAX_ENTRIES)))
    }
}

impl Default for OwnMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory for OwnMemory {
    fn note<'a>(&'a self, used: &'a Use, now: UnixSeconds) -> Pin<Box<dyn Future<Output = Seen> + 'a>> {
        let seen = self.0.borrow_mut().note(&used.digest, used.until, used.key(), now);
        Box::pin(std::future::ready(seen))
    }
}

impl Dpop {
    /// Proofs signed with one of `algorithms`, made within `window`, and noted in `memory`.
    #[must_use]
    pub fn new(
        algorithms: Vec<Algorithm>,
        window: Window,
        nonces: Option<Nonces>,
        memory: Box<dyn Memory>,
    ) -> Self {
        Self { algorithms, window, nonces, memory, engine: WebCrypto::new() }
    }

    /// What proofs may be signed with, for challenges.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The claims of a bound token, once the request has proved its key.
    ///
    /// # Errors
    /// `token_not_bound`, `token_proof_missing`; those of [`Unverified::parse`],
    /// [`Unverified::verified`], [`Proof::check`] and [`Use::record`].
    pub async fn prove(&self, request: &Incoming, token: &str, bound: Bound) -> Result<Claims, Error> {
        let thumbprint = bound.thumbprint().ok_or(Error::at(Code::TokenNotBound, "cnf"))?;
        let text = request.header("dpop").ok_or(Error::at(Code::TokenProofMissing, "dpop"))?;
        let proof = self.verify(text).await?;
        let now = clock::now().to_seconds();
        let expected = Expected {
            method: &request.method,
            url: &request.url,
            access_token: token,
            thumbprint,
            nonces: self.nonces.as_ref(),
            window: self.window,
        };
        let used = proof.check(&expected, now)?;
        let seen = self.memory.note(&used, now).await;
        bound.with(&used.record(seen)?)
    }

    /// The nonce that goes with an answer: with the demand for one, and with the answer to a proof
    /// that has an older one.
    ///
    /// Source: [RFC 9449 §8.2 and §9](https://www.rfc-editor.org/rfc/rfc9449#section-8.2)
    #[must_use]
    pub fn nonce_for(&self, proof: &str) -> Option<String> {
        let current = self.nonces.as_ref()?.current(clock::now().to_seconds());
        let proof = Unverified::parse(proof, &self.algorithms).ok()?;
        // Its signature does not matter: what is told is no secret.
        (proof.nonce() != Some(&current)).then_some(current)
    }

    async fn verify(&self, text: &str) -> Result<Proof, Error> {
        let proof = Unverified::parse(text, &self.algorithms)?;
        let (key, alg) = (proof.key(), proof.algorithm());
        let (input, signature) = (proof.signing_input(), proof.signature());
        // Whoever sends a proof chooses the key: none of them is worth a table.
        let verdict = Arithmetic::General.verify(&self.engine, Question { key, alg, input, signature }).await;
        proof.verified(verdict)
    }
}
