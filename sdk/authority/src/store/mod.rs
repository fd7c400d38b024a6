//! What is remembered: statements of `SQLite`, run by D1 in a Worker and by `SQLite` itself in tests.
//!
//! Both implementations run the same statements, so there is no second opinion about what they do.
//! D1 has no transaction that lasts over a round trip: a change of state is one statement
//! (`UPDATE … WHERE … RETURNING`), or one batch, which happens as a whole or not at all.

mod row;
#[cfg(test)]
pub mod sqlite;

use std::{future::Future, pin::Pin};

use edgeward_core::json::Value;

pub use row::Row;

/// Something that is still to come.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Why statements were not run. Nothing of their batch has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The store cannot be reached, or failed.
    Unavailable,
    /// A constraint of a table, or a [`guard`], was broken.
    Constraint,
}

/// One statement and the values of `?1`, `?2` and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The text, which never holds a value.
    pub sql: &'static str,
    /// The values. A boolean is bound as 0 or 1, an array or an object as its JSON text.
    pub values: Vec<Value>,
}

/// A statement with its values: `sql("SELECT … WHERE id = ?1", [id.into()])`.
pub fn sql(sql: &'static str, values: impl Into<Vec<Value>>) -> Statement {
    Statement { sql, values: values.into() }
}

/// Breaks off a batch unless the statement before it changed exactly one row.
#[must_use]
pub fn guard() -> Statement {
    sql("INSERT OR REPLACE INTO edgeward_guard (id, changed) SELECT 1, changes()", [])
}

/// The store. A batch happens as a whole or not at all, at one moment.
pub trait Store {
    /// Runs statements in order, and gives the rows of each. To run none is to do nothing.
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>>;
}

impl dyn Store + '_ {
    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// As [`Refused`].
    pub async fn rows(&self, statement: Statement) -> Result<Vec<Row>, Refused> {
        Ok(self.batch(vec![statement]).await?.pop().unwrap_or_default())
    }

    /// Runs statements as one batch and gives the first row of each.
    ///
    /// # Errors
    /// As [`Refused`].
    pub async fn first_of_each<const N: usize>(
        &self,
        statements: [Statement; N],
    ) -> Result<[Option<Row>; N], Refused> {
        Ok(self.rows_of_each(statements).await?.map(|rows| rows.into_iter().next()))
    }

    /// Runs statements as one batch and gives the rows of each.
    ///
    /// # Errors
    /// As [`Refused`].
    pub async fn rows_of_each<const N: usize>(
        &self,
        statements: [Statement; N],
    ) -> Result<[Vec<Row>; N], Refused> {
        let mut answers = self.batch(statements.into()).await?.into_iter();
        Ok(std::array::from_fn(|_| answers.next().unwrap_or_default()))
    }

    /// Runs one statement and gives its first row.
    ///
    /// # Errors
    /// As [`Refused`].
    pub async fn row(&self, statement: Statement) -> Result<Option<Row>, Refused> {
        Ok(self.rows(statement).await?.into_iter().next())
    }
}
