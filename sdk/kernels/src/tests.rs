//! The arithmetic against `num-bigint`, with limbs as extreme as the kernels' rules allow.

use num_bigint::{BigInt, BigUint, Sign};
use proptest::prelude::*;
use std::vec::Vec;

use crate::{
    ed25519, inverse,
    limbs::{Limbs, MASK, Words, canonical, carried, from_words, to_words},
    modulus::Modulus,
    p256, window,
};

/// What limbs stand for.
pub fn value(limbs: &Limbs) -> BigInt {
    limbs.iter().rev().fold(BigInt::ZERO, |sum, limb| (sum << 29) + limb)
}

pub fn number(words: &Words) -> BigUint {
    BigUint::new(words.to_vec())
}

/// A limb of an operand: anywhere, or at an end, up to 2^29 in size.
fn limb() -> impl Strategy<Value = i64> {
    prop_oneof![-MASK..=MASK, Just(0), Just(MASK), Just(-MASK), Just(1), Just(-1)]
}

/// An operand of a product: a difference of two carried numbers.
fn operand() -> impl Strategy<Value = Limbs> {
    (proptest::array::uniform8(limb()), -(1_i64 << 26)..1 << 26)
        .prop_map(|(low, last)| core::array::from_fn(|i| low.get(i).copied().unwrap_or(last)))
}

fn words() -> impl Strategy<Value = Words> {
    let word = prop_oneof![any::<u32>(), Just(0), Just(u32::MAX), Just(1)];
    proptest::array::uniform8(word)
}

fn is_congruent(a: &BigInt, b: &BigInt, modulus: &Words) -> bool {
    (a - b) % BigInt::from(number(modulus)) == BigInt::ZERO
}

/// Limbs of a product are in the range that the next product's bound counts on.
fn is_product(limbs: &Limbs) -> bool {
    limbs[..8].iter().all(|limb| (-(1 << 15)..(1 << 29) + (1 << 15)).contains(limb))
        && limbs[8].abs() < 1 << 27
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn products_modulo_the_prime_of_p256(a in operand(), b in operand(), c in operand(), d in operand()) {
        let radix = BigInt::from(1) << 261;
        let [va, vb, vc, vd] = [a, b, c, d].map(|limbs| value(&limbs));
        for (got, expected) in [
            (p256::field::mul(&a, &b), &va * &vb),
            (p256::field::square(&a), &va * &va),
            (p256::field::mul_sub(&a, &b, &c, &d), &va * &vb - &vc * &vd),
        ] {
            prop_assert!(is_congruent(&(value(&got) * &radix), &expected, &p256::field::P));
            prop_assert!(is_product(&got), "{:?}", got);
        }
    }

    #[test]
    fn products_modulo_the_prime_of_curve25519(a in operand(), b in operand()) {
        // A sum of two products, as the first operand may be.
        let twice = core::array::from_fn(|i| 2 * a[i]);
        for (got, expected) in [
            (ed25519::field::mul(&a, &b), value(&a) * value(&b)),
            (ed25519::field::mul(&twice, &b), value(&a) * value(&b) * 2),
            (ed25519::field::square(&a), value(&a) * value(&a)),
        ] {
            prop_assert!(is_congruent(&value(&got), &expected, &ed25519::field::P));
            prop_assert!(is_product(&got), "{:?}", got);
        }
    }

    #[test]
    fn limbs_are_words_and_canonical_is_the_remainder(words in words(), a in operand()) {
        let limbs = from_words(&words);
        prop_assert_eq!(value(&limbs), BigInt::from(number(&words)));
        prop_assert_eq!(to_words(&limbs), words);
        prop_assert_eq!(value(&carried(&a)), value(&a));
        for modulus in [p256::field::P, ed25519::field::P] {
            let settled = canonical(&a, &from_words(&modulus));
            prop_assert!(is_congruent(&value(&settled), &value(&a), &modulus));
            prop_assert!(number(&to_words(&settled)) < number(&modulus));
            prop_assert_eq!(value(&settled), BigInt::from(number(&to_words(&settled))));
        }
    }

    #[test]
    fn inverses_are_inverses(words in words()) {
        for modulus in MODULI {
            let x = number(&words) % number(&modulus);
            let inverse = number(&inverse::inverse(&to(&x), &modulus));
            let product = &x * &inverse % number(&modulus);
            prop_assert_eq!(product, BigUint::from(u32::from(x != BigUint::ZERO)));
            prop_assert!(inverse < number(&modulus));
        }
    }

    #[test]
    fn scalars_are_multiplied_and_reduced(a in words(), b in words()) {
        for words in [p256::ORDER.words, ed25519::ORDER.words] {
            let modulus = Modulus::new(words);
            let product = number(&a) * number(&b) % number(&words);
            prop_assert_eq!(number(&modulus.multiply(&a, &b)), product);
            let whole = (number(&b) << 256_u32) + number(&a);
            prop_assert_eq!(number(&modulus.reduce(&a, &b)), whole % number(&words));
        }
    }

    #[test]
    fn digits_are_those_of_the_scalar(scalar in words()) {
        let digits = window::digits(&scalar);
        let sum = digits.iter().rev().fold(BigInt::ZERO, |sum, digit| (sum << window::WIDTH) + digit);
        prop_assert_eq!(sum, BigInt::from_biguint(Sign::Plus, number(&scalar)));
        prop_assert!(digits.iter().all(|digit| digit.unsigned_abs() as usize <= window::ENTRIES));
    }
}

const MODULI: [Words; 4] = [p256::field::P, p256::ORDER.words, ed25519::field::P, ed25519::ORDER.words];

#[test]
fn the_ends_of_every_range_have_inverses() {
    for modulus in MODULI {
        for x in
            [BigUint::from(1_u32), BigUint::from(2_u32), number(&modulus) - 1_u32, number(&modulus) - 2_u32]
        {
            let inverse = number(&inverse::inverse(&to(&x), &modulus));
            assert_eq!(x * inverse % number(&modulus), BigUint::from(1_u32));
        }
        assert_eq!(inverse::inverse(&[0; 8], &modulus), [0; 8]);
    }
}

#[test]
fn what_the_order_of_p256_lacks_of_the_prime() {
    let lacks = number(&p256::field::P) - number(&p256::ORDER.words);
    assert_eq!(number(&p256::ORDER_TO_PRIME), lacks);
}

fn to(number: &BigUint) -> Words {
    let digits = number.to_u32_digits();
    core::array::from_fn(|i| digits.get(i).copied().unwrap_or(0))
}

/// Numbers on either side of every limb's boundary, below the modulus.
fn at_boundaries(modulus: &Words) -> Vec<BigUint> {
    let modulus = number(modulus);
    let near = |bit: u64| {
        let power = BigUint::from(1_u32) << bit;
        [&power - 1_u32, power.clone(), &power + 1_u32]
    };
    let low: Vec<BigUint> = (0..9).flat_map(|limb| near(29 * limb)).collect();
    let high = low.iter().map(|low| &modulus - 1_u32 - low);
    high.chain(low.iter().cloned()).chain([BigUint::ZERO]).collect()
}

#[test]
fn carries_go_over_every_limb_boundary() {
    let radix = BigInt::from(1) << 261;
    for (modulus, mul, square, radix) in [
        (
            p256::field::P,
            p256::field::mul as fn(&Limbs, &Limbs) -> Limbs,
            p256::field::square as fn(&Limbs) -> Limbs,
            radix,
        ),
        (ed25519::field::P, ed25519::field::mul, ed25519::field::square, BigInt::from(1)),
    ] {
        let numbers = at_boundaries(&modulus);
        let all: Vec<(BigInt, Limbs)> =
            numbers.iter().map(|number| (BigInt::from(number.clone()), from_words(&to(number)))).collect();
        for (va, a) in &all {
            assert!(is_congruent(&(value(&square(a)) * &radix), &(va * va), &modulus), "{va}");
            for (vb, b) in &all {
                let product = mul(a, b);
                assert!(is_congruent(&(value(&product) * &radix), &(va * vb), &modulus), "{va} {vb}");
                let settled = canonical(&product, &from_words(&modulus));
                assert!(number(&to_words(&settled)) < number(&modulus), "{va} {vb}");
            }
        }
    }
}
