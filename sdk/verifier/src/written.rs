//! Values as JSON text.

use edgeward_core::{
    json::{Value, object},
    time::UnixSeconds,
};
use edgeward_host::values;

/// An object with `claims` as its last member, which stand in it as they were signed: to write them
/// anew would cost time and could change them.
pub fn with_claims(members: Vec<(&str, Value)>, claims: &str) -> String {
    let text = json(members);
    let open = text.strip_suffix('}').unwrap_or_default();
    [open, ",\"claims\":", claims, "}"].concat()
}

/// An object. JavaScript writes it: the core's writer brings along what floating point numbers need.
pub fn json(members: Vec<(&str, Value)>) -> String {
    values::to_text(&object(members))
}

/// A text, or `null`.
pub fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

/// An array of texts.
pub fn texts(items: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    Value::Array(items.into_iter().map(|item| Value::from(item.as_ref())).collect())
}

/// Seconds since 1970, or `null`.
pub fn seconds(at: Option<UnixSeconds>) -> Value {
    // A claim's date lies between 1970 and 9999.
    at.and_then(|at| u64::try_from(at.0).ok()).map_or(Value::Null, Value::from)
}
