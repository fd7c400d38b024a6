//! Creating and revoking API tokens.

use edgeward_core::{
    Code,
    keys::scopes::Scopes,
    time::{Seconds, UnixMillis},
};

use super::{ById, Create, Created, PREFIX, SECRET_LENGTH, manage, scopes, statements};
use crate::{
    context::{Context, Principal},
    failure::Failure,
    operations::shape::Done,
    store::guard,
};

/// Creates an API token.
///
/// # Errors
/// `invalid_parameters` at `scopes`: a word that this service does not know.
/// `api_key_invalid_scope`: more than the caller may do itself.
pub async fn create(context: &Context<'_>, token: Create) -> Result<Created, Failure> {
    if !scopes::are_known(&token.scopes, &context.authority.settings.tokens) {
        return Err(Failure::parameter("scopes"));
    }
    if let Principal::Key { scopes, .. } | Principal::Agent { scopes, .. } = &context.principal
        && !scopes.cover(&token.scopes)
    {
        return Err(Code::ApiKeyInvalidScope.into());
    }
    let new = Secret::new(context, token.expires_in)?;
    let insert = statements::insert(&new, context.user()?, &token, context.now);
    let created = new.created(token.name.0, token.scopes);
    context.commit(vec![insert], created).await?.ok_or(Code::InternalError.into())
}

/// A new secret: what is shown once, and what is kept.
pub(super) struct Secret {
    pub id: String,
    pub text: String,
    pub expires_at: Option<UnixMillis>,
}

impl Secret {
    pub fn new(context: &Context<'_>, lifetime: Option<Seconds>) -> Result<Self, Failure> {
        let text = [PREFIX, &context.random_text(SECRET_LENGTH)?].concat();
        let expires_at = lifetime.map(|span| context.now + span);
        Ok(Self { id: context.new_id()?, text, expires_at })
    }

    /// How it begins.
    pub fn shown(&self) -> String {
        self.text.chars().take(7).chain("...".chars()).collect()
    }

    pub fn created(self, name: String, scopes: Scopes) -> Created {
        Created { token: self.text, id: self.id, name, scopes, expires_at: self.expires_at }
    }
}

/// Revokes an API token, at once and for good; again is no error.
///
/// # Errors
/// `key_not_found`: the caller has no such token. `api_key_invalid_scope`: the token may do more than the caller.
pub async fn revoke(context: &Context<'_>, token: ById) -> Result<Done, Failure> {
    manage::check_reach_to(context, &token.id).await?;
    let revoke = statements::revoke(&token.id, context.user()?, context.now);
    let done = context.commit(vec![revoke, guard()], Done { success: true }).await?;
    done.ok_or(Code::KeyNotFound.into())
}
