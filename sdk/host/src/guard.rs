//! Whether a request passes: its credential, the issuer it comes from, and what the route asks.
//!
//! The core decides each step; here they are carried out in their order.

use edgeward_core::{
    Code, Error,
    gateway::{
        Denial, Identity, Incoming, Requirements,
        claim::ClaimRule,
        credential::{Credential, Kind, Sources},
        identity::Mapping,
        policy::CredentialRule,
    },
    jwt::Unverified,
};

use crate::{clock, task::Background, verifier::Verifier};

/// Admits requests with credentials of several issuers.
pub struct Guard {
    issuers: Vec<Issuer>,
    sources: Sources,
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
    pub const fn new(issuers: Vec<Issuer>, sources: Sources) -> Self {
        Self { issuers, sources }
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
    /// Those of [`Sources::take`]; `token_missing`, `credential_forbidden`; every code of
    /// [`Verifier::verify`].
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
            (Some(credential), _) => Ok(Some(self.believe(&credential, background).await?)),
        }
    }

    async fn believe(&self, credential: &Credential<'_>, background: &Background) -> Result<Identity, Error> {
        match credential.kind {
            Kind::Bearer | Kind::Header | Kind::Cookie | Kind::WebSocket | Kind::Query => {
                self.verify(credential, background).await
            }
            Kind::Dpop | Kind::Session => Err(Code::TokenMissing.into()),
        }
    }

    /// Verifies a token with the issuer that it names.
    async fn verify(&self, credential: &Credential<'_>, background: &Background) -> Result<Identity, Error> {
        let token = Unverified::parse(&credential.token)?;
        let named = token.unverified_claim("iss").and_then(|iss| iss.as_str());
        let is_own = |issuer: &&Issuer| named.is_some_and(|iss| issuer.verifier.policy().is_issuer(iss));
        let issuer = self.issuers.iter().find(is_own);
        let issuer = issuer.ok_or(Code::TokenIssuerInvalid)?;
        let accepted = issuer.verifier.verify(token, background).await?;
        // A key of the same issuer may sign what is no user's token, as an API key.
        if !issuer.claims.iter().all(|rule| rule.is_kept(accepted.claims.members())) {
            return Err(Code::TokenNotAllowed.into());
        }
        Identity::new(&accepted.claims, &issuer.mapping, credential.kind)
    }
}
