//! Secrets: where they stand, and whether everybody knows them.

use serde_json::Value;

use super::file::File;
use super::finding::Finding;

/// Secrets that stand in tutorials, in documentation and in public lists of weak JWT secrets.
const PUBLIC: [&str; 30] = [
    "your-256-bit-secret",
    "your-384-bit-secret",
    "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-and-long-postgres-password",
    "better-auth-secret-123456789",
    "better-auth-secret-12345678901234567890",
    "my-32-character-ultra-secure-and-ultra-long-secret",
    "gzsecretgzsecretgzsecretgzsecret",
    "secret",
    "secretkey",
    "secret_key",
    "secret123",
    "supersecret",
    "supersecretkey",
    "super_secret_key",
    "mysecret",
    "my_secret",
    "my-secret-key",
    "shhhhh",
    "changeme",
    "change-me",
    "password",
    "123456",
    "jwt_secret",
    "jwtsecret",
    "qwertyuiopasdfghjklzxcvbnm123456",
];

/// Looks at the secrets that stand in files. No value is ever printed.
pub fn findings(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut names = Vec::new();
    bindings(&file.gateway, &mut names);
    names.sort_unstable();
    names.dedup();
    for name in names {
        if let Some(value) = file.deployment.pointer(&format!("/vars/{name}")) {
            findings.push(Finding::error(format!(
                "{name} is a secret and stands in the configuration as a plain variable. Remove it, set another with \
                 `wrangler secret put {name}`."
            )));
            findings.extend(value.as_str().and_then(|value| weak(name, value, "the configuration")));
        }
        let local = file.development_secrets.get(name);
        findings.extend(local.and_then(|value| weak(name, value, ".dev.vars")));
    }
    findings
}

fn weak(name: &str, value: &str, place: &str) -> Option<Finding> {
    let told = value.to_ascii_lowercase();
    let mut signs: Vec<char> = value.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    if PUBLIC.contains(&told.as_str()) {
        Some(Finding::error(format!(
            "{name} in {place} stands in public lists of secrets: anybody can sign with it."
        )))
    } else if value.len() < 32 || signs.len() < 10 {
        Some(Finding::warning(format!(
            "{name} in {place} can be guessed. Take 32 random bytes: `openssl rand -base64 32`."
        )))
    } else {
        None
    }
}

/// The names of secrets: what stands under `secret_binding` and settings that end like it.
fn bindings<'v>(value: &'v Value, names: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| bindings(item, names)),
        Value::Object(members) => {
            for (member, value) in members {
                if member.ends_with("secret_binding") || member.ends_with("secret_bindings") {
                    let one = value.as_str().into_iter();
                    let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    names.extend(one.chain(many));
                } else {
                    bindings(value, names);
                }
            }
        }
        _ => {}
    }
}
