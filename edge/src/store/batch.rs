//! D1 as the authority's store: what it remembers, in one batch at a time.

use edgeward_authority::store::{self, Pending, Refused, Row, Store};
use edgeward_core::json;
use edgeward_host::timer;
use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::d1::{Database, read};

/// How long a batch may take, in milliseconds.
const DEADLINE: u32 = 10_000;

impl Store for Database {
    fn batch(&self, statements: Vec<store::Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        Box::pin(async move {
            // D1 takes it for a mistake.
            if statements.is_empty() {
                return Ok(Vec::new());
            }
            let batch = Array::new();
            for statement in &statements {
                let values: Array = statement.values.iter().map(bound).collect();
                let bound = self.prepare(statement.sql).and_then(|one| one.bind(&values));
                batch.push(&bound.map_err(|error| refused(&error))?.into());
            }
            let answers = Self::batch(self, &batch).map_err(|error| refused(&error))?;
            let answers = timer::outcome_within(DEADLINE, &answers).await.ok_or(Refused::Unavailable)?;
            let answers = answers.map_err(|error| refused(&error))?;
            Array::from(&answers).iter().map(|answer| rows(&answer).ok_or(Refused::Unavailable)).collect()
        })
    }
}

/// A value as D1 binds it: it knows no booleans and no objects.
fn bound(value: &json::Value) -> JsValue {
    match value {
        json::Value::Null => JsValue::NULL,
        json::Value::Bool(value) => JsValue::from_f64((*value).into()),
        json::Value::Number(number) => JsValue::from_f64(*number),
        json::Value::String(text) => JsValue::from_str(text),
        json::Value::Array(_) | json::Value::Object(_) => JsValue::from_str(&value.to_text()),
    }
}

/// D1 tells of a broken constraint in words only.
fn refused(error: &JsValue) -> Refused {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    let is_constraint = message.is_some_and(|message| message.contains("constraint failed"));
    if is_constraint { Refused::Constraint } else { Refused::Unavailable }
}

fn rows(answer: &JsValue) -> Option<Vec<Row>> {
    let json::Value::Array(rows) = read(answer)? else { return None };
    let row = |value| if let json::Value::Object(columns) = value { Some(Row(columns)) } else { None };
    rows.into_iter().map(row).collect()
}
