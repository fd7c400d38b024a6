//! The statements of connections.

use edgeward_core::{
    oauth::{providers::Granted, scope},
    time::UnixMillis,
};

use crate::{
    context::Context,
    failure::Failure,
    store::{Statement, sql},
    vault::{self, Purpose},
};

/// What a provider granted. It holds tokens, so it has no `Debug`.
pub struct Grant {
    /// The provider's own id of the account, if it says it.
    pub subject: Option<String>,
    /// `oauth`, or `token` for one that the user brought.
    pub kind: &'static str,
    /// What was granted, separated by spaces.
    pub scopes: String,
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: Option<String>,
    /// When the access token expires.
    pub expires_at: Option<UnixMillis>,
}

impl Grant {
    /// What an answer grants; where it does not name the scope, that is the one asked for
    /// ([RFC 6749 §5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)).
    #[must_use]
    pub fn of(granted: &Granted, asked: &str, subject: Option<String>, now: UnixMillis) -> Self {
        let tokens = &granted.tokens;
        Self {
            subject,
            kind: "oauth",
            scopes: scope::normal(tokens.scope.as_deref().unwrap_or(asked)),
            access_token: tokens.access_token.clone(),
            refresh_token: tokens.refresh_token.clone(),
            expires_at: expiry(granted, now),
        }
    }
}

/// When the access token of an answer expires.
pub fn expiry(granted: &Granted, now: UnixMillis) -> Option<UnixMillis> {
    granted.tokens.expires_in.map(|span| now + span)
}

/// The id of a connection, and the statement that keeps what was granted in place of what was granted before; a
/// refresh token that is not given anew stays if it is the same account's. It changes one row, breaks a constraint if
/// the account is connected with another user, and changes none if a connection was made meanwhile.
///
/// # Errors
/// `runtime_unsupported`: there is no randomness. `store_unavailable`
pub async fn keep(
    context: &Context<'_>,
    user: &str,
    provider: &str,
    grant: &Grant,
) -> Result<(String, Statement), Failure> {
    let before = context.row(with(user, provider)).await?;
    let id = before.map_or_else(|| context.new_id(), |row| row.text("id"))?;
    let seal = |token: &str| vault::seal(context.authority, Purpose::ProviderToken, token.as_bytes());
    let statement = sql(
        "INSERT INTO edgeward_connections (id, user_id, provider, subject, kind, scopes, access_token, refresh_token,
                                           expires_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
         ON CONFLICT (user_id, provider) DO UPDATE SET
           refresh_token = coalesce(excluded.refresh_token,
             CASE WHEN subject IS excluded.subject AND kind = excluded.kind THEN refresh_token END),
           subject = excluded.subject, kind = excluded.kind, scopes = excluded.scopes,
           access_token = excluded.access_token, expires_at = excluded.expires_at,
           generation = generation + 1, leased_until = 0, updated_at = excluded.updated_at
         WHERE id = excluded.id",
        [
            id.as_str().into(),
            user.into(),
            provider.into(),
            grant.subject.clone().into(),
            grant.kind.into(),
            grant.scopes.as_str().into(),
            seal(&grant.access_token)?.into(),
            grant.refresh_token.as_deref().map(seal).transpose()?.into(),
            grant.expires_at.map(|at| at.0).into(),
            context.now.0.into(),
        ],
    );
    Ok((id, statement))
}

/// A user's connections, the oldest first.
pub fn of_user(user: &str) -> Statement {
    sql(
        "SELECT id, provider, scopes, created_at, updated_at, expires_at FROM edgeward_connections
          WHERE user_id = ?1 ORDER BY created_at, id LIMIT 100",
        [user.into()],
    )
}

/// A user's connection with a provider, tokens and all.
pub fn with(user: &str, provider: &str) -> Statement {
    sql(
        "SELECT id, kind, subject, scopes, access_token, refresh_token, expires_at, generation FROM edgeward_connections
          WHERE user_id = ?1 AND provider = ?2",
        [user.into(), provider.into()],
    )
}

/// Removes a connection with tokens of this generation.
pub fn remove(id: &str, generation: i64) -> Statement {
    sql("DELETE FROM edgeward_connections WHERE id = ?1 AND generation = ?2", [id.into(), generation.into()])
}

/// Takes the right to refresh the tokens of a generation, for a while; one caller gets it.
pub fn lease(id: &str, generation: i64, now: UnixMillis, until: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_connections SET leased_until = ?4
          WHERE id = ?1 AND generation = ?2 AND leased_until < ?3 RETURNING id",
        [id.into(), generation.into(), now.0.into(), until.0.into()],
    )
}

/// What a refresh brought, sealed.
pub struct Refreshed {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if there is a new one.
    pub refresh_token: Option<String>,
    /// What it is good for, if that changed.
    pub scopes: Option<String>,
    /// When it expires.
    pub expires_at: Option<UnixMillis>,
}

/// Keeps refreshed tokens, unless the connection was renewed or removed meanwhile.
pub fn refreshed(id: &str, generation: i64, new: Refreshed, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_connections SET access_token = ?3, refresh_token = coalesce(?4, refresh_token),
           scopes = coalesce(?5, scopes), expires_at = ?6, generation = generation + 1, leased_until = 0, updated_at = ?7
          WHERE id = ?1 AND generation = ?2 RETURNING scopes",
        [
            id.into(),
            generation.into(),
            new.access_token.into(),
            new.refresh_token.into(),
            new.scopes.into(),
            new.expires_at.map(|at| at.0).into(),
            now.0.into(),
        ],
    )
}

/// Forgets a refresh token that the provider no longer takes.
pub fn forget(id: &str, generation: i64) -> Statement {
    sql(
        "UPDATE edgeward_connections SET refresh_token = NULL, leased_until = 0 WHERE id = ?1 AND generation = ?2",
        [id.into(), generation.into()],
    )
}

/// Gives the right to refresh back.
pub fn release(id: &str, generation: i64) -> Statement {
    sql(
        "UPDATE edgeward_connections SET leased_until = 0 WHERE id = ?1 AND generation = ?2",
        [id.into(), generation.into()],
    )
}
