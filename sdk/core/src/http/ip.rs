//! IP addresses in texts. By hand, because what the standard library reads them with is three times
//! as much code in every client; it is the oracle of the tests.

use alloc::vec::Vec;

use crate::text;

/// Reads an IPv4 address: four numbers without leading zeros.
pub(super) fn v4(address: &str) -> Option<[u8; 4]> {
    let mut bytes = Vec::new();
    for piece in text::split(address, ".") {
        let number = text::number(piece).and_then(|number| u8::try_from(number).ok());
        let canonical = piece.len() == 1 || !piece.starts_with("0");
        bytes.push(number.filter(|_| canonical && piece.len() < 4)?);
    }
    bytes.try_into().ok()
}

/// Reads an IPv6 address: eight groups, some of which `::` may stand for, the last two perhaps as IPv4.
///
/// Source: [RFC 4291 §2.2](https://www.rfc-editor.org/rfc/rfc4291#section-2.2)
pub(super) fn v6(address: &str) -> Option<[u16; 8]> {
    let mut groups = Vec::new();
    let Some((before, behind)) = text::split_at_part(address, "::") else {
        read_groups(address, true, &mut groups)?;
        return groups.try_into().ok();
    };
    if !before.is_empty() {
        read_groups(before, false, &mut groups)?;
    }
    let place = groups.len();
    if !behind.is_empty() {
        read_groups(behind, true, &mut groups)?;
    }
    let left_out = 8_usize.checked_sub(groups.len()).filter(|count| *count > 0)?;
    for _ in 0..left_out {
        groups.insert(place, 0);
    }
    groups.try_into().ok()
}

fn read_groups(list: &str, may_end_as_v4: bool, groups: &mut Vec<u16>) -> Option<()> {
    let mut pieces = text::split(list, ":").peekable();
    while let Some(piece) = pieces.next() {
        if may_end_as_v4 && pieces.peek().is_none() && text::has(piece, ".") {
            let [a, b, c, d] = v4(piece)?;
            groups.extend([u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]);
        } else {
            groups.push(group(piece)?);
        }
    }
    Some(())
}

/// One to four hexadecimal digits.
fn group(digits: &str) -> Option<u16> {
    let mut group = if (1..=4).contains(&digits.len()) { 0 } else { return None };
    for byte in digits.bytes() {
        group = group << 4 | char::from(byte).to_digit(16)?;
    }
    u16::try_from(group).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::{Ipv4Addr, Ipv6Addr};
    use proptest::prelude::*;

    fn agree(text: &str) {
        assert_eq!(v4(text), text.parse().ok().map(|address: Ipv4Addr| address.octets()), "{text}");
        assert_eq!(v6(text), text.parse().ok().map(|address: Ipv6Addr| address.segments()), "{text}");
    }

    #[test]
    fn odd_spellings_are_read_as_the_standard_library_reads_them() {
        for text in [
            "",
            "::",
            ":",
            ":::",
            "::1",
            "1::",
            "1::2::3",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4::5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            "::1.2.3.4",
            "1.2.3.4::",
            "::1.2.3.4:5",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::ffff:127.0.0.1",
            "::00001",
            "::g",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "0.0.0.0",
            "256.1.1.1",
            "1..2.3",
            "+1.2.3.4",
            "1.2.3.4 ",
        ] {
            agree(text);
        }
    }

    proptest! {
        #[test]
        fn addresses_are_read_as_the_standard_library_reads_them(
            near in "([0-9a-f]{0,5}:){0,9}[0-9a-f.]{0,9}",
            quad in "([0-9]{1,4}\\.){2,4}[0-9]{1,4}",
            v6: [u16; 8],
            v4: [u8; 4],
        ) {
            agree(&near);
            agree(&quad);
            agree(&["::", &quad].concat());
            agree(&Ipv6Addr::from(v6.map(|group| if group & 1 == 0 { 0 } else { group })).to_string());
            agree(&Ipv4Addr::from(v4).to_string());
        }
    }
}
