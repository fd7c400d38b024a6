//! One issuer's tokens, verified: the core's rules, the issuer's keys, and the faster engine.

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, Key, KeySet, engine, jws::Header},
    jwt::{self, Claims, Policy, Unverified},
};

use crate::{clock, keys::IssuerKeys, task::Background, webcrypto::WebCrypto};

/// Verifies the tokens of one issuer.
pub struct Verifier {
    policy: Policy,
    keys: IssuerKeys,
    engine: WebCrypto,
}

/// A token that was accepted.
pub struct Accepted {
    /// Its header.
    pub header: Header,
    /// Its claims.
    pub claims: Claims,
}

impl Verifier {
    /// Accepts what `policy` accepts, signed with one of `keys`.
    #[must_use]
    pub const fn new(policy: Policy, keys: IssuerKeys) -> Self {
        Self { policy, keys, engine: WebCrypto::new() }
    }

    /// What the tokens must satisfy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The issuer's keys.
    #[must_use]
    pub const fn keys(&self) -> &IssuerKeys {
        &self.keys
    }

    /// Verifies a token; fetches the issuer's keys if need be, and renews them in the background.
    ///
    /// # Errors
    /// Those of [`jwt::check`], [`IssuerKeys::wanted`], [`WebCrypto::verify`] and [`jwt::validate`].
    pub async fn verify(&self, token: Unverified<'_>, background: &Background) -> Result<Accepted, Error> {
        jwt::check(&token, &self.policy)?;
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys.wanted(alg, token.header().kid.as_deref(), background).await?;
        self.check_signature(&token, alg, &keys).await?;
        self.accept(token.dangerous_trust())
    }

    /// Verifies a token at once, with the crates and the keys that are loaded.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; `keys_not_loaded`.
    pub fn verify_now(&self, token: Unverified<'_>) -> Result<Accepted, Error> {
        jwt::check(&token, &self.policy)?;
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys.loaded(alg, token.header().kid.as_deref())?;
        self.accept(keys.verify(token)?)
    }

    async fn check_signature(
        &self,
        token: &Unverified<'_>,
        alg: Algorithm,
        keys: &KeySet,
    ) -> Result<(), Error> {
        let mut refusal = Code::TokenKeyNotFound.into();
        for key in keys.candidates(alg, token.header().kid.as_deref()) {
            match self.check_with(key, alg, token).await {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    /// HMAC is faster in place, everything else in WebCrypto, as `cargo xtask bench engines` shows.
    async fn check_with(&self, key: &Key, alg: Algorithm, token: &Unverified<'_>) -> Result<(), Error> {
        let (input, signature) = (token.signing_input(), token.signature());
        if alg.is_symmetric() {
            return engine::verify(key, alg, input, signature);
        }
        match self.engine.verify(key, alg, input, signature).await {
            // An older runtime lacks Ed25519, a page without https all of WebCrypto.
            Err(Error { code: Code::AlgorithmUnsupported | Code::RuntimeUnsupported, .. }) => {
                engine::verify(key, alg, input, signature)
            }
            outcome => outcome,
        }
    }

    fn accept(&self, token: jwt::Verified) -> Result<Accepted, Error> {
        let header = token.header.clone();
        let claims = jwt::validate(token, &self.policy, clock::now().to_seconds())?;
        Ok(Accepted { header, claims })
    }
}
