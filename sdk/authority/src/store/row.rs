//! A row, read column by column.

use edgeward_core::{
    Code, Error,
    json::{self, Map, Value},
    time::UnixMillis,
};

/// A row as the store gave it. A column that is not what its table says is a broken store, and
/// nothing is decided by it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(pub Map);

impl Row {
    /// A text that is there.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn text(&self, column: &'static str) -> Result<String, Error> {
        self.optional_text(column)?.ok_or(Error::at(Code::InternalError, column))
    }

    /// A text or null.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn optional_text(&self, column: &'static str) -> Result<Option<String>, Error> {
        match self.0.get(column) {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Null) => Ok(None),
            _ => Err(Error::at(Code::InternalError, column)),
        }
    }

    /// A whole number that is there.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn number(&self, column: &'static str) -> Result<i64, Error> {
        self.optional_number(column)?.ok_or(Error::at(Code::InternalError, column))
    }

    /// A whole number or null.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn optional_number(&self, column: &'static str) -> Result<Option<i64>, Error> {
        let broken = Error::at(Code::InternalError, column);
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            Some(value) => value.as_i64().map(Some).ok_or(broken),
            None => Err(broken),
        }
    }

    /// Whether a number is 1 rather than 0.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn flag(&self, column: &'static str) -> Result<bool, Error> {
        Ok(self.number(column)? == 1)
    }

    /// An instant that is there.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn instant(&self, column: &'static str) -> Result<UnixMillis, Error> {
        self.number(column).map(UnixMillis)
    }

    /// An instant or null.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn optional_instant(&self, column: &'static str) -> Result<Option<UnixMillis>, Error> {
        Ok(self.optional_number(column)?.map(UnixMillis))
    }

    /// A value that was kept as JSON text, or null.
    ///
    /// # Errors
    /// `internal_error` at the column.
    pub fn json(&self, column: &'static str) -> Result<Value, Error> {
        let Some(text) = self.optional_text(column)? else { return Ok(Value::Null) };
        json::parse(text.as_bytes()).map_err(|_| Error::at(Code::InternalError, column))
    }
}
