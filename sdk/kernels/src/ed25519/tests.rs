use num_bigint::BigUint;
use std::vec::Vec;

use super::*;
use crate::tests::number;

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

/// Little-endian bytes of a number below 2^512.
fn little<const N: usize>(number: &BigUint) -> [u8; N] {
    let bytes = number.to_bytes_le();
    core::array::from_fn(|i| bytes.get(i).copied().unwrap_or(0))
}

/// With the base point as the key, R = (s − k)·B: whatever s and k, one signature fits.
#[test]
fn every_scalar_below_the_order_verifies_and_none_from_there_on() {
    let base = complete(Table::of_base().unwrap());
    let r = Sum::base().unwrap().encode();
    let key = complete(Table::of_key(&r).unwrap());
    let order = number(&ORDER.words);
    let big = BigUint::from;
    let verdict = |s: &BigUint, k: &BigUint, r: &[u8; 32]| {
        let signature: Vec<u8> = [*r, little(s)].concat();
        verify(&base, &key, &little(k), &signature.try_into().unwrap())
    };
    let ends = [
        big(0_u32),
        big(1_u32),
        big(2_u32),
        &order - 1_u32,
        &order - 2_u32,
        (&order - 1_u32) / 2_u32,
        big(1_u32) << 251,
    ];
    for s in &ends {
        let k = (s + &order - 1_u32) % &order;
        // The hash is reduced: as many orders as its 64 bytes hold make no difference.
        let most = ((big(1_u32) << 512) - 1_u32 - &k) / &order;
        for orders in [big(0_u32), big(1_u32), most] {
            assert_eq!(verdict(s, &(&k + &orders * &order), &r), Verdict::Valid, "s {s}");
        }
        assert_eq!(verdict(s, &(&k + 1_u32), &r), Verdict::Invalid, "s {s}");
        assert_eq!(verdict(&(s + &order), &k, &r), Verdict::Invalid, "s {s} and the order");
        // s·B − k·B comes to nothing: a point of small order is no R.
        assert_eq!(verdict(s, s, &little(&big(1_u32))), Verdict::Invalid, "s {s} and as much");
    }
    assert_eq!(verdict(&((big(1_u32) << 256) - 1_u32), &big(0_u32), &r), Verdict::Invalid);
}

#[test]
fn nothing_is_said_while_a_row_is_missing() {
    let r = Sum::base().unwrap().encode();
    let whole = complete(Table::of_base().unwrap());
    let key = complete(Table::of_key(&r).unwrap());
    let (mut rows, mut own) = (Table::of_base().unwrap(), Table::of_key(&r).unwrap());
    // R = 2·B − 1·B.
    let signature: [u8; 64] = [r, little(&BigUint::from(2_u32))].concat().try_into().unwrap();
    let hash = little(&BigUint::from(1_u32));
    while !rows.is_complete() {
        assert_eq!(verify(&rows, &key, &hash, &signature), Verdict::Undecided);
        assert_eq!(verify(&whole, &own, &hash, &signature), Verdict::Undecided);
        rows.grow();
        own.grow();
    }
    assert_eq!(verify(&rows, &own, &hash, &signature), Verdict::Valid);
}

#[test]
fn keys_of_small_order_and_second_spellings_are_none() {
    let p = number(&field::P);
    let is_key = |y: &BigUint, sign: u8| {
        let mut bytes: [u8; 32] = little(y);
        bytes[31] |= sign << 7;
        Table::of_key(&bytes).is_some()
    };
    let eighth = hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    let eighth = BigUint::from_bytes_le(&eighth);
    for y in [BigUint::from(0_u32), BigUint::from(1_u32), &p - 1_u32, eighth.clone(), &p - eighth] {
        for sign in [0, 1] {
            assert!(!is_key(&y, sign), "y {y}, sign {sign}");
        }
    }
    let above = (0..19_u32).filter(|y| is_key(&BigUint::from(*y), 0)).collect::<Vec<_>>();
    assert!(!above.is_empty());
    for y in above {
        assert!(!is_key(&(&p + y), 0), "p and {y}");
    }
}
