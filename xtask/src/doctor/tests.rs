use serde_json::{Value, json};

use super::*;

fn gateway(changes: Value) -> Value {
    let mut gateway = json!({
        "origin": "https://api.example",
        "issuers": [{ "issuer": "https://id.example", "audience": "api", "algorithms": ["ES256"] }],
    });
    merge(&mut gateway, changes);
    gateway
}

fn deployed(gateway: Value, changes: Value) -> Value {
    let mut whole = json!({
        "compatibility_date": "2026-07-01",
        "compatibility_flags": ["global_fetch_strictly_public"],
        "vars": { "EDGEWARD": gateway },
    });
    merge(&mut whole, changes);
    whole
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

fn said(whole: Value, variables: &str) -> Vec<Finding> {
    examine(&File::of(whole, variables).unwrap(), false).unwrap()
}

/// The only finding beside notes.
fn only(findings: &[Finding], severity: Severity, words: &str) {
    let grave: Vec<&Finding> = findings.iter().filter(|one| one.severity > Severity::Note).collect();
    let [one] = grave.as_slice() else { panic!("{grave:#?}") };
    assert_eq!(one.severity, severity, "{one}");
    assert!(one.said.contains(words), "{one}");
}

#[test]
fn a_good_configuration_needs_no_change() {
    let findings = said(deployed(gateway(json!({})), json!({})), "");
    assert!(findings.iter().all(|one| one.severity == Severity::Note), "{findings:#?}");
    assert!(said(gateway(json!({})), "").is_empty());
}

#[test]
fn the_example_of_the_repository_is_good() {
    let text = std::fs::read_to_string(crate::paths::at("edge/wrangler.toml")).unwrap();
    let findings = said(toml::from_str(&text).unwrap(), "");
    assert!(findings.iter().all(|one| one.severity < Severity::Error), "{findings:#?}");
}

#[test]
fn settings_that_nobody_knows_are_named() {
    only(&said(gateway(json!({ "orgin": "x" })), ""), Severity::Error, "orgin");
    only(&said(gateway(json!({ "origin": "http://api.example" })), ""), Severity::Error, "origin");
}

#[test]
fn what_fails_open_is_said() {
    let with = |changes| said(deployed(gateway(json!({})), changes), "");
    let route = json!({ "routes": [{ "pattern": "api.example/*", "request_limit_fail_open": true }] });
    only(&with(route), Severity::Error, "fails open");
    only(&with(json!({ "cache": { "enabled": true } })), Severity::Error, "Workers Cache");
    only(&with(json!({ "compatibility_date": "2024-01-01" })), Severity::Error, "compatibility date");
    let open = json!({ "routes": [{ "path": "/*", "credential": "none" }] });
    only(&said(gateway(open), ""), Severity::Error, "everything is open");
}

#[test]
fn a_route_behind_another_is_never_reached() {
    let routes = |first: &str, second: &str| {
        said(gateway(json!({ "routes": [{ "path": first }, { "path": second, "scopes": ["x"] }] })), "")
    };
    only(&routes("/a/*", "/a/b"), Severity::Error, "/a/b is never reached");
    only(&routes("/*", "/a/*"), Severity::Error, "/a/* is never reached");
    only(&routes("/a", "/a"), Severity::Error, "/a is never reached");
    assert!(routes("/a", "/a/*").is_empty() && routes("/a/*", "/ab").is_empty());
}

#[test]
fn development_beside_public_hosts_is_said() {
    only(&said(gateway(json!({ "development": true })), ""), Severity::Error, "development");
    let local = json!({
        "development": true,
        "origin": "http://127.0.0.1:1",
        "issuers": [{ "issuer": "http://127.0.0.1:2", "audience": "api", "algorithms": ["ES256"] }],
    });
    only(&said(gateway(local), ""), Severity::Warning, "development");
}

const SYMMETRIC: &str = "https://hs.example";

fn symmetric() -> Value {
    let issuer =
        json!({ "issuer": SYMMETRIC, "audience": "api", "algorithms": ["HS256"], "secret_binding": "JWT" });
    gateway(json!({ "issuers": [issuer] }))
}

#[test]
fn secrets_that_everybody_knows_are_named_and_never_shown() {
    let secret = "super-secret-jwt-token-with-at-least-32-characters-long";
    let findings = said(deployed(symmetric(), json!({})), &format!("# local\nJWT=\"{secret}\"\nOTHER=x\n"));
    assert!(findings.iter().any(|one| one.severity == Severity::Error && one.said.contains("public lists")));
    assert!(findings.iter().all(|one| !one.said.contains(secret)));
    let good = "JWT=q8Zr0ZcJQ5X4mT7oB2nS9uVdE1wYkHfL3gPaRxCtNiM";
    only(&said(deployed(symmetric(), json!({})), good), Severity::Warning, "shared secret");
}

#[test]
fn a_secret_among_the_plain_variables_is_said() {
    let whole = deployed(symmetric(), json!({}));
    let mut plain = whole.clone();
    plain["vars"]["JWT"] = json!("q8Zr0ZcJQ5X4mT7oB2nS9uVdE1wYkHfL3gPaRxCtNiM");
    assert!(
        said(plain, "")
            .iter()
            .any(|one| one.severity == Severity::Error && one.said.contains("plain variable"))
    );
}

#[test]
fn bindings_that_are_not_declared_are_named() {
    let users = || gateway(json!({ "users": { "database_binding": "USERS" } }));
    only(&said(deployed(users(), json!({})), ""), Severity::Error, "users.database_binding names USERS");
    let declared = json!({ "d1_databases": [{ "binding": "USERS", "database_name": "users" }] });
    assert!(said(deployed(users(), declared), "").iter().all(|one| one.severity == Severity::Note));
}

#[test]
fn credentials_in_odd_places_are_said() {
    let cookies = json!({ "credentials": { "cookies": ["token"] } });
    only(&said(gateway(cookies), ""), Severity::Warning, "allowed_origins");
    let query = json!({ "credentials": { "query": "access_token" } });
    only(&said(gateway(query), ""), Severity::Warning, "access_token");
}

#[test]
fn keys_and_algorithms_are_compared_in_both_directions() {
    use edgeward_core::jose::{Algorithm, KeySet};
    let key = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let set = |keys: &str| KeySet::parse(format!("{{\"keys\":[{keys}]}}").as_bytes()).unwrap();
    let findings = |algorithms: &[Algorithm], keys: &str| keys::findings("https://i", algorithms, &set(keys));
    assert!(findings(&[Algorithm::Es256], key).is_empty());
    only(&findings(&[Algorithm::Es256, Algorithm::Rs256], key), Severity::Warning, "no key for RS256");
    let idle = findings(&[Algorithm::Rs256], key);
    assert!(
        idle.iter().any(|one| one.severity == Severity::Note && one.said.contains("no configured algorithm"))
    );
    let weak = findings(&[Algorithm::Es256], &format!(r#"{key},{{"kty":"RSA","n":"AQAB","e":"AQAB"}}"#));
    only(&weak, Severity::Warning, "Key 2");
}

#[test]
fn a_file_without_settings_is_no_configuration() {
    assert!(File::of(json!({ "name": "x" }), "").is_err());
    assert!(File::of(json!({ "vars": { "EDGEWARD": "{" } }), "").is_err());
}
