//! A D1 database, whose tables `edge/migrations` makes: the users that the gateway looks up, and
//! everything that the authority remembers.

use edgeward_authority::store::{self, Pending, Refused, Row, Store};
use edgeward_core::{
    Code, Error,
    gateway::users::{self, Profile},
    json,
};
use edgeward_host::timer;
use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// A D1 binding.
    #[derive(Clone)]
    pub type Database;

    type Statement;

    #[wasm_bindgen(method, catch)]
    fn prepare(this: &Database, sql: &str) -> Result<Statement, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn batch(this: &Database, statements: &Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, variadic)]
    fn bind(this: &Statement, values: &Array) -> Result<Statement, JsValue>;
}

/// The profile of a subject, its primary organization, and what the role there may do. A subject is
/// somebody only together with its issuer.
const STATEMENTS: [&str; 3] = [
    "SELECT email, name, platform_admin FROM edgeward_profiles WHERE issuer = ?1 AND subject = ?2",
    "SELECT o.id AS id, o.name AS name, m.role AS role
       FROM edgeward_memberships m JOIN edgeward_organizations o ON o.id = m.organization_id
      WHERE m.issuer = ?1 AND m.subject = ?2 AND m.is_primary = 1",
    "SELECT p.permission AS permission
       FROM edgeward_memberships m
       JOIN edgeward_role_permissions p ON p.organization_id = m.organization_id AND p.role = m.role
      WHERE m.issuer = ?1 AND m.subject = ?2 AND m.is_primary = 1
      ORDER BY p.permission LIMIT 257",
];

impl Database {
    /// Takes a binding, if it is a D1 database.
    pub fn of_binding(binding: JsValue) -> Option<Self> {
        let is_method = |name: &str| {
            Reflect::get(&binding, &name.into()).is_ok_and(|method| method.is_instance_of::<Function>())
        };
        (is_method("prepare") && is_method("batch")).then(|| binding.unchecked_into())
    }

    /// What the database knows of a subject, in one batch: one moment, one round trip, and at most
    /// `deadline` milliseconds.
    ///
    /// # Errors
    /// `user_lookup_failed`
    pub async fn profile(
        &self,
        issuer: &str,
        subject: &str,
        deadline: u32,
    ) -> Result<Option<Profile>, Error> {
        let failed = |_| Error::at(Code::UserLookupFailed, "users.database_binding");
        let statements = Array::new();
        for sql in STATEMENTS {
            let statement =
                self.prepare(sql).and_then(|one| one.bind(&Array::of2(&issuer.into(), &subject.into())));
            statements.push(&statement.map_err(failed)?.into());
        }
        let answers = self.batch(&statements).map_err(failed)?;
        let answers = timer::within(deadline, &answers).await.ok_or(JsValue::NULL).map_err(failed)?;
        let mut rows = Vec::new();
        for answer in Array::from(&answers).iter() {
            rows.push(read(&answer).ok_or(JsValue::NULL).map_err(failed)?);
        }
        users::rows(&rows)
    }
}

/// How long the authority waits for a batch, in milliseconds.
const DEADLINE: u32 = 10_000;

impl Store for Database {
    fn batch(&self, statements: Vec<store::Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        Box::pin(async move {
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

/// The rows of an answer as the core reads them.
fn read(answer: &JsValue) -> Option<json::Value> {
    let results = Reflect::get(answer, &"results".into()).ok()?;
    let text = JSON::stringify(&results).ok()?.as_string()?;
    json::parse(text.as_bytes()).ok()
}
