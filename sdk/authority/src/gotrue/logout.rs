//! `POST /logout?scope=global|local|others`

use super::{Settings, refusal::Refusal, sessions};
use crate::{context::Context, http::Outgoing, web};

/// Ends the session that asks, or all of the user's, or all but the one that asks.
///
/// # Errors
/// Those of [`sessions::current`]; `validation_failed`: the scope is none of these.
pub async fn answer(context: &Context<'_>, settings: &Settings) -> Result<Outgoing, Refusal> {
    let current = sessions::current(context, settings).await?;
    let (user, session, now) = (current.user.id.as_str(), current.session(), context.now);
    let query = context.request.query();
    let scope = query.iter().find(|(name, _)| name == "scope").map(|(_, value)| value.as_str());
    let statements = match scope.unwrap_or_default() {
        "" | "global" => web::end_all_of(user, now).to_vec(),
        "local" => web::end_by_id(session, user, now).to_vec(),
        "others" => web::end_others_of(user, session, now).to_vec(),
        _ => return Err(Refusal::invalid("Unsupported logout scope")),
    };
    context.store().batch(statements).await?;
    let headers = vec![("cache-control", "no-store".into())];
    Ok(Outgoing { status: 204, headers, body: String::new() })
}
