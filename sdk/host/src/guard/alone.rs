//! Tokens without a request around them.

use edgeward_core::{Code, Error, jose::jwe, jwt::Unverified};

use super::{Guard, Issuer};
use crate::{revealed::Revealed, task::Background, verifier::Accepted};

impl Guard {
    /// Verifies a token that came alone, with the issuer that it names.
    ///
    /// # Errors
    /// As [`Guard::identify`], as far as they are about the token.
    pub async fn accept(&self, token: &str, background: &Background) -> Result<Accepted, Error> {
        let (header, bound, issuer) = self.verify(token, background).await?;
        let claims = bound.alone()?;
        issuer.check(&claims)?;
        Ok(Accepted { header, claims })
    }

    /// The same at once, with the crates and the keys that are loaded.
    ///
    /// # Errors
    /// As [`Guard::accept`]; `keys_not_loaded`; `algorithm_unsupported`: it is encrypted, and WebCrypto
    /// opens nothing at once.
    pub fn accept_now(&self, token: &str) -> Result<Accepted, Error> {
        let opens = |issuer: &Issuer| issuer.verifier.decryption().is_some();
        if jwe::is_sealed(token) && self.issuers.iter().any(opens) {
            return Err(Error::at(Code::AlgorithmUnsupported, "enc"));
        }
        let revealed = Revealed::plain(token);
        let token = Unverified::parse(token)?;
        let issuer = self.issuer_of(&token)?;
        revealed.check(&issuer.verifier)?;
        let accepted = issuer.verifier.verify_now(token)?;
        issuer.check(&accepted.claims)?;
        Ok(accepted)
    }
}
