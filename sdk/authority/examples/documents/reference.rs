//! The page `docs/api.md`.

use std::fmt::Write;

use edgeward_authority::{
    context::Access,
    operations::{
        Operation,
        naming::{Names, paragraphs},
        schema::{Object, Schema},
    },
};

use crate::{methods::groups, sample};

const HEAD: &str = "# The API

<!-- Written by `cargo xtask api --write` from the table in sdk/authority/src/operations/mod.rs. -->

Every operation has three forms: plain JSON, `POST /api/auth/{operation}` with the arguments as body; the Convex function
protocol, so that `ConvexHttpClient` calls `auth:{operation}`; and a method of
[`edgeward/api`](client.md#the-authoritys-api). `GET /openapi.json` describes them to machines.

- **Who calls** is told by `Authorization: Bearer …` with an access token, an API token (`sk_…`) or the token of an agent's
  session, or by the session cookie of a page of a trusted origin.
- **Instants** are milliseconds since 1970. Lifetimes are seconds. What may be left out may be null, too.
- **Members that nobody knows**, wrong types and bodies over 64 KiB are `invalid_parameters` with the member's name in `at`.
- **A failure** is `{\"error\": code, \"message\", \"at\", \"retryable\", \"sessionEnded\", \"retryAfterMs\"}` with the status of its
  [code](errors.md). Beside its own, every operation may fail with `invalid_parameters`, those of the caller's credential, and
  `store_unavailable` (503 with `Retry-After`), after which nothing of it has happened.
- **A change asked for twice happens once** if it carries an `Idempotency-Key` header: see
  [operations.md](operations.md#repeated-calls).
";

/// The page.
pub fn page() -> String {
    let names = Names::of_table();
    let mut text = HEAD.to_owned();
    for (group, operations) in groups() {
        let _ = write!(text, "\n## api.{group}\n");
        operations.into_iter().for_each(|operation| text += &section(&names, operation));
    }
    let objects = names.all();
    if !objects.is_empty() {
        text += "\n## Objects\n";
    }
    for named in objects {
        let _ = write!(text, "\n### {}\n\n{}\n\n", named.name, paragraphs(named.object.doc).join("\n\n"));
        text += members(&names, named.operation, &named.object, named.is_argument).trim_end();
        text += "\n";
    }
    text
}

fn section(names: &Names, operation: Operation) -> String {
    let (group, method) = operation.method();
    let mut text = format!("\n### {}\n\n{}\n\n", operation.name(), paragraphs(operation.doc()).join("\n\n"));
    let _ = write!(
        text,
        "{} · for {} · `api.{group}.{method}()`\n\n",
        operation.kind().as_str(),
        for_whom(operation.access())
    );
    if operation.arguments_name().is_some() {
        text += &part(names, operation, "Argument", &operation.arguments(), true);
    }
    text += &part(names, operation, "Result", &operation.result(), false);
    let codes: Vec<_> = operation.errors().iter().map(|code| code.as_str()).collect();
    if !codes.is_empty() {
        let codes: Vec<_> = codes.iter().map(|code| format!("[`{code}`](errors.md#{code})")).collect();
        let _ = write!(text, "Errors: {}\n\n", codes.join(", "));
    }
    text + &example(operation)
}

const fn for_whom(access: Access) -> &'static str {
    match access {
        Access::Anyone => "everybody",
        Access::Holder => "a session or an API token",
        Access::User => "a session",
        Access::Admin => "an administrator",
    }
}

fn example(operation: Operation) -> String {
    let arguments = sample::arguments(&operation.arguments()).to_text();
    let bearer = match operation.access() {
        Access::Anyone => "",
        _ => " -H \"authorization: Bearer $TOKEN\"",
    };
    format!("```sh\ncurl \"$AUTHORITY/api/auth/{}\"{bearer} --json '{arguments}'\n```\n", operation.name())
}

fn part(names: &Names, operation: Operation, title: &str, schema: &Schema, way_in: bool) -> String {
    match schema {
        Schema::Object(object) => titled(title, &members(names, operation, object, way_in)),
        other => format!("{title}: {}\n\n", shape(names, operation, other)),
    }
}

fn titled(title: &str, table: &str) -> String {
    table.replacen("| member |", &format!("| {} |", title.to_lowercase()), 1)
}

fn members(names: &Names, operation: Operation, object: &Object, way_in: bool) -> String {
    let mut text = "| member | type | |\n|---|---|---|\n".to_owned();
    for member in &object.members {
        let (schema, optional) = match &member.schema {
            Schema::Optional(inner) => (&**inner, true),
            other => (other, false),
        };
        let mut kind = shape(names, operation, schema);
        if optional {
            kind += if way_in { ", optional" } else { ", or null" };
        }
        let doc = paragraphs(member.doc).join(" ").replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {kind} | {doc} |", member.name);
    }
    text + "\n"
}

fn shape(names: &Names, operation: Operation, schema: &Schema) -> String {
    let of = |schema: &Schema| shape(names, operation, schema);
    match schema {
        Schema::Text { min: 0, max } => format!("text of at most {max} characters"),
        Schema::Text { min, max } => format!("text of {min} to {max} characters"),
        Schema::Choice(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
        }
        Schema::Integer(min, max) if *max >= i64::from(u32::MAX) => format!("whole number from {min} on"),
        Schema::Integer(min, max) => format!("whole number from {min} to {max}"),
        Schema::Flag => "true or false".into(),
        Schema::Any => "object of at most 8 KiB".into(),
        Schema::Optional(inner) => of(inner) + " or null",
        Schema::List(item, max) => format!("list of at most {max}: {}", of(item)),
        Schema::Either(shapes) => shapes.iter().map(of).collect::<Vec<_>>().join(", or "),
        Schema::Object(object) => {
            let name = names.of(operation, object);
            format!("[{name}](#{})", name.to_lowercase())
        }
        Schema::Nothing => "null".into(),
    }
}
