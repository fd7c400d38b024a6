//! Unknown members, wrong types and bodies that are too large are refused by name.

use edgeward_core::{
    Code,
    json::{Value, object},
};

use super::cases;
use crate::{
    context::Principal,
    http::Incoming,
    operations::{
        Operation,
        schema::{Member, Object, Schema},
    },
    testing::{World, wait},
};

/// Somebody who may call everything.
fn everybody(world: &World) -> Principal {
    world.user("root");
    Principal::User { id: "root".into(), session: "s".into(), admin: true, impersonated_by: None }
}

/// The name that a call is refused with.
fn refused_at(world: &World, by: &Principal, operation: Operation, arguments: &Value) -> String {
    let name = operation.name();
    match world.call(by, name, &arguments.to_text()) {
        Err(failure) if failure.code == Code::InvalidParameters => failure.at.into_owned(),
        outcome => panic!("{name} {arguments:?}: {outcome:?}"),
    }
}

fn members(operation: Operation) -> Vec<Member> {
    match operation.arguments() {
        Schema::Object(Object { members, .. }) => members,
        other => panic!("{}: arguments are an object, not {other:?}", operation.name()),
    }
}

/// A value of a shape.
fn fitting(schema: &Schema) -> Value {
    match schema {
        Schema::Text { min, .. } => "a".repeat((*min).max(1)).into(),
        Schema::Choice(words) => words[0].into(),
        Schema::Integer(min, _) => (*min).into(),
        Schema::Flag => true.into(),
        Schema::Any => object(Vec::new()),
        Schema::List(..) => Value::Array(Vec::new()),
        Schema::Either(shapes) => fitting(&shapes[0]),
        Schema::Object(shape) => {
            object(shape.members.iter().map(|member| (member.name, fitting(&member.schema))).collect())
        }
        Schema::Optional(_) | Schema::Nothing => Value::Null,
    }
}

/// Values that are not of a shape.
fn unfit(schema: &Schema) -> Vec<Value> {
    let number = || Value::from(1_u32);
    match schema {
        Schema::Text { max, .. } => {
            vec![number(), true.into(), Value::Array(Vec::new()), "a".repeat(max + 1).into(), "\u{1}".into()]
        }
        Schema::Choice(_) => vec![number(), "nobody-knows-this".into()],
        Schema::Integer(min, max) => {
            let beside = [min.checked_sub(1), max.checked_add(1)].into_iter().flatten();
            [Value::from("1"), Value::Number(1.5), true.into()]
                .into_iter()
                .chain(beside.map(Value::from))
                .collect()
        }
        Schema::Flag => vec![number(), "true".into()],
        Schema::Any => vec![number(), "{}".into(), Value::Array(Vec::new()), long()],
        Schema::Optional(inner) => unfit(inner),
        Schema::List(item, max) => {
            let many = Value::Array(vec![fitting(item); max + 1]);
            let odd = unfit(item).into_iter().map(|value| Value::Array(vec![value]));
            [number(), object(Vec::new()), many].into_iter().chain(odd).collect()
        }
        Schema::Either(_) => vec![number(), Value::Null],
        Schema::Object(_) => vec![number(), "{}".into(), Value::Array(Vec::new())],
        Schema::Nothing => vec![number()],
    }
}

/// An object of more than 8 KiB.
fn long() -> Value {
    object(vec![("a", "a".repeat(9 * 1024).into())])
}

fn with(members: &[Member], name: &str, value: Value) -> Value {
    let fitting = members.iter().filter(|member| member.name != name);
    let mut all: Vec<_> = fitting.map(|member| (member.name, fitting_of(member))).collect();
    all.push((name, value));
    object(all)
}

fn fitting_of(member: &Member) -> Value {
    fitting(&member.schema)
}

#[test]
fn a_member_that_nobody_knows_is_named() {
    let world = World::new();
    let by = everybody(&world);
    for operation in Operation::ALL.iter().copied() {
        let arguments = with(&members(operation), "nobody_knows", true.into());
        assert_eq!(refused_at(&world, &by, operation, &arguments), "nobody_knows", "{}", operation.name());
    }
}

#[test]
fn a_value_of_another_type_is_refused_at_its_member() {
    let world = World::new();
    let by = everybody(&world);
    for operation in Operation::ALL.iter().copied() {
        let members = members(operation);
        for member in &members {
            for value in unfit(&member.schema) {
                let arguments = with(&members, member.name, value);
                let at = refused_at(&world, &by, operation, &arguments);
                assert_eq!(at, member.name, "{} {}", operation.name(), arguments.to_text());
            }
        }
    }
}

#[test]
fn what_an_operation_cannot_do_without_is_named_when_it_is_missing() {
    let world = World::new();
    let by = everybody(&world);
    for operation in Operation::ALL.iter().copied() {
        let members = members(operation);
        let needed = members
            .iter()
            .filter(|member| !matches!(member.schema, Schema::Optional(_) | Schema::Text { min: 0, .. }));
        for member in needed {
            let others: Vec<_> = members.iter().filter(|other| other.name != member.name).collect();
            let arguments = object(others.iter().map(|member| (member.name, fitting_of(member))).collect());
            let at = refused_at(&world, &by, operation, &arguments);
            assert_eq!(at, member.name, "{}", operation.name());
        }
    }
}

#[test]
fn a_body_of_more_than_64_kib_is_refused_in_both_forms() {
    for operation in Operation::ALL.iter().copied() {
        let world = World::new();
        cases::of(operation, &world);
        let function = format!("/api/{}", operation.kind().as_str());
        for path in [format!("/api/auth/{}", operation.name()), function] {
            let request = Incoming {
                method: "POST".into(),
                url: format!("https://auth.example{path}"),
                body: None,
                ..Incoming::default()
            };
            let route = crate::surface::Route::of(request.path()).unwrap();
            let answer = wait(world.authority.answer(&request, route));
            let refused = answer.body.contains(r#""at":"body""#);
            assert!(matches!(answer.status, 400 | 560) && refused, "{path}: {}", answer.body);
        }
    }
}
