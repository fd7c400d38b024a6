//! Points of P-256: affine in tables, XYZZ in sums.
//!
//! XYZZ coordinates (x = X/ZZ, y = Y/ZZZ, ZZ³ = ZZZ²) have the cheapest addition of an affine point:
//! eight products and two squares. Where its two points have the same x, it gives ZZ = 0, and so does
//! everything that is added then: a sum with ZZ = 0 says that the formula did not apply.
//!
//! Source: [Explicit-Formulas Database](https://www.hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html):
//! madd-2008-s, mdbl-2008-s-1.

use alloc::vec::Vec;

use super::field::{ONE, P, enter, invert, is_zero, mul, mul_sub, settle, square};
use crate::{
    Verdict,
    limbs::{Limbs, Words, add, carried, from_words, is_less, sub, widened},
    window::{ENTRIES, ROWS, picked},
};

/// A point that is not the neutral one; coordinates from 0 to p − 1, in Montgomery's form.
#[derive(Clone, Copy)]
pub struct Affine {
    x: Limbs,
    y: Limbs,
}

/// An affine point in a table.
#[derive(Clone, Copy)]
struct Entry {
    x: [u32; 9],
    y: [u32; 9],
}

/// A point as it is summed up.
pub struct Sum {
    x: Limbs,
    y: Limbs,
    zz: Limbs,
    zzz: Limbs,
    is_neutral: bool,
}

/// Multiples of one point, built row by row.
pub struct Table {
    entries: Vec<Entry>,
    /// The first entry of the row to be built next.
    next: Affine,
}

/// What a complete table takes.
pub const BYTES: usize = ROWS * ENTRIES * size_of::<Entry>();

/// The curve's b.
const B: Words = words(0x5ac635d8aa3a93e7b3ebbd55769886bc, 0x651d06b0cc53b0f63bce3c3e27d2604b);
/// The generator's coordinates.
const GENERATOR: [Words; 2] = [
    words(0x6b17d1f2e12c4247f8bce6e563a440f2, 0x77037d812deb33a0f4a13945d898c296),
    words(0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e16, 0x2bce33576b315ececbb6406837bf51f5),
];

impl Affine {
    /// The generator of SP 800-186.
    pub fn generator() -> Self {
        let [x, y] = GENERATOR.map(|coordinate| settle(&enter(&from_words(&coordinate))));
        Self { x, y }
    }

    /// The point with these coordinates, if it is one: y² = x³ − 3x + b.
    pub fn from_coordinates(x: &Words, y: &Words) -> Option<Self> {
        if !is_less(x, &P) || !is_less(y, &P) {
            return None;
        }
        let (x, y) = (enter(&from_words(x)), enter(&from_words(y)));
        let three = carried(&add(&add(&ONE, &ONE), &ONE));
        let right = add(&mul(&sub(&square(&x), &three), &x), &enter(&from_words(&B)));
        is_zero(&sub(&square(&y), &right)).then(|| Self { x: settle(&x), y: settle(&y) })
    }
}

impl Sum {
    /// The sum of no points.
    pub const NEUTRAL: Self = Self { x: ONE, y: ONE, zz: [0; 9], zzz: [0; 9], is_neutral: true };

    /// Adds an affine point of another x; y may be from −p to p. What is squared or multiplied is a
    /// product, or a difference of two carried numbers: at most 2^29 a limb.
    #[inline]
    fn add(&mut self, x: &Limbs, y: &Limbs) {
        if self.is_neutral {
            *self = Self { x: *x, y: carried(y), zz: ONE, zzz: ONE, is_neutral: false };
            return;
        }
        let p = sub(&mul(x, &self.zz), &self.x);
        let r = sub(&mul(y, &self.zzz), &self.y);
        let pp = square(&p);
        let ppp = mul(&p, &pp);
        let q = mul(&self.x, &pp);
        let x3 = carried(&sub(&sub(&square(&r), &ppp), &add(&q, &q)));
        self.y = mul_sub(&r, &sub(&q, &x3), &self.y, &ppp);
        self.x = x3;
        self.zz = mul(&self.zz, &pp);
        self.zzz = mul(&self.zzz, &ppp);
    }

    fn doubled(&self) -> Self {
        let u = carried(&add(&self.y, &self.y));
        let v = square(&u);
        let w = mul(&u, &v);
        let s = mul(&self.x, &v);
        let slope = sub(&square(&self.x), &square(&self.zz));
        let m = carried(&add(&add(&slope, &slope), &slope));
        let x = carried(&sub(&square(&m), &add(&s, &s)));
        let y = mul_sub(&m, &sub(&s, &x), &w, &self.y);
        Self { x, y, zz: mul(&v, &self.zz), zzz: mul(&w, &self.zzz), is_neutral: false }
    }

    /// Whether x is r, or r and the order together where that is less than p.
    pub fn has_x(&self, r: &Words, order: Option<&Limbs>) -> Verdict {
        if is_zero(&self.zz) {
            return Verdict::Undecided;
        }
        let r = from_words(r);
        let is = |x: &Limbs| is_zero(&sub(&mul(&enter(x), &self.zz), &self.x));
        Verdict::of(is(&r) || order.is_some_and(|order| is(&carried(&add(&r, order)))))
    }
}

impl Table {
    pub(super) fn new(point: Affine) -> Self {
        Self { entries: Vec::new(), next: point }
    }

    /// Whether every row is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.entries.len() == ROWS * ENTRIES
    }

    /// Builds the next row, if one is missing.
    pub fn grow(&mut self) {
        if self.is_complete() {
            return;
        }
        self.entries.reserve_exact(ROWS * ENTRIES - self.entries.len());
        let mut multiples = Vec::with_capacity(ENTRIES + 1);
        let mut sum = Sum::NEUTRAL;
        sum.add(&self.next.x, &self.next.y);
        let doubled = sum.doubled();
        multiples.extend([sum, doubled]);
        while let Some(last) = multiples.last().filter(|_| multiples.len() < ENTRIES) {
            let mut sum = Sum { ..*last };
            sum.add(&self.next.x, &self.next.y);
            multiples.push(sum);
        }
        multiples.extend(multiples.last().map(Sum::doubled));
        let points = affine(&multiples);
        let narrow = |limbs: Limbs| limbs.map(|limb| limb as u32);
        let entries = points.iter().map(|point| Entry { x: narrow(point.x), y: narrow(point.y) });
        self.entries.extend(entries.take(ENTRIES));
        self.next = points.last().copied().unwrap_or(self.next);
    }

    /// Adds the multiple of the point that the digits say.
    pub(super) fn add_to(&self, sum: &mut Sum, digits: &[i32; ROWS]) {
        for (entry, sign) in picked(&self.entries, digits).iter().flatten() {
            sum.add(&widened(&entry.x, 1), &widened(&entry.y, *sign));
        }
    }
}

/// The same points in affine coordinates, with one inversion for all.
fn affine(sums: &[Sum]) -> Vec<Affine> {
    let mut product = ONE;
    let before = sums.iter().map(|sum| {
        let before = product;
        product = mul(&product, &sum.zzz);
        before
    });
    let before: Vec<Limbs> = before.collect();
    let mut inverse = invert(&product);
    let mut points: Vec<Affine> = sums
        .iter()
        .zip(&before)
        .rev()
        .map(|(sum, before)| {
            let over_zzz = mul(&inverse, before);
            inverse = mul(&inverse, &sum.zzz);
            let over_z = mul(&over_zzz, &sum.zz);
            Affine { x: settle(&mul(&sum.x, &square(&over_z))), y: settle(&mul(&sum.y, &over_zzz)) }
        })
        .collect();
    points.reverse();
    points
}

/// Words of a number in two halves, as standards print it.
const fn words(high: u128, low: u128) -> Words {
    [
        low as u32,
        (low >> 32) as u32,
        (low >> 64) as u32,
        (low >> 96) as u32,
        high as u32,
        (high >> 32) as u32,
        (high >> 64) as u32,
        (high >> 96) as u32,
    ]
}
