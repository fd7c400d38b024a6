//! The writer. By hand: the formatting of numbers in the standard library is 10 KB of code.

use alloc::string::String;
use core::fmt;

use super::{Map, Value, read};

impl Value {
    /// Writes JSON without spaces at the end of a text.
    pub fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) => number(*value, out),
            Self::String(text) => string(text, out),
            Self::Array(items) => {
                let mut joint = '[';
                for item in items {
                    out.push(joint);
                    item.write(out);
                    joint = ',';
                }
                out.push_str(if joint == '[' { "[]" } else { "]" });
            }
            Self::Object(own) => members(own, out),
        }
    }

    /// The value as JSON without spaces.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

pub(super) fn members(members: &Map, out: &mut String) {
    let mut joint = '{';
    for (name, value) in members {
        out.push(joint);
        string(name, out);
        out.push(':');
        value.write(out);
        joint = ',';
    }
    out.push_str(if joint == '{' { "{}" } else { "}" });
}

pub(super) fn whole(number: i64, out: &mut String) {
    if number < 0 {
        out.push('-');
    }
    integer(number.unsigned_abs(), out);
}

pub(super) fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What is escaped is ASCII, so it stands for itself and never within a character.
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let (plain, escaped) = rest.split_at(at);
        out.push_str(plain);
        let byte = escaped.bytes().next().unwrap_or_default();
        if byte < b' ' {
            out.push_str("\\u00");
            out.push(hexadecimal(byte >> 4));
            out.push(hexadecimal(byte & 15));
        } else {
            out.push('\\');
            out.push(byte.into());
        }
        rest = escaped.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

fn hexadecimal(digit: u8) -> char {
    char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit })
}

/// Writes the shortest digits that are read back as the same number.
fn number(value: f64, out: &mut String) {
    if value.is_sign_negative() && value != 0.0 {
        out.push('-');
    }
    let value = value.abs();
    // Beyond the finite there is nothing in JSON, and the reader gives nothing beyond it.
    let Some((digits, exponent)) = shortest(value).filter(|_| value.is_finite()) else {
        return out.push('0');
    };
    integer(digits, out);
    if exponent != 0 {
        out.push('e');
        if exponent < 0 {
            out.push('-');
        }
        integer(exponent.unsigned_abs().into(), out);
    }
}

/// `value` as digits × 10^exponent. Whole numbers to 2⁵³ keep the exponent 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "casts saturate, and what was lost shows when the digits are read back"
)]
fn shortest(value: f64) -> Option<(u64, i32)> {
    if value <= EXACT && value as u64 as f64 == value {
        return Some((value as u64, 0));
    }
    // The exponent that leaves one digit before the point is near; each step adds a digit.
    let mut scale = 0_i32;
    while read::scaled(value, scale) >= 10.0 {
        scale -= 1;
    }
    while read::scaled(value, scale) < 1.0 && scale < 340 {
        scale += 1;
    }
    let mut nearest = None;
    for exponent in scale..scale + 17 {
        let digits = read::scaled(value, exponent) + 0.5;
        for digits in [digits as u64, (digits as u64).saturating_sub(1), digits as u64 + 1] {
            if read::scaled(digits as f64, -exponent) == value {
                return Some((digits, -exponent));
            }
        }
        nearest = Some((digits as u64, -exponent));
    }
    nearest
}

fn integer(mut number: u64, out: &mut String) {
    let mut weight = 1;
    while number / weight >= 10 {
        weight *= 10;
    }
    while weight > 0 {
        // A digit is below ten, so nothing is lost.
        out.push(hexadecimal(u8::try_from(number / weight).unwrap_or_default()));
        number %= weight;
        weight /= 10;
    }
}

/// Up to here every whole number is an f64 of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;
