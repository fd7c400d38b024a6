//! The statements about agents' sessions.

use edgeward_core::{keys::scopes::Scopes, time::UnixMillis};

use crate::store::{Statement, sql};

/// A new session of an agent.
pub struct New<'a> {
    pub id: &'a str,
    pub hash: &'a str,
    pub agent: &'a str,
    pub user: &'a str,
    pub key: Option<&'a str>,
    pub scopes: &'a Scopes,
    pub metadata: Option<String>,
    pub now: UnixMillis,
    pub expires: UnixMillis,
}

/// Gives the agent to the user if it belongs to nobody, and keeps a session of it if it is the user's: the
/// last of them changes a row.
pub fn insert(new: New<'_>) -> [Statement; 2] {
    let (agent, user, now) = (new.agent, new.user, new.now.0);
    [
        sql(
            "INSERT INTO edgeward_agents (id, user_id, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
            [agent.into(), user.into(), now.into()],
        ),
        sql(
            "INSERT INTO edgeward_agent_sessions
               (id, hash, agent_id, user_id, key_id, scopes, metadata, created_at, expires_at)
             SELECT ?1, ?2, id, user_id, ?5, ?6, ?7, ?8, ?9 FROM edgeward_agents WHERE id = ?3 AND user_id = ?4",
            [
                new.id.into(),
                new.hash.into(),
                agent.into(),
                user.into(),
                new.key.into(),
                new.scopes.to_value(),
                new.metadata.into(),
                now.into(),
                new.expires.0.into(),
            ],
        ),
    ]
}

/// What makes a session good beside its own time: its owner is not banned, and the API token that it was created with
/// is good.
macro_rules! is_good {
    ($now:literal) => {
        concat!(
            "expires_at > ",
            $now,
            "
             AND EXISTS (SELECT 1 FROM edgeward_users u
                          WHERE u.id = user_id AND (u.banned_until IS NULL OR u.banned_until <= ",
            $now,
            "))
             AND (key_id IS NULL OR EXISTS (
                   SELECT 1 FROM edgeward_api_tokens t WHERE t.id = key_id AND t.revoked_at IS NULL
                      AND (t.expires_at IS NULL OR t.expires_at >= ",
            $now,
            ")))"
        )
    };
}

/// Reads a session that is good.
pub fn by_hash(hash: &str, now: UnixMillis) -> Statement {
    sql(
        concat!(
            "SELECT id, agent_id, user_id, scopes, metadata, expires_at FROM edgeward_agent_sessions
              WHERE hash = ?1 AND ",
            is_good!("?2")
        ),
        [hash.into(), now.0.into()],
    )
}

/// Gives a session that is good another token, id and end; of several at a time the first wins, and the others
/// change nothing.
pub fn refresh(hash: &str, id: &str, new_hash: &str, expires: UnixMillis, now: UnixMillis) -> Statement {
    sql(
        concat!(
            "UPDATE edgeward_agent_sessions SET id = ?3, hash = ?4, expires_at = ?5
              WHERE hash = ?1 AND ",
            is_good!("?2")
        ),
        [hash.into(), now.0.into(), id.into(), new_hash.into(), expires.0.into()],
    )
}

/// Ends a session.
pub fn end(hash: &str) -> Statement {
    sql("DELETE FROM edgeward_agent_sessions WHERE hash = ?1", [hash.into()])
}
