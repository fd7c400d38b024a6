//! Powers with limbs of 28 bits in 64-bit words: what every WebAssembly can do.
//!
//! A column of a product and its reduction adds two products of 56 bits a limb: 2^64 is not reached
//! with 127 limbs, which are 3,556 bits; with more, carries are taken out halfway.
//!
//! The modulus is at least four times below the radix, so that numbers below 2·n stay below 2·n, and
//! only the last one has to be brought below n.

use alloc::{vec, vec::Vec};

use super::number::{self, from_bytes, to_bytes};

const WIDTH: usize = 28;
const MASK: u64 = (1 << WIDTH) - 1;
/// How many steps a column holds without a carry.
const STEPS: usize = 127;

/// A modulus, and what follows from it.
pub struct Modulus {
    length: usize,
    limbs: Vec<u64>,
    /// Minus its inverse modulo 2^28.
    inverse: u64,
    /// The square of the Montgomery radix.
    square: Vec<u64>,
}

impl Modulus {
    pub fn new(modulus: &[u8]) -> Self {
        let bits = number::bits(modulus);
        let count = (bits + 2).div_ceil(WIDTH);
        let limbs = from_bytes(modulus, WIDTH, count);
        Self {
            length: modulus.len(),
            inverse: number::negative_inverse(limbs[0], WIDTH),
            square: number::power_of_two(2 * WIDTH * count, &limbs, bits, WIDTH),
            limbs,
        }
    }

    /// The 65537th power: sixteen squares and a product.
    pub fn power(&self, base: &[u8]) -> Vec<u8> {
        let base = from_bytes(base, WIDTH, self.limbs.len());
        let mut columns = vec![0; 2 * self.limbs.len()];
        let mut power = base.clone();
        self.multiply(&mut power, &self.square, &mut columns);
        for _ in 0..16 {
            self.square(&mut power, &mut columns);
        }
        self.multiply(&mut power, &base, &mut columns);
        number::subtract_once(&mut power, &self.limbs, WIDTH);
        to_bytes(&power, WIDTH, self.length)
    }

    /// `a · b` over the radix, into `a`.
    fn multiply(&self, a: &mut [u64], b: &[u64], columns: &mut [u64]) {
        columns.fill(0);
        for (i, limb) in a.iter().enumerate() {
            accumulate(&mut columns[i..], *limb, b);
        }
        self.reduce(columns, a);
    }

    /// `a²` over the radix, into `a`: each product of two different limbs is computed once.
    fn square(&self, a: &mut [u64], columns: &mut [u64]) {
        columns.fill(0);
        for (i, limb) in a.iter().enumerate() {
            columns[2 * i] += limb * limb;
            accumulate(&mut columns[2 * i + 1..], 2 * limb, &a[i + 1..]);
        }
        self.reduce(columns, a);
    }

    /// Adds multiples of the modulus that make the lower half zero; the upper half is what is left.
    fn reduce(&self, columns: &mut [u64], out: &mut [u64]) {
        let count = self.limbs.len();
        if count > STEPS {
            carry(columns);
        }
        for i in 0..count {
            let rest = &mut columns[i..];
            let quotient = ((rest[0] & MASK) * self.inverse) & MASK;
            accumulate(rest, quotient, &self.limbs);
            rest[1] += rest[0] >> WIDTH;
        }
        carry(&mut columns[count..]);
        out.copy_from_slice(&columns[count..]);
    }
}

/// Adds `limb · b`.
#[inline(always)]
fn accumulate(columns: &mut [u64], limb: u64, b: &[u64]) {
    for (column, own) in columns.iter_mut().zip(b) {
        *column += limb * own;
    }
}

fn carry(columns: &mut [u64]) {
    let mut over = 0;
    for column in columns {
        let sum = *column + over;
        (*column, over) = (sum & MASK, sum >> WIDTH);
    }
}
