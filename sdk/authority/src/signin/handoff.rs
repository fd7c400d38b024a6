//! A sign-in for a page of another origin: the callback gives the page a code, and the page redeems it with the
//! verifier that never left it. A stolen code is worth nothing, and is not used up by who has no verifier.

use edgeward_core::{
    Code,
    json::{self, object},
    oauth::pkce::Verifier,
    time::UnixMillis,
};

use crate::{
    context::{Context, digest},
    failure::Failure,
    http::Outgoing,
    store::{Statement, sql},
    surface::{origin, plain_body, plain_failure},
    web::{self, Remember, Session},
};

/// How long a code is.
const LENGTH: usize = 32;
/// How long it is good for, in milliseconds.
const LIFETIME: i64 = 120_000;

/// A code for a user who has signed in.
///
/// # Errors
/// `store_unavailable`, `runtime_unsupported`
pub async fn code(context: &Context<'_>, user: &str, challenge: &str) -> Result<String, Failure> {
    let code = context.random_text(LENGTH)?;
    let statement = sql(
        "INSERT INTO edgeward_handoffs (code, challenge, user_id, expires_at) VALUES (?1, ?2, ?3, ?4)",
        [digest(&code).into(), challenge.into(), user.into(), context.now.0.saturating_add(LIFETIME).into()],
    );
    context.row(statement).await?;
    Ok(code)
}

/// A code that was found.
pub struct Found {
    /// Whom it signs in.
    pub user: String,
    /// The challenge of the page that it is for.
    pub challenge: String,
    /// Until when it is good.
    pub expires_at: UnixMillis,
}

/// Looks for a code.
///
/// # Errors
/// `store_unavailable`
pub async fn find(context: &Context<'_>, code: &str) -> Result<Option<Found>, Failure> {
    let statement = sql(
        "SELECT user_id, challenge, expires_at FROM edgeward_handoffs WHERE code = ?1",
        [digest(code).into()],
    );
    let Some(row) = context.row(statement).await? else { return Ok(None) };
    Ok(Some(Found {
        user: row.text("user_id")?,
        challenge: row.text("challenge")?,
        expires_at: row.instant("expires_at")?,
    }))
}

/// Uses a code up; a row of its user comes back to the first one who does.
pub fn take(context: &Context<'_>, code: &str, challenge: &str) -> Statement {
    sql(
        "DELETE FROM edgeward_handoffs WHERE code = ?1 AND challenge = ?2 AND expires_at >= ?3 RETURNING user_id",
        [digest(code).into(), challenge.into(), context.now.0.into()],
    )
}

/// Signs in with `{"code": …, "verifier": …}`: `{"userId": …, "sessionId": …, "token": …, "expiresAt": …}`.
pub async fn answer(context: &Context<'_>) -> Outgoing {
    match redeemed(context).await {
        Ok(session) => {
            let members = vec![
                ("userId", session.user.id.into()),
                ("sessionId", session.id.into()),
                ("token", session.token.into()),
                ("expiresAt", session.expires_at.0.into()),
            ];
            Outgoing::json(200, object(members).to_text())
        }
        Err(failure) => plain_failure(&failure),
    }
}

async fn redeemed(context: &Context<'_>) -> Result<Session, Failure> {
    origin::check(context.authority, context.request)?;
    let body = plain_body(context.request)?;
    let text =
        |name: &'static str| body.get(name).and_then(json::Value::as_str).ok_or(Failure::parameter(name));
    let (code, verifier) = (text("code")?, text("verifier")?);
    let verifier = Verifier::parse(verifier).map_err(|_| Failure::parameter("verifier"))?;
    let row = context.row(take(context, code, &verifier.challenge())).await?.ok_or(Code::HandoffInvalid)?;
    web::start(context, &row.text("user_id")?, Remember::Yes).await
}
