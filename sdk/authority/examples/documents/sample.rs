//! Values for examples.

use edgeward_authority::operations::schema::{Object, Schema};
use edgeward_core::json::{Value, object};

/// Arguments with what they cannot do without.
pub fn arguments(schema: &Schema) -> Value {
    match schema {
        Schema::Object(shape) => members(shape),
        other => value("", other),
    }
}

fn members(shape: &Object) -> Value {
    let needed = shape.members.iter().filter(|member| !matches!(member.schema, Schema::Optional(_)));
    object(needed.map(|member| (member.name, value(member.name, &member.schema))).collect())
}

fn value(name: &str, schema: &Schema) -> Value {
    match (name, schema) {
        ("name", _) => "build server".into(),
        ("provider", _) => "github".into(),
        ("redirectUri", _) => "https://app.example/callback".into(),
        ("scopes", _) => Value::Array(vec!["skills:read".into()]),
        ("ttl" | "expiresIn", _) => 3600_u32.into(),
        (_, Schema::Choice(words)) => words.first().copied().unwrap_or_default().into(),
        (_, Schema::Integer(min, _)) => (*min).into(),
        (_, Schema::Flag) => true.into(),
        (_, Schema::Any) => object(Vec::new()),
        (_, Schema::List(..)) => Value::Array(Vec::new()),
        (_, Schema::Object(shape)) => members(shape),
        (_, Schema::Either(shapes)) => shapes.first().map_or(Value::Null, |shape| value(name, shape)),
        (_, Schema::Optional(_) | Schema::Nothing) => Value::Null,
        (_, Schema::Text { .. }) => "…".into(),
    }
}
