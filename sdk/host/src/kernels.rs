//! The kernels of this isolate, which all verifiers share: tables are large, and a key is the same
//! key whoever asks.

#[cfg(feature = "kernels")]
use std::cell::RefCell;

#[cfg(feature = "kernels")]
use edgeward_core::jose::{
    jwk::Material,
    kernels::{Beside, Kernels},
};
use edgeward_core::{
    Code, Error,
    gateway::metrics::Counter,
    jose::{Algorithm, Key, KeySet, engine},
};

use crate::{metrics, webcrypto::WebCrypto};

/// Whether signatures are verified by own arithmetic where that is faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arithmetic {
    /// By the crates and WebCrypto alone.
    General,
    /// By kernels where there are some.
    #[default]
    Kernels,
    /// By kernels and the general way, and what they disagree about is refused.
    Both,
}

#[cfg(feature = "kernels")]
thread_local! {
    static KERNELS: RefCell<Kernels> = const { RefCell::new(Kernels::new()) };
}

/// What the seam is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The key, which permits the algorithm.
    pub key: &'a Key,
    /// The algorithm.
    pub alg: Algorithm,
    /// What is signed.
    pub input: &'a [u8],
    /// The signature.
    pub signature: &'a [u8],
}

type Answer = Result<(), Error>;

impl Arithmetic {
    /// Verifies a signature at once.
    ///
    /// # Errors
    /// Those of [`engine::verify`]; `internal_error` at `kernels`: the two ways disagree, which is
    /// worth a report to us.
    pub fn verify_now(self, asked: Question<'_>) -> Answer {
        match self.by_kernel(asked, true) {
            None => asked.by_crates(),
            Some(answer) if self == Self::Both => compared(answer, asked.by_crates()),
            Some(answer) => answer,
        }
    }

    /// Verifies a signature the fastest way: by a kernel, HMAC in place, everything else in WebCrypto,
    /// as `cargo xtask bench engines` shows.
    ///
    /// # Errors
    /// As [`Arithmetic::verify_now`], and those of [`WebCrypto::verify`].
    pub async fn verify(self, engine: &WebCrypto, asked: Question<'_>) -> Answer {
        match self.by_kernel(asked, false) {
            None => asked.by_platform(engine).await,
            Some(answer) if self == Self::Both => compared(answer, asked.by_platform(engine).await),
            Some(answer) => answer,
        }
    }

    /// What a kernel says, where it is faster than the crates, or than WebCrypto as well.
    #[cfg(feature = "kernels")]
    fn by_kernel(self, asked: Question<'_>, at_once: bool) -> Option<Answer> {
        let Question { key, alg, input, signature } = asked;
        let beside = if at_once || self == Self::Both { Beside::Crates } else { Beside::WebCrypto };
        let verify = |kernels: &mut Kernels| kernels.verify(key, alg, input, signature, beside);
        let answer = if self == Self::General { None } else { KERNELS.with_borrow_mut(verify) };
        if answer.is_some() {
            metrics::count(Counter::KernelVerifications);
        }
        answer
    }

    #[cfg(not(feature = "kernels"))]
    fn by_kernel(self, _: Question<'_>, _: bool) -> Option<Answer> {
        None
    }
}

impl Question<'_> {
    fn by_crates(self) -> Answer {
        engine::verify(self.key, self.alg, self.input, self.signature)
    }

    async fn by_platform(self, engine: &WebCrypto) -> Answer {
        if self.alg.is_symmetric() {
            return self.by_crates();
        }
        match engine.verify(self.key, self.alg, self.input, self.signature).await {
            // An older runtime lacks Ed25519, a page without https all of WebCrypto.
            Err(Error { code: Code::AlgorithmUnsupported | Code::RuntimeUnsupported, .. }) => {
                self.by_crates()
            }
            outcome => outcome,
        }
    }
}

/// One answer of two, which have to be the same.
fn compared(kernel: Answer, general: Answer) -> Answer {
    if kernel == general {
        return general;
    }
    metrics::count(Counter::KernelDisagreements);
    Err(Error::at(Code::InternalError, "kernels"))
}

/// Forgets the tables of keys that an issuer has replaced.
pub fn forget(replaced: &KeySet, by: &KeySet) {
    #[cfg(feature = "kernels")]
    KERNELS.with_borrow_mut(|kernels| {
        let is_in =
            |set: &KeySet, material: &Material| set.keys().iter().any(|key| key.material() == material);
        kernels.retain(|material| !is_in(replaced, material) || is_in(by, material));
    });
    #[cfg(not(feature = "kernels"))]
    let _ = (replaced, by);
}
