//! One issuer's tokens, verified: the core's rules, the issuer's keys, and the faster engine.

use std::{cell::RefCell, sync::Arc};

use edgeward_core::{
    Code, Error,
    gateway::{
        metrics::Counter,
        tokens::{self, TokenCache, TokenKey},
    },
    jose::{KeySet, jws::Header},
    jwt::{self, Bound, Claims, Policy, Unverified},
    time::UnixSeconds,
};

use crate::{
    clock,
    decryption::{Decryption, Opener},
    kernels::{Arithmetic, Question},
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
    arithmetic: Arithmetic,
    tokens: RefCell<TokenCache>,
}

/// A token that was accepted.
pub struct Accepted {
    /// Its header.
    pub header: Header,
    /// Its claims.
    pub claims: Claims,
    /// For how long the same token is sure to be accepted again; unknown for one that was encrypted.
    pub standing: Option<Standing>,
}

/// For how long an answer stands: while the clock is in a range and the issuer has the same keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In milliseconds since 1970.
    pub from: i64,
    /// In milliseconds since 1970, and not itself in the range.
    pub until: i64,
    /// The issuer's place among those of a guard.
    pub issuer: usize,
    /// The number of its key set.
    pub generation: u64,
}

impl Verifier {
    /// Accepts what `policy` accepts, signed with one of `keys`.
    #[must_use]
    pub fn new(policy: Policy, keys: IssuerKeys) -> Self {
        Self {
            policy,
            keys,
            decryption: None,
            engine: WebCrypto::new(),
            arithmetic: Arithmetic::Kernels,
            tokens: RefCell::default(),
        }
    }

    /// The same, which knows so many verified tokens again at most.
    #[must_use]
    pub fn with_memory_of(self, tokens: usize) -> Self {
        Self { tokens: RefCell::new(TokenCache::new(tokens)), ..self }
    }

    /// The same, which opens encrypted tokens; see [`reveal`](crate::revealed::reveal).
    #[must_use]
    pub fn with_decryption(self, decryption: Option<Decryption>) -> Self {
        let decryption = decryption.map(|decryption| Box::new(decryption) as Box<dyn Opener>);
        Self { decryption, ..self }
    }

    /// The same, which verifies signatures this way.
    #[must_use]
    pub fn with_arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { arithmetic, ..self }
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

    /// Verifies a token; fetches the issuer's keys if need be, and renews them in the background. Its
    /// claims come out once the request has brought what the token is bound to.
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

    /// Verifies a token that came alone at once, with the keys that are loaded.
    ///
    /// # Errors
    /// As [`Verifier::verify_bound`], and those of [`Bound::alone`]; `keys_not_loaded`.
    pub fn verify_now(&self, token: Unverified<'_>) -> Result<Claims, Error> {
        jwt::check(&token, &self.policy)?;
        let alg = token.header().alg.ok_or(Code::TokenAlgNotAllowed)?;
        let keys = self.keys.loaded(alg, token.header().kid.as_deref())?;
        let verified = keys.verify_with(token, |key, alg, input, signature| {
            self.arithmetic.verify_now(Question { key, alg, input, signature })
        });
        jwt::validate(verified?, &self.policy, now())
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
            match self.arithmetic.verify(&self.engine, Question { key, alg, input, signature }).await {
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

/// What the cache of tokens asks about one.
struct Known {
    key: TokenKey,
    generation: u64,
    ends: UnixSeconds,
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}
