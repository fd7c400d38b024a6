//! Which requirements make sense together.

use alloc::string::String;

use super::{CredentialRule, Requirements};
use crate::{
    error::{Code, Error},
    gateway::{credential::Sources, identity::is_scope},
};

impl Requirements {
    /// Checks requirements against the configured `issuers` and the places of credentials.
    ///
    /// # Errors
    /// `config_invalid`, at `routes.` and the requirement: no scope of RFC 6749, an issuer or a kind
    /// of credential that is not configured, a kind that stands twice, a context that cannot be
    /// quoted, or a demand on somebody where nobody is asked for.
    pub fn check(&self, issuers: &[String], sources: &Sources) -> Result<(), Error> {
        let mut scopes = self.scopes.all.iter().chain(&self.scopes.any);
        let asks = Self { credential: CredentialRule::Required, ..self.clone() } != Self::default();
        let without_identity = matches!(self.credential, CredentialRule::None | CredentialRule::Forbidden);
        let mut kinds = self.kinds.iter().enumerate();
        let repeated = |at: usize, kind| self.kinds.iter().skip(at + 1).any(|other| other == kind);
        let mut rules = [
            ("routes.scopes", scopes.all(|scope| is_scope(scope))),
            // What a route that knows nobody demands of somebody would never be asked.
            ("routes.credential", !(without_identity && asks)),
            ("routes.issuers", self.issuers.iter().all(|issuer| issuers.contains(issuer))),
            ("routes.acr", self.acr.iter().all(|context| is_quotable(context))),
            ("routes.credentials", kinds.all(|(at, kind)| sources.offers(*kind) && !repeated(at, kind))),
        ]
        .into_iter();
        rules.find(|(_, kept)| !kept).map_or(Ok(()), |(at, _)| Err(Error::at(Code::ConfigInvalid, at)))
    }
}

fn is_quotable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}
