//! Whether a request passes: its credential, the issuer it comes from, and what the route asks.
//!
//! The core decides each step; here they are carried out in their order.

mod alone;
mod dpop;
mod opaque;
mod session_cookie;

use edgeward_core::{
    Code, Error,
    cookies::better_auth::Reader,
    gateway::{
        Denial, Identity, Incoming, Requirements,
        claim::ClaimRule,
        credential::{Credential, Kind, Sources},
        csrf,
        identity::Mapping,
        policy::CredentialRule,
        tokens,
    },
    jose::jws::Header,
    jwt::{Bound, Claims, Unverified},
    oauth::introspect,
};

pub use dpop::{Dpop, Memory, OwnMemory};
pub use opaque::{Asking, Introspection, Judge};
pub use session_cookie::Sessions;

use crate::{clock, kernels::Arithmetic, revealed::reveal, task::Background, verifier::Verifier};

/// Admits requests with credentials of several issuers.
pub struct Guard {
    issuers: Vec<Issuer>,
    sources: Sources,
    allowed_origins: Vec<String>,
    dpop: Option<Dpop>,
    introspection: Option<Box<dyn Judge>>,
    sessions: Option<Box<dyn Sessions>>,
}

/// An issuer whose tokens are accepted. Each has keys of its own: a key of one never verifies a
/// token of another.
pub struct Issuer {
    /// Verifies its tokens.
    pub verifier: Verifier,
    /// Where it writes what has no standard claim.
    pub mapping: Mapping,
    /// What its claims must be on every route.
    pub claims: Vec<ClaimRule>,
}

impl Guard {
    /// Accepts tokens of `issuers` where `sources` say.
    #[must_use]
    pub fn new(issuers: Vec<Issuer>, sources: Sources) -> Self {
        Self {
            issuers,
            sources,
            allowed_origins: Vec::new(),
            dpop: None,
            introspection: None,
            sessions: None,
        }
    }

    /// The same, alone in its isolate: its issuers share the memory that there may be for verified tokens.
    #[must_use]
    pub fn with_shared_memory(self) -> Self {
        let share = tokens::share(self.issuers.len());
        let with_share =
            |issuer: Issuer| Issuer { verifier: issuer.verifier.with_memory_of(share), ..issuer };
        Self { issuers: self.issuers.into_iter().map(with_share).collect(), ..self }
    }

    /// Also takes bound tokens with their proofs.
    #[must_use]
    pub fn with_dpop(self, dpop: Dpop) -> Self {
        Self { sources: Sources { dpop: true, ..self.sources }, dpop: Some(dpop), ..self }
    }

    /// Also takes opaque tokens.
    #[must_use]
    pub fn with_introspection(self, introspection: Introspection) -> Self {
        Self { introspection: Some(Box::new(introspection)), ..self }
    }

    /// Also takes session cookies, where the sources name them.
    #[must_use]
    pub fn with_sessions(self, sessions: Reader) -> Self {
        Self { sessions: Some(Box::new(sessions)), ..self }
    }

    /// Lets pages of these origins change something with cookies, besides those of the own one.
    #[must_use]
    pub fn with_allowed_origins(self, allowed_origins: Vec<String>) -> Self {
        Self { allowed_origins, ..self }
    }

    /// What proofs of possession must satisfy, if they are understood.
    #[must_use]
    pub const fn dpop(&self) -> Option<&Dpop> {
        self.dpop.as_ref()
    }

    /// The issuers.
    #[must_use]
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// Where credentials may stand.
    #[must_use]
    pub const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Admits a request: [`Guard::identify`], then [`Requirements::decide`].
    ///
    /// # Errors
    /// Those of both.
    pub async fn admit(
        &self,
        request: &Incoming,
        wanted: &Requirements,
        background: &Background,
    ) -> Result<Option<Identity>, Denial> {
        let identity = self.identify(request, wanted, background).await?;
        if let Some(identity) = &identity {
            wanted.decide(identity, clock::now().to_seconds())?;
        }
        Ok(identity)
    }

    /// Finds out who sends a request; nobody, where the route asks for no credential, or for an
    /// optional one that is absent. What the route asks of the identity is not decided yet.
    ///
    /// # Errors
    /// Those of [`Sources::take`] and [`csrf::check`]; `token_missing`, `credential_forbidden`;
    /// every code of [`Verifier::verify_bound`], [`Judge::judge`], [`Dpop::prove`] and
    /// [`Reader::read`].
    pub async fn identify(
        &self,
        request: &Incoming,
        wanted: &Requirements,
        background: &Background,
    ) -> Result<Option<Identity>, Denial> {
        if wanted.credential == CredentialRule::None {
            return Ok(None);
        }
        let credential = self.sources.take(request, &wanted.kinds)?;
        match (credential, wanted.credential) {
            (None, CredentialRule::Required) => Err(Code::TokenMissing.into()),
            (None, _) => Ok(None),
            (Some(_), CredentialRule::Forbidden) => Err(Code::CredentialForbidden.into()),
            (Some(credential), _) => Ok(Some(self.believe(request, &credential, background).await?)),
        }
    }

    async fn believe(
        &self,
        request: &Incoming,
        credential: &Credential<'_>,
        background: &Background,
    ) -> Result<Identity, Error> {
        csrf::check(request, credential.kind, &self.allowed_origins)?;
        if credential.kind == Kind::Session {
            let reader = self.sessions.as_ref().ok_or(Code::SessionMissing)?;
            let claims = reader.claims(request)?;
            return Identity::new(claims, &Mapping::default(), credential.kind);
        }
        let (bound, issuer) = match &self.introspection {
            Some(asked) if introspect::is_opaque(&credential.token) => {
                (asked.judge(&credential.token).await?, None)
            }
            _ => {
                let (_, bound, issuer) = self.verify(&credential.token, background).await?;
                (bound, Some(issuer))
            }
        };
        let claims = self.release(request, credential, bound).await?;
        let Some(issuer) = issuer else {
            return Identity::new(claims, &Mapping::default(), credential.kind);
        };
        issuer.check(&claims)?;
        Identity::new(claims, &issuer.mapping, credential.kind)
    }

    /// Verifies a token with the issuer that it names. An encrypted one is opened first, and what is
    /// inside goes the way of every other.
    async fn verify(&self, token: &str, background: &Background) -> Result<(Header, Bound, &Issuer), Error> {
        let revealed = reveal(self.issuers.iter().map(|issuer| &issuer.verifier), token).await?;
        let token = Unverified::parse(revealed.text())?;
        let issuer = self.issuer_of(&token)?;
        revealed.check(&issuer.verifier)?;
        let header = token.header().clone();
        Ok((header, issuer.verifier.verify_bound(token, background).await?, issuer))
    }

    /// The claims of a token, against what the request brought along with it.
    async fn release(
        &self,
        request: &Incoming,
        credential: &Credential<'_>,
        bound: Bound,
    ) -> Result<Claims, Error> {
        match (&self.dpop, credential.kind) {
            (Some(dpop), Kind::Dpop) => dpop.prove(request, &credential.token, bound).await,
            (None, Kind::Dpop) => Err(Code::TokenMissing.into()),
            _ => bound.alone(),
        }
    }

    /// The issuer that a token names.
    fn issuer_of(&self, token: &Unverified<'_>) -> Result<&Issuer, Error> {
        let named = token.unverified_claim("iss").and_then(|iss| iss.as_str());
        let is_own = |issuer: &&Issuer| named.is_some_and(|iss| issuer.verifier.policy().is_issuer(iss));
        self.issuers.iter().find(is_own).ok_or(Code::TokenIssuerInvalid.into())
    }
}

impl Issuer {
    /// The same, whose tokens' signatures are verified this way.
    #[must_use]
    pub fn with_arithmetic(self, arithmetic: Arithmetic) -> Self {
        Self { verifier: self.verifier.with_arithmetic(arithmetic), ..self }
    }

    /// Checks what the issuer's tokens must be on every route: a key of the same issuer may sign
    /// what is no user's token, as an API key.
    ///
    /// # Errors
    /// `token_not_allowed`
    pub fn check(&self, claims: &Claims) -> Result<(), Error> {
        let kept = self.claims.iter().all(|rule| rule.is_kept(claims.members()));
        if kept { Ok(()) } else { Err(Code::TokenNotAllowed.into()) }
    }
}
