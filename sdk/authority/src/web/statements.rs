//! The statements about sessions.

use edgeward_core::{json::Value, time::UnixMillis};

use crate::store::{Statement, sql};

/// A new session.
pub struct New<'a> {
    pub id: &'a str,
    pub hash: &'a str,
    pub user: &'a str,
    pub remembered: bool,
    pub impersonated_by: Option<&'a str>,
    pub user_agent: Option<String>,
    pub ip_address: Option<String>,
    pub now: UnixMillis,
    pub expires: UnixMillis,
}

/// Keeps a new session, unless its user is banned, and reads it with its user. The last of them gives the session,
/// the one before the user.
pub fn insert(new: New<'_>) -> [Statement; 4] {
    let (id, hash, user, now) = (new.id, new.hash, new.user, new.now.0);
    let values: Vec<Value> = vec![
        id.into(),
        hash.into(),
        user.into(),
        new.remembered.into(),
        new.impersonated_by.into(),
        new.user_agent.into(),
        new.ip_address.into(),
        now.into(),
        new.expires.0.into(),
    ];
    [
        // A ban that has run out clears itself.
        sql(
            "UPDATE edgeward_users SET banned_until = NULL, ban_reason = NULL WHERE id = ?1 AND banned_until <= ?2",
            [user.into(), now.into()],
        ),
        sql(
            "INSERT INTO edgeward_sessions
               (id, hash, user_id, remembered, impersonated_by, user_agent, ip_address,
                created_at, updated_at, last_used_at, expires_at)
             SELECT ?1, ?2, id, ?4, ?5, ?6, ?7, ?8, ?8, ?8, ?9
               FROM edgeward_users WHERE id = ?3 AND banned_until IS NULL",
            values,
        ),
        sql("SELECT banned_until FROM edgeward_users WHERE id = ?1", [user.into()]),
        by_hash(hash, new.now),
    ]
}

/// Reads a session that is good, with its user.
pub fn by_hash(hash: &str, now: UnixMillis) -> Statement {
    sql(
        "SELECT s.id AS session_id, s.remembered AS remembered, s.impersonated_by AS impersonated_by,
                s.user_agent AS user_agent, s.ip_address AS ip_address, s.created_at AS session_created_at,
                s.updated_at AS session_updated_at, s.expires_at AS expires_at,
                u.id AS id, u.name AS name, u.email AS email, u.email_verified AS email_verified, u.image AS image,
                u.role AS role, u.created_at AS created_at, u.updated_at AS updated_at
           FROM edgeward_sessions s JOIN edgeward_users u ON u.id = s.user_id
          WHERE s.hash = ?1 AND s.expires_at > ?2 AND (u.banned_until IS NULL OR u.banned_until <= ?2)",
        [hash.into(), now.0.into()],
    )
}

/// Notes that a session was used, unless that was noted within the last minute.
pub fn used(hash: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_sessions SET last_used_at = ?2
          WHERE hash = ?1 AND last_used_at <= ?2 - 60000 AND expires_at > ?2",
        [hash.into(), now.0.into()],
    )
}

/// Prolongs a session that was good when it was read; no row comes back if it is not any more.
pub fn prolong(id: &str, expires: UnixMillis, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_sessions SET expires_at = ?2, updated_at = ?3
          WHERE id = ?1 AND expires_at > ?3 RETURNING id",
        [id.into(), expires.0.into(), now.0.into()],
    )
}

/// Ends the session of a token.
pub fn end(hash: &str) -> Statement {
    sql("DELETE FROM edgeward_sessions WHERE hash = ?1", [hash.into()])
}
