//! One issuer's tokens, verified: the core's rules, the issuer's keys, and the faster engine.

use std::{cell::RefCell, sync::Arc};

use edgeward_core::{
    Code, Error,
    gateway::{
        metrics::Counter,
        tokens::{self, MAX_TOKENS, TokenCache, TokenKey},
    },
    jose::{Algorithm, Key, KeySet, engine, jws::Header},
    jwt::{self, Bound, Claims, Policy, Unverified},
    time::UnixSeconds,
};

use crate::{
    clock,
    decryption::{Decryption, Opener},
    keys::IssuerKeys,
    metrics,
    task::Background,
    webcrypto::WebCrypto,
};

/// Verifies the tokens of one issuer.
pub struct Verifier {
    policy: Policy,
    keys: IssuerKeys,
    decryption: Option<Box<dyn Opener>>,
    engine: WebCrypto,
    tokens: RefCell<TokenCache>,
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
        let tokens = RefCell::new(TokenCache::new(MAX_TOKENS));
        Self { policy, keys, decryption: None, engine: WebCrypto::new(), tokens }
    }

    /// The same, which opens encrypted tokens; see [`reveal`](crate::revealed::reveal).
    #[must_use]
    pub fn with_decryption(self, decryption: Option<Decryption>) -> Self {
        let decryption = decryption.map(|decryption| Box::new(decryption) as Box<dyn Opener>);
        Self { decryption, ..self }
    }

    /// How encrypted tokens are opened; none is accepted without.
    #[must_use]
    pub fn decryption(&self) -> Option<&dyn Opener> {
        self.decryption.as_deref()
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
        jwt::check(&token, &self.policy)?;
        let keys = self.keys_for(&token, background).await?;
        let known = self.known(&token);
        if self.knows(&known) {
            return jwt::validate_bound(token.dangerous_trust(), &self.policy, now());
        }
        self.check_candidates(&token, &keys, background).await?;
        let bound = jwt::validate_bound(token.dangerous_trust(), &self.policy, now())?;
        self.learn(known);
        Ok(bound)
    }

    /// Verifies the signature alone, of a token that falls under another policy than the issuer's
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
        let keys = self.keys_for(&token, background).await?;
        self.check_candidates(&token, &keys, background).await?;
        Ok(token.dangerous_trust())
    }

    /// Verifies a token at once, with the crates and the keys that are loaded.
    ///
    /// # Errors
    /// As [`Verifier::verify`]; `keys_not_loaded`.
    pub fn verify_now(&self, token: Unverified<'_>) -> Result<Accepted, Error> {
        jwt::check(&token, &self.policy)?;
        let header = token.header().clone();
        let alg = header.alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys.loaded(alg, header.kid.as_deref())?;
        let known = self.known(&token);
        if self.knows(&known) {
            let claims = jwt::validate(token.dangerous_trust(), &self.policy, now())?;
            return Ok(Accepted { header, claims });
        }
        let claims = jwt::validate(keys.verify(token)?, &self.policy, now())?;
        self.learn(known);
        Ok(Accepted { header, claims })
    }

    async fn keys_for(&self, token: &Unverified<'_>, background: &Background) -> Result<Arc<KeySet>, Error> {
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        self.keys.wanted(alg, token.header().kid.as_deref(), background).await
    }

    fn known(&self, token: &Unverified<'_>) -> Known {
        let ends = tokens::end(token, &self.policy);
        Known { key: TokenKey::of(token), generation: self.keys.generation(), ends }
    }

    fn knows(&self, token: &Known) -> bool {
        let knows = self.tokens.borrow_mut().knows(&token.key, token.generation, now());
        metrics::count(if knows { Counter::TokenHits } else { Counter::TokenMisses });
        knows
    }

    fn learn(&self, token: Known) {
        self.tokens.borrow_mut().learn(token.key, token.generation, token.ends, now());
    }

    /// Tries the candidates in turn. Where all refuse, the issuer may have put another key in the
    /// place of an old one.
    async fn check_candidates(
        &self,
        token: &Unverified<'_>,
        keys: &KeySet,
        background: &Background,
    ) -> Result<(), Error> {
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        let mut refusal: Error = Code::TokenKeyNotFound.into();
        for key in keys.candidates(alg, token.header().kid.as_deref()) {
            let (input, signature) = (token.signing_input(), token.signature());
            match check_signature(&self.engine, key, alg, input, signature).await {
                Ok(()) => return Ok(()),
                Err(error) => refusal = error,
            }
        }
        if refusal.code == Code::TokenSignatureInvalid {
            self.keys.doubted(background).await;
        }
        Err(refusal)
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

/// What the cache of tokens asks about one.
struct Known {
    key: TokenKey,
    generation: u64,
    ends: UnixSeconds,
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}
