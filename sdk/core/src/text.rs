//! Texts cut at ASCII characters, byte by byte, and put together.
//!
//! What the standard library does this with fits every pattern and every list, and is 5 KB of code in every
//! client.

use alloc::string::String;

/// The text before and behind the first of the `marks`, which are ASCII characters.
#[must_use]
pub fn split_once<'t>(text: &'t str, marks: &str) -> Option<(&'t str, &'t str)> {
    around(text, text.bytes().position(|byte| is_one(byte, marks))?, 1)
}

/// The text before and behind the last of the `marks`, which are ASCII characters.
#[must_use]
pub fn rsplit_once<'t>(text: &'t str, marks: &str) -> Option<(&'t str, &'t str)> {
    around(text, text.bytes().rposition(|byte| is_one(byte, marks))?, 1)
}

/// The text before and behind the first place where the part stands.
#[must_use]
pub fn split_at_part<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    let at = text.as_bytes().windows(part.len().max(1)).position(|window| window == part.as_bytes())?;
    around(text, at, part.len())
}

/// Whether one of the `marks`, which are ASCII characters, is in a text.
#[must_use]
pub fn has(text: &str, marks: &str) -> bool {
    split_once(text, marks).is_some()
}

/// What stands between the `marks`, which are ASCII characters: one piece more than there are marks.
#[must_use]
pub const fn split<'t>(text: &'t str, marks: &'static str) -> Pieces<'t> {
    Pieces { rest: Some(text), marks }
}

/// The pieces of a text: see [`split`].
#[derive(Clone)]
pub struct Pieces<'t> {
    rest: Option<&'t str>,
    marks: &'static str,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest.take()?;
        let Some((piece, rest)) = split_once(rest, self.marks) else { return Some(rest) };
        self.rest = Some(rest);
        Some(piece)
    }
}

/// The parts one behind the other.
#[must_use]
pub fn concat(parts: &[&str]) -> String {
    join(parts, "")
}

/// The parts with a separator between them.
#[must_use]
pub fn join(parts: &[&str], separator: &str) -> String {
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            text.push_str(separator);
        }
        text.push_str(part);
    }
    text
}

/// A number in decimal digits and nothing else.
#[must_use]
pub fn number(digits: &str) -> Option<u32> {
    let mut number = if digits.is_empty() { return None } else { 0_u32 };
    for byte in digits.bytes() {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte & 15))?;
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    Some(number)
}

fn around(text: &str, at: usize, length: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + length..)?))
}

fn is_one(byte: u8, marks: &str) -> bool {
    marks.bytes().any(|mark| mark == byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_is_found_where_it_stands_first() {
        assert_eq!(split_at_part("https://{t}/{t}", "{t}"), Some(("https://", "/{t}")));
        assert_eq!(split_at_part("https://t/", "{t}"), None);
        assert_eq!(split_at_part("", "{t}"), None);
    }

    proptest! {
        #[test]
        fn texts_are_cut_as_the_standard_library_cuts_them(text in "[a,é ]{0,12}") {
            prop_assert_eq!(split_once(&text, ","), text.split_once(','));
            prop_assert_eq!(rsplit_once(&text, ","), text.rsplit_once(','));
            prop_assert_eq!(has(&text, ", "), text.contains([',', ' ']));
            prop_assert_eq!(
                split(&text, ", ").collect::<Vec<_>>(),
                text.split([',', ' ']).collect::<Vec<_>>()
            );
            prop_assert_eq!(split_at_part(&text, "a,"), text.split_once("a,"));
        }

        #[test]
        fn texts_are_put_together_as_the_standard_library_does(parts: Vec<String>, separator: String) {
            let parts: Vec<_> = parts.iter().map(String::as_str).collect();
            prop_assert_eq!(join(&parts, &separator), parts.join(&separator));
            prop_assert_eq!(concat(&parts), parts.concat());
        }

        #[test]
        fn numbers_are_read_as_the_standard_library_reads_them(text in "[0-9]{0,11}|[0-9a+-]{0,4}") {
            let without_sign = text.parse().ok().filter(|_| !text.starts_with('+'));
            prop_assert_eq!(number(&text), without_sign);
        }
    }
}
