//! The statements about sessions of GoTrue's client.

use super::sessions::CLIENT;
use crate::store::{Statement, sql};

/// The grant of a session of a user.
pub fn grant(session: &str, user: &str) -> Statement {
    sql(
        "SELECT id, client_id, user_id, session_id, scope, resources, jkt, authenticated_at, active, uses,
                idle_until, until, ended_at
           FROM edgeward_grants WHERE session_id = ?1 AND user_id = ?2 AND client_id = ?3",
        [session.into(), user.into(), CLIENT.into()],
    )
}
