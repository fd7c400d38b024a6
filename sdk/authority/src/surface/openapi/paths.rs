//! The paths of both forms of the operations.

use edgeward_core::{
    Code,
    json::{Value, object},
};

use super::{list, schemas::reference, words};
use crate::{
    context::Access,
    operations::{Kind, Operation, naming::paragraphs},
};

/// Every path.
pub fn all() -> Value {
    let mut paths: Vec<(String, Value)> = Operation::ALL
        .iter()
        .map(|operation| {
            let path = ["/api/auth/", operation.name()].concat();
            (path, object(vec![("post", plain(*operation))]))
        })
        .collect();
    for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
        let of_kind = Operation::ALL.iter().copied().filter(|operation| operation.kind() == kind);
        let of_kind: Vec<_> = of_kind.collect();
        if !of_kind.is_empty() {
            let path = ["/api/", kind.as_str()].concat();
            paths.push((path, object(vec![("post", function(kind, &of_kind))])));
        }
    }
    object(paths.iter().map(|(path, item)| (path.as_str(), item.clone())).collect())
}

/// An answer that tells why something did not happen.
pub fn failed(description: &str) -> Value {
    let retry_after = object(vec![
        ("description", "After how many seconds the same call may succeed.".into()),
        ("schema", object(vec![("type", "integer".into()), ("minimum", 0_u32.into())])),
    ]);
    object(vec![
        ("description", description.into()),
        ("headers", object(vec![("Retry-After", retry_after)])),
        ("content", content(reference("Failure"))),
    ])
}

/// `POST /api/auth/{operation}`
fn plain(operation: Operation) -> Value {
    let mut members = vec![
        ("operationId", operation.name().into()),
        ("tags", list([operation.method().0.into()])),
        ("summary", operation.summary().into()),
        ("description", description(operation).into()),
        ("security", security(operation.access())),
        ("responses", responses(operation)),
    ];
    if let Some(name) = operation.arguments_name() {
        let body = vec![("required", true.into()), ("content", content(reference(&name)))];
        members.push(("requestBody", object(body)));
    }
    if operation.kind() != Kind::Query {
        members.push(("parameters", list([again()])));
    }
    object(members)
}

fn description(operation: Operation) -> String {
    let mut paragraphs = paragraphs(operation.doc());
    paragraphs.push(format!("For: {}.", operation.access().as_str()));
    paragraphs.join("\n\n")
}

fn security(access: Access) -> Value {
    let by = |scheme: &str| object(vec![(scheme, list([]))]);
    match access {
        Access::Anyone => list([object(Vec::new()), by("bearer"), by("dpop"), by("session")]),
        Access::Holder | Access::User | Access::Admin => list([by("bearer"), by("dpop"), by("session")]),
    }
}

/// The result, the failures that are the operation's own by their status, and the rest.
fn responses(operation: Operation) -> Value {
    let happened = object(vec![
        ("description", "It happened.".into()),
        ("content", content(reference(&operation.result_name()))),
    ]);
    let mut responses = vec![("200".to_owned(), happened)];
    let every = [Code::InvalidParameters, Code::StoreUnavailable];
    let mut codes: Vec<Code> = operation.errors().iter().copied().chain(every).collect();
    if operation.access() != Access::Anyone {
        codes.extend([Code::SessionMissing, Code::NotPermitted]);
    }
    codes.sort_unstable_by_key(|code| (code.status(), code.as_str()));
    codes.dedup();
    for group in codes.chunk_by(|one, other| one.status() == other.status()) {
        let status = group.first().map_or(500, |code| code.status()).to_string();
        let told: Vec<_> =
            group.iter().map(|code| format!("`{}`: {}", code.as_str(), code.message())).collect();
        responses.push((status, failed(&told.join("\n\n"))));
    }
    responses.push(("default".into(), object(vec![("$ref", "#/components/responses/Failure".into())])));
    object(responses.iter().map(|(status, response)| (status.as_str(), response.clone())).collect())
}

/// The header under which a change that is asked for twice happens once.
fn again() -> Value {
    object(vec![
        ("name", "Idempotency-Key".into()),
        ("in", "header".into()),
        ("required", false.into()),
        (
            "description",
            "Under the same key, the same call within 24 hours gives the same answer and changes nothing."
                .into(),
        ),
        (
            "schema",
            object(vec![
                ("type", "string".into()),
                ("minLength", 1_u32.into()),
                ("maxLength", 255_u32.into()),
            ]),
        ),
    ])
}

/// `POST /api/mutation` and its like.
fn function(kind: Kind, operations: &[Operation]) -> Value {
    let calls = operations.iter().map(|operation| call(*operation)).collect();
    let results = operations.iter().map(|operation| reference(&operation.result_name())).collect();
    let any_of = |shapes: Vec<Value>| object(vec![("anyOf", Value::Array(shapes))]);
    let succeeded = object(vec![
        ("type", "object".into()),
        (
            "properties",
            object(vec![
                ("status", object(vec![("const", "success".into())])),
                ("value", any_of(results)),
                ("logLines", object(vec![("type", "array".into())])),
            ]),
        ),
        ("required", words(["status", "value"])),
    ]);
    let response = |description: &str, schema: Value| {
        object(vec![("description", description.into()), ("content", content(schema))])
    };
    object(vec![
        ("operationId", ["convex", kind.as_str()].join("_").into()),
        ("tags", words(["convex"])),
        ("summary", "Calls an operation in the Convex function protocol.".into()),
        ("security", security(Access::Anyone)),
        ("requestBody", object(vec![("required", true.into()), ("content", content(any_of(calls)))])),
        (
            "responses",
            object(vec![
                ("200", response("It happened.", succeeded)),
                ("560", response("The function failed.", reference("FunctionFailure"))),
                ("default", object(vec![("$ref", "#/components/responses/Failure".into())])),
            ]),
        ),
    ])
}

/// The body by which an operation is called as a function.
fn call(operation: Operation) -> Value {
    let arguments = operation.arguments_name().map_or_else(
        || object(vec![("type", "object".into()), ("maxProperties", 0_u32.into())]),
        |name| reference(&name),
    );
    let items = object(vec![("type", "array".into()), ("items", arguments), ("maxItems", 1_u32.into())]);
    object(vec![
        ("type", "object".into()),
        (
            "properties",
            object(vec![
                ("path", object(vec![("const", ["auth:", operation.name()].concat().into())])),
                ("format", object(vec![("type", "string".into())])),
                ("args", items),
            ]),
        ),
        ("required", words(["path"])),
    ])
}

fn content(schema: Value) -> Value {
    object(vec![("application/json", object(vec![("schema", schema)]))])
}
