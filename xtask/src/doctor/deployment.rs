//! What surrounds the gateway: routes that fail open, caches in front, bindings that are not there.

use serde_json::Value;

use super::file::File;
use super::finding::Finding;

/// `fetch` knows `cache: "no-store"` from this date on.
const COMPATIBILITY_DATE: &str = "2024-11-11";

/// A setting of the gateway, wrangler's list of such bindings, the member with the name, and the kind.
type Binding = (&'static str, &'static str, &'static str, &'static str);

/// Where the gateway's settings name a binding, and where wrangler declares its kind.
const BINDINGS: [Binding; 4] = [
    ("/origin_binding", "/services", "binding", "service"),
    ("/users/database_binding", "/d1_databases", "binding", "D1 database"),
    ("/jwks_cache_binding", "/kv_namespaces", "binding", "KV namespace"),
    ("/revocation/binding", "/durable_objects/bindings", "name", "Durable Object"),
];

/// Looks at what wrangler deploys.
pub fn findings(file: &File) -> Vec<Finding> {
    let deployment = &file.deployment;
    if deployment.is_null() {
        return Vec::new();
    }
    let mut findings = vec![Finding::note(
        "On the free plan, have each route fail closed when the daily limit is reached (dashboard, Workers \
         routes): one that fails open sends requests to the origin unchecked.",
    )];
    if routes(deployment).any(|route| route.get("request_limit_fail_open") == Some(&Value::Bool(true))) {
        findings.push(Finding::error(
            "A route fails open when the daily limit is reached: requests then reach the origin unchecked. Remove \
             request_limit_fail_open.",
        ));
    }
    if deployment.pointer("/cache/enabled") == Some(&Value::Bool(true)) {
        findings.push(Finding::error(
            "Workers Cache is on: it answers in front of the gateway, without asking it. Set cache.enabled to false.",
        ));
    }
    findings.extend(compatibility(deployment));
    findings.extend(BINDINGS.iter().filter_map(|binding| undeclared(file, binding)));
    findings
}

fn routes(deployment: &Value) -> impl Iterator<Item = &Value> {
    let many = deployment.get("routes").and_then(Value::as_array).into_iter().flatten();
    deployment.get("route").into_iter().chain(many)
}

fn compatibility(deployment: &Value) -> Vec<Finding> {
    let date = deployment.get("compatibility_date").and_then(Value::as_str).unwrap_or_default();
    let flags = deployment.get("compatibility_flags").and_then(Value::as_array);
    let is_strict =
        flags.is_some_and(|flags| flags.iter().any(|flag| flag == "global_fetch_strictly_public"));
    let mut findings = Vec::new();
    if date < COMPATIBILITY_DATE {
        findings.push(Finding::error(format!(
            "The compatibility date has to be {COMPATIBILITY_DATE} or later, or requests to the origin fail."
        )));
    }
    if !is_strict {
        findings.push(Finding::note(
            "With the compatibility flag global_fetch_strictly_public, fetched addresses cannot reach other Workers of \
             the same zone.",
        ));
    }
    findings
}

fn undeclared(file: &File, (setting, list, member, kind): &Binding) -> Option<Finding> {
    let name = file.gateway.pointer(setting)?.as_str()?;
    let declared = file.deployment.pointer(list).and_then(Value::as_array);
    let is_it = |one: &Value| one.get(member).and_then(Value::as_str) == Some(name);
    let missing = !declared.is_some_and(|declared| declared.iter().any(is_it));
    let setting = setting.trim_start_matches('/').replace('/', ".");
    missing.then(|| {
        Finding::error(format!("{setting} names {name}, and no {kind} binding of that name is declared."))
    })
}
