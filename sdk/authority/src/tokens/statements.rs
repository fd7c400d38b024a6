//! The statements about API tokens.

use edgeward_core::{keys::scopes::Scopes, time::UnixMillis};

use super::{Create, RateLimit};
use crate::store::{Statement, sql};

/// Keeps a new token.
pub fn insert(
    id: &str,
    hash: &str,
    shown: &str,
    user: &str,
    token: &Create,
    expires: Option<UnixMillis>,
    now: UnixMillis,
) -> Statement {
    let limit = token.rate_limit.as_ref();
    sql(
        "INSERT INTO edgeward_api_tokens
           (id, hash, prefix, user_id, name, scopes, max_requests, window_ms, metadata, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        [
            id.into(),
            hash.into(),
            shown.into(),
            user.into(),
            token.name.0.as_str().into(),
            token.scopes.to_value(),
            limit.map(|limit: &RateLimit| limit.max_requests).into(),
            limit.map(|limit| limit.window_ms).into(),
            token.metadata.as_ref().map(|metadata| metadata.0.to_text()).into(),
            now.0.into(),
            expires.map(|instant| instant.0).into(),
        ],
    )
}

/// The tokens of a user that are good, the newest first.
pub fn of_user(user: &str, limit: u32) -> Statement {
    sql(
        "SELECT id, name, scopes, created_at, expires_at, last_used_at FROM edgeward_api_tokens
          WHERE user_id = ?1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC LIMIT ?2",
        [user.into(), limit.into()],
    )
}

/// Revokes a token of a user, if there is such a token.
pub fn revoke(id: &str, user: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_api_tokens SET revoked_at = coalesce(revoked_at, ?3)
          WHERE id = ?1 AND user_id = ?2",
        [id.into(), user.into(), now.0.into()],
    )
}

/// Reads a token by its hash, with its user.
pub fn by_hash(hash: &str) -> Statement {
    sql(
        "SELECT t.id AS id, t.user_id AS user_id, t.scopes AS scopes, t.expires_at AS expires_at,
                t.revoked_at AS revoked_at, t.max_requests AS max_requests, t.window_ms AS window_ms,
                u.role AS role, u.banned_until AS banned_until
           FROM edgeward_api_tokens t JOIN edgeward_users u ON u.id = t.user_id WHERE t.hash = ?1",
        [hash.into()],
    )
}

/// Notes that a token was used, unless that was noted within the last minute, and tells what it may do as of now:
/// no row comes back if it was revoked or expired meanwhile.
pub fn used(id: &str, now: UnixMillis) -> [Statement; 2] {
    [
        sql(
            "UPDATE edgeward_api_tokens SET last_used_at = ?2
              WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?2 - 60000)",
            [id.into(), now.0.into()],
        ),
        sql(
            "SELECT scopes FROM edgeward_api_tokens
              WHERE id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at >= ?2)",
            [id.into(), now.0.into()],
        ),
    ]
}

/// Scopes of a row.
pub fn scopes(row: &crate::store::Row) -> Result<Scopes, edgeward_core::Error> {
    let value = row.json("scopes")?;
    Scopes::read(&value).ok_or(edgeward_core::Error::at(edgeward_core::Code::InternalError, "scopes"))
}
