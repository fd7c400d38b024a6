//! The statements about codes, consents, pushed requests and revoked tokens.

use edgeward_core::time::UnixMillis;

use super::grant::list;
use crate::store::{Statement, sql};

/// A row comes back if a token was revoked, or its grant has ended.
pub fn is_revoked(id: Option<&str>, grant: Option<&str>, now: UnixMillis) -> Statement {
    sql(
        "SELECT 1 AS revoked WHERE EXISTS (SELECT 1 FROM edgeward_revoked_tokens WHERE id = ?1)
            OR (?2 IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM edgeward_grants WHERE id = ?2 AND ended_at IS NULL AND until > ?3))",
        [id.into(), grant.into(), now.0.into()],
    )
}

/// Revokes an access token for as long as it lasts.
pub fn revoke_token(id: &str, expires: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_revoked_tokens (id, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        [id.into(), expires.0.into()],
    )
}

/// A code that is about to be kept.
pub struct NewCode<'a> {
    pub hash: &'a str,
    pub grant: &'a str,
    pub client: &'a str,
    pub user: &'a str,
    pub session: &'a str,
    pub redirect: &'a str,
    pub challenge: &'a str,
    pub nonce: Option<&'a str>,
    pub scope: &'a str,
    pub resources: &'a [String],
    pub jkt: Option<&'a str>,
    pub authenticated_at: UnixMillis,
    pub expires_at: UnixMillis,
}

/// Keeps a code.
pub fn insert_code(code: &NewCode<'_>) -> Statement {
    sql(
        "INSERT INTO edgeward_codes
           (hash, grant_id, client_id, user_id, session_id, redirect_uri, challenge, nonce, scope, resources, jkt,
            authenticated_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        [
            code.hash.into(),
            code.grant.into(),
            code.client.into(),
            code.user.into(),
            code.session.into(),
            code.redirect.into(),
            code.challenge.into(),
            code.nonce.into(),
            code.scope.into(),
            list(code.resources),
            code.jkt.into(),
            code.authenticated_at.0.into(),
            code.expires_at.0.into(),
        ],
    )
}

/// Whether the session of a code goes on at `?2`.
macro_rules! in_session {
    () => {
        "EXISTS (SELECT 1 FROM edgeward_sessions s WHERE s.id = edgeward_codes.session_id AND s.expires_at > ?2)"
    };
}

/// Reads a code, and whether the session that it was asked for in goes on.
pub fn code(hash: &str, now: UnixMillis) -> Statement {
    sql(
        concat!(
            "SELECT grant_id, client_id, user_id, session_id, redirect_uri, challenge, nonce, scope, resources, jkt,
                authenticated_at, expires_at, redeemed_at, ",
            in_session!(),
            " AS in_session FROM edgeward_codes WHERE hash = ?1"
        ),
        [hash.into(), now.0.into()],
    )
}

/// Reads the user that a code is about.
pub fn user_of_code(hash: &str) -> Statement {
    sql(
        "SELECT u.* FROM edgeward_users u JOIN edgeward_codes c ON c.user_id = u.id WHERE c.hash = ?1",
        [hash.into()],
    )
}

/// Redeems a code, once; a guard stands behind it. What it would grant after its session no end of the session would reach.
pub fn redeem(hash: &str, now: UnixMillis) -> Statement {
    sql(
        concat!(
            "UPDATE edgeward_codes SET redeemed_at = ?2
              WHERE hash = ?1 AND redeemed_at IS NULL AND expires_at > ?2 AND ",
            in_session!()
        ),
        [hash.into(), now.0.into()],
    )
}

/// What a user has allowed a client.
pub fn consent(user: &str, client: &str) -> Statement {
    sql(
        "SELECT scope, resources FROM edgeward_consents WHERE user_id = ?1 AND client_id = ?2",
        [user.into(), client.into()],
    )
}

/// Remembers what a user has allowed a client.
pub fn allow(user: &str, client: &str, scope: &str, resources: &[String], now: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_consents (user_id, client_id, scope, resources, granted_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (user_id, client_id) DO UPDATE SET scope = ?3, resources = ?4, granted_at = ?5",
        [user.into(), client.into(), scope.into(), list(resources), now.0.into()],
    )
}

/// Keeps a request that was pushed.
pub fn push(hash: &str, client: &str, parameters: &str, jkt: Option<&str>, expires: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_pushed_requests (hash, client_id, parameters, jkt, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        [hash.into(), client.into(), parameters.into(), jkt.into(), expires.0.into()],
    )
}

/// Reads a request that was pushed and not used.
pub fn pushed(hash: &str, now: UnixMillis) -> Statement {
    sql(
        "SELECT client_id, parameters, jkt FROM edgeward_pushed_requests
          WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        [hash.into(), now.0.into()],
    )
}

/// Uses a request that was pushed, once; a guard stands behind it.
pub fn use_pushed(hash: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_pushed_requests SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        [hash.into(), now.0.into()],
    )
}

/// Reads when an agent's session is over.
pub fn expiry_of_agent(session: &str) -> Statement {
    sql("SELECT expires_at FROM edgeward_agent_sessions WHERE id = ?1", [session.into()])
}
