//! The statements about grants.

use edgeward_core::{json::Value, session::family::Family, time::UnixMillis};

use super::{Grant, list};
use crate::store::{Statement, sql};

/// Keeps a new grant.
pub fn insert(grant: &Grant, now: UnixMillis) -> Statement {
    sql(
        "INSERT INTO edgeward_grants
           (id, client_id, user_id, session_id, scope, resources, jkt, authenticated_at, active, uses, idle_until,
            until, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        [
            grant.id.as_str().into(),
            grant.client.as_str().into(),
            grant.user.as_deref().into(),
            grant.session.as_deref().into(),
            grant.scope.as_str().into(),
            list(&grant.resources),
            grant.jkt.as_deref().into(),
            grant.authenticated_at.map(|instant| instant.0).into(),
            grant.family.active.into(),
            uses(&grant.family),
            grant.family.idle_until.0.into(),
            grant.family.until.0.into(),
            now.0.into(),
        ],
    )
}

/// What a grant is read from.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT id, client_id, user_id, session_id, scope, resources, jkt, authenticated_at, active, uses,
                    idle_until, until, ended_at
               FROM edgeward_grants WHERE ",
            $which
        )
    };
}

/// Reads a grant.
pub fn by_id(id: &str) -> Statement {
    sql(select!("id = ?1"), [id.into()])
}

/// Reads what a user has granted to a client in a session.
pub fn of_session(session: &str, user: &str, client: &str) -> Statement {
    sql(
        select!("session_id = ?1 AND user_id = ?2 AND client_id = ?3"),
        [session.into(), user.into(), client.into()],
    )
}

/// Reads the user of a grant.
pub fn user_of(id: &str) -> Statement {
    sql(
        "SELECT u.* FROM edgeward_users u JOIN edgeward_grants g ON g.user_id = u.id WHERE g.id = ?1",
        [id.into()],
    )
}

/// Moves a family on from the token of a number; a row comes back if nobody else was faster.
pub fn rotate(id: &str, from: u32, next: &Family) -> Statement {
    sql(
        "UPDATE edgeward_grants SET active = ?3, uses = ?4, idle_until = ?5
          WHERE id = ?1 AND active = ?2 AND ended_at IS NULL RETURNING id",
        [id.into(), from.into(), next.active.into(), uses(next), next.idle_until.0.into()],
    )
}

/// Ends a grant.
pub fn end(id: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_grants SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL RETURNING id",
        [id.into(), now.0.into()],
    )
}

/// Ends all that a user has granted, for however long.
pub fn end_all_of(user: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_grants SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL",
        [user.into(), now.0.into()],
    )
}

/// The clients that have something granted in a session, which hear of its end.
pub fn clients_of_session(session: &str) -> Statement {
    sql(
        "SELECT DISTINCT client_id FROM edgeward_grants WHERE session_id = ?1 AND ended_at IS NULL",
        [session.into()],
    )
}

fn uses(family: &Family) -> Value {
    family.uses.iter().map(|instant| instant.0).collect::<Vec<_>>().into()
}
