//! Shapes as JSON Schema.
//!
//! Source: [OpenAPI 3.1 §4.8.24](https://spec.openapis.org/oas/v3.1.1#schema-object), which is JSON Schema
//! of the draft 2020-12.

use edgeward_core::json::{Value, object};

use crate::operations::{
    Operation,
    naming::{Names, paragraphs},
    schema::{Member, Object, Schema},
};

/// Which way an object goes. What may be left out on the way in is there, as null, on the way out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// Every named schema of the table.
pub fn all(names: &Names) -> Vec<(String, Value)> {
    let mut all: Vec<_> = names
        .all()
        .into_iter()
        .map(|named| {
            let way = if named.is_argument { Way::In } else { Way::Out };
            let schema = members(names, named.operation, &named.object, way);
            (named.name, schema)
        })
        .collect();
    for operation in Operation::ALL.iter().copied() {
        if let Some(name) = operation.arguments_name() {
            all.push((name, top(names, operation, &operation.arguments(), Way::In)));
        }
        all.push((operation.result_name(), top(names, operation, &operation.result(), Way::Out)));
    }
    all
}

/// A reference to a named schema.
pub fn reference(name: &str) -> Value {
    object(vec![("$ref", ["#/components/schemas/", name].concat().into())])
}

fn top(names: &Names, operation: Operation, schema: &Schema, way: Way) -> Value {
    match schema {
        Schema::Object(shape) => members(names, operation, shape, way),
        other => inner(names, operation, other),
    }
}

fn members(names: &Names, operation: Operation, shape: &Object, way: Way) -> Value {
    let needed = |member: &&Member| way == Way::Out || !matches!(member.schema, Schema::Optional(_));
    let required = shape.members.iter().filter(needed).map(|member| member.name.into());
    let properties = shape.members.iter().map(|member| {
        let Value::Object(mut schema) = inner(names, operation, &member.schema) else {
            return (member.name, Value::Bool(true));
        };
        schema.insert("description".into(), line(member.doc).into());
        (member.name, Value::Object(schema))
    });
    object(vec![
        ("type", "object".into()),
        ("description", line(shape.doc).into()),
        ("properties", object(properties.collect())),
        ("required", Value::Array(required.collect())),
        ("additionalProperties", false.into()),
    ])
}

fn inner(names: &Names, operation: Operation, schema: &Schema) -> Value {
    let of = |schema: &Schema| inner(names, operation, schema);
    let kind = |kind: &str| ("type", Value::from(kind));
    match schema {
        Schema::Text { min, max } => {
            object(vec![kind("string"), ("minLength", count(*min)), ("maxLength", count(*max))])
        }
        Schema::Choice(words) => {
            let words = words.iter().map(|word| Value::from(*word)).collect();
            object(vec![kind("string"), ("enum", Value::Array(words))])
        }
        Schema::Integer(min, max) => {
            object(vec![kind("integer"), ("minimum", (*min).into()), ("maximum", (*max).into())])
        }
        Schema::Flag => object(vec![kind("boolean")]),
        Schema::Any => object(vec![kind("object")]),
        Schema::Optional(shape) => either(vec![of(shape), object(vec![kind("null")])]),
        Schema::List(item, max) => {
            object(vec![kind("array"), ("items", of(item)), ("maxItems", count(*max))])
        }
        Schema::Either(shapes) => either(shapes.iter().map(of).collect()),
        Schema::Object(shape) => reference(&names.of(operation, shape)),
        Schema::Nothing => object(vec![kind("null")]),
    }
}

fn either(shapes: Vec<Value>) -> Value {
    object(vec![("anyOf", Value::Array(shapes))])
}

fn count(number: usize) -> Value {
    u32::try_from(number).unwrap_or(u32::MAX).into()
}

fn line(doc: &str) -> String {
    paragraphs(doc).join(" ")
}
