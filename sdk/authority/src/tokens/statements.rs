//! The statements about API tokens.

use edgeward_core::{keys::scopes::Scopes, time::UnixMillis};

use super::{Create, RateLimit, Update, change::Secret};
use crate::{
    context::{NOTED_FOR, digest},
    store::{Statement, sql},
};

/// Keeps a new token.
pub fn insert(new: &Secret, user: &str, token: &Create, now: UnixMillis) -> Statement {
    let limit = token.rate_limit.as_ref();
    sql(
        "INSERT INTO edgeward_api_tokens
           (id, hash, prefix, user_id, name, scopes, max_requests, window_ms, metadata, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        [
            new.id.as_str().into(),
            digest(&new.text).into(),
            new.shown().into(),
            user.into(),
            token.name.0.as_str().into(),
            token.scopes.to_value(),
            limit.map(|limit: &RateLimit| limit.max_requests).into(),
            limit.map(|limit| limit.window_ms).into(),
            token.metadata.as_ref().map(|metadata| metadata.0.to_text()).into(),
            now.0.into(),
            new.expires_at.map(|instant| instant.0).into(),
        ],
    )
}

/// Keeps a token like another one, but for its secret, its end and maybe its name.
pub fn insert_like(old: &str, new: &Secret, name: Option<&str>, now: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_api_tokens
           (id, hash, prefix, user_id, name, scopes, max_requests, window_ms, metadata, created_at, expires_at)
         SELECT ?2, ?3, ?4, user_id, coalesce(?5, name), scopes, max_requests, window_ms, metadata, ?6, ?7
           FROM edgeward_api_tokens WHERE id = ?1",
        [
            old.into(),
            new.id.as_str().into(),
            digest(&new.text).into(),
            new.shown().into(),
            name.into(),
            now.0.into(),
            new.expires_at.map(|instant| instant.0).into(),
        ],
    )
}

/// All that is known of a token of a user.
pub fn by_id(id: &str, user: &str) -> Statement {
    sql(
        "SELECT id, name, scopes, prefix, max_requests, window_ms, metadata, created_at, expires_at, last_used_at,
                revoked_at FROM edgeward_api_tokens WHERE id = ?1 AND user_id = ?2",
        [id.into(), user.into()],
    )
}

/// Changes a token whose scopes are still as they were read.
pub fn update(token: &Update, read: String) -> Statement {
    let limit = token.rate_limit.as_ref();
    sql(
        "UPDATE edgeward_api_tokens SET name = coalesce(?3, name), scopes = coalesce(?4, scopes),
                max_requests = coalesce(?5, max_requests), window_ms = coalesce(?6, window_ms)
          WHERE id = ?1 AND scopes = ?2",
        [
            token.id.as_str().into(),
            read.into(),
            token.name.as_ref().map(|name| name.0.clone()).into(),
            token.scopes.as_ref().map(|scopes| scopes.to_value().to_text()).into(),
            limit.map(|limit| limit.max_requests).into(),
            limit.map(|limit| limit.window_ms).into(),
        ],
    )
}

/// Revokes a token that is not revoked, and whose scopes are still as they were read.
pub fn revoke_first(id: &str, read: String, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_api_tokens SET revoked_at = ?3 WHERE id = ?1 AND scopes = ?2 AND revoked_at IS NULL",
        [id.into(), read.into(), now.0.into()],
    )
}

/// Removes a token of a user.
pub fn remove(id: &str, user: &str) -> Statement {
    sql("DELETE FROM edgeward_api_tokens WHERE id = ?1 AND user_id = ?2", [id.into(), user.into()])
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
                t.revoked_at AS revoked_at, t.last_used_at AS last_used_at, t.max_requests AS max_requests,
                t.window_ms AS window_ms, u.role AS role, u.banned_until AS banned_until
           FROM edgeward_api_tokens t JOIN edgeward_users u ON u.id = t.user_id WHERE t.hash = ?1",
        [hash.into()],
    )
}

/// Notes that a token was used, unless somebody else has noted it within the last minute.
pub fn used(id: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_api_tokens SET last_used_at = ?2
          WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)",
        [id.into(), now.0.into(), (now - NOTED_FOR).0.into()],
    )
}

/// Scopes of a row.
pub fn scopes(row: &crate::store::Row) -> Result<Scopes, edgeward_core::Error> {
    let value = row.json("scopes")?;
    Scopes::read(&value).ok_or(edgeward_core::Error::at(edgeward_core::Code::InternalError, "scopes"))
}
