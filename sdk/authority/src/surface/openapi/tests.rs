//! The document, held against the rules of `OpenAPI` that a reader relies on.

use edgeward_core::json::{self, Value};

use crate::{operations::Operation, testing::World};

fn document() -> Value {
    let answer = World::new().send("GET", "/openapi.json", &[], "").unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    json::parse(answer.body.as_bytes()).unwrap()
}

/// Visits every value, with the names that lead to it.
fn walk(value: &Value, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &Value)) {
    visit(path, value);
    let mut inner = |name: String, value: &Value| {
        path.push(name);
        walk(value, path, visit);
        path.pop();
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| inner(name.clone(), value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| inner(at.to_string(), value));
        }
        _ => {}
    }
}

fn each(document: &Value, mut visit: impl FnMut(&[String], &Value)) {
    walk(document, &mut Vec::new(), &mut visit);
}

#[test]
fn every_operation_has_both_forms() {
    let document = document();
    let paths = document.get("paths").unwrap();
    for operation in Operation::ALL {
        let plain = paths.get(&format!("/api/auth/{}", operation.name())).unwrap().get("post").unwrap();
        assert_eq!(plain.get("operationId").and_then(Value::as_str), Some(operation.name()));
        for code in operation.errors() {
            let status = code.status().to_string();
            let response = plain.get("responses").and_then(|all| all.get(&status)).unwrap();
            assert!(response.to_text().contains(code.as_str()), "{} {status}", operation.name());
        }
        let convex = paths.get(&format!("/api/{}", operation.kind().as_str())).unwrap();
        assert!(convex.to_text().contains(&format!("{{\"const\":\"auth:{}\"}}", operation.name())));
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
    let document = document();
    let mut referred = Vec::new();
    each(&document, |path, value| {
        if path.last().is_some_and(|name| name == "$ref") {
            let target = value.as_str().and_then(|text| text.strip_prefix("#/")).unwrap();
            let found = target.split('/').try_fold(&document, |value, name| value.get(name));
            assert!(found.is_some(), "{target}");
            referred.push(target.to_owned());
        }
    });
    for part in ["schemas", "responses"] {
        let components = document.get("components").and_then(|all| all.get(part)).unwrap();
        for name in components.as_object().unwrap().keys() {
            assert!(referred.contains(&format!("components/{part}/{name}")), "nobody refers to {name}");
        }
    }
}

#[test]
fn every_schema_says_its_type_and_requires_only_what_it_has() {
    each(&document(), |path, value| {
        let Some(members) = value.as_object().filter(|members| members.contains_key("properties")) else {
            return;
        };
        // `properties` itself may be the name of a property, but no operation has one of that name.
        assert_eq!(members.get("type").and_then(Value::as_str), Some("object"), "{path:?}");
        let properties = members.get("properties").and_then(Value::as_object).unwrap();
        for name in members.get("required").and_then(Value::as_array).unwrap() {
            assert!(properties.contains_key(name.as_str().unwrap()), "{path:?} {name:?}");
        }
    });
}

#[test]
fn operations_have_unique_ids_and_known_security() {
    let document = document();
    let schemes = document.get("components").and_then(|all| all.get("securitySchemes")).unwrap().clone();
    let mut ids = Vec::new();
    each(&document, |path, value| {
        if path.last().is_some_and(|name| name == "operationId") {
            ids.push(value.as_str().unwrap().to_owned());
        }
        if path.len() == 4 && path.last().is_some_and(|name| name == "security") {
            for name in value.as_array().unwrap().iter().flat_map(|all| all.as_object().unwrap().keys()) {
                assert!(schemes.get(name).is_some(), "{name}");
            }
        }
    });
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(count > Operation::ALL.len() && ids.len() == count);
}

#[test]
fn what_may_be_left_out_is_not_required_and_comes_as_null() {
    let document = document();
    let schema = |name: &str| {
        document.get("components").and_then(|all| all.get("schemas")?.get(name)).cloned().unwrap()
    };
    let required = |name: &str| schema(name).get("required").unwrap().to_text();
    assert_eq!(required("CreateApiTokenArguments"), r#"["name","scopes"]"#);
    assert!(required("CreateApiTokenResult").contains("expiresAt"));
    let expiry =
        schema("CreateApiTokenResult").get("properties").unwrap().get("expiresAt").unwrap().to_text();
    assert!(expiry.contains(r#"{"type":"null"}"#), "{expiry}");
}

#[test]
fn it_is_read_and_not_written() {
    let world = World::new();
    let refused = world.send("POST", "/openapi.json", &[], "").unwrap();
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(world.send("HEAD", "/openapi.json", &[], "").unwrap().body, "");
}
