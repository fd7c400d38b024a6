//! The members of a client's metadata, by type and within limits.

use edgeward_core::{
    Error,
    json::{Map, Value},
};

use super::invalid;

/// A member that is a text.
pub fn text<'a>(members: &'a Map, name: &'static str) -> Result<Option<&'a str>, Error> {
    let plain = |text: &str| text.len() <= MAX_TEXT && !text.chars().any(char::is_control);
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if plain(text) => Ok(Some(text)),
        Some(_) => Err(invalid(name)),
    }
}

/// A member that is a list of texts.
pub fn texts(members: &Map, name: &'static str) -> Result<Option<Vec<String>>, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) if items.len() <= MAX_ITEMS => {
            let items = items.iter().map(|item| item.as_str().filter(|text| text.len() <= MAX_TEXT));
            items.map(|item| item.map(Into::into)).collect::<Option<_>>().map(Some).ok_or(invalid(name))
        }
        Some(_) => Err(invalid(name)),
    }
}

/// A member that is yes or no; no without it.
pub fn flag(members: &Map, name: &'static str) -> Result<bool, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(invalid(name)),
    }
}

const MAX_TEXT: usize = 2048;
const MAX_ITEMS: usize = 32;
