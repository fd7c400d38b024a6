//! The statements about sessions of GoTrue's client.

use edgeward_core::time::UnixMillis;

use super::sessions::CLIENT;
use crate::{
    context::NOTED_FOR,
    store::{Statement, sql},
};

/// Notes that the session of a grant was used, unless that was noted within the last minute.
pub fn used(grant: &str, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_sessions SET last_used_at = ?2
          WHERE id = (SELECT session_id FROM edgeward_grants WHERE id = ?1 AND client_id = ?3)
            AND last_used_at <= ?4 AND expires_at > ?2",
        [grant.into(), now.0.into(), CLIENT.into(), (now - NOTED_FOR).0.into()],
    )
}
