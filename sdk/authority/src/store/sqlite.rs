//! `SQLite` in memory, for native tests: the same statements, migrations and rules as D1.

use std::{cell::RefCell, future::ready};

use edgeward_core::json::{Map, Value};
use rusqlite::{
    Connection, ErrorCode, params_from_iter,
    types::{Value as Cell, ValueRef},
};

use super::{Pending, Refused, Row, Statement, Store};

/// A database that is gone when it is dropped.
pub struct Memory {
    connection: RefCell<Connection>,
    /// After how many more statements the store fails, and from then on with every one.
    pub fails_after: RefCell<Option<usize>>,
}

impl Memory {
    /// An empty database with every migration applied.
    pub fn migrated() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        let mut migrations: Vec<_> =
            std::fs::read_dir(MIGRATIONS).unwrap().map(|file| file.unwrap().path()).collect();
        migrations.sort();
        for file in migrations {
            connection.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
        }
        connection.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        Self { connection: RefCell::new(connection), fails_after: RefCell::new(None) }
    }

    /// Everything that is in it, as text: what a thief of the database would read.
    pub fn dump(&self) -> String {
        let connection = self.connection.borrow();
        let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let names: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let mut text = String::new();
        for name in names {
            for row in run(&connection, &format!("SELECT * FROM {name}"), &[]).unwrap() {
                text += &format!("{name} {}\n", Value::Object(row.0));
            }
        }
        text
    }
}

impl Store for Memory {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        Box::pin(ready(self.run(&statements)))
    }
}

impl Memory {
    fn run(&self, statements: &[Statement]) -> Result<Vec<Vec<Row>>, Refused> {
        let mut connection = self.connection.borrow_mut();
        let transaction = connection.transaction().map_err(refused)?;
        let mut answers = Vec::new();
        for statement in statements {
            self.count_down()?;
            answers.push(run(&transaction, statement.sql, &statement.values).map_err(refused)?);
        }
        transaction.commit().map_err(refused)?;
        Ok(answers)
    }

    fn count_down(&self) -> Result<(), Refused> {
        match &mut *self.fails_after.borrow_mut() {
            Some(0) => Err(Refused::Unavailable),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

fn run(connection: &Connection, sql: &str, values: &[Value]) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare(sql)?;
    let columns: Vec<String> = statement.column_names().into_iter().map(Into::into).collect();
    let mut rows = statement.query(params_from_iter(values.iter().map(bound)))?;
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = columns.iter().enumerate().map(|(at, name)| (name.clone(), read(row.get_ref_unwrap(at))));
        answer.push(Row(cells.collect::<Map>()));
    }
    Ok(answer)
}

fn bound(value: &Value) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::Bool(value) => Cell::Integer((*value).into()),
        Value::Number(number) => value.as_i64().map_or(Cell::Real(*number), Cell::Integer),
        Value::String(text) => Cell::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Cell::Text(value.to_text()),
    }
}

fn read(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => Value::Number(number),
        ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap().into(),
        ValueRef::Blob(_) => panic!("no table has a column of bytes"),
    }
}

fn refused(error: rusqlite::Error) -> Refused {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Refused::Constraint,
        // Anything else is a statement that D1 would refuse, too.
        _ => panic!("{error}"),
    }
}

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../edge/migrations");
