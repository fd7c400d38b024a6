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

/// Writes a text as JSON does: short ones in great number, which JavaScript would be asked for one by
/// one otherwise.
pub fn push_text(out: &mut String, text: Option<&str>) {
    let Some(text) = text else { return out.push_str("null") };
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            // The reader has decoded `\u0000` to `\u001f`, which stand in no text as they are.
            '\0'..='\u{1f}' => {
                let hex = |digit| char::from_digit(digit, 16).unwrap_or('0');
                let code = u32::from(char);
                out.push_str("\\u00");
                out.extend([hex(code >> 4), hex(code & 15)]);
            }
            _ => out.push(char),
        }
    }
    out.push('"');
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
