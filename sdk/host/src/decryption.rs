//! Opens encrypted tokens: the core decrypts, WebCrypto does what a private key is needed for.

use std::{future::Future, pin::Pin};

use edgeward_core::{
    Code, Error,
    jose::jwe::{ContentKey, DecryptionKey, DecryptionKeys, Demand, Sealed, Step, agreement},
};

use crate::webcrypto::PrivateKeys;

/// Opens encrypted tokens. A verifier knows it by this name alone, so that a module which opens
/// none does not carry along how that is done.
pub trait Opener {
    /// Whether a token must be encrypted.
    fn demand(&self) -> Demand;

    /// The token inside of an encrypted one, to be verified like any other.
    ///
    /// # Errors
    /// Those of [`Sealed::parse`] and [`Decryption::open`].
    fn reveal<'a>(&'a self, token: &'a str) -> Pin<Box<dyn Future<Output = Result<String, Error>> + 'a>>;

    /// The same at once.
    ///
    /// # Errors
    /// Those of [`Sealed::parse`] and [`Decryption::open_now`].
    fn reveal_now(&self, token: &str) -> Result<String, Error>;
}

impl Opener for Decryption {
    fn demand(&self) -> Demand {
        self.demand
    }

    fn reveal<'a>(&'a self, token: &'a str) -> Pin<Box<dyn Future<Output = Result<String, Error>> + 'a>> {
        Box::pin(async move { self.open(&Sealed::parse(token)?).await })
    }

    fn reveal_now(&self, token: &str) -> Result<String, Error> {
        self.open_now(&Sealed::parse(token)?)
    }
}

/// The keys of a reader, and whether it insists on encryption.
pub struct Decryption {
    keys: DecryptionKeys,
    demand: Demand,
    platform: PrivateKeys,
}

impl Decryption {
    /// Opens tokens with `keys`.
    #[must_use]
    pub const fn new(keys: DecryptionKeys, demand: Demand) -> Self {
        Self { keys, demand, platform: PrivateKeys::new() }
    }

    /// The token inside of an encrypted one, to be verified like any other.
    ///
    /// # Errors
    /// Those of [`DecryptionKeys::candidates`], [`Sealed::open`] and [`Sealed::token`]. `algorithm_unsupported`,
    /// `runtime_unsupported`: this runtime cannot do what the key is needed for.
    pub async fn open(&self, sealed: &Sealed<'_>) -> Result<String, Error> {
        sealed.token(self.open_content(sealed).await?)
    }

    /// The content of an encrypted token, whatever it is.
    ///
    /// # Errors
    /// As [`Decryption::open`].
    pub async fn open_content(&self, sealed: &Sealed<'_>) -> Result<Vec<u8>, Error> {
        let mut refusal = Code::TokenKeyNotFound.into();
        for key in self.keys.candidates(sealed.header())? {
            match self.content_key(sealed, key).await.and_then(|key| sealed.open(&key)) {
                Err(error) if error.code == Code::TokenDecryptionFailed => refusal = error,
                outcome => return outcome,
            }
        }
        Err(refusal)
    }

    /// As [`Decryption::open`], at once and with the crates alone.
    ///
    /// # Errors
    /// As [`Decryption::open`]; `algorithm_unsupported`: RSA, which only WebCrypto decrypts.
    pub fn open_now(&self, sealed: &Sealed<'_>) -> Result<String, Error> {
        let mut refusal = Code::TokenKeyNotFound.into();
        for key in self.keys.candidates(sealed.header())? {
            match sealed.content_key(key).and_then(|key| sealed.open(&key)) {
                Err(error) if error.code == Code::TokenDecryptionFailed => refusal = error,
                content => return sealed.token(content?),
            }
        }
        Err(refusal)
    }

    async fn content_key(&self, sealed: &Sealed<'_>, key: &DecryptionKey) -> Result<ContentKey, Error> {
        match sealed.step(key)? {
            Step::Done(key) => Ok(key),
            Step::Decrypt(own) => {
                let decrypted = self.platform.decrypt(own, sealed.encrypted_key()).await?;
                Ok(sealed.decrypted(decrypted))
            }
            Step::Agree { own, peer } => match self.platform.agree(own, peer).await {
                // An older runtime lacks X25519, a page without https all of WebCrypto.
                Err(Error { code: Code::AlgorithmUnsupported | Code::RuntimeUnsupported, .. }) => {
                    sealed.agreed(&agreement::agree(own, peer)?)
                }
                shared => sealed.agreed(&shared?),
            },
        }
    }
}
