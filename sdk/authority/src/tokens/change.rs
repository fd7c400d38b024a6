//! Creating, listing and revoking API tokens.

use edgeward_core::{Code, time::UnixMillis};

use super::{ById, Create, Created, Entry, Listed, PREFIX, SECRET_LENGTH, scopes, statements};
use crate::{
    context::{Context, Principal, digest},
    failure::Failure,
    operations::shape::{Done, MAX_ITEMS, Nothing},
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
    let id = context.new_id()?;
    let secret = [PREFIX, &context.random_text(SECRET_LENGTH)?].concat();
    let shown: String = secret.chars().take(7).chain("...".chars()).collect();
    let lifetime = |seconds: edgeward_core::time::Seconds| i64::from(seconds.0).saturating_mul(1000);
    let expires_at =
        token.expires_in.map(|seconds| UnixMillis(context.now.0.saturating_add(lifetime(seconds))));
    let user = context.user()?;
    let insert = statements::insert(&id, &digest(&secret), &shown, user, &token, expires_at, context.now);
    let created = Created { token: secret, id, name: token.name.0, scopes: token.scopes, expires_at };
    context.commit(vec![insert], created).await?.ok_or(Code::InternalError.into())
}

/// Lists the caller's API tokens.
pub async fn list(context: &Context<'_>, _: Nothing) -> Result<Listed, Failure> {
    let rows = context.rows(statements::of_user(context.user()?, MAX_ITEMS as u32)).await?;
    let entries = rows.iter().map(|row| {
        Ok(Entry {
            id: row.text("id")?,
            name: row.text("name")?,
            scopes: statements::scopes(row)?,
            created_at: row.instant("created_at")?,
            expires_at: row.optional_instant("expires_at")?,
            last_used_at: row.optional_instant("last_used_at")?,
        })
    });
    Ok(Listed { tokens: entries.collect::<Result<_, Failure>>()? })
}

/// Revokes an API token, at once and for good; again is no error.
///
/// # Errors
/// `key_not_found`: the caller has no such token.
pub async fn revoke(context: &Context<'_>, token: ById) -> Result<Done, Failure> {
    let revoke = statements::revoke(&token.id, context.user()?, context.now);
    let done = context.commit(vec![revoke, guard()], Done { success: true }).await?;
    done.ok_or(Code::KeyNotFound.into())
}
