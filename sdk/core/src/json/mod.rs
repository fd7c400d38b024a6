//! Strict JSON: one reading of a text, or none.
//!
//! Two readers that differ on a repeated member are a way around a signature check, so a repeated
//! member is refused at every depth. What a token says is passed on as it was written
//! ([`Payload::text`](crate::jose::jws::Payload::text)); values are for deciding.
//!
//! Source: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259),
//! [RFC 7515 §4](https://www.rfc-editor.org/rfc/rfc7515#section-4) (unique member names).

mod map;
mod members;
mod read;
mod write;
mod writer;

use alloc::{string::String, vec::Vec};

pub use map::Map;
pub use members::Members;
pub use read::{MAX_DEPTH, MAX_MEMBERS, parse, parse_object};
pub use writer::Writer;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A finite number. As in JavaScript, whole numbers are exact to 2⁵³.
    Number(f64),
    /// A string
    String(String),
    /// An array
    Array(Vec<Value>),
    /// An object
    Object(Map),
}

impl Value {
    /// Whether it is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a string.
    #[must_use]
    pub const fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// The string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn as_f64(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The number, if it is whole.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "casts saturate, and the way back shows whether anything was lost"
    )]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_f64().filter(|number| *number as i64 as f64 == *number).map(|number| number as i64)
    }

    /// The number, if it is whole and not negative.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "as above"
    )]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_f64().filter(|number| *number as u64 as f64 == *number).map(|number| number as u64)
    }

    /// The items.
    #[must_use]
    pub fn as_array(&self) -> Option<&Vec<Self>> {
        if let Self::Array(items) = self { Some(items) } else { None }
    }

    /// The members.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Map> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// A member, if it is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }
}

/// Reads every item, or reports the first that cannot be read. A loop: to collect into a `Result` is
/// five times as much code, in each place where it is done.
///
/// # Errors
/// That of the item.
pub fn each<'a, T, R, E>(items: &'a [T], read: impl Fn(&'a T) -> Result<R, E>) -> Result<Vec<R>, E> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        all.push(read(item)?);
    }
    Ok(all)
}

/// An object of these members, the last of a name.
#[must_use]
pub fn object(members: Vec<(&str, Value)>) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<u64> for Value {
    #[expect(clippy::cast_precision_loss, reason = "as JavaScript has it; nothing here counts beyond 2^53")]
    fn from(value: u64) -> Self {
        Self::Number(value as f64)
    }
}

impl From<i64> for Value {
    #[expect(clippy::cast_precision_loss, reason = "as JavaScript has it; nothing here counts beyond 2^53")]
    fn from(value: i64) -> Self {
        Self::Number(value as f64)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests;
