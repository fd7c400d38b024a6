//! Results are what the documents say.

use edgeward_core::json::{self, Value};

use super::cases;
use crate::{
    context::Context,
    http::Incoming,
    operations::{Operation, schema::Schema},
    testing::{World, wait},
};

/// Where a value is not of its shape.
fn broken(schema: &Schema, value: &Value, at: &str) -> Option<String> {
    let unless = |fits: bool| (!fits).then(|| format!("{at}: {schema:?} is not {value:?}"));
    match schema {
        Schema::Text { min, max } => {
            unless(value.as_str().is_some_and(|text| (*min..=*max).contains(&text.chars().count())))
        }
        Schema::Choice(words) => unless(value.as_str().is_some_and(|word| words.contains(&word))),
        Schema::Integer(min, max) => {
            unless(value.as_i64().is_some_and(|number| (*min..=*max).contains(&number)))
        }
        Schema::Flag => unless(matches!(value, Value::Bool(_))),
        Schema::Any => unless(value.as_object().is_some()),
        Schema::Nothing => unless(value.is_null()),
        Schema::Optional(_) if value.is_null() => None,
        Schema::Optional(inner) => broken(inner, value, at),
        Schema::List(item, max) => match value.as_array().filter(|items| items.len() <= *max) {
            Some(items) => items.iter().find_map(|value| broken(item, value, at)),
            None => unless(false),
        },
        Schema::Either(shapes) => unless(shapes.iter().any(|shape| broken(shape, value, at).is_none())),
        Schema::Object(shape) => {
            let Some(members) = value.as_object() else { return unless(false) };
            let stray = members.keys().find(|name| shape.members.iter().all(|known| known.name != *name));
            stray.map(|name| format!("{at}: nobody knows {name}")).or_else(|| {
                shape.members.iter().find_map(|member| match members.get(member.name) {
                    Some(value) => broken(&member.schema, value, member.name),
                    None => Some(format!("{at}: {} is missing", member.name)),
                })
            })
        }
    }
}

#[test]
fn every_result_is_what_its_schema_says() {
    for operation in Operation::ALL.iter().copied() {
        let world = World::new();
        let case = cases::of(operation, &world);
        let request = Incoming { headers: vec![("cookie".into(), case.cookies)], ..Incoming::default() };
        let context = Context::new(&world.authority, &request, case.by);
        let result = wait(operation.call(&context, json::parse(case.arguments.as_bytes()).unwrap()));
        let result = result.unwrap_or_else(|failure| panic!("{}: {failure:?}", operation.name()));
        assert_eq!(broken(&operation.result(), &result, operation.name()), None);
    }
}

#[test]
fn what_is_not_of_its_shape_is_found() {
    let result = Operation::CreateApiToken.result();
    for odd in [r#"{}"#, r#"{"token": 1}"#, "null", r#"{"secret": "x"}"#] {
        assert!(broken(&result, &json::parse(odd.as_bytes()).unwrap(), "").is_some(), "{odd}");
    }
}
