//! A store that fails at each statement in turn: every operation happens or does not, and says so.

use std::collections::BTreeMap;

use edgeward_core::{
    Code,
    json::{self, Value},
};

use super::cases::{self, Case};
use crate::{
    Failure,
    context::{Context, Principal},
    http::Incoming,
    operations::{Kind, Operation},
    testing::{World, wait},
};

/// More statements than any operation has.
const MANY: usize = 60;

/// Calls under an idempotency key.
fn call(world: &World, case: &Case, operation: Operation) -> Result<Value, Failure> {
    let request = Incoming {
        method: "POST".into(),
        url: "https://auth.example/".into(),
        headers: vec![("idempotency-key".into(), "k".into()), ("cookie".into(), case.cookies.clone())],
        ..Incoming::default()
    };
    let context = Context::new(&world.authority, &request, case.by.clone());
    wait(operation.call(&context, json::parse(case.arguments.as_bytes()).unwrap()))
}

fn is_impersonating(case: &Case) -> bool {
    matches!(case.by, Principal::User { impersonated_by: Some(_), .. })
}

/// How many rows each table has.
fn rows(dump: &str) -> BTreeMap<String, usize> {
    dump.lines().fold(BTreeMap::new(), |mut rows, line| {
        *rows.entry(line.split(' ').next().unwrap_or_default().into()).or_default() += 1;
        rows
    })
}

/// What is in the store, but for what only says when something was last used.
fn state(world: &World) -> String {
    world
        .memory
        .dump()
        .lines()
        .filter(|line| !line.starts_with("edgeward_guard "))
        .collect::<Vec<_>>()
        .join("\n")
}

/// A world in which the case is prepared, and the store fails after so many statements.
fn failing(operation: Operation, after: Option<usize>) -> (World, Case, String) {
    let world = World::new();
    let case = cases::of(operation, &world);
    let before = state(&world);
    *world.memory.fails_after.borrow_mut() = after;
    (world, case, before)
}

#[test]
fn an_operation_happens_or_it_does_not() {
    for operation in Operation::ALL.iter().copied() {
        let name = operation.name();
        let (world, case, _) = failing(operation, None);
        let expected = call(&world, &case, operation).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        let happened = state(&world);
        let mut succeeded = false;
        for after in 0..MANY {
            let (world, case, before) = failing(operation, Some(after));
            let outcome = call(&world, &case, operation);
            *world.memory.fails_after.borrow_mut() = None;
            match outcome {
                Ok(result) => {
                    assert_eq!((&result, state(&world)), (&expected, happened.clone()), "{name}");
                    succeeded = true;
                    break;
                }
                Err(failure) => {
                    assert_eq!(failure.code, Code::StoreUnavailable, "{name} after {after}");
                    assert!(failure.retry_after.is_some(), "{name}");
                    let now = state(&world);
                    assert!(now == before || now == happened, "{name} after {after}:\n{before}\n{now}");
                    // Whoever asks again gets there, and no further than whoever asked once.
                    call(&world, &case, operation).unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
                    assert_eq!(rows(&state(&world)), rows(&happened), "{name} after {after}");
                }
            }
        }
        assert!(succeeded, "{name} has more than {MANY} statements");
    }
}

#[test]
fn every_change_keeps_its_answer_for_whoever_asks_again() {
    for operation in Operation::ALL.iter().copied().filter(|operation| operation.kind() != Kind::Query) {
        let (world, case, _) = failing(operation, None);
        let answers = [(); 3].map(|()| call(&world, &case, operation));
        let kept = rows(&state(&world)).get("edgeward_answers").copied();
        assert_eq!(kept, Some(1), "{} does not end in Context::commit", operation.name());
        assert_eq!((&answers[0], &answers[0]), (&answers[1], &answers[2]), "{}", operation.name());
    }
}

#[test]
fn an_outage_is_503_with_the_time_to_wait_in_both_forms() {
    for operation in Operation::ALL.iter().copied() {
        let name = operation.name();
        let plain = format!("/api/auth/{name}");
        let function = format!("/api/{}", operation.kind().as_str());
        for convex in [false, true] {
            for after in 0..MANY {
                let (world, case, _) = failing(operation, None);
                // Who acts as somebody else creates none.
                let by = if is_impersonating(&case) { world.user("caller") } else { case.by.clone() };
                let by = world.call(&by, "createApiToken", r#"{"name": "caller", "scopes": ["admin"]}"#);
                let by = by.unwrap().get("token").and_then(Value::as_str).unwrap().to_owned();
                let body = if convex {
                    format!(r#"{{"path": "auth:{name}", "args": [{}]}}"#, case.arguments)
                } else {
                    case.arguments.clone()
                };
                *world.memory.fails_after.borrow_mut() = Some(after);
                let headers = [("authorization", format!("Bearer {by}"))];
                let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
                let path = if convex { &function } else { &plain };
                let answer = world.send("POST", path, &headers, &body).unwrap();
                if answer.status != 503 {
                    break;
                }
                assert_eq!(answer.header("retry-after"), Some("2"), "{name}");
                assert!(answer.body.contains(r#""error":"store_unavailable""#), "{name}: {}", answer.body);
                let log = world.shared.log.borrow();
                let line = log.last().map(String::as_str).unwrap_or_default();
                assert!(line.contains(r#""code":"store_unavailable""#) && line.contains(path), "{line}");
                assert!(after + 1 < MANY, "{name} is never done");
            }
        }
    }
}
