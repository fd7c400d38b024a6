//! The reader.

use alloc::{string::String, vec::Vec};

use super::{Map, Value};
use crate::error::{Code, Error};

/// How deep objects and arrays may nest.
pub const MAX_DEPTH: usize = 32;
/// How many members an object may have.
pub const MAX_MEMBERS: usize = 1000;

/// Reads one JSON value.
///
/// # Errors
/// `json_invalid`: not UTF-8, not JSON, a byte order mark, trailing text, a repeated member, more
/// than [`MAX_MEMBERS`] in an object, a number beyond `f64`, or nesting deeper than [`MAX_DEPTH`].
pub fn parse(text: &[u8]) -> Result<Value, Error> {
    let invalid = || Error::from(Code::JsonInvalid);
    let mut reader = Reader { text: core::str::from_utf8(text).map_err(|_| invalid())?, at: 0 };
    let value = reader.value(MAX_DEPTH).ok_or_else(invalid)?;
    reader.skip_space();
    if reader.peek().is_none() { Ok(value) } else { Err(invalid()) }
}

/// Reads one JSON object.
///
/// # Errors
/// `json_invalid`: as [`parse`], or the value is not an object.
pub fn parse_object(text: &[u8]) -> Result<Map, Error> {
    match parse(text)? {
        Value::Object(members) => Ok(members),
        _ => Err(Code::JsonInvalid.into()),
    }
}

/// With so large a number, further digits change nothing that an `f64` can tell.
const ENOUGH: f64 = 1e30;

/// What is read so far. `None` means: this is not JSON.
struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Skips the bytes that fit, and gives them.
    fn skip(&mut self, fits: fn(u8) -> bool) -> &'t str {
        let from = self.at;
        while self.peek().is_some_and(fits) {
            self.at += 1;
        }
        // The bytes that end a run are ASCII, so a run never ends within a character.
        self.text.get(from..self.at).unwrap_or_default()
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        match self.peek()? {
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'"' => self.string().map(Value::String),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number().map(Value::Number),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(value)
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        let mut members = Map::new();
        self.list(b'}', |reader| {
            reader.skip_space();
            let name = reader.string()?;
            reader.skip_space();
            let value = if reader.take(b':') { reader.value(depth)? } else { return None };
            let repeated = members.insert(name, value).is_some();
            (!repeated && members.len() <= MAX_MEMBERS).then_some(())
        })?;
        Some(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Option<Value> {
        let mut items = Vec::new();
        self.list(b']', |reader| {
            items.push(reader.value(depth)?);
            Some(())
        })?;
        Some(Value::Array(items))
    }

    /// Reads what stands between the bracket here and `close`, separated by commas.
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.next()?;
        self.skip_space();
        if self.take(close) {
            return Some(());
        }
        loop {
            item(self)?;
            self.skip_space();
            match self.next()? {
                b',' => {}
                byte => return (byte == close).then_some(()),
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        if !self.take(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            text.push_str(self.skip(|byte| byte >= b' ' && byte != b'"' && byte != b'\\'));
            match self.next()? {
                b'"' => return Some(text),
                b'\\' => text.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            byte @ (b'"' | b'\\' | b'/') => byte.into(),
            _ => return None,
        })
    }

    /// Reads the digits behind `\u`; half a surrogate pair is no character.
    fn unicode(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        let second = if self.take(b'\\') && self.take(b'u') { self.four_digits()? } else { return None };
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + low)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let mut number = 0;
        for _ in 0..4 {
            number = number << 4 | char::from(self.next()?).to_digit(16)?;
        }
        Some(number)
    }

    /// Reads a number. Whole ones are exact to 2⁵³; others may be off in the last digits, which
    /// no date or count here depends on.
    fn number(&mut self) -> Option<f64> {
        let negative = self.take(b'-');
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let fraction = if self.take(b'.') { self.digits()? } else { "" };
        let exponent = if self.take(b'e') || self.take(b'E') { self.exponent()? } else { 0 };
        let (mut number, mut scale) = (0.0, exponent);
        for (digits, whole) in [(whole, true), (fraction, false)] {
            for digit in digits.bytes() {
                let counts = number < ENOUGH;
                if counts {
                    number = number * 10.0 + f64::from(digit - b'0');
                }
                scale = scale.saturating_add(i32::from(whole) - i32::from(counts));
            }
        }
        let number = scaled(number, scale);
        number.is_finite().then_some(if negative { -number } else { number })
    }

    fn exponent(&mut self) -> Option<i32> {
        let negative = self.take(b'-');
        if !negative {
            self.take(b'+');
        }
        let mut exponent = 0_i32;
        for digit in self.digits()?.bytes() {
            exponent = exponent.saturating_mul(10).saturating_add(i32::from(digit - b'0'));
        }
        Some(if negative { -exponent } else { exponent })
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<&'t str> {
        let digits = self.skip(|byte| byte.is_ascii_digit());
        (!digits.is_empty()).then_some(digits)
    }
}

/// `number` × 10^`exponent`, in steps that neither overflow nor vanish before their time.
pub(super) fn scaled(mut number: f64, exponent: i32) -> f64 {
    let factor = |power: u32| (0..power).fold(1.0, |product, _| product * 10.0);
    let mut left = exponent.unsigned_abs();
    // Beyond this, every f64 but zero is zero or infinite: a token can not buy more steps.
    while left > 0 && number != 0.0 && number.is_finite() {
        let step = left.min(22);
        number = if exponent > 0 { number * factor(step) } else { number / factor(step) };
        left -= step;
    }
    number
}
