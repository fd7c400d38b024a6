//! Points of edwards25519, −x² + y² = 1 + d·x²·y²: affine in tables, extended in sums.
//!
//! The addition is complete, since −1 is a square modulo p and d is none: it has no exception.
//!
//! Source: H. Hisil et al., [Twisted Edwards Curves Revisited](https://eprint.iacr.org/2008/522), §3.1,
//! with every product halved, so that no limb grows by more than a bit.

use alloc::vec::Vec;

use super::field::{ONE, P, invert, is_zero, mul, power, settle, square};
use crate::{
    limbs::{Limbs, Words, add, carried, from_le_bytes, from_words, is_less, sub, to_words, widened},
    window::{ENTRIES, ROWS, picked},
};

/// An affine point as it is added: (y − x)/2, (y + x)/2 and d·x·y, each from 0 to p − 1.
#[derive(Clone, Copy)]
struct Entry {
    minus: [u32; 9],
    plus: [u32; 9],
    product: [u32; 9],
}

/// A point as it is summed up: x = X/Z, y = Y/Z, x·y = T/Z.
#[derive(Clone)]
pub struct Sum {
    x: Limbs,
    y: Limbs,
    z: Limbs,
    t: Limbs,
}

/// Multiples of one point, built row by row.
pub struct Table {
    entries: Vec<Entry>,
    /// The first entry of the row to be built next.
    next: Entry,
}

/// What a complete table takes.
pub const BYTES: usize = ROWS * ENTRIES * size_of::<Entry>();

/// The curve's d, −121665/121666.
pub(super) const D: Limbs = from_words(&[
    0x1359_78a3,
    0x75eb_4dca,
    0x4141_d8ab,
    0x0070_0a4d,
    0x7779_e898,
    0x8cc7_4079,
    0x2b6f_fe73,
    0x5203_6cee,
]);

/// (p + 1)/2, which is one half, (p + 3)/8 and (p − 1)/4.
const HALF: Words = [0xffff_fff7, !0, !0, !0, !0, !0, !0, 0x3fff_ffff];
const ROOT: Words = [0xffff_fffe, !0, !0, !0, !0, !0, !0, 0x0fff_ffff];
const QUARTER: Words = [0xffff_fffb, !0, !0, !0, !0, !0, !0, 0x1fff_ffff];

impl Sum {
    /// The neutral point.
    pub const NEUTRAL: Self = Self { x: [0; 9], y: ONE, z: ONE, t: [0; 9] };

    fn of(x: &Limbs, y: &Limbs) -> Self {
        Self { x: *x, y: *y, z: ONE, t: mul(x, y) }
    }

    /// The base point: y is 4/5 and x is even.
    pub fn base() -> Option<Self> {
        let four_fifths = mul(&small(4), &invert(&small(5)));
        Self::with_y(&settle(&four_fifths), 0)
    }

    /// Minus the point that 32 bytes stand for, if they are the only spelling of one whose order is
    /// not small.
    ///
    /// Source: [RFC 8032 §5.1.3](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.3)
    pub fn negated(bytes: &[u8; 32]) -> Option<Self> {
        let mut y = from_le_bytes(bytes);
        let sign = y[7] >> 31;
        y[7] &= 0x7fff_ffff;
        let point = is_less(&y, &P).then(|| Self::with_y(&from_words(&y), 1 - i64::from(sign)))??;
        (!point.has_small_order()).then_some(point)
    }

    /// The point with this y, and the x that is odd or even as asked for.
    fn with_y(y: &Limbs, parity: i64) -> Option<Self> {
        let yy = square(y);
        let xx = mul(&sub(&yy, &ONE), &invert(&add(&mul(&D, &yy), &ONE)));
        // A root of xx or of −xx, since p is 5 modulo 8; √−1 is 2 to the power of (p − 1)/4.
        let mut x = power(&xx, &ROOT);
        if !is_zero(&sub(&square(&x), &xx)) {
            x = mul(&x, &power(&small(2), &QUARTER));
        }
        if !is_zero(&sub(&square(&x), &xx)) {
            return None;
        }
        x = settle(&x);
        if x[0] & 1 != parity {
            x = settle(&sub(&[0; 9], &x));
        }
        // Zero is even and has no other sign.
        (x[0] & 1 == parity).then(|| Self::of(&x, y))
    }

    /// Whether eight times the point is the neutral one: x is zero for order 2, and y for 4, where
    /// the double has no x, which is 2xy; for 8 the double has no y, which is x² + y².
    pub fn has_small_order(&self) -> bool {
        is_zero(&self.x) || is_zero(&self.y) || is_zero(&add(&square(&self.x), &square(&self.y)))
    }

    /// Adds a point: seven products. The sum and the difference of two products are multiplied by
    /// what is carried.
    #[inline]
    fn add(&mut self, minus: &Limbs, plus: &Limbs, product: &Limbs) {
        let a = mul(&sub(&self.y, &self.x), minus);
        let b = mul(&add(&self.y, &self.x), plus);
        let c = mul(&self.t, product);
        let (e, h) = (sub(&b, &a), carried(&add(&b, &a)));
        let (f, g) = (sub(&self.z, &c), add(&self.z, &c));
        *self = Self { x: mul(&e, &f), y: mul(&g, &h), z: mul(&f, &g), t: mul(&e, &h) };
    }

    fn add_entry(&mut self, entry: &Entry) {
        self.add(&widened(&entry.minus, 1), &widened(&entry.plus, 1), &widened(&entry.product, 1));
    }

    /// Adds minus a point, whose x is that of the point with the other sign.
    fn subtract_entry(&mut self, entry: &Entry) {
        self.add(&widened(&entry.plus, 1), &widened(&entry.minus, 1), &widened(&entry.product, -1));
    }

    /// The bytes of RFC 8032 §5.1.2.
    pub fn encode(&self) -> [u8; 32] {
        let over_z = invert(&self.z);
        let (x, y) = (settle(&mul(&self.x, &over_z)), settle(&mul(&self.y, &over_z)));
        let mut words = to_words(&y);
        words[7] |= (x[0] as u32 & 1) << 31;
        core::array::from_fn(|i| words[i / 4].to_le_bytes()[i % 4])
    }
}

impl Table {
    pub(super) fn new(point: &Sum) -> Self {
        Self { entries: Vec::new(), next: entry(point) }
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
        let mut sum = Sum::NEUTRAL;
        let multiples: Vec<Sum> = (0..ENTRIES)
            .map(|_| {
                sum.add_entry(&self.next);
                sum.clone()
            })
            .collect();
        self.entries.extend(entries(&multiples));
        if let Some(last) = self.entries.last() {
            let mut doubled = Sum::NEUTRAL;
            doubled.add_entry(last);
            doubled.add_entry(last);
            self.next = entry(&doubled);
        }
    }

    /// Adds the multiple of the point that the digits say.
    pub(super) fn add_to(&self, sum: &mut Sum, digits: &[i32; ROWS]) {
        for (entry, sign) in picked(&self.entries, digits).iter().flatten() {
            if *sign > 0 { sum.add_entry(entry) } else { sum.subtract_entry(entry) }
        }
    }
}

/// Points as they are added, with one inversion for all.
fn entries(sums: &[Sum]) -> Vec<Entry> {
    let mut product = ONE;
    let before = sums.iter().map(|sum| {
        let before = product;
        product = mul(&product, &sum.z);
        before
    });
    let before: Vec<Limbs> = before.collect();
    let mut inverse = invert(&product);
    let (half, four_d) = (from_words(&HALF), mul(&D, &small(4)));
    let mut entries: Vec<Entry> = sums
        .iter()
        .zip(&before)
        .rev()
        .map(|(sum, before)| {
            let over_2z = mul(&mul(&inverse, before), &half);
            inverse = mul(&inverse, &sum.z);
            halved(&mul(&sum.x, &over_2z), &mul(&sum.y, &over_2z), &four_d)
        })
        .collect();
    entries.reverse();
    entries
}

/// One point as it is added.
fn entry(sum: &Sum) -> Entry {
    let over_2z = mul(&invert(&sum.z), &from_words(&HALF));
    halved(&mul(&sum.x, &over_2z), &mul(&sum.y, &over_2z), &mul(&D, &small(4)))
}

/// The entry of x/2 and y/2; 4d times their product is d·x·y.
fn halved(x: &Limbs, y: &Limbs, four_d: &Limbs) -> Entry {
    let narrow = |limbs: &Limbs| settle(limbs).map(|limb| limb as u32);
    let product = mul(&mul(x, y), four_d);
    Entry { minus: narrow(&sub(y, x)), plus: narrow(&add(y, x)), product: narrow(&product) }
}

pub(super) const fn small(number: i64) -> Limbs {
    [number, 0, 0, 0, 0, 0, 0, 0, 0]
}
