//! A wasm as text inside of a JavaScript module, for every bundler that knows nothing of wasm.
//!
//! What is written are its [`streams`](super::streams). Each frequent byte is one printable character and each rare byte two, so that what repeats in the
//! wasm repeats in the text: brotli makes 2 % more of it, and 27 % more of base64, where the same bytes
//! look different at every third place. `pkg/src/shared/inline.js` reads it.

use std::cmp::Reverse;

/// What stands for bytes: nothing that a quotation, a template, a tag or another encoding of the
/// bundle gives a meaning.
const SIGNS: &[u8] =
    b" !#%&()*+,-./0123456789:;=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz{|}~";
/// How many of them stand for a byte of their own. Each of the others makes a rare byte of the next.
const FREQUENT: usize = 87;

/// Writes which bytes are the frequent ones, as a mask of 256 bits in hexadecimal, and the text.
pub fn encode(bytes: &[u8]) -> (String, String) {
    let frequent = frequent(bytes);
    let (single, prefix) = SIGNS.split_at(FREQUENT);
    let mut singles = single.iter().map(|sign| vec![*sign]);
    let mut pairs = prefix.iter().flat_map(|first| single.iter().map(move |second| vec![*first, *second]));
    let written: Vec<_> = (0..=u8::MAX)
        .map(|byte| if frequent.contains(&byte) { singles.next() } else { pairs.next() }.unwrap_or_default())
        .collect();
    let signs = bytes.iter().filter_map(|byte| written.get(usize::from(*byte))).flatten();
    (mask(&frequent), signs.copied().map(char::from).collect())
}

/// The most frequent bytes; of equally frequent ones the smaller.
fn frequent(bytes: &[u8]) -> Vec<u8> {
    let count = |byte: u8| bytes.iter().filter(|other| **other == byte).count();
    let mut counted: Vec<_> = (0..=u8::MAX).map(|byte| (Reverse(count(byte)), byte)).collect();
    counted.sort_unstable();
    counted.iter().take(FREQUENT).map(|(_, byte)| *byte).collect()
}

/// Four bytes a digit, the smallest first and in the lowest bit.
fn mask(frequent: &[u8]) -> String {
    let bit = |byte: u8, bit: u32| u32::from(frequent.contains(&byte)) << bit;
    let digit = |first: u8| (0..4_u8).map(|i| bit(first + i, i.into())).sum::<u32>();
    (0..=u8::MAX).step_by(4).filter_map(|first| char::from_digit(digit(first), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_a_sign_of_its_own() {
        let all: Vec<u8> = (0..=u8::MAX).collect();
        let (mask, text) = encode(&all);
        assert_eq!(mask, format!("{}7{}", "f".repeat(21), "0".repeat(42)));
        assert_eq!(text.len(), FREQUENT + 2 * (256 - FREQUENT));
        assert!(text.starts_with(" !#%&") && text.ends_with("~v~w"), "{text}");
    }

    #[test]
    fn frequent_bytes_are_short() {
        let (mask, text) = encode(&[255; 9]);
        assert_eq!(text.len(), 9);
        assert!(mask.ends_with('8'));
    }

    #[test]
    fn no_sign_means_anything_to_a_bundler() {
        assert_eq!(SIGNS.len(), FREQUENT + 2);
        assert!(SIGNS.is_sorted() && SIGNS.iter().all(|sign| (b' '..=b'~').contains(sign)));
        assert!(!SIGNS.iter().any(|sign| b"\"'`\\<$".contains(sign)));
    }
}
