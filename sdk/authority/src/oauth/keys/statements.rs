//! The statements about signing keys.

use edgeward_core::{json::Value, time::UnixMillis};

use crate::store::{Statement, sql};

/// A key that is about to be kept.
pub struct NewKey {
    pub algorithm: &'static str,
    pub generation: i64,
    pub kid: String,
    pub public: Value,
    pub sealed: String,
    pub now: UnixMillis,
    pub signs_from: UnixMillis,
}

/// Keeps a key unless its generation is there already; a row comes back if it was kept.
pub fn insert(key: &NewKey) -> Statement {
    sql(
        "INSERT INTO edgeward_signing_keys (algorithm, generation, kid, public, sealed, created_at, signs_from)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING RETURNING kid",
        [
            key.algorithm.into(),
            key.generation.into(),
            key.kid.as_str().into(),
            key.public.clone(),
            key.sealed.as_str().into(),
            key.now.0.into(),
            key.signs_from.0.into(),
        ],
    )
}

/// The key that signs.
pub fn signing(algorithm: &str, now: UnixMillis) -> Statement {
    sql(
        "SELECT kid, sealed FROM edgeward_signing_keys WHERE algorithm = ?1 AND signs_from <= ?2
          ORDER BY generation DESC LIMIT 1",
        [algorithm.into(), now.0.into()],
    )
}

/// The newest key, which may not sign yet.
pub fn newest(algorithm: &str) -> Statement {
    sql(
        "SELECT kid, generation, signs_from FROM edgeward_signing_keys WHERE algorithm = ?1
          ORDER BY generation DESC LIMIT 1",
        [algorithm.into()],
    )
}

/// The keys that are published: those that have signed since an instant, or may sign.
pub fn published(since: UnixMillis) -> Statement {
    sql(
        "SELECT k.public AS public FROM edgeward_signing_keys k
           LEFT JOIN edgeward_signing_keys n ON n.algorithm = k.algorithm AND n.generation = k.generation + 1
          WHERE n.signs_from IS NULL OR n.signs_from > ?1 ORDER BY k.algorithm, k.generation DESC",
        [since.0.into()],
    )
}

/// Forgets every key but one.
pub fn remove_others(kid: &str) -> Statement {
    sql("DELETE FROM edgeward_signing_keys WHERE kid <> ?1", [kid.into()])
}

/// Forgets the keys that are published no more.
pub fn sweep(since: UnixMillis) -> Statement {
    sql(
        "DELETE FROM edgeward_signing_keys AS k WHERE EXISTS (
           SELECT 1 FROM edgeward_signing_keys n
            WHERE n.algorithm = k.algorithm AND n.generation = k.generation + 1 AND n.signs_from <= ?1)",
        [since.0.into()],
    )
}
