//! Sessions that an application's own server begins and asks about.

use edgeward_core::Code;

use super::{BySecret, Create, Created, Validation, lifecycle, session, statements};
use crate::{
    context::{Access, Context, Principal, digest},
    failure::Failure,
    users,
};

/// Begins a session of a user.
///
/// # Errors
/// `not_permitted`: it is another user than the caller, and the caller is no API token of an administrator.
/// `insufficient_scope`: an API token that is not for everything. `user_banned`, `user_not_found`
pub async fn create(context: &Context<'_>, session: Create) -> Result<Created, Failure> {
    let user = session.user.0.as_str();
    check(context, user)?;
    let secret = context.random_text(lifecycle::TOKEN_LENGTH)?;
    let id = context.new_id()?;
    let expires_at = context.now + context.authority.settings.sessions.lifetime;
    let statements = statements::insert(statements::New {
        id: &id,
        hash: &digest(&secret),
        user,
        remembered: true,
        impersonated_by: None,
        user_agent: session.user_agent.and_then(|text| lifecycle::browser(&text.0)),
        ip_address: session.ip_address.map(|text| text.0),
        now: context.now,
        expires: expires_at,
    });
    match context.commit(statements.into(), Created { secret, expires_at }).await? {
        Some(created) => Ok(created),
        None => {
            let exists = users::by_id(context.authority, user).await?.is_some();
            Err(if exists { Code::UserBanned } else { Code::UserNotFound }.into())
        }
    }
}

/// Tells whether a session is good, and whose it is.
///
/// # Errors
/// `store_unavailable`
pub async fn validate(context: &Context<'_>, session: BySecret) -> Result<Validation, Failure> {
    Ok(match session::peek(context.authority, &session.secret.0).await? {
        Some(session) => {
            Validation { valid: true, user: Some(session.user.id), expires_at: Some(session.expires_at) }
        }
        None => Validation { valid: false, user: None, expires_at: None },
    })
}

/// A user's own session begins others for it; for anybody else, only a server does that is trusted with everything.
/// An administrator who is to act as somebody else has `impersonateUser`, which leaves a trace.
fn check(context: &Context<'_>, user: &str) -> Result<(), Failure> {
    match &context.principal {
        Principal::User { id, .. } if id == user => Ok(()),
        Principal::Key { scopes, .. } if !scopes.permit("*", "*") => {
            Err(Failure::at(Code::InsufficientScope, edgeward_core::keys::scopes::ADMIN))
        }
        Principal::Key { user: own, .. } if own == user => Ok(()),
        Principal::Key { .. } => context.permits(Access::Admin),
        _ => Err(Code::NotPermitted.into()),
    }
}
