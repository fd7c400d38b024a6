//! The statements about clients that have registered themselves.

use edgeward_core::time::UnixMillis;

use crate::store::{Statement, sql};

/// Reads a client.
pub fn by_id(id: &str) -> Statement {
    sql("SELECT id, metadata, secret_hash, created_at FROM edgeward_clients WHERE id = ?1", [id.into()])
}

/// Reads a client by the token that its registration is looked after with.
pub fn by_registration(id: &str, hash: &str) -> Statement {
    sql(
        "SELECT id, metadata, secret_hash, created_at FROM edgeward_clients
          WHERE id = ?1 AND registration_hash = ?2",
        [id.into(), hash.into()],
    )
}

/// Keeps a new client.
pub fn insert(
    id: &str,
    metadata: &str,
    secret: Option<&str>,
    registration: &str,
    now: UnixMillis,
) -> Statement {
    sql(
        "INSERT INTO edgeward_clients (id, metadata, secret_hash, registration_hash, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        [id.into(), metadata.into(), secret.into(), registration.into(), now.0.into()],
    )
}

/// Replaces the metadata of a client; a row comes back if the token was its own.
pub fn update(id: &str, registration: &str, metadata: &str) -> Statement {
    sql(
        "UPDATE edgeward_clients SET metadata = ?3 WHERE id = ?1 AND registration_hash = ?2 RETURNING id",
        [id.into(), registration.into(), metadata.into()],
    )
}

/// Forgets a client and ends its grants; a row of the last one comes back if the token was its own.
pub fn remove(id: &str, registration: &str, now: UnixMillis) -> Vec<Statement> {
    vec![
        sql(
            "UPDATE edgeward_grants SET ended_at = coalesce(ended_at, ?3) WHERE client_id = ?1
                AND EXISTS (SELECT 1 FROM edgeward_clients WHERE id = ?1 AND registration_hash = ?2)",
            [id.into(), registration.into(), now.0.into()],
        ),
        sql(
            "DELETE FROM edgeward_clients WHERE id = ?1 AND registration_hash = ?2 RETURNING id",
            [id.into(), registration.into()],
        ),
    ]
}
