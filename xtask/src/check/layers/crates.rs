//! The direction of crates: `kernels ← core ← host ← {verifier, edge}`, `core ← {authority, config} ← edge` and `core ← client`.

use serde_json::Value;

use crate::run::Run;
use crate::step::{Context, Outcome};

/// Each crate of the workspace and the crates of the workspace that it may name.
///
/// A wasm-bindgen export in a dependency ends up in the artefact of whoever depends on it:
/// that is why nothing names `client`, `verifier` or `edge`.
const ALLOWED: [(&str, &[&str]); 12] = [
    // Arithmetic over public data: it takes bytes and knows nothing of keys, tokens or algorithms.
    ("edgeward-kernels", &[]),
    ("edgeward-core", &["edgeward-kernels"]),
    ("edgeward-config", &["edgeward-core"]),
    ("edgeward-authority", &["edgeward-core"]),
    ("edgeward-host", &["edgeward-core"]),
    ("edgeward-client", &["edgeward-core"]),
    ("edgeward-verifier", &["edgeward-core", "edgeward-host"]),
    ("edgeward-edge", &["edgeward-authority", "edgeward-config", "edgeward-core", "edgeward-host"]),
    ("edgeward-hostile", &["edgeward-config", "edgeward-core"]),
    // A Worker of its own, whose exports are its own: the library leaves its out.
    ("edgeward-example-rust-worker", &["edgeward-edge"]),
    ("edgeward-vectors", &["edgeward-core", "edgeward-host"]),
    // The doctor reads a configuration with the gateway's own reader.
    ("xtask", &["edgeward-authority", "edgeward-config", "edgeward-core"]),
];

/// Reads the workspace and tells what breaks the rule.
pub fn violations() -> Outcome<Vec<String>> {
    let metadata = Run::new("cargo").args(["metadata", "--no-deps", "--format-version=1"]).quietly()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cannot read cargo metadata")?;
    Ok(judge(&metadata))
}

fn judge(metadata: &Value) -> Vec<String> {
    let list = |value: &Value, member: &str| {
        value.get(member).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let name = |value: &Value| value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut violations = Vec::new();
    for package in list(metadata, "packages") {
        let package_name = name(&package);
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == package_name) else {
            violations.push(format!(
                "{package_name}: give this crate its place in xtask/src/check/layers/crates.rs"
            ));
            continue;
        };
        let within = list(&package, "dependencies")
            .into_iter()
            .filter(|dependency| dependency.get("path").is_some_and(Value::is_string));
        let forbidden =
            within.map(|dependency| name(&dependency)).filter(|name| !allowed.contains(&name.as_str()));
        violations.extend(
            forbidden.map(|named| format!("{package_name} depends on {named}, which is not below it")),
        );
    }
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workspace(package: &str, dependency: &str) -> Value {
        json!({ "packages": [{ "name": package, "dependencies": [{ "name": dependency, "path": "/somewhere" }] }] })
    }

    #[test]
    fn reports_a_crate_that_names_a_higher_one() {
        assert_eq!(judge(&workspace("edgeward-core", "edgeward-host")).len(), 1);
        assert_eq!(judge(&workspace("edgeward-kernels", "edgeward-core")).len(), 1);
        assert_eq!(judge(&workspace("edgeward-edge", "edgeward-client")).len(), 1);
        assert_eq!(judge(&workspace("edgeward-edge", "edgeward-verifier")).len(), 1);
    }

    #[test]
    fn reports_a_crate_without_a_place() {
        assert_eq!(judge(&workspace("edgeward-new", "edgeward-core")).len(), 1);
    }

    #[test]
    fn accepts_lower_crates_and_crates_from_elsewhere() {
        assert!(judge(&workspace("edgeward-host", "edgeward-core")).is_empty());
        let elsewhere = json!({ "packages": [{ "name": "edgeward-core", "dependencies": [{ "name": "serde", "path": null }] }] });
        assert!(judge(&elsewhere).is_empty());
    }
}
