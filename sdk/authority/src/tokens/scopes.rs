//! Scopes as arguments and results.

use edgeward_core::{
    json::Value,
    keys::scopes::{Scope, Scopes},
};

use super::Settings;
use crate::{
    failure::Failure,
    operations::{
        schema::{Member, Object, Schema},
        shape::{MAX_ITEMS, Shape, Text},
    },
};

impl Shape for Scopes {
    fn schema() -> Schema {
        let name = || Text::<1, 64>::schema();
        let grant = Schema::Object(Object {
            name: "Grant",
            doc: "Several actions on one resource.",
            members: vec![
                Member { name: "resource", doc: "What may be acted on; `*` is everything.", schema: name() },
                Member {
                    name: "actions",
                    doc: "What may be done to it; `*` is everything.",
                    schema: Schema::List(Box::new(name()), 32),
                },
            ],
        });
        let scope = Schema::Either(vec![Text::<1, 129>::schema(), grant]);
        Schema::List(Box::new(scope), MAX_ITEMS)
    }

    fn read(value: Value, at: &'static str) -> Result<Self, Failure> {
        Self::read(&value).filter(|scopes| scopes.0.len() <= MAX_ITEMS).ok_or(Failure::parameter(at))
    }

    fn write(self) -> Value {
        self.to_value()
    }
}

/// Whether scopes are of this service's vocabulary. Grants are the application's own affair.
pub fn are_known(scopes: &Scopes, settings: &Settings) -> bool {
    let any = settings.scopes.iter().any(|word| word == "*");
    let known = |word: &String| any || settings.scopes.contains(word);
    scopes.0.iter().all(|scope| {
        matches!(scope, Scope::Grant { .. }) || matches!(scope, Scope::Word(word) if known(word))
    })
}
