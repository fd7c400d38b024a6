//! The declarations of `edgeward/api`: arguments, results, methods.

use std::fmt::Write;

use edgeward_authority::operations::{
    Operation,
    naming::{Names, paragraphs},
    schema::{Object, Schema},
};

use crate::methods::groups;

/// The file `operations.d.ts`.
pub fn declarations() -> String {
    let names = Names::of_table();
    let mut text = String::from(
        "/** Written by `cargo xtask api --write` from the table of operations. */\n\
         import type { Outcome } from \"../client/index.js\";\nimport type { CallOptions } from \"./index.js\";\n",
    );
    for named in names.all() {
        text += &interface(&names, named.operation, &named.name, &named.object, named.is_argument);
    }
    for operation in Operation::ALL.iter().copied() {
        if let (Some(name), schema) = (operation.arguments_name(), operation.arguments()) {
            text += &declared(&names, operation, &name, &schema, true);
        }
        text += &declared(&names, operation, &operation.result_name(), &operation.result(), false);
    }
    text += "\n/** Every operation of the authority as a method. */\n";
    text += "export interface Api<E extends \"result\" | \"throw\" = \"result\"> {\n";
    for (group, operations) in groups() {
        let _ = writeln!(text, "  readonly {group}: {{");
        operations.into_iter().for_each(|operation| text += &method(operation));
        text += "  };\n";
    }
    text + "}\n"
}

fn method(operation: Operation) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs(operation.doc()) {
        lines.extend([paragraph, String::new()]);
    }
    let codes = operation.errors().iter().map(|code| format!("`{}`", code.as_str())).collect::<Vec<_>>();
    if codes.is_empty() {
        lines.pop();
    } else {
        lines.push(format!("Fails with {}.", codes.join(", ")));
    }
    let arguments = match (operation.arguments_name(), operation.arguments()) {
        (Some(name), Schema::Object(object)) if object.members.iter().any(is_needed) => {
            format!("args: {name}")
        }
        (Some(name), _) => format!("args?: {name}"),
        (None, _) => "args?: {}".to_owned(),
    };
    format!(
        "{}    {}({arguments}, options?: CallOptions): Promise<Outcome<{}, E>>;\n",
        comment("    ", &lines),
        operation.method().1,
        operation.result_name()
    )
}

fn is_needed(member: &edgeward_authority::operations::schema::Member) -> bool {
    !matches!(member.schema, Schema::Optional(_))
}

fn declared(names: &Names, operation: Operation, name: &str, schema: &Schema, way_in: bool) -> String {
    match schema {
        Schema::Object(object) => interface(names, operation, name, object, way_in),
        other => format!("\nexport type {name} = {};\n", shape(names, operation, other)),
    }
}

fn interface(names: &Names, operation: Operation, name: &str, object: &Object, way_in: bool) -> String {
    let mut text = format!("\n{}export interface {name} {{\n", comment("", &paragraphs(object.doc)));
    for member in &object.members {
        text += &comment("  ", &paragraphs(member.doc));
        let mark = if way_in && !is_needed(member) { "?" } else { "" };
        let mut shape = shape(names, operation, &member.schema);
        if !mark.is_empty() {
            shape += " | undefined";
        }
        let _ = writeln!(text, "  {}{mark}: {shape};", member.name);
    }
    text + "}\n"
}

fn shape(names: &Names, operation: Operation, schema: &Schema) -> String {
    let of = |schema: &Schema| shape(names, operation, schema);
    let either = |shapes: Vec<String>| shapes.join(" | ");
    match schema {
        Schema::Text { .. } => "string".into(),
        Schema::Choice(words) => either(words.iter().map(|word| format!("{word:?}")).collect()),
        Schema::Integer(..) => "number".into(),
        Schema::Flag => "boolean".into(),
        Schema::Any => "Record<string, unknown>".into(),
        Schema::Optional(inner) => format!("{} | null", of(inner)),
        Schema::List(item, _) => match &**item {
            Schema::Optional(_) | Schema::Either(_) | Schema::Choice(_) => format!("({})[]", of(item)),
            _ => of(item) + "[]",
        },
        Schema::Either(shapes) => either(shapes.iter().map(of).collect()),
        Schema::Object(object) => names.of(operation, object),
        Schema::Nothing => "null".into(),
    }
}

fn comment(indent: &str, lines: &[String]) -> String {
    match lines {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let lines = lines.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n");
            format!("{indent}/**\n{}{indent} */\n", lines.collect::<String>())
        }
    }
}
