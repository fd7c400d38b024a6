//! How a session begins, goes on and ends.

use edgeward_core::{Code, time::Seconds};

use super::{Remember, Session, cookie, statements};
use crate::{
    context::{Context, digest},
    failure::Failure,
    store::{Refused, Statement},
    users,
};

/// How much of a browser's description is kept, in characters.
const MAX_USER_AGENT: usize = 512;
/// How long a session's token is.
pub(super) const TOKEN_LENGTH: usize = 32;

/// Begins a session of a user in the browser that the request comes from, in place of the one that it had before.
/// Whoever calls this has made sure that it is this user.
///
/// # Errors
/// `user_banned`, `user_not_found`
pub async fn start(context: &Context<'_>, user: &str, remember: Remember) -> Result<Session, Failure> {
    let new = New { user, remember, impersonated_by: None, lifetime: lifetime(context, remember) };
    let (session, statements) = prepare(context, new).await?;
    keep_in_browser(context, &session)?;
    let statements = ending(context).into_iter().flatten().chain(statements).collect();
    match context.store().batch(statements).await {
        Ok(_) => Ok(session),
        // Between the look and the change it was banned.
        Err(Refused::Constraint) => Err(Code::UserBanned.into()),
        Err(refused) => Err(refused.into()),
    }
}

/// Prolongs a session that is used, once a day, and tells the browser so, if it was the browser that brought it.
/// Whether it was prolonged.
///
/// # Errors
/// `store_unavailable`
pub async fn keep(context: &Context<'_>, session: &mut Session) -> Result<bool, Failure> {
    let settings = &context.authority.settings.sessions;
    let is_due = session.expires_at - settings.lifetime + settings.update_age <= context.now;
    if session.remember == Remember::No || session.impersonated_by.is_some() || !is_due {
        return Ok(false);
    }
    let expires_at = context.now + settings.lifetime;
    // One that was ended meanwhile is neither prolonged nor written anew.
    if context.row(statements::prolong(&session.id, expires_at, context.now)).await?.is_none() {
        return Ok(false);
    }
    (session.expires_at, session.updated_at) = (expires_at, context.now);
    if cookie::token(context.authority, context.request).is_some_and(|token| token == session.token) {
        keep_in_browser(context, session)?;
    }
    Ok(true)
}

/// Renews the snapshot of a session that the store was asked for.
///
/// # Errors
/// `runtime_unsupported`: there is no randomness.
pub fn renew(context: &Context<'_>, session: &Session) -> Result<(), Failure> {
    for line in cookie::snapshot_written(context, session)? {
        context.set_cookie(line);
    }
    Ok(())
}

/// Removes a session from the browser, and leaves it as it is.
pub fn forget(context: &Context<'_>) {
    for line in cookie::removed(context) {
        context.set_cookie(line);
    }
}

/// Ends the session of the request's cookie, if there is one, and removes it from the browser.
///
/// # Errors
/// `store_unavailable`: the session may go on; the browser has forgotten it all the same.
pub async fn end(context: &Context<'_>) -> Result<(), Failure> {
    forget(context);
    if let Some(end) = ending(context) {
        context.store().batch(end.into()).await?;
    }
    Ok(())
}

/// The statements that end the session of the request's cookie.
pub(super) fn ending(context: &Context<'_>) -> Option<[Statement; 2]> {
    let token = cookie::token(context.authority, context.request)?;
    Some(statements::end(&digest(&token), context.now))
}

/// What a new session is to be.
pub(crate) struct New<'a> {
    /// Whose it is.
    pub user: &'a str,
    /// Whether it outlives the browser.
    pub remember: Remember,
    /// The administrator who acts as the user.
    pub impersonated_by: Option<&'a str>,
    /// How long it lasts.
    pub lifetime: Seconds,
}

/// A new session, and the statements that keep it; their guard breaks off if its user is banned meanwhile.
pub(crate) async fn prepare(
    context: &Context<'_>,
    new: New<'_>,
) -> Result<(Session, [Statement; 3]), Failure> {
    let user = users::by_id(context.authority, new.user).await?.ok_or(Code::UserNotFound)?;
    if user.is_banned(context.now) {
        return Err(Code::UserBanned.into());
    }
    let session = Session {
        id: context.new_id()?,
        token: context.random_text(TOKEN_LENGTH)?,
        user,
        remember: new.remember,
        impersonated_by: new.impersonated_by.map(Into::into),
        user_agent: context.request.header("user-agent").and_then(browser),
        ip_address: context.request.address.clone(),
        created_at: context.now,
        updated_at: context.now,
        expires_at: context.now + new.lifetime,
    };
    let statements = statements::insert(statements::New {
        id: &session.id,
        hash: &digest(&session.token),
        user: new.user,
        remembered: new.remember == Remember::Yes,
        impersonated_by: new.impersonated_by,
        user_agent: session.user_agent.clone(),
        ip_address: session.ip_address.clone(),
        now: context.now,
        expires: session.expires_at,
    });
    Ok((session, statements))
}

/// Has the browser keep a session.
pub(crate) fn keep_in_browser(context: &Context<'_>, session: &Session) -> Result<(), Failure> {
    for line in cookie::written(context, session)? {
        context.set_cookie(line);
    }
    Ok(())
}

fn lifetime(context: &Context<'_>, remember: Remember) -> Seconds {
    let settings = &context.authority.settings.sessions;
    match remember {
        Remember::Yes => settings.lifetime,
        Remember::No => settings.forgotten_lifetime,
    }
}

/// What a browser says that it is, as far as it may stand in a list.
pub(super) fn browser(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
    (!text.is_empty()).then_some(text)
}
