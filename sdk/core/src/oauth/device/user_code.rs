//! The code that a person types, at the server that shows it.
//!
//! Source: [RFC 8628 §6.1](https://www.rfc-editor.org/rfc/rfc8628#section-6.1).

use alloc::string::String;

/// Twenty consonants: no word can come of them, and none looks like a digit.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many letters a code has: 34 bits, of which guesses are counted.
const LENGTH: usize = 8;

/// Makes a code of eight letters from random bytes, in the form of [`read`]; `None` if the bytes do not
/// suffice, since those that would favour some letters are left out.
#[must_use]
pub fn from_random(bytes: &[u8]) -> Option<String> {
    // 240 is the largest multiple of 20 in a byte.
    let fair = bytes.iter().filter(|byte| **byte < 240);
    let letters = fair.filter_map(|byte| LETTERS.get(usize::from(byte % 20)));
    let code: String = letters.take(LENGTH).map(|letter| char::from(*letter)).collect();
    (code.len() == LENGTH).then_some(code)
}

/// The code as it is shown: `WDJB-MJHT`.
#[must_use]
pub fn shown(code: &str) -> String {
    code.split_at_checked(LENGTH / 2).map_or_else(|| code.into(), |(one, other)| [one, "-", other].concat())
}

/// Reads what a person typed: case, spaces and punctuation say nothing. `None` if no code looks like this.
#[must_use]
pub fn read(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let letters = typed.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_uppercase());
    let code: String = letters.collect();
    let known = code.bytes().all(|letter| LETTERS.contains(&letter));
    (code.len() == LENGTH && known).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_without_case_and_punctuation() {
        for typed in ["BCDFGHJK", "bcdf-ghjk", " bcdf ghjk ", "B.C.D.F.G.H.J.K", "bcdf–ghjk"] {
            assert_eq!(read(typed).as_deref(), Some("BCDFGHJK"), "{typed}");
        }
        for odd in ["", "BCDF", "BCDFGHJKL", "ABCDFGHJ", "BCDFGHJ1", "ВCDFGHJK", &"-".repeat(65)] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn is_made_of_its_letters_without_favour() {
        let bytes: Vec<u8> = (0..=255).collect();
        let code = from_random(&bytes).unwrap();
        assert_eq!((code.as_str(), shown(&code).as_str()), ("BCDFGHJK", "BCDF-GHJK"));
        assert_eq!(read(&shown(&code)), Some(code));
        assert_eq!(from_random(&[255; 64]), None);
        assert_eq!(from_random(&[0; 7]), None);
    }
}
