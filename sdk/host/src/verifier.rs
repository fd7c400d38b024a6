//! One issuer's tokens, verified: the core's rules, the issuer's keys, and the faster engine.

use edgeward_core::{
    Code, Error,
    jose::{Algorithm, Key, KeySet, engine, jws::Header},
    jwt::{self, Bound, Claims, Policy, Unverified},
};

use crate::{clock, decryption::Decryption, keys::IssuerKeys, task::Background, webcrypto::WebCrypto};

/// Verifies the tokens of one issuer.
pub struct Verifier {
    policy: Policy,
    keys: IssuerKeys,
    decryption: Option<Decryption>,
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
        Self { policy, keys, decryption: None, engine: WebCrypto::new() }
    }

    /// The same, which opens encrypted tokens; see [`reveal`](crate::revealed::reveal).
    #[must_use]
    pub fn with_decryption(self, decryption: Option<Decryption>) -> Self {
        Self { decryption, ..self }
    }

    /// How encrypted tokens are opened; none is accepted without.
    #[must_use]
    pub const fn decryption(&self) -> Option<&Decryption> {
        self.decryption.as_ref()
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

    /// Verifies a token that came alone; fetches the issuer's keys if need be, and renews them in the background.
    ///
    /// # Errors
    /// Those of [`Verifier::verify_bound`] and [`Bound::alone`].
    pub async fn verify(&self, token: Unverified<'_>, background: &Background) -> Result<Accepted, Error> {
        let header = token.header().clone();
        let claims = self.verify_bound(token, background).await?.alone()?;
        Ok(Accepted { header, claims })
    }

    /// Verifies a token as [`Verifier::verify`] does; its claims come out once the request has
    /// brought what the token is bound to.
    ///
    /// # Errors
    /// Those of [`jwt::check`], [`IssuerKeys::wanted`], [`WebCrypto::verify`] and
    /// [`jwt::validate_bound`].
    pub async fn verify_bound(&self, token: Unverified<'_>, background: &Background) -> Result<Bound, Error> {
        let verified = self.verify_signature(token, &self.policy, background).await?;
        jwt::validate_bound(verified, &self.policy, clock::now().to_seconds())
    }

    /// Verifies the signature alone, of a token that may fall under another policy than the issuer's
    /// access tokens do.
    ///
    /// # Errors
    /// Those of [`jwt::check`], [`IssuerKeys::wanted`] and [`WebCrypto::verify`].
    pub async fn verify_signature(
        &self,
        token: Unverified<'_>,
        policy: &Policy,
        background: &Background,
    ) -> Result<jwt::Verified, Error> {
        jwt::check(&token, policy)?;
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys.wanted(alg, token.header().kid.as_deref(), background).await?;
        let verdict = self.check_candidates(&token, alg, &keys).await;
        if verdict.is_err_and(|error| error.code == Code::TokenSignatureInvalid) {
            self.keys.doubted(background).await;
        }
        verdict?;
        Ok(token.dangerous_trust())
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

    async fn check_candidates(
        &self,
        token: &Unverified<'_>,
        alg: Algorithm,
        keys: &KeySet,
    ) -> Result<(), Error> {
        let mut refusal = Code::TokenKeyNotFound.into();
        for key in keys.candidates(alg, token.header().kid.as_deref()) {
            let (input, signature) = (token.signing_input(), token.signature());
            match check_signature(&self.engine, key, alg, input, signature).await {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }

    fn accept(&self, token: jwt::Verified) -> Result<Accepted, Error> {
        let header = token.header.clone();
        let claims = jwt::validate(token, &self.policy, clock::now().to_seconds())?;
        Ok(Accepted { header, claims })
    }
}

/// HMAC is faster in place, everything else in WebCrypto, as `cargo xtask bench engines` shows.
pub(crate) async fn check_signature(
    engine: &WebCrypto,
    key: &Key,
    alg: Algorithm,
    input: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    if alg.is_symmetric() {
        return engine::verify(key, alg, input, signature);
    }
    match engine.verify(key, alg, input, signature).await {
        // An older runtime lacks Ed25519, a page without https all of WebCrypto.
        Err(Error { code: Code::AlgorithmUnsupported | Code::RuntimeUnsupported, .. }) => {
            engine::verify(key, alg, input, signature)
        }
        outcome => outcome,
    }
}
