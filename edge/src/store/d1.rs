//! A D1 database, whose tables `edge/migrations` makes, and the users that the gateway looks up there.

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

    pub(super) type Statement;

    #[wasm_bindgen(method, catch)]
    pub(super) fn prepare(this: &Database, sql: &str) -> Result<Statement, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn batch(this: &Database, statements: &Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, variadic)]
    pub(super) fn bind(this: &Statement, values: &Array) -> Result<Statement, JsValue>;
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

/// The rows of an answer as the core reads them.
pub(super) fn read(answer: &JsValue) -> Option<json::Value> {
    let results = Reflect::get(answer, &"results".into()).ok()?;
    let text = JSON::stringify(&results).ok()?.as_string()?;
    json::parse(text.as_bytes()).ok()
}
