//! `GET /openapi.json`: every operation, in both forms, as `OpenAPI` 3.1 has it.
//!
//! Source: [OpenAPI 3.1.1](https://spec.openapis.org/oas/v3.1.1)

mod paths;
mod schemas;
#[cfg(test)]
mod tests;

use edgeward_core::{
    Code,
    json::{Value, object},
};

use super::plain;
use crate::{
    Authority,
    http::{Incoming, Outgoing},
    operations::naming::Names,
};

/// Where the document is.
pub const PATH: &str = "/openapi.json";

/// Answers with the document, which is no secret and the same for everybody.
pub fn answer(authority: &Authority, request: &Incoming) -> Outgoing {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return plain::failure(&Code::MethodNotAllowed.into()).with("allow", "GET, HEAD");
    }
    let body =
        if request.method == "HEAD" { String::new() } else { document(&authority.settings.issuer).to_text() };
    Outgoing {
        status: 200,
        headers: vec![
            ("content-type", "application/json".into()),
            ("cache-control", "public, max-age=300".into()),
            ("access-control-allow-origin", "*".into()),
        ],
        body,
    }
}

/// The document of an authority.
#[must_use]
pub fn document(issuer: &str) -> Value {
    let names = Names::of_table();
    let mut schemas = schemas::all(&names);
    schemas.extend([("Failure".into(), failure()), ("FunctionFailure".into(), function_failure())]);
    let schemas = schemas.iter().map(|(name, schema)| (name.as_str(), schema.clone())).collect();
    object(vec![
        ("openapi", "3.1.1".into()),
        ("info", info()),
        ("servers", list([object(vec![("url", issuer.into())])])),
        ("paths", paths::all()),
        (
            "components",
            object(vec![
                ("schemas", object(schemas)),
                ("responses", object(vec![("Failure", paths::failed("Why it did not happen."))])),
                ("securitySchemes", security()),
            ]),
        ),
    ])
}

fn info() -> Value {
    object(vec![
        ("title", "edgeward".into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        (
            "description",
            "Sessions, API tokens, agents and connections. Each operation has two forms: plain JSON at \
             `/api/auth/{operation}`, and the Convex function protocol at `/api/query`, `/api/mutation` and \
             `/api/action`. Instants are milliseconds since 1970."
                .into(),
        ),
    ])
}

fn security() -> Value {
    let bearer = object(vec![
        ("type", "http".into()),
        ("scheme", "bearer".into()),
        ("description", "An access token, an API token (`sk_…`) or the token of an agent's session.".into()),
    ]);
    let cookie = |name: &str| {
        object(vec![
            ("type", "apiKey".into()),
            ("in", "cookie".into()),
            ("name", name.into()),
            ("description", "The session of a page of a trusted origin.".into()),
        ])
    };
    let dpop = object(vec![
        ("type", "http".into()),
        ("scheme", "dpop".into()),
        ("description", "An access token that is bound to a key, with a proof of it (RFC 9449).".into()),
    ]);
    let session = cookie("__Secure-better-auth.session_token");
    object(vec![("bearer", bearer), ("dpop", dpop), ("session", session)])
}

fn failure() -> Value {
    let text = |doc: &str| object(vec![("type", "string".into()), ("description", doc.into())]);
    let flag = |doc: &str| object(vec![("type", "boolean".into()), ("description", doc.into())]);
    let properties = object(vec![
        ("error", text("The stable code.")),
        ("message", text("A sentence for developers.")),
        ("at", text("The member, parameter or setting that broke the rule.")),
        ("retryable", flag("Whether the same call may succeed later.")),
        ("sessionEnded", flag("Whether the user has to sign in again.")),
        (
            "retryAfterMs",
            object(vec![
                ("type", "integer".into()),
                ("minimum", 0_u32.into()),
                ("description", "How long to wait before the same call may succeed.".into()),
            ]),
        ),
    ]);
    object(vec![
        ("type", "object".into()),
        ("description", "Why an operation did not happen.".into()),
        ("properties", properties),
        ("required", words(["error", "message", "retryable", "sessionEnded"])),
    ])
}

/// What a function that failed answers in the protocol of Convex.
fn function_failure() -> Value {
    let text = || object(vec![("type", "string".into())]);
    let data = object(vec![
        ("type", "object".into()),
        ("description", "As `Failure`, and `code`: the code in capitals.".into()),
        ("properties", object(vec![("code", text())])),
        ("required", words(["code"])),
    ]);
    let properties = vec![
        ("status", object(vec![("const", "error".into())])),
        ("errorMessage", text()),
        ("errorData", data),
        ("logLines", object(vec![("type", "array".into())])),
    ];
    object(vec![
        ("type", "object".into()),
        ("properties", object(properties)),
        ("required", words(["status", "errorMessage"])),
    ])
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::Array(items.into())
}

fn words<const N: usize>(words: [&str; N]) -> Value {
    Value::Array(words.map(Value::from).into())
}
