//! An options object, read member by member.
//!
//! By hand rather than derived: an error names the option that is wrong, and the code is smaller.

use alloc::{string::String, vec, vec::Vec};

use super::{Map, Value};
use crate::error::{Code, Error};

/// The members of an options object.
pub struct Members {
    members: Map,
    code: Code,
}

impl Members {
    /// Takes an object over from JSON text. A wrong member is reported with `code`.
    ///
    /// # Errors
    /// `code` at `options`: it is no object.
    pub fn parse(text: &str, code: Code) -> Result<Self, Error> {
        let members = super::parse_object(text.as_bytes()).map_err(|_| Error::at(code, "options"))?;
        Ok(Self::of(members, code))
    }

    /// The same from an object that was read already.
    #[must_use]
    pub const fn of(members: Map, code: Code) -> Self {
        Self { members, code }
    }

    /// Refuses members of other names: a misspelt option must not silently do nothing.
    ///
    /// # Errors
    /// The code at `options`.
    pub fn only(&self, names: &[&str]) -> Result<(), Error> {
        let known = |name: &String| names.contains(&name.as_str());
        if self.members.keys().all(known) { Ok(()) } else { Err(Error::at(self.code, "options")) }
    }

    /// A member that is neither absent nor null.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<Value> {
        self.there(name).cloned()
    }

    /// A member that is a string and not empty.
    ///
    /// # Errors
    /// The code at the member.
    pub fn text(&self, name: &'static str) -> Result<Option<String>, Error> {
        match self.there(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err(Error::at(self.code, name)),
        }
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// The code at the member.
    pub fn required(&self, name: &'static str) -> Result<String, Error> {
        self.text(name)?.ok_or_else(|| Error::at(self.code, name))
    }

    /// A member that is a string or an array of strings.
    ///
    /// # Errors
    /// The code at the member.
    pub fn texts(&self, name: &'static str) -> Result<Option<Vec<String>>, Error> {
        let texts = match self.there(name) {
            None => return Ok(None),
            Some(Value::String(text)) => Some(vec![text.clone()]),
            Some(Value::Array(items)) => super::each(items, |item| text(item).ok_or(())).ok(),
            Some(_) => None,
        };
        texts.map(Some).ok_or_else(|| Error::at(self.code, name))
    }

    /// A member that is a whole number of seconds.
    ///
    /// # Errors
    /// The code at the member.
    pub fn number(&self, name: &'static str) -> Result<Option<u32>, Error> {
        match self.there(name) {
            None => Ok(None),
            Some(value) => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                number.map(Some).ok_or_else(|| Error::at(self.code, name))
            }
        }
    }

    /// A member that is `true` or `false`.
    ///
    /// # Errors
    /// The code at the member.
    pub fn flag(&self, name: &'static str) -> Result<Option<bool>, Error> {
        match self.there(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => Err(Error::at(self.code, name)),
        }
    }

    fn there(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(String::from)
}
