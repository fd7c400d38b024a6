//! What nobody asks for: rows whose time is over are swept by a cron trigger.
//!
//! Nothing rests on it. Every reader compares the instants itself, so a row that is still there is as good as
//! gone; sweeping keeps the store small, and what is private no longer than it is needed. What is sealed under an
//! older secret is sealed anew, piece by piece.

pub mod reseal;
#[cfg(test)]
mod tests;

use edgeward_core::time::UnixMillis;

use crate::{
    Authority, Failure, oauth,
    store::{Statement, sql},
};

/// How many rows one statement deletes at most, so that none takes long.
const AT_ONCE: u32 = 500;
/// How many times one table is gone through in one sweep; the next sweep goes on.
const ROUNDS: u32 = 40;
/// How many pieces one sweep looks at for what is sealed under an older secret.
const PIECES: u32 = 8;
/// How long a row stays after its time: for whoever looks for what has happened, and for clocks that differ.
const GRACE_MILLIS: i64 = 60 * 60 * 1000;

/// Deletes rows whose time was over at `?1`, at most `?2` of them.
macro_rules! expired {
    ($table:literal, $key:literal) => {
        expired!($table, $key, "expires_at")
    };
    ($table:literal, $key:literal, $column:literal) => {
        (
            $table,
            concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $key,
                " IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $column,
                " <= ?1 ORDER BY ",
                $column,
                " LIMIT ?2)"
            ),
        )
    };
}

/// The tables whose rows have an end. API tokens stay: whoever uses one is told that it has expired.
const TABLES: &[(&str, &str)] = &[
    expired!("edgeward_answers", "id"),
    expired!("edgeward_sessions", "id"),
    expired!("edgeward_agent_sessions", "id"),
    expired!("edgeward_transactions", "state"),
    expired!("edgeward_handoffs", "code"),
    expired!("edgeward_codes", "hash"),
    expired!("edgeward_pushed_requests", "hash"),
    expired!("edgeward_devices", "hash"),
    expired!("edgeward_revoked_tokens", "id"),
    expired!("edgeward_grants", "id", "until"),
];

/// What a sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many rows of which table are gone; tables without any are left out.
    pub rows: Vec<(&'static str, u32)>,
    /// Whether there is more than one sweep takes.
    pub unfinished: bool,
}

/// Deletes the rows whose time is over, writes into the log how many, stages the next signing key in time, and seals
/// anew what lies under an older secret.
///
/// # Errors
/// `store_unavailable`: what was deleted before stays so, and the next sweep goes on.
pub async fn sweep(authority: &Authority) -> Result<Swept, Failure> {
    let before = UnixMillis(authority.platform.now().0.saturating_sub(GRACE_MILLIS));
    let mut swept = Swept::default();
    for (table, statement) in TABLES.iter().copied() {
        let (gone, unfinished) = clear(authority, statement, before).await?;
        swept.unfinished |= unfinished;
        if gone > 0 {
            authority.platform.log(&format!("edgeward: swept {gone} rows of {table}"));
            swept.rows.push((table, gone));
        }
    }
    oauth::keys::tend(authority).await?;
    reseal(authority).await?;
    Ok(swept)
}

/// Goes on with sealing anew. When it has been everywhere, it says so if there was something.
async fn reseal(authority: &Authority) -> Result<(), Failure> {
    let mut search = reseal::left(authority).await?;
    for _ in 0..PIECES {
        if search.is_over() {
            break;
        }
        let piece = reseal::piece(authority, search).await?;
        authority.store.batch(piece.statements).await?;
        search = piece.search;
        if search.is_over() && (search.sealed, search.lost) != (0, 0) {
            let (sealed, lost) = (search.sealed, search.lost);
            authority
                .platform
                .log(&format!(r#"{{"event":"upkeep.resealed","sealed":{sealed},"lost":{lost}}}"#));
        }
    }
    Ok(())
}

/// How many rows a statement deleted in all, and whether some are left.
async fn clear(
    authority: &Authority,
    statement: &'static str,
    before: UnixMillis,
) -> Result<(u32, bool), Failure> {
    let mut gone: u32 = 0;
    for _ in 0..ROUNDS {
        let delete = sql(statement, [before.0.into(), AT_ONCE.into()]);
        let answers = authority.store.batch(vec![delete, changed()]).await?;
        let row = answers.last().and_then(|rows| rows.first());
        let count = row.map(|row| row.number("gone")).transpose()?.unwrap_or_default();
        let count = u32::try_from(count).unwrap_or(AT_ONCE);
        gone = gone.saturating_add(count);
        if count < AT_ONCE {
            return Ok((gone, false));
        }
    }
    Ok((gone, true))
}

fn changed() -> Statement {
    sql("SELECT changes() AS gone", [])
}
