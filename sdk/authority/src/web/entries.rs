//! A user's sessions, as the user sees and ends them.

use edgeward_core::Code;

use super::{ById, Current, CurrentSession, Entry, Listed, Profile, Session, lifecycle, statements};
use crate::{
    context::{Context, Principal, digest},
    failure::Failure,
    operations::shape::{Done, MAX_ITEMS, Nothing},
    store::Statement,
    users::User,
};

/// Tells who is signed in. What is told is what the store knows; a snapshot has no say in it.
///
/// # Errors
/// `store_unavailable`
pub async fn get(context: &Context<'_>, _: Nothing) -> Result<Current, Failure> {
    let Principal::User { session, .. } = &context.principal else {
        return Ok(Current { session: None, user: None });
    };
    let read = match &context.session {
        Some(own) => Some(own.clone()),
        None => by_id(context, session).await?,
    };
    let Some(session) = read else {
        return Ok(Current { session: None, user: None });
    };
    let fresh = is_fresh(context, &session);
    let Session { id, user, created_at, expires_at, impersonated_by, .. } = session;
    let User { id: user_id, name, email, email_verified, image, role, .. } = user;
    Ok(Current {
        session: Some(CurrentSession { id, created_at, expires_at, fresh, impersonated_by }),
        user: Some(Profile { id: user_id, name, email, email_verified, image, role }),
    })
}

/// Lists the caller's sessions, but for those in which somebody else acts as the caller.
///
/// # Errors
/// `session_missing`: the caller's session was ended meanwhile. `session_not_fresh`
pub async fn list(context: &Context<'_>, _: Nothing) -> Result<Listed, Failure> {
    let (own, all) = all(context).await?;
    let entries = all.into_iter().map(|(session, last_used_at)| Entry {
        current: session.id == own.id,
        id: session.id,
        user_agent: session.user_agent,
        ip_address: session.ip_address,
        created_at: session.created_at,
        last_used_at,
        expires_at: session.expires_at,
    });
    Ok(Listed { sessions: entries.collect() })
}

/// The caller's session, and all of the caller's with their last use.
///
/// # Errors
/// As [`list`].
pub(crate) async fn all(
    context: &Context<'_>,
) -> Result<(Session, Vec<(Session, edgeward_core::time::UnixMillis)>), Failure> {
    let own = check_fresh(context).await?;
    let rows = context.rows(statements::of_user(&own.user.id, MAX_ITEMS as u32, context.now)).await?;
    let all = rows.iter().map(|row| Ok((Session::read(row, String::new())?, row.instant("last_used_at")?)));
    Ok((own, all.collect::<Result<_, Failure>>()?))
}

/// The caller's session, whose user has signed in lately: whoever has merely found it open does not do everything.
///
/// # Errors
/// As [`list`].
pub(crate) async fn check_fresh(context: &Context<'_>) -> Result<Session, Failure> {
    let Principal::User { session, .. } = &context.principal else {
        return Err(Code::SessionMissing.into());
    };
    let own = by_id(context, session).await?.ok_or(Code::SessionMissing)?;
    if is_fresh(context, &own) { Ok(own) } else { Err(Code::SessionNotFresh.into()) }
}

/// Ends one of the caller's sessions. One that is none of them is left alone, and no error tells that it is.
///
/// # Errors
/// `store_unavailable`
pub async fn revoke(context: &Context<'_>, session: ById) -> Result<Done, Failure> {
    if matches!(&context.principal, Principal::User { session: own, .. } if *own == session.id) {
        lifecycle::forget(context);
    }
    change(context, statements::end_by_id(&session.id, context.user()?, context.now)).await
}

/// Ends one of the caller's sessions, by its token or by what a list gave in its place.
///
/// # Errors
/// `store_unavailable`
pub async fn revoke_token(context: &Context<'_>, token: &str) -> Result<(), Failure> {
    let user = context.user()?;
    let by_token = statements::end_of_user(&digest(token), user, context.now);
    let by_id = statements::end_by_id(token, user, context.now);
    context.store().batch([by_token, by_id].concat()).await?;
    Ok(())
}

/// Ends all sessions of the caller but the one that asks.
///
/// # Errors
/// `store_unavailable`
pub async fn revoke_others(context: &Context<'_>, _: Nothing) -> Result<Done, Failure> {
    let Principal::User { id, session, .. } = &context.principal else {
        return Err(Code::SessionMissing.into());
    };
    change(context, statements::end_others(id, session, context.now)).await
}

/// Ends all sessions of the caller.
///
/// # Errors
/// `store_unavailable`
pub async fn revoke_all(context: &Context<'_>, _: Nothing) -> Result<Done, Failure> {
    lifecycle::forget(context);
    change(context, statements::end_all(context.user()?, context.now)).await
}

/// Ends the session that asks, if there is one, and has the browser forget it.
///
/// # Errors
/// `store_unavailable`
pub async fn sign_out(context: &Context<'_>, _: Nothing) -> Result<Done, Failure> {
    lifecycle::forget(context);
    let mut statements: Vec<_> = lifecycle::ending(context).into_iter().flatten().collect();
    if let Principal::User { id, session, .. } = &context.principal {
        statements.extend(statements::end_by_id(session, id, context.now));
    }
    context.commit(statements, Done { success: true }).await?.ok_or(Code::InternalError.into())
}

async fn change(context: &Context<'_>, statements: impl Into<Vec<Statement>>) -> Result<Done, Failure> {
    context.commit(statements.into(), Done { success: true }).await?.ok_or(Code::InternalError.into())
}

async fn by_id(context: &Context<'_>, id: &str) -> Result<Option<Session>, Failure> {
    let row = context.row(statements::by_id(id, context.now)).await?;
    Ok(row.map(|row| Session::read(&row, String::new())).transpose()?)
}

fn is_fresh(context: &Context<'_>, session: &Session) -> bool {
    let age = context.authority.settings.sessions.fresh_age.to_millis();
    age == 0 || context.now.0.saturating_sub(session.created_at.0) < age
}
