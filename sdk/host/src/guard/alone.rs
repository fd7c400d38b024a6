//! Tokens without a request around them.

use edgeward_core::{
    Code, Error,
    jose::jwe,
    jwt::{self, Claims, Unverified},
};

use super::{Guard, Issuer};
use crate::{
    revealed::{Revealed, reveal},
    task::Background,
    verifier::{Accepted, Standing},
};

impl Guard {
    /// Verifies a token that came alone, with the issuer that it names.
    ///
    /// # Errors
    /// As [`Guard::identify`], as far as they are about the token.
    pub async fn accept(&self, token: &str, background: &Background) -> Result<Accepted, Error> {
        let revealed = reveal(self.issuers.iter().map(|issuer| &issuer.verifier), token).await?;
        let read = Unverified::parse(revealed.text())?;
        let issuer = self.issuer_of(&read)?;
        revealed.check(&issuer.verifier)?;
        let (header, before) = (read.header().clone(), issuer.generation());
        let claims = issuer.verifier.verify_bound(read, background).await?.alone()?;
        issuer.check(&claims)?;
        // While it was verified, others may have brought other keys.
        let stands = !jwe::is_sealed(token) && before == issuer.generation();
        let standing = stands.then(|| self.standing(issuer, &claims));
        Ok(Accepted { header, claims, standing })
    }

    /// The same at once, with the keys that are loaded.
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
        let header = token.header().clone();
        let claims = issuer.verifier.verify_now(token)?;
        issuer.check(&claims)?;
        let standing = Some(self.standing(issuer, &claims));
        Ok(Accepted { header, claims, standing })
    }

    fn standing(&self, issuer: &Issuer, claims: &Claims) -> Standing {
        let place = self.issuers.iter().position(|own| core::ptr::eq(own, issuer));
        let window = jwt::window(claims, issuer.verifier.policy());
        Standing {
            from: window.start.0.saturating_mul(1000),
            until: window.end.0.saturating_mul(1000),
            issuer: place.unwrap_or(usize::MAX),
            generation: issuer.generation(),
        }
    }
}

impl Issuer {
    fn generation(&self) -> u64 {
        self.verifier.keys().generation()
    }
}
