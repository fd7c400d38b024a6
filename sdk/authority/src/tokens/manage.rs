//! Looking at API tokens, and changing them.

use edgeward_core::{Code, keys::scopes::Scopes, time::Seconds};

use super::{
    ById, BySecret, Created, Detail, Found, RateLimit, Rotate, Update, Verification, change::Secret, scopes,
    statements, verify,
};
use crate::{
    context::{Context, Principal},
    failure::Failure,
    operations::shape::{Done, Metadata},
    store::{Row, guard},
};

/// Tells what is known of an API token of the caller.
///
/// # Errors
/// `store_unavailable`
pub async fn get(context: &Context<'_>, token: ById) -> Result<Found, Failure> {
    let row = context.row(statements::by_id(&token.id, context.user()?)).await?;
    Ok(Found { token: row.as_ref().map(detail).transpose()? })
}

/// Changes an API token.
///
/// # Errors
/// `key_not_found`; `invalid_parameters` at `scopes`. `api_key_invalid_scope`: the token may do more than the caller,
/// or would.
pub async fn update(context: &Context<'_>, token: Update) -> Result<Done, Failure> {
    let own = within_reach(context, &token.id).await?;
    if let Some(asked) = &token.scopes {
        if !scopes::are_known(asked, &context.authority.settings.tokens) {
            return Err(Failure::parameter("scopes"));
        }
        check_reach(context, asked)?;
    }
    let statements = vec![statements::update(&token, own.text("scopes")?), guard()];
    context.commit(statements, Done { success: true }).await?.ok_or(changed_meanwhile())
}

/// Gives an API token's owner another secret in its place, and revokes the one that was.
///
/// # Errors
/// `key_not_found`; `api_key_revoked`: also if somebody else has rotated it at the same time. `api_key_invalid_scope`:
/// the token may do more than the caller.
pub async fn rotate(context: &Context<'_>, token: Rotate) -> Result<Created, Failure> {
    let own = within_reach(context, &token.id).await?;
    if own.optional_instant("revoked_at")?.is_some() {
        return Err(Code::ApiKeyRevoked.into());
    }
    let new = Secret::new(context, token.expires_in)?;
    let scopes = statements::scopes(&own)?;
    let name = token.name.as_ref().map(|name| name.0.as_str());
    let statements = vec![
        statements::revoke_first(&token.id, own.text("scopes")?, context.now),
        guard(),
        statements::insert_like(&token.id, &new, name, context.now),
    ];
    let name = name.map_or_else(|| own.text("name"), |name| Ok(name.into()))?;
    match context.commit(statements, new.created(name, scopes)).await? {
        Some(created) => Ok(created),
        None => {
            let now = within_reach(context, &token.id).await?;
            let revoked = now.optional_instant("revoked_at")?.is_some();
            Err(if revoked { Code::ApiKeyRevoked.into() } else { changed_meanwhile() })
        }
    }
}

/// Removes an API token without a trace.
///
/// # Errors
/// `key_not_found`. `api_key_invalid_scope`: the token may do more than the caller.
pub async fn remove(context: &Context<'_>, token: ById) -> Result<Done, Failure> {
    check_reach_to(context, &token.id).await?;
    let remove = statements::remove(&token.id, context.user()?);
    let done = context.commit(vec![remove, guard()], Done { success: true }).await?;
    done.ok_or(Code::KeyNotFound.into())
}

/// Verifies an API token for a service that was given it. It counts as a use.
///
/// # Errors
/// As [`verify`].
pub async fn check(context: &Context<'_>, token: BySecret) -> Result<Verification, Failure> {
    let verified = verify(context.authority, &token.secret.0).await?;
    Ok(Verification { user: verified.user, id: verified.id, scopes: verified.scopes })
}

/// Whether the caller may end a token of its user: who may do less does not take away what may do more. A user may
/// end all of them, and is not asked.
///
/// # Errors
/// `key_not_found`, `api_key_invalid_scope`
pub(super) async fn check_reach_to(context: &Context<'_>, id: &str) -> Result<(), Failure> {
    match context.principal {
        Principal::Key { .. } | Principal::Agent { .. } => within_reach(context, id).await.map(drop),
        Principal::Anonymous | Principal::User { .. } => Ok(()),
    }
}

/// A token of the caller that may not do more than the caller.
async fn within_reach(context: &Context<'_>, id: &str) -> Result<Row, Failure> {
    let row = context.row(statements::by_id(id, context.user()?)).await?.ok_or(Code::KeyNotFound)?;
    check_reach(context, &statements::scopes(&row)?)?;
    Ok(row)
}

fn check_reach(context: &Context<'_>, wanted: &Scopes) -> Result<(), Failure> {
    match &context.principal {
        Principal::Key { scopes, .. } | Principal::Agent { scopes, .. } if !scopes.cover(wanted) => {
            Err(Code::ApiKeyInvalidScope.into())
        }
        _ => Ok(()),
    }
}

/// Somebody else has changed it between the look and the change: the same call finds it as it is now.
fn changed_meanwhile() -> Failure {
    Failure::limited(Code::StoreUnavailable, Seconds(1))
}

fn detail(row: &Row) -> Result<Detail, Failure> {
    let number =
        |column| Ok::<_, Failure>(row.optional_number(column)?.and_then(|number| u32::try_from(number).ok()));
    let limit = number("max_requests")?.zip(number("window_ms")?);
    let metadata = row.json("metadata")?;
    Ok(Detail {
        id: row.text("id")?,
        name: row.text("name")?,
        scopes: statements::scopes(row)?,
        prefix: row.text("prefix")?,
        rate_limit: limit.map(|(max_requests, window_ms)| RateLimit { max_requests, window_ms }),
        metadata: (!metadata.is_null()).then_some(Metadata(metadata)),
        created_at: row.instant("created_at")?,
        expires_at: row.optional_instant("expires_at")?,
        last_used_at: row.optional_instant("last_used_at")?,
        revoked_at: row.optional_instant("revoked_at")?,
    })
}
