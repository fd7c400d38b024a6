//! Routes that open more than they seem to.

use serde_json::Value;

use super::finding::Finding;

/// Looks at the routes as they are written, in their order.
pub fn findings(gateway: &Value) -> Vec<Finding> {
    let routes: Vec<&Value> = gateway.get("routes").and_then(Value::as_array).into_iter().flatten().collect();
    let mut findings = Vec::new();
    for (at, route) in routes.iter().enumerate() {
        let path = text(route, "path");
        let before = routes.iter().take(at).find(|earlier| covers(text(earlier, "path"), path));
        if let Some(earlier) = before {
            findings.push(Finding::error(format!(
                "The route {path} is never reached: {} stands before it and covers it. The first match decides.",
                text(earlier, "path")
            )));
        }
        if path == "/*" && matches!(text(route, "credential"), "none") {
            findings.push(Finding::error("The route /* asks for no credential: everything is open."));
        } else if text(route, "credential") == "none" && path.ends_with("/*") {
            findings.push(Finding::note(format!("Everything below {path} is open to everybody.")));
        }
        if text(route, "revocation") == "fail_open" {
            findings.push(Finding::warning(format!(
                "The route {path} lets revoked tokens pass while the list of revocations cannot be read (fail_open)."
            )));
        }
    }
    if gateway.pointer("/revocation/mode").and_then(Value::as_str) == Some("fail_open") {
        findings.push(Finding::warning(
            "Revoked tokens pass while the list of revocations cannot be read: revocation.mode is fail_open.",
        ));
    }
    findings
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// Whether every path of `later` falls under `earlier`.
fn covers(earlier: &str, later: &str) -> bool {
    match earlier.strip_suffix("/*") {
        None => earlier == later,
        Some(above) => {
            let path = later.strip_suffix("/*").unwrap_or(later);
            path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }
    }
}
