//! Codes and refresh tokens for tokens, and giving them back.

use edgeward_core::{
    Error,
    jose::Algorithm,
    oauth::{
        Failure,
        authorize::{self, Transaction, Wishes},
        client_auth::ClientAuthentication,
        discovery::Metadata,
        providers::{Granted, Offline, Revocation, apple},
        revoke::{self, TokenKind},
        token::{self, TokenType},
    },
    secret::Secret,
    time::Seconds,
};

use super::{Credential, Provider, settings::FORM_POST};
use crate::Authority;

/// How long a secret is good for that is signed for one request.
const SIGNED_FOR: Seconds = Seconds(300);

impl Provider {
    /// The address to send the user to. With [`Lasting::Yes`], a provider that gives refresh tokens for a parameter is
    /// asked for one.
    ///
    /// # Errors
    /// `discovery_invalid`
    pub fn authorization_url(
        &self,
        metadata: &Metadata,
        transaction: &Transaction,
        lasting: Lasting,
    ) -> Result<String, Error> {
        let mut wishes = self.kind.wishes(Wishes::default());
        if lasting == Lasting::Yes && matches!(self.kind.offline, Offline::Parameter(..)) {
            // The scope stays: a parameter is all that such a provider asks for.
            let _ = self.kind.offline(&mut wishes, &transaction.scope);
        }
        let (name, value) = FORM_POST;
        // A connection comes back to the application, which reads it from the address.
        if lasting == Lasting::No && self.posts_callback && wishes.extra.iter().all(|(own, _)| own != name) {
            wishes.extra.push((name.into(), value.into()));
        }
        authorize::url(metadata, &self.client_id, transaction, &wishes)
    }

    /// Redeems a code.
    ///
    /// # Errors
    /// As [`Provider::tokens`](edgeward_core::oauth::providers::Provider::tokens), and those of the network.
    pub async fn redeem(
        &self,
        authority: &Authority,
        metadata: &Metadata,
        code: &str,
        transaction: &Transaction,
    ) -> Result<Granted, Failure> {
        let mut request = token::exchange_request(metadata, &self.client_id, code, transaction)?;
        self.authentication(authority, metadata).await?.apply(&self.client_id, &mut request);
        let answer = self.send(authority, request).await?;
        self.kind.tokens(&answer, TokenType::Bearer)
    }

    /// Asks for the next access token.
    ///
    /// # Errors
    /// As [`redeem`](Self::redeem).
    pub async fn refresh(&self, authority: &Authority, refresh_token: &str) -> Result<Granted, Failure> {
        let metadata = self.metadata(authority).await?;
        let mut request =
            token::refresh_request(metadata.token_endpoint()?, &self.client_id, refresh_token, &[]);
        self.authentication(authority, &metadata).await?.apply(&self.client_id, &mut request);
        let answer = self.send(authority, request).await?;
        self.kind.tokens(&answer, TokenType::Bearer)
    }

    /// Gives back what was granted, where the provider takes it back at all.
    ///
    /// # Errors
    /// As [`revoke::response`], and those of the network.
    pub async fn give_back(
        &self,
        authority: &Authority,
        access_token: &str,
        refresh_token: Option<&str>,
    ) -> Result<(), Failure> {
        if self.kind.revocation != Revocation::Standard {
            let secret = if let Credential::Secret(secret) = &self.credential { Some(secret) } else { None };
            let Some(request) = self.kind.revocation_request(&self.client_id, secret, access_token) else {
                return Ok(());
            };
            let answer = self.send(authority, request).await?;
            return self.kind.revocation_response(&answer);
        }
        let metadata = self.metadata(authority).await?;
        let Some(endpoint) = &metadata.revocation_endpoint else { return Ok(()) };
        let (token, kind) =
            refresh_token.map_or((access_token, TokenKind::Access), |token| (token, TokenKind::Refresh));
        let mut request = revoke::request(endpoint, &self.client_id, token, kind);
        self.authentication(authority, &metadata).await?.apply(&self.client_id, &mut request);
        revoke::response(&self.send(authority, request).await?)
    }

    async fn authentication(
        &self,
        authority: &Authority,
        metadata: &Metadata,
    ) -> Result<ClientAuthentication, Error> {
        Ok(match &self.credential {
            Credential::None => ClientAuthentication::None,
            Credential::Secret(secret) => {
                // A provider without metadata is one of the table, and takes the body.
                let default = if self.kind.members.is_empty() { BASIC } else { POST };
                match metadata.first_of("token_endpoint_auth_methods_supported", &[POST, BASIC], default) {
                    Some(POST) => ClientAuthentication::SecretPost(secret.clone()),
                    _ => ClientAuthentication::SecretBasic(secret.clone()),
                }
            }
            Credential::Signed { team, key, jwk } => {
                let signer = apple::Signer { team, key, client_id: &self.client_id };
                let draft = apple::secret(&signer, SIGNED_FOR, authority.platform.now().to_seconds())?;
                let input = draft.signing_input().as_bytes().to_vec();
                let signature = authority.platform.sign(jwk, Algorithm::Es256, &input).await?;
                ClientAuthentication::SecretPost(Secret::new(draft.finish(&signature).into_bytes()))
            }
        })
    }
}

/// Whether what is asked for is used when the user is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// It is.
    Yes,
    /// It is only looked at once.
    No,
}

const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";
