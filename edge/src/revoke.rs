//! Who may say that tokens no longer count: an operator, and an issuer that has signed somebody out.

use edgeward_config::Revocation;
use edgeward_core::{
    Code, Error,
    gateway::revocation::{Entry, Mark, Once, Order, Target, Write, Written, after},
    jwt::{Tolerance, Unverified},
    oauth::logout::token::{self, Logout, MAX_AGE},
    time::{Seconds, UnixSeconds},
};
use edgeward_host::{clock, task::Background};

use crate::gateway::Gateway;

/// How long the id of a logout token is remembered: as long as the token could be taken again.
const REMEMBERED: Seconds = Seconds(MAX_AGE.0 + 2 * Tolerance::MAX.0);

impl Gateway {
    /// Carries out an operator's order, and tells the entry that it has become.
    ///
    /// # Errors
    /// `not_found`: there is no list. Those of [`Order::parse`]; `revocation_list_full`,
    /// `revocation_unavailable`.
    pub async fn revoke(&self, body: &[u8]) -> Result<Entry, Error> {
        let settings = self.config.revocation.as_ref().ok_or(Code::NotFound)?;
        let (life, now) = (settings.bounds.max_token_life, now());
        let entry = Order::parse(body, self.issuers().map(|(issuer, _)| issuer), life, now)?.entry(life, now);
        self.write(Write { entries: vec![entry], once: None }).await?;
        Ok(entry)
    }

    /// Signs out whom a provider's logout token names.
    ///
    /// # Errors
    /// `not_found`: nobody's logout tokens are taken. `logout_token_invalid`,
    /// `logout_token_replayed`; every code of a token that does not verify;
    /// `revocation_list_full`, `revocation_unavailable`.
    pub async fn sign_out(&self, body: &[u8], background: &Background) -> Result<(), Error> {
        let settings = self.config.revocation.as_ref().ok_or(Code::NotFound)?;
        let text = token::from_body(body)?;
        let unverified = Unverified::parse(&text)?;
        let named = unverified.unverified_claim("iss").and_then(|iss| iss.as_str());
        let policy = settings.logouts.iter().find(|policy| named == Some(&policy.issuer));
        let policy = policy.ok_or(Code::TokenIssuerInvalid)?;
        let verifier = self.verifier(&policy.issuer).ok_or(Code::TokenIssuerInvalid)?;
        let verified = verifier.verify_signature(unverified, policy, background).await?;
        let logout = token::validate(verified, policy, now())?;
        self.write(written(logout, settings)).await
    }

    async fn write(&self, write: Write) -> Result<(), Error> {
        let revocations = self.revocations().ok_or(Code::NotFound)?;
        match revocations.write(&write).await? {
            Written::Done => Ok(()),
            Written::Repeated => Err(Code::LogoutTokenReplayed.into()),
            Written::Full => Err(Code::RevocationListFull.into()),
        }
    }
}

/// What a logout means for tokens: those of the session, and those of its subject that do not say
/// which session they belong to; or all of the subject, where no session is named. The cut-off is of
/// the issuer's clock, as the dates in its tokens are.
fn written(logout: Logout, settings: &Revocation) -> Write {
    let targets = match (logout.session, logout.subject) {
        (Some(session), subject) => {
            let unnamed = subject.map(Target::WithoutSession);
            [Some(Target::Session(session)), unnamed]
        }
        (None, subject) => [subject.map(Target::Subject), None],
    };
    let life = settings.bounds.max_token_life;
    let issuer = logout.issuer;
    let entry =
        |target| Order { issuer: issuer.clone(), target, before: after(logout.issued) }.entry(life, now());
    let mark = Mark::logout_token(&issuer, &logout.id);
    Write {
        entries: targets.into_iter().flatten().map(entry).collect(),
        once: Some(Once { mark, expires: now() + REMEMBERED }),
    }
}

fn now() -> UnixSeconds {
    clock::now().to_seconds()
}
