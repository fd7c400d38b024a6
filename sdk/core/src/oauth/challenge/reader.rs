//! The reader of the grammar, and of what is near it.

use alloc::{string::String, vec::Vec};

use super::{Challenge, MAX_CHALLENGES, MAX_PARAMETERS};
use crate::http;

/// Reads a header from its start to its end, or to where nothing makes sense any more.
pub(super) fn read(header: &str) -> Vec<Challenge> {
    let mut rest = Rest(header);
    let mut challenges: Vec<Challenge> = Vec::new();
    while let Some(name) = rest.word() {
        // A name with a value belongs to the challenge before; any other begins a challenge.
        if rest.clone().value_follows() {
            let (Some(value), Some(challenge)) = (rest.value(), challenges.last_mut()) else { break };
            if challenge.parameters.len() < MAX_PARAMETERS {
                challenge.parameters.push((name.to_ascii_lowercase(), value));
            }
        } else {
            if challenges.len() == MAX_CHALLENGES {
                break;
            }
            let token68 = rest.token68();
            challenges.push(Challenge { scheme: name.into(), token68, parameters: Vec::new() });
        }
    }
    challenges
}

#[derive(Clone)]
struct Rest<'h>(&'h str);

impl<'h> Rest<'h> {
    /// The next name, past commas and spaces. Empty elements of a list are allowed
    /// ([RFC 9110 §5.6.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1.2)).
    fn word(&mut self) -> Option<&'h str> {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
        let word = self.take(http::is_of_token);
        (!word.is_empty()).then_some(word)
    }

    fn value_follows(mut self) -> bool {
        self.skip_spaces();
        self.0.starts_with('=')
    }

    /// `= value`: quoted, or anything up to a comma or a space, since many leave the quotes out
    /// around an address.
    fn value(&mut self) -> Option<String> {
        self.skip_spaces();
        self.0 = self.0.strip_prefix('=')?;
        self.skip_spaces();
        match self.0.strip_prefix('"') {
            Some(quoted) => self.quoted(quoted),
            None => Some(self.take(|character| !matches!(character, ' ' | '\t' | ',' | '"')).into()),
        }
    }

    /// The inside of a quoted string; `None` if it does not end.
    fn quoted(&mut self, text: &'h str) -> Option<String> {
        let mut value = String::new();
        let mut characters = text.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                character => value.push(character),
            }
        }
        self.0 = characters.as_str();
        Some(value)
    }

    /// The one token that may follow a scheme, up to a comma or the end.
    fn token68(&mut self) -> Option<String> {
        let mut ahead = self.clone();
        ahead.skip_spaces();
        let start = ahead.0;
        let text = ahead.take(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
        let padding = ahead.take(|c| c == '=');
        ahead.skip_spaces();
        let ends = ahead.0.is_empty() || ahead.0.starts_with(',');
        if text.is_empty() || !ends || start.len() == self.0.len() {
            return None;
        }
        self.0 = ahead.0;
        Some([text, padding].concat())
    }

    fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> &'h str {
        let end = self.0.find(|character| !fits(character)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }
}
