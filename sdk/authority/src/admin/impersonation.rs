//! Acting as somebody else.
//!
//! The administrator's own session stays, in a cookie of its own, and is there again afterwards. A session of this
//! kind says who is behind it, is in no list of the user's, and makes nothing that would outlive it.

use edgeward_core::{Code, time::Seconds};

use super::{ById, Impersonation};
use crate::{
    context::{Context, Principal, is_admin},
    failure::Failure,
    operations::shape::{Done, Nothing},
    web::{
        self, New, Remember, Session,
        cookie::{self, Cookie},
    },
};

/// Begins to act as a user.
///
/// # Errors
/// As [`start`].
pub async fn impersonate(context: &Context<'_>, user: ById) -> Result<Impersonation, Failure> {
    let (_, answer) = start(context, &user.user.0).await?;
    Ok(answer)
}

/// Stops acting as somebody else: ends that session and goes on with the administrator's own.
///
/// # Errors
/// As [`stop`].
pub async fn stop_impersonating(context: &Context<'_>, _: Nothing) -> Result<Done, Failure> {
    stop(context).await?;
    Ok(Done { success: true })
}

/// Begins a session in which the caller acts as a user.
///
/// # Errors
/// `not_permitted`: the caller is no administrator with a session in this browser.
/// `you_cannot_impersonate_admins`, `user_not_found`, `user_banned`
pub async fn start(context: &Context<'_>, user: &str) -> Result<(Session, Impersonation), Failure> {
    let own = web::of(context.authority, context.request).await?.filter(|own| is_callers(context, own));
    let own = own.filter(|own| own.impersonated_by.is_none()).ok_or(Code::NotPermitted)?;
    let settings = &context.authority.settings.admin;
    let lifetime = settings.impersonation_lifetime;
    let new = New { user, remember: Remember::No, impersonated_by: Some(&own.user.id), lifetime };
    let (session, statements) = web::prepare(context, new).await?;
    if is_admin(&session.user.role) && !settings.impersonate_admins {
        return Err(Code::YouCannotImpersonateAdmins.into());
    }
    web::keep_in_browser(context, &session)?;
    keep_the_way_back(context, &own, lifetime)?;
    let (admin, user) = (&own.user.id, &session.user.id);
    context.authority.platform.log(&format!("edgeward: administrator {admin} acts as {user}"));
    let answer = Impersonation { id: session.id.clone(), user: user.clone(), expires_at: session.expires_at };
    let answer = context.commit(statements.into(), answer).await?.ok_or(Code::UserBanned)?;
    Ok((session, answer))
}

/// Ends the session in which the caller acts as somebody else, and brings back the caller's own.
///
/// # Errors
/// `not_impersonating`. `session_expired`: the administrator's own session is over; this one goes on.
pub async fn stop(context: &Context<'_>) -> Result<Session, Failure> {
    let session = web::of(context.authority, context.request).await?.filter(|own| is_callers(context, own));
    let session = session.ok_or(Code::SessionMissing)?;
    let admin = session.impersonated_by.as_deref().ok_or(Code::NotImpersonating)?;
    let name = Cookie::Admin.name(context.authority);
    let kept = cookie::jar(context.request).and_then(|jar| cookie::opened(context.authority, &jar, &name));
    let token = kept.as_deref().and_then(|kept| kept.split(':').next()).ok_or(Code::SessionExpired)?;
    let own = web::of_token(context.authority, token).await?;
    let own = own.filter(|own| own.user.id == admin && own.impersonated_by.is_none());
    let own = own.ok_or(Code::SessionExpired)?;
    web::keep_in_browser(context, &own)?;
    context.set_cookie(cookie::line(context.authority, &name, "", Some(Seconds(0))));
    let end = web::end_by_id(&session.id, &session.user.id, context.now);
    context.commit(end.into(), Done { success: true }).await?.ok_or(Code::InternalError)?;
    Ok(own)
}

/// Has the browser keep the administrator's own session under another name, for as long as it may be needed.
fn keep_the_way_back(context: &Context<'_>, own: &Session, lifetime: Seconds) -> Result<(), Failure> {
    let remembered = if own.remember == Remember::No { "true" } else { "" };
    let kept = [own.token.as_str(), ":", remembered].concat();
    let name = Cookie::Admin.name(context.authority);
    context.set_cookie(cookie::signed(context.authority, &name, &kept, Some(lifetime))?);
    Ok(())
}

/// Whether a session of a cookie is the one that calls.
fn is_callers(context: &Context<'_>, own: &Session) -> bool {
    matches!(&context.principal, Principal::User { session, .. } if *session == own.id)
}
