//! The statements about sessions.

use edgeward_core::{json::Value, time::UnixMillis};

use crate::{
    context::NOTED_FOR,
    store::{Statement, guard, sql},
};

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

/// Keeps a new session, unless its user is banned: then the guard breaks off.
pub fn insert(new: New<'_>) -> [Statement; 3] {
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
        guard(),
    ]
}

/// What a session and its user are read from.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT s.id AS session_id, s.remembered AS remembered, s.impersonated_by AS impersonated_by,
                    s.user_agent AS user_agent, s.ip_address AS ip_address, s.created_at AS session_created_at,
                    s.updated_at AS session_updated_at, s.last_used_at AS last_used_at, s.expires_at AS expires_at,
                    u.id AS id, u.name AS name, u.email AS email, u.email_verified AS email_verified,
                    u.image AS image, u.role AS role, u.banned_until AS banned_until,
                    u.created_at AS created_at, u.updated_at AS updated_at
               FROM edgeward_sessions s JOIN edgeward_users u ON u.id = s.user_id
              WHERE s.expires_at > ?2 AND (u.banned_until IS NULL OR u.banned_until <= ?2) AND ",
            $which
        )
    };
}

/// Reads a session that is good, with its user.
pub fn by_hash(hash: &str, now: UnixMillis) -> Statement {
    sql(select!("s.hash = ?1"), [hash.into(), now.0.into()])
}

/// The same by its id.
pub fn by_id(id: &str, now: UnixMillis) -> Statement {
    sql(select!("s.id = ?1"), [id.into(), now.0.into()])
}

/// The sessions of a user that are good and that it began itself, the newest first.
pub fn of_user(user: &str, limit: u32, now: UnixMillis) -> Statement {
    sql(
        select!("s.user_id = ?1 AND s.impersonated_by IS NULL ORDER BY s.created_at DESC, s.id LIMIT ?3"),
        [user.into(), now.0.into(), limit.into()],
    )
}

/// Notes that a session was used, unless that was noted within the last minute.
pub fn used(hash: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_sessions SET last_used_at = ?2
          WHERE hash = ?1 AND last_used_at <= ?3 AND expires_at > ?2",
        [hash.into(), now.0.into(), (now - NOTED_FOR).0.into()],
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

/// Ends the sessions of a condition, and first what was granted in them, but for what was granted for longer.
macro_rules! ending {
    ($which:literal, $one:expr, $two:expr, $now:expr) => {{
        let (one, two): (Value, Option<Value>) = ($one.into(), $two);
        let grants = concat!(
            "UPDATE edgeward_grants SET ended_at = ?3 WHERE ended_at IS NULL
                AND ' ' || scope || ' ' NOT LIKE '% offline_access %'
                AND session_id IN (SELECT id FROM edgeward_sessions WHERE ",
            $which,
            ")"
        );
        let sessions = concat!("DELETE FROM edgeward_sessions WHERE ", $which);
        let values: Vec<Value> = [one.clone()].into_iter().chain(two.clone()).collect();
        [sql(grants, [one, two.unwrap_or(Value::Null), $now.0.into()]), sql(sessions, values)]
    }};
}

/// Ends the session of a token.
pub fn end(hash: &str, now: UnixMillis) -> [Statement; 2] {
    ending!("hash = ?1", hash, None, now)
}

/// Ends a session of a user, by its id.
pub fn end_by_id(id: &str, user: &str, now: UnixMillis) -> [Statement; 2] {
    ending!("id = ?1 AND user_id = ?2", id, Some(user.into()), now)
}

/// Ends a session of a user, by its token.
pub fn end_of_user(hash: &str, user: &str, now: UnixMillis) -> [Statement; 2] {
    ending!("hash = ?1 AND user_id = ?2", hash, Some(user.into()), now)
}

/// Ends all sessions of a user but one, those of its devices too.
pub fn end_others(user: &str, id: &str, now: UnixMillis) -> [Statement; 3] {
    let [grants, sessions] = ending!("user_id = ?1 AND id <> ?2", user, Some(id.into()), now);
    [end_devices(user, now), grants, sessions]
}

/// Ends all sessions of a user, those of its devices too, and those in which it acts as somebody else.
pub fn end_all(user: &str, now: UnixMillis) -> [Statement; 3] {
    let [grants, sessions] = ending!("user_id = ?1 OR impersonated_by = ?1", user, None, now);
    [end_devices(user, now), grants, sessions]
}

/// Ends the devices of a user. The session of a device is its grant, and there is no other row of it.
fn end_devices(user: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_grants SET ended_at = ?2 WHERE user_id = ?1 AND session_id = id AND ended_at IS NULL",
        [user.into(), now.0.into()],
    )
}
