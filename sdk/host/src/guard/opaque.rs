//! Opaque tokens: what their issuer says about them, kept for a short time.

use std::{cell::RefCell, future::Future, pin::Pin};

use edgeward_core::{
    Code, Error,
    gateway::metrics::Counter,
    http::{Address, Request},
    jwt::{Bound, Policy},
    oauth::{
        client_auth::{Assertion, ClientAuthentication, PrivateKey},
        introspect::{self, Answer, Cache, MAX_ANSWER},
    },
};

use crate::{
    clock,
    fetch::{self, Limits},
    metrics, random,
    webcrypto::SigningKeys,
};

/// How long the issuer may take to answer, in milliseconds.
const DEADLINE_MILLIS: u32 = 5_000;

/// Says what an opaque token stands for. The guard knows it by this name alone, so that a module
/// which never asks an issuer does not carry along how that is done.
pub trait Judge {
    /// The claims of a token that its issuer calls active.
    ///
    /// # Errors
    /// Those of [`introspect::request`] and [`Answer::judge`]. `introspection_unavailable`: the
    /// issuer cannot be asked; that says nothing about the token.
    fn judge<'a>(&'a self, token: &'a str) -> Pin<Box<dyn Future<Output = Result<Bound, Error>> + 'a>>;
}

impl Judge for Introspection {
    fn judge<'a>(&'a self, token: &'a str) -> Pin<Box<dyn Future<Output = Result<Bound, Error>> + 'a>> {
        Box::pin(self.answer(token))
    }
}

/// How a client shows who it is.
pub enum Asking {
    /// By the same each time.
    Fixed(ClientAuthentication),
    /// By an assertion that it signs for each question.
    Signed(PrivateKey, SigningKeys),
}

/// Asks one issuer about opaque tokens. Two requests that ask about one token at the same time ask
/// twice: a Worker must not wait for what belongs to another request.
pub struct Introspection {
    endpoint: Address,
    client_id: String,
    asking: Asking,
    policy: Policy,
    cache: RefCell<Cache>,
}

impl Introspection {
    /// Asks at `endpoint` as a client, and takes what satisfies `policy`.
    #[must_use]
    pub fn new(endpoint: Address, client_id: String, asking: Asking, policy: Policy) -> Self {
        Self { endpoint, client_id, asking, policy, cache: RefCell::default() }
    }

    async fn answer(&self, token: &str) -> Result<Bound, Error> {
        let kept = self.cache.borrow().get(token, clock::now().to_seconds());
        let answer = match kept {
            Some(answer) => {
                metrics::count(Counter::IntrospectionHits);
                answer
            }
            None => self.ask(token).await?,
        };
        answer.judge(&self.policy, clock::now().to_seconds())
    }

    async fn request(&self, token: &str) -> Result<Request, Error> {
        let request = |authentication: &ClientAuthentication| {
            introspect::request(&self.endpoint, &self.client_id, authentication, token)
        };
        match &self.asking {
            Asking::Fixed(authentication) => request(authentication),
            Asking::Signed(key, imported) => request(&self.assertion(key, imported).await?),
        }
    }

    /// An assertion for the issuer alone. A key that does not sign is a flaw of the configuration, which says nothing
    /// about the token.
    async fn assertion(
        &self,
        key: &PrivateKey,
        imported: &SigningKeys,
    ) -> Result<ClientAuthentication, Error> {
        let PrivateKey { jwk, algorithm, kid } = key;
        let (random, now) = (random::bytes()?, clock::now().to_seconds());
        let key = (*algorithm, kid.as_deref());
        let assertion = Assertion::new(&self.client_id, &self.policy.issuer, key, &random, now);
        let signature = imported.sign(jwk, *algorithm, assertion.signing_input().as_bytes()).await;
        let signature = signature.map_err(|_| Error::at(Code::IntrospectionUnavailable, "secret_binding"))?;
        Ok(assertion.finish(&signature))
    }

    async fn ask(&self, token: &str) -> Result<Answer, Error> {
        let request = self.request(token).await?;
        let limits = Limits { deadline_millis: DEADLINE_MILLIS, body_bytes: MAX_ANSWER };
        // What was true before the question was sent counts from then on.
        let asked = clock::now().to_seconds();
        metrics::count(Counter::Introspections);
        let response = fetch::send(&request, limits).await;
        let response = response.map_err(|_| Error::from(Code::IntrospectionUnavailable))?;
        let answer = introspect::response(&response)?;
        self.cache.borrow_mut().put(token, &answer, asked);
        Ok(answer)
    }
}
