//! Keeping users out.

use edgeward_core::{Code, time::UnixMillis};

use super::{Ban, ById};
use crate::{
    context::Context,
    failure::Failure,
    oauth::grant,
    operations::shape::Done,
    store::{Statement, guard, sql},
    web,
};

/// Keeps a user out: ends its sessions and its agents' and all that it has granted, and lets it begin no others until
/// the ban is over.
///
/// # Errors
/// `you_cannot_ban_yourself`, `user_not_found`
pub async fn ban(context: &Context<'_>, ban: Ban) -> Result<Done, Failure> {
    let user = ban.user.0.as_str();
    if context.user()? == user {
        return Err(Code::YouCannotBanYourself.into());
    }
    let until = ban.expires_in.map_or(FOR_GOOD, |seconds| (context.now + seconds).0.min(FOR_GOOD));
    let reason = ban.reason.map(|reason| reason.0);
    let mut statements = vec![set(user, Some(until), reason, context.now), guard()];
    statements.extend(web::end_all_of(user, context.now));
    statements.push(grant::statements::end_all_of(user, context.now));
    statements.push(sql("DELETE FROM edgeward_agent_sessions WHERE user_id = ?1", [user.into()]));
    context.commit(statements, Done { success: true }).await?.ok_or(Code::UserNotFound.into())
}

/// Lets a user in again.
///
/// # Errors
/// `user_not_found`
pub async fn unban(context: &Context<'_>, user: ById) -> Result<Done, Failure> {
    let statements = vec![set(&user.user.0, None, None, context.now), guard()];
    context.commit(statements, Done { success: true }).await?.ok_or(Code::UserNotFound.into())
}

/// The last instant of JavaScript's `Date`.
const FOR_GOOD: i64 = 8_640_000_000_000_000;

fn set(user: &str, until: Option<i64>, reason: Option<String>, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_users SET banned_until = ?2, ban_reason = ?3, updated_at = ?4 WHERE id = ?1",
        [user.into(), until.into(), reason.into(), now.0.into()],
    )
}
