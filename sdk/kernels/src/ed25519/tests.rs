use super::*;
use std::vec::Vec;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

fn complete(mut table: Table) -> Table {
    while !table.is_complete() {
        table.grow();
    }
    table
}

#[test]
fn the_base_point_is_that_of_rfc_8032() {
    let base = Sum::base().unwrap().encode();
    assert_eq!(base.to_vec(), hex("5866666666666666666666666666666666666666666666666666666666666666"));
}

#[test]
fn d_is_the_fraction_that_defines_it() {
    let numerator = field::mul(&point::D, &point::small(121_666));
    assert_eq!(field::settle(&numerator), field::settle(&point::small(-121_665)));
}

/// RFC 8032 §7.1, test 2, and the hash that it takes.
#[test]
fn verifies_the_example_of_rfc_8032() {
    let key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let signature = hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    use sha2::Digest;
    let hash =
        sha2::Sha512::new().chain_update(&signature[..32]).chain_update(&key).chain_update([0x72]).finalize();
    let (base, key) =
        (complete(Table::of_base().unwrap()), complete(Table::of_key(key[..].try_into().unwrap()).unwrap()));
    let signature: [u8; 64] = signature.try_into().unwrap();
    assert_eq!(verify(&base, &key, &hash.into(), &signature), Verdict::Valid);
    for bit in 0..512 {
        let mut other = signature;
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&base, &key, &hash.into(), &other), Verdict::Invalid, "bit {bit}");
        let mut other: [u8; 64] = hash.into();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(verify(&base, &key, &other, &signature), Verdict::Invalid, "bit {bit}");
    }
}
