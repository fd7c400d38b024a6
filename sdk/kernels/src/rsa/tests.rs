use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;

/// The power as general arithmetic has it, as long as the modulus.
fn expected(modulus: &[u8], base: &[u8]) -> Vec<u8> {
    let [n, base] = [modulus, base].map(BigUint::from_bytes_be);
    let bytes = base.modpow(&BigUint::from(65537_u32), &n).to_bytes_be();
    [alloc::vec![0; modulus.len() - bytes.len()], bytes].concat()
}

fn check(modulus: &[u8], base: &[u8]) {
    let expected = expected(modulus, base);
    assert_eq!(words::Modulus::new(modulus).power(base), expected, "words, {modulus:x?}, {base:x?}");
    assert_eq!(lanes::Modulus::new(modulus).power(base), expected, "lanes, {modulus:x?}, {base:x?}");
}

/// An odd modulus of these bytes, whose highest bit is set.
fn modulus(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[0] |= 0x80;
    *bytes.last_mut().unwrap() |= 1;
    bytes
}

#[test]
fn this_machine_fuses() {
    assert!(lanes::is_exact());
}

#[test]
fn extreme_limbs_carry_as_they_should() {
    for length in [256, 257, 258, 259, 260, 261, 262, 263, 320, 384, 444, 445, 446, 447, 448, 511, 512] {
        let patterns: [fn(usize) -> u8; 6] = [
            |_| 0,
            |_| 0xff,
            |i| if i % 7 < 3 { 0xff } else { 0 },
            |i| (i % 2) as u8,
            |i| if i < 40 { 0xff } else { 0 },
            |i| if i < 40 { 0 } else { 0xff },
        ];
        for pattern in patterns {
            let n = modulus((0..length).map(pattern).collect());
            let less = |by: u32| (BigUint::from_bytes_be(&n) - by).to_bytes_be();
            let half = [alloc::vec![0], alloc::vec![0xff; length - 1]].concat();
            for base in [
                less(1),
                less(2),
                half,
                alloc::vec![0; length],
                [alloc::vec![0; length - 1], alloc::vec![1]].concat(),
            ] {
                check(&n, &base);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn powers_are_those_of_general_arithmetic(
        bytes in proptest::collection::vec(any::<u8>(), 256..=512), base in proptest::collection::vec(any::<u8>(), 512)
    ) {
        let n = modulus(bytes);
        let base = BigUint::from_bytes_be(&base) % BigUint::from_bytes_be(&n);
        let base = base.to_bytes_be();
        check(&n, &[alloc::vec![0; n.len() - base.len()], base].concat());
    }
}

#[test]
fn takes_no_modulus_that_it_is_not_made_for() {
    let of = |length| PublicKey::new(&modulus(alloc::vec![1; length]));
    assert!(of(256).is_some() && of(512).is_some());
    assert!(of(255).is_none() && of(513).is_none());
    assert!(PublicKey::new(&[0xfe; 256]).is_none(), "even");
    assert!(PublicKey::new(&[&[0][..], &[0xff; 256]].concat()).is_none(), "a leading zero");
    assert!(PublicKey::new(&[&[0x7f][..], &[0xff; 255]].concat()).is_none(), "2047 bits");
    assert!(PublicKey::new(&[]).is_none());
}

#[test]
fn only_the_one_power_of_a_number_below_the_modulus_is_valid() {
    let n = modulus((0..=255).collect());
    let key = PublicKey::new(&n).unwrap();
    let signature = [&[1][..], &[7; 255]].concat();
    let encoded = expected(&n, &signature);
    assert_eq!(key.verify(&encoded, &signature), Verdict::Valid);
    for bit in 0..2048 {
        let mut other = encoded.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(key.verify(&other, &signature), Verdict::Invalid);
    }
    let above = (BigUint::from_bytes_be(&n) + BigUint::from_bytes_be(&signature)).to_bytes_be();
    assert_eq!(key.verify(&encoded, &above), Verdict::Invalid, "a second spelling");
    assert_eq!(key.verify(&encoded, &n), Verdict::Invalid);
    // Another spelling of the same number, and a number that is another one for being shorter.
    assert_eq!(key.verify(&encoded, &[&[0], &signature[..]].concat()), Verdict::Invalid);
    let short = [&[0][..], &[7; 255]].concat();
    assert_eq!(key.verify(&expected(&n, &short), &short), Verdict::Valid);
    assert_eq!(key.verify(&expected(&n, &short), &short[1..]), Verdict::Invalid, "a byte less");
    assert_eq!(key.verify(&encoded, &signature[1..]), Verdict::Invalid);
    assert_eq!(key.verify(&encoded[1..], &signature), Verdict::Invalid);
}
