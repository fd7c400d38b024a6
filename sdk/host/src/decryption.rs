//! Opens encrypted tokens: the core says what has to be done, WebCrypto does it.

use std::{future::Future, pin::Pin};

use edgeward_core::{
    Code, Error,
    jose::jwe::{DecryptionKey, DecryptionKeys, Demand, Sealed, Step},
};

use crate::webcrypto::{Operation, PrivateKeys};

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
}

impl Opener for Decryption {
    fn demand(&self) -> Demand {
        self.demand
    }

    fn reveal<'a>(&'a self, token: &'a str) -> Pin<Box<dyn Future<Output = Result<String, Error>> + 'a>> {
        Box::pin(async move { self.open(&Sealed::parse(token)?).await })
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
    /// Those of [`DecryptionKeys::candidates`], [`Sealed::step`], [`Sealed::ciphertext`], [`Sealed::token`]
    /// and [`PrivateKeys::perform`].
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
            match self.open_with(sealed, key).await {
                Err(error) if error.code == Code::TokenDecryptionFailed => refusal = error,
                outcome => return outcome,
            }
        }
        Err(refusal)
    }

    async fn open_with(&self, sealed: &Sealed<'_>, key: &DecryptionKey) -> Result<Vec<u8>, Error> {
        let mut step = sealed.step(key)?;
        let key = loop {
            let encrypted = sealed.encrypted_key();
            let operation = match &step {
                Step::Done(key) => break key,
                Step::Unwrap(secret) => Operation::Unwrap { secret, wrapped: encrypted },
                Step::Agree { own, peer } => Operation::Agree { own, peer },
                Step::Decrypt(own) => Operation::Decrypt { own, encrypted },
            };
            let given = self.platform.perform(&operation).await?;
            step = match step {
                Step::Agree { .. } => sealed.agreed(&given)?,
                _ => Step::Done(sealed.carried(given)?),
            };
        };
        let content = self.platform.perform(&Operation::Decipher(&sealed.ciphertext(key)?)).await?;
        Ok(content.expose().to_vec())
    }
}
