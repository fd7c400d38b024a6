//! Signatures made to meet every exception, by affine arithmetic over `num-bigint` that has none.

use num_bigint::BigUint;
use std::vec::Vec;

use super::*;
use crate::tests::number;

/// A point, or the neutral one.
type Point = Option<(BigUint, BigUint)>;

fn big(number: u32) -> BigUint {
    BigUint::from(number)
}

fn p() -> BigUint {
    number(&field::P)
}

fn n() -> BigUint {
    number(&ORDER.words)
}

fn minus(a: &BigUint, b: &BigUint, modulus: &BigUint) -> BigUint {
    ((a % modulus) + modulus - (b % modulus)) % modulus
}

fn over(a: &BigUint, b: &BigUint, modulus: &BigUint) -> BigUint {
    a * b.modpow(&(modulus - 2_u32), modulus) % modulus
}

/// x³ − 3x + b, which is y².
fn right_side(x: &BigUint) -> BigUint {
    let b = BigUint::parse_bytes(b"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);
    minus(&(x.modpow(&big(3), &p()) + b.unwrap()), &(x * 3_u32), &p())
}

fn added(a: &Point, b: &Point) -> Point {
    let (Some((ax, ay)), Some((bx, by))) = (a, b) else { return a.clone().or(b.clone()) };
    let p = p();
    let slope = if ax != bx {
        over(&minus(by, ay, &p), &minus(bx, ax, &p), &p)
    } else if ay == by && *ay != big(0) {
        over(&minus(&(ax * ax * 3_u32), &big(3), &p), &(ay * 2_u32), &p)
    } else {
        return None;
    };
    let x = minus(&(&slope * &slope), &(ax + bx), &p);
    let y = minus(&(slope * minus(ax, &x, &p)), ay, &p);
    Some((x, y))
}

fn times(scalar: &BigUint, point: &Point) -> Point {
    (0..scalar.bits()).rev().fold(None, |sum, bit| {
        let doubled = added(&sum, &sum);
        if scalar.bit(bit) { added(&doubled, point) } else { doubled }
    })
}

fn negated(point: &Point) -> Point {
    point.as_ref().map(|(x, y)| (x.clone(), minus(&big(0), y, &p())))
}

fn generator() -> Point {
    let hex = |text: &[u8]| BigUint::parse_bytes(text, 16).unwrap();
    let x = hex(b"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
    let y = hex(b"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    Some((x, y))
}

/// The point with this x, if there is one: p is 3 modulo 4.
fn lifted(x: &BigUint) -> Point {
    let square = right_side(x);
    let y = square.modpow(&((p() + 1_u32) / 4_u32), &p());
    (&y * &y % p() == square).then(|| (x.clone(), y))
}

fn bytes(number: &BigUint) -> [u8; 32] {
    let bytes = number.to_bytes_be();
    let mut padded = [0; 32];
    padded[32 - bytes.len()..].copy_from_slice(&bytes);
    padded
}

fn signature(r: &BigUint, s: &BigUint) -> [u8; 64] {
    [bytes(r), bytes(s)].concat().try_into().unwrap()
}

fn complete(mut table: Table) -> Table {
    while !table.is_complete() {
        table.grow();
    }
    table
}

fn table_of(point: &Point) -> Table {
    let (x, y) = point.as_ref().unwrap();
    complete(Table::of_key(&bytes(x), &bytes(y)).unwrap())
}

/// What is said of a signature (r, s) of e, where the key is the generator itself.
struct OfGenerator(Table);

impl OfGenerator {
    fn new() -> Self {
        Self(complete(Table::of_generator()))
    }

    fn verdict(&self, e: &BigUint, r: &BigUint, s: &BigUint) -> Verdict {
        verify(&self.0, &self.0, &bytes(e), &signature(r, s))
    }

    /// The same for u₁·G + u₂·G, with r as it is: s is r/u₂ and e is u₁·s.
    fn of_sum(&self, u1: &BigUint, u2: &BigUint, r: &BigUint) -> Verdict {
        let s = over(r, u2, &n());
        self.verdict(&(u1 * &s % n()), r, &s)
    }
}

#[test]
fn scalars_outside_of_the_order_are_refused() {
    let key = OfGenerator::new();
    let out = [big(0), n(), n() + 1_u32, (big(1) << 256) - 1_u32];
    let within = [big(1), n() - 1_u32];
    for e in [big(0), big(1), n(), (big(1) << 256) - 1_u32] {
        for r in out.iter().chain(&within) {
            for s in out.iter().chain(&within) {
                // Neither 1 nor −1 is the x of the sums that these make.
                assert_ne!(key.verdict(&e, r, s), Verdict::Valid, "r {r}, s {s}");
                if out.contains(r) || out.contains(s) {
                    assert_eq!(key.verdict(&e, r, s), Verdict::Invalid, "r {r}, s {s}");
                }
            }
        }
    }
}

#[test]
fn every_scalar_of_the_order_verifies() {
    let key = OfGenerator::new();
    // k = 1 makes R the generator: s = e + r.
    let r = generator().unwrap().0 % n();
    let nearly =
        [big(1), big(2), n() - 1_u32, n() - 2_u32, (n() - 1_u32) / 2_u32, big(1) << 255, big(1) << 128];
    for s in nearly {
        let e = minus(&s, &r, &n());
        assert_eq!(key.verdict(&e, &r, &s), Verdict::Valid, "s {s}");
        assert_eq!(key.verdict(&((e + 3_u32) % n()), &r, &s), Verdict::Invalid, "s {s}");
    }
    // A digest above the order stands for its remainder.
    let e = (big(1) << 256) - 1_u32;
    assert_eq!(key.verdict(&e, &r, &((&e + &r) % n())), Verdict::Valid);
}

#[test]
fn a_sum_that_meets_its_own_operand_is_left_to_general_code() {
    let key = OfGenerator::new();
    for u1 in [big(1), big(127), big(128)] {
        let twice = times(&(&u1 * 2_u32), &generator()).unwrap().0;
        assert_eq!(key.of_sum(&u1, &u1, &(twice % n())), Verdict::Undecided, "{u1} and as much");
    }
    // −1 is of many digits, of which none meets its own sum.
    let twice = times(&(n() - 2_u32), &generator()).unwrap().0;
    assert_eq!(key.of_sum(&(n() - 1_u32), &(n() - 1_u32), &(twice % n())), Verdict::Valid);
    // Met in the lowest row, with rows behind it.
    for more in [8_u32, 64, 200] {
        let u2 = big(1) + (big(1) << more);
        let sum = times(&(&u2 + 1_u32), &generator()).unwrap().0;
        assert_eq!(key.of_sum(&big(1), &u2, &(sum % n())), Verdict::Undecided, "row of bit {more}");
    }
}

#[test]
fn a_sum_that_comes_to_nothing_is_never_valid() {
    let key = OfGenerator::new();
    for u1 in [big(1), big(127), big(128), big(129), big(1) << 200, n() - 1_u32] {
        for r in [big(1), generator().unwrap().0, n() - 1_u32] {
            assert_ne!(key.of_sum(&u1, &(n() - &u1), &r), Verdict::Valid, "{u1} and its negative");
        }
    }
}

/// A key for which (r, s) of e leads to the point R: Q = (s·R − e·G)/r.
fn key_for(point: &Point, e: &BigUint, r: &BigUint, s: &BigUint) -> Point {
    let sum = added(&times(s, point), &negated(&times(e, &generator())));
    times(&over(&big(1), r, &n()), &sum)
}

#[test]
fn an_x_from_the_order_on_is_known_by_its_remainder() {
    let generator = complete(Table::of_generator());
    let above: Vec<Point> = (1..40).filter_map(|t| lifted(&(n() + big(t))).map(Some)).take(3).collect();
    assert_eq!(above.len(), 3);
    let (e, s) = (big(77), big(123_456_789));
    for point in above {
        let r = point.as_ref().unwrap().0.clone() - n();
        let key = table_of(&key_for(&point, &e, &r, &s));
        assert_eq!(verify(&generator, &key, &bytes(&e), &signature(&r, &s)), Verdict::Valid, "x = n + {r}");
        let next = verify(&generator, &key, &bytes(&e), &signature(&(r + 1_u32), &s));
        assert_eq!(next, Verdict::Invalid);
    }
}

#[test]
fn the_remainder_of_the_prime_is_no_x() {
    // x = 0 is on the curve, and p − n is the r for which r + n is 0 modulo p.
    let (generator, point, r) = (complete(Table::of_generator()), lifted(&big(0)), p() - n());
    let (e, s) = (big(77), big(123_456_789));
    let key = table_of(&key_for(&point, &e, &r, &s));
    assert_eq!(verify(&generator, &key, &bytes(&e), &signature(&r, &s)), Verdict::Invalid);
}

#[test]
fn coordinates_that_are_no_point_are_no_key() {
    let (x, y) = generator().unwrap();
    let is_key = |x: &BigUint, y: &BigUint| Table::of_key(&bytes(x), &bytes(y)).is_some();
    assert!(is_key(&x, &y) && is_key(&x, &minus(&big(0), &y, &p())));
    assert!(!is_key(&x, &(&y + 1_u32)) && !is_key(&y, &x) && !is_key(&big(0), &big(0)));
    let zero = lifted(&big(0)).unwrap();
    assert!(is_key(&zero.0, &zero.1));
    assert!(!is_key(&p(), &zero.1), "a second spelling of x");
    let small = (1..).find_map(|x| lifted(&big(x))).unwrap();
    assert!(is_key(&small.0, &small.1));
    assert!(!is_key(&(&small.0 + p()), &small.1), "a second spelling of x");
}
