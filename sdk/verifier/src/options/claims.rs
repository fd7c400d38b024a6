//! What claims must be.

use edgeward_core::{
    Code, Error,
    gateway::claim::{ClaimPath, ClaimRule, Expected},
    json::Value,
};
use edgeward_host::members::Members;

const NAMES: [&str; 4] = ["claim", "equals", "oneOf", "contains"];

/// Reads the list `claims`.
///
/// # Errors
/// The members' code at `claims`.
pub fn rules(members: &Members, code: Code) -> Result<Vec<ClaimRule>, Error> {
    let rules = match members.member("claims") {
        None => Some(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(|item| rule(item, code)).collect(),
        Some(_) => None,
    };
    rules.ok_or(Error::at(code, "claims"))
}

fn rule(item: Value, code: Code) -> Option<ClaimRule> {
    let Value::Object(members) = item else { return None };
    let present = |name: &str| members.get(name).cloned();
    let expected = match (present("equals"), present("oneOf"), present("contains")) {
        (Some(wanted), None, None) => Expected::Equals(wanted),
        (None, Some(Value::Array(wanted)), None) if !wanted.is_empty() => Expected::OneOf(wanted),
        (None, None, Some(wanted)) => Expected::Contains(wanted),
        _ => return None,
    };
    let members = Members::of(members, code);
    members.only(&NAMES).ok()?;
    Some(ClaimRule { path: ClaimPath::parse(&members.required("claim").ok()?).ok()?, expected })
}
