//! Where a claim stands, and what it must be.

use alloc::{string::String, vec::Vec};

use crate::{
    error::{Code, Error},
    json::{Map, Value},
};

/// The place of a claim: its name, or a JSON Pointer if it begins with `/`.
///
/// A name is taken as it stands, because claims have dots and slashes in theirs
/// (`https://example.com/roles`).
///
/// Source: [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimPath(Vec<String>);

const MAX_STEPS: usize = 8;

impl ClaimPath {
    /// Reads a name or a pointer.
    ///
    /// # Errors
    /// `config_invalid` at `claim`: empty, deeper than eight, or `~` that is neither `~0` nor `~1`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let invalid = || Error::at(Code::ConfigInvalid, "claim");
        let steps = match text.strip_prefix('/') {
            None => Some([String::from(text)].into()),
            Some(pointer) => pointer.split('/').map(unescaped).collect::<Option<Vec<_>>>(),
        };
        let steps = steps.ok_or_else(invalid)?;
        if steps.len() > MAX_STEPS || steps.iter().any(String::is_empty) {
            Err(invalid())
        } else {
            Ok(Self(steps))
        }
    }

    /// The claim of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self([String::from(name)].into())
    }

    /// The claim, if it is there. Pointers lead through objects only.
    #[must_use]
    pub fn find<'c>(&self, claims: &'c Map) -> Option<&'c Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(claims.get(first)?, |value, step| match value {
            Value::Object(members) => members.get(step),
            _ => None,
        })
    }

    /// The strings of a claim: an array of them, or one with spaces between. A claim of any other
    /// type says nothing, and so grants nothing.
    #[must_use]
    pub fn words(&self, claims: &Map) -> Vec<String> {
        match self.find(claims) {
            Some(Value::String(text)) => {
                text.split(' ').filter(|word| !word.is_empty()).map(Into::into).collect()
            }
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(Into::into))
                .collect::<Option<_>>()
                .unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

fn unescaped(step: &str) -> Option<String> {
    let mut parts = step.split('~');
    let mut text = String::from(parts.next()?);
    for part in parts {
        let tilde = part.strip_prefix('0').map(|rest| ('~', rest));
        let (sign, rest) = tilde.or_else(|| Some(('/', part.strip_prefix('1')?)))?;
        text.push(sign);
        text.push_str(rest);
    }
    Some(text)
}

/// What a claim must be.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimRule {
    /// Where it stands.
    pub path: ClaimPath,
    /// What must be there.
    pub expected: Expected,
}

/// What must stand in the place of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// Exactly this value.
    Equals(Value),
    /// One of these values.
    OneOf(Vec<Value>),
    /// An array with this value in it.
    Contains(Value),
}

impl ClaimRule {
    /// Whether the claims keep the rule; an absent claim never does.
    #[must_use]
    pub fn is_kept(&self, claims: &Map) -> bool {
        self.path.find(claims).is_some_and(|value| match &self.expected {
            Expected::Equals(wanted) => value == wanted,
            Expected::OneOf(wanted) => wanted.contains(value),
            Expected::Contains(wanted) => matches!(value, Value::Array(items) if items.contains(wanted)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn claims() -> Map {
        let text = r#"{"a":1,"b/c":"x","d":{"e":{"~f":["g","h"]}},"w":"p  q","mixed":["a",1],"n":null}"#;
        json::parse_object(text.as_bytes()).unwrap()
    }

    fn find(path: &str) -> Option<Value> {
        ClaimPath::parse(path).unwrap().find(&claims()).cloned()
    }

    #[test]
    fn a_claim_is_found_by_name_or_pointer() {
        assert_eq!(find("a"), Some(Value::Number(1.0)));
        assert_eq!(find("b/c"), find("/b~1c"));
        assert!(find("/d/e/~0f").is_some());
        for absent in ["/b/c", "d/e", "/d/x", "/a/b", "/d/e/~0f/0", "A"] {
            assert_eq!(find(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_path_is_not_empty_and_well_escaped() {
        for odd in ["", "/", "//a", "/a/", "/~", "/a~2", "/1/2/3/4/5/6/7/8/9"] {
            assert!(ClaimPath::parse(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn words_come_from_a_text_or_a_list() {
        let words = |path: &str| ClaimPath::parse(path).unwrap().words(&claims());
        assert_eq!(words("w"), ["p", "q"]);
        assert_eq!(words("/d/e/~0f"), ["g", "h"]);
        for none in ["a", "mixed", "d", "n", "absent"] {
            assert!(words(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_rule_is_kept_or_not() {
        let kept = |path: &str, expected| {
            ClaimRule { path: ClaimPath::parse(path).unwrap(), expected }.is_kept(&claims())
        };
        let text = |text: &str| Value::String(text.into());
        assert!(kept("a", Expected::Equals(Value::Number(1.0))));
        assert!(!kept("a", Expected::Equals(text("1"))));
        assert!(!kept("absent", Expected::Equals(Value::Null)) && kept("n", Expected::Equals(Value::Null)));
        assert!(kept("b/c", Expected::OneOf([text("y"), text("x")].into())));
        assert!(!kept("b/c", Expected::OneOf(Vec::new())));
        assert!(kept("/d/e/~0f", Expected::Contains(text("h"))) && !kept("w", Expected::Contains(text("p"))));
    }
}
