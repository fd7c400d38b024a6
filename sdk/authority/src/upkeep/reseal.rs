//! Sealing anew what lies under an older secret, so that the secret can be taken away.
//!
//! The search goes through every column of the store that holds something sealed, in the order of its keys and in
//! pieces; how far it has come is kept. A row is changed only if it is still as it was read: whoever writes it
//! meanwhile, such as a refresh of a provider's tokens, has sealed it under the current secret, and wins. The search
//! begins again when the secrets are others, or in another order.

#[cfg(test)]
mod tests;

use edgeward_core::{Code, json::Value};

use crate::{
    Authority, Failure,
    store::{Row, Statement, sql},
    vault::{self, Purpose},
};

/// How many rows one piece looks at. What it writes is one value of a statement, which D1 takes up to 2 MB of.
pub const AT_ONCE: u32 = 50;

/// A column that holds something sealed.
struct Place {
    purpose: Purpose,
    /// Reads rows after a key.
    read: &'static str,
    /// How many there are after a key.
    count: &'static str,
    /// Replaces those that are still as they were read.
    replace: &'static str,
}

macro_rules! place {
    ($purpose:ident, $table:literal, $key:literal, $column:literal) => {
        Place {
            purpose: Purpose::$purpose,
            read: concat!(
                "SELECT ", $key, " AS id, ", $column, " AS sealed FROM ", $table,
                " WHERE ", $key, " > ?1 AND ", $column, " IS NOT NULL ORDER BY ", $key, " LIMIT ?2"
            ),
            count: concat!(
                "SELECT count(*) AS there FROM ", $table, " WHERE ", $key, " > ?1 AND ", $column, " IS NOT NULL"
            ),
            replace: concat!(
                "UPDATE ", $table, " AS t SET ", $column, " = n.new
                   FROM (SELECT value ->> 0 AS id, value ->> 1 AS old, value ->> 2 AS new FROM json_each(?1)) AS n
                  WHERE t.", $key, " = n.id AND t.", $column, " = n.old"
            ),
        }
    };
}

const PLACES: [Place; 5] = [
    place!(SigningKey, "edgeward_signing_keys", "kid", "sealed"),
    place!(ProviderToken, "edgeward_connections", "id", "access_token"),
    place!(ProviderToken, "edgeward_connections", "id", "refresh_token"),
    place!(Transaction, "edgeward_transactions", "state", "sealed"),
    place!(Answer, "edgeward_answers", "id", "answer"),
];

/// How far a search has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    place: usize,
    after: String,
    /// How many rows it has sealed anew.
    pub sealed: u32,
    /// How many it has found that no secret opens.
    pub lost: u32,
}

impl Search {
    /// Whether it has been everywhere.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.place >= PLACES.len()
    }
}

/// A piece of a search: what is to be written, and how it stands afterwards.
pub struct Piece {
    /// The changes, and the note of them: one batch.
    pub statements: Vec<Statement>,
    /// How the search stands with them.
    pub search: Search,
    /// How many rows it looked at.
    pub looked: u32,
    /// How many rows are still to be looked at.
    pub remaining: u32,
}

/// The search as it was left; a new one if the secrets are others since.
///
/// # Errors
/// `store_unavailable`
pub async fn left(authority: &Authority) -> Result<Search, Failure> {
    let statement = sql(
        "SELECT place, after, sealed, lost FROM edgeward_resealing WHERE secrets = ?1",
        [vault::fingerprint(authority).into()],
    );
    let Some(row) = authority.store.row(statement).await? else { return Ok(Search::default()) };
    let number = |column| Ok::<_, Failure>(u32::try_from(row.number(column)?).unwrap_or(u32::MAX));
    let place = usize::try_from(number("place")?).unwrap_or(usize::MAX);
    Ok(Search { place, after: row.text("after")?, sealed: number("sealed")?, lost: number("lost")? })
}

/// Looks at the next rows, and tells what is to be written. Nothing has changed yet.
///
/// # Errors
/// `store_unavailable`
pub async fn piece(authority: &Authority, mut search: Search) -> Result<Piece, Failure> {
    let places = PLACES.get(search.place..).unwrap_or_default();
    let Some((place, later)) = places.split_first() else {
        return Ok(Piece { statements: Vec::new(), search, looked: 0, remaining: 0 });
    };
    let after = Value::from(search.after.as_str());
    let mut asked = vec![sql(place.read, [after.clone(), AT_ONCE.into()]), sql(place.count, [after])];
    asked.extend(later.iter().map(|place| sql(place.count, [Value::from("")])));
    let mut answers = authority.store.batch(asked).await?.into_iter();
    let rows = answers.next().unwrap_or_default();
    let remaining = answers.try_fold(0, |sum: u32, rows| {
        let there = rows.first().map_or(Ok(0), |row| row.number("there"))?;
        Ok::<_, Failure>(sum.saturating_add(u32::try_from(there).unwrap_or(u32::MAX)))
    })?;
    let changes = changes(authority, place, &rows, &mut search)?;
    let looked = u32::try_from(rows.len()).unwrap_or(AT_ONCE);
    match rows.last().filter(|_| looked == AT_ONCE) {
        Some(last) => search.after = last.text("id")?,
        None => (search.place, search.after) = (search.place + 1, String::new()),
    }
    let mut statements = Vec::new();
    if !changes.is_empty() {
        statements.push(sql(place.replace, [Value::Array(changes)]));
    }
    statements.push(note(authority, &search));
    Ok(Piece { statements, search, looked, remaining: remaining.saturating_sub(looked) })
}

/// Key, old and new text of the rows that lie under an older secret.
fn changes(
    authority: &Authority,
    place: &Place,
    rows: &[Row],
    search: &mut Search,
) -> Result<Vec<Value>, Failure> {
    let mut changes = Vec::new();
    for row in rows {
        let old = row.text("sealed")?;
        match vault::renewed(authority, place.purpose, &old) {
            Ok(None) => {}
            Ok(Some(new)) => {
                search.sealed = search.sealed.saturating_add(1);
                changes.push(vec![row.text("id")?, old, new].into());
            }
            Err(error) if error.code == Code::SealBroken => search.lost = search.lost.saturating_add(1),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(changes)
}

/// Keeps how far the search has come.
fn note(authority: &Authority, search: &Search) -> Statement {
    sql(
        "INSERT OR REPLACE INTO edgeward_resealing (id, secrets, place, after, sealed, lost)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        [
            vault::fingerprint(authority).into(),
            u32::try_from(search.place).unwrap_or(u32::MAX).into(),
            search.after.as_str().into(),
            search.sealed.into(),
            search.lost.into(),
        ],
    )
}
