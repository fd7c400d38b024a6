//! How a session begins, goes on and ends.

use edgeward_core::{
    Code,
    time::{Seconds, UnixMillis},
};

use super::{Remember, Session, cookie, statements};
use crate::{
    context::{Context, digest},
    failure::Failure,
    http::Incoming,
    store::Statement,
};

/// How much of a browser's description is kept, in characters.
const MAX_USER_AGENT: usize = 512;
/// How long a session's token is.
const TOKEN_LENGTH: usize = 32;

/// Begins a session of a user in the browser that the request comes from, in place of the one that it had before.
/// Whoever calls this has made sure that it is this user.
///
/// # Errors
/// `user_banned`, `user_not_found`
pub async fn start(context: &Context<'_>, user: &str, remember: Remember) -> Result<Session, Failure> {
    let before = cookie::token(context.authority, context.request);
    let before = before.map(|token| statements::end(&digest(&token)));
    let new = New { user, remember, impersonated_by: None, lifetime: lifetime(context, remember) };
    let session = create(context, new, before.into_iter().collect()).await?;
    keep_in_browser(context, &session)?;
    Ok(session)
}

/// Prolongs a session that is used, once a day, and tells the browser so.
///
/// # Errors
/// `store_unavailable`
pub async fn keep(context: &Context<'_>, session: &mut Session) -> Result<(), Failure> {
    let settings = &context.authority.settings.sessions;
    let since_prolonged = session.expires_at.0.saturating_sub(millis(settings.lifetime));
    let is_due = since_prolonged.saturating_add(millis(settings.update_age)) <= context.now.0;
    if session.remember == Remember::No || session.impersonated_by.is_some() || !is_due {
        return Ok(());
    }
    let expires_at = after(context.now, settings.lifetime);
    // One that was ended meanwhile is neither prolonged nor written anew.
    if context.row(statements::prolong(&session.id, expires_at, context.now)).await?.is_some() {
        (session.expires_at, session.updated_at) = (expires_at, context.now);
        keep_in_browser(context, session)?;
    }
    Ok(())
}

/// Ends the session of the request's cookie, if there is one, and removes it from the browser.
///
/// # Errors
/// `store_unavailable`: the session may go on; the browser has forgotten it all the same.
pub async fn end(context: &Context<'_>) -> Result<(), Failure> {
    for line in cookie::removed(context.authority, context.request) {
        context.set_cookie(line);
    }
    if let Some(token) = cookie::token(context.authority, context.request) {
        context.row(statements::end(&digest(&token))).await?;
    }
    Ok(())
}

/// What a new session is to be.
pub(super) struct New<'a> {
    pub user: &'a str,
    pub remember: Remember,
    pub impersonated_by: Option<&'a str>,
    pub lifetime: Seconds,
}

/// Keeps a new session, after other statements that happen with it or not at all.
pub(super) async fn create(
    context: &Context<'_>,
    new: New<'_>,
    mut statements: Vec<Statement>,
) -> Result<Session, Failure> {
    let (id, token) = (context.new_id()?, context.random_text(TOKEN_LENGTH)?);
    statements.extend(statements::insert(statements::New {
        id: &id,
        hash: &digest(&token),
        user: new.user,
        remembered: new.remember == Remember::Yes,
        impersonated_by: new.impersonated_by,
        user_agent: user_agent(context.request),
        ip_address: context.request.address.clone(),
        now: context.now,
        expires: after(context.now, new.lifetime),
    }));
    let mut answers = context.store().batch(statements).await?;
    if let Some(row) = answers.pop().unwrap_or_default().first() {
        return Ok(Session::read(row, token)?);
    }
    let exists = answers.pop().is_some_and(|users| !users.is_empty());
    Err(if exists { Code::UserBanned } else { Code::UserNotFound }.into())
}

/// Has the browser keep a session.
pub(super) fn keep_in_browser(context: &Context<'_>, session: &Session) -> Result<(), Failure> {
    for line in cookie::written(context.authority, context.request, session)? {
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

/// What the browser says that it is, as far as it may stand in a list.
fn user_agent(request: &Incoming) -> Option<String> {
    let text: String =
        request.header("user-agent")?.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
    (!text.is_empty()).then_some(text)
}

fn after(now: UnixMillis, span: Seconds) -> UnixMillis {
    UnixMillis(now.0.saturating_add(millis(span)))
}

fn millis(span: Seconds) -> i64 {
    i64::from(span.0).saturating_mul(1000)
}
