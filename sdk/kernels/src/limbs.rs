//! Numbers of 256 bits as nine limbs of 29 bits in signed words, and the columns of their products.
//!
//! Limbs may be negative, so that a difference needs neither borrow nor a multiple of the modulus. A
//! product of limbs below 2^29 in size has 58 bits and a column adds nine of them, which leaves two
//! bits: one operand, or either of two, may be a sum of two numbers. Every caller says why it fits.
//!
//! WebAssembly multiplies 64 bits by 64 into 64 bits and has no carry flag; limbs below half a word
//! are what it does best.

/// Nine limbs, the lowest first: the sum of `limb[i] · 2^(29·i)`.
pub type Limbs = [i64; 9];
/// Eight words, the lowest first: a number from 0 to 2^256 − 1.
pub type Words = [u32; 8];

/// How many bits a limb has.
pub const BITS: usize = 29;
/// A limb with all bits set.
pub const MASK: i64 = (1 << BITS) - 1;

/// One column of a product: the sum of all `a[i] · b[k − i]`. Written out, so that with a number for k
/// no loop is left of it however the rest is compiled.
#[inline(always)]
#[rustfmt::skip]
pub const fn column(a: &Limbs, b: &Limbs, k: usize) -> i64 {
    match k {
        0 => a[0] * b[0],
        1 => a[0] * b[1] + a[1] * b[0],
        2 => a[0] * b[2] + a[1] * b[1] + a[2] * b[0],
        3 => a[0] * b[3] + a[1] * b[2] + a[2] * b[1] + a[3] * b[0],
        4 => a[0] * b[4] + a[1] * b[3] + a[2] * b[2] + a[3] * b[1] + a[4] * b[0],
        5 => a[0] * b[5] + a[1] * b[4] + a[2] * b[3] + a[3] * b[2] + a[4] * b[1] + a[5] * b[0],
        6 => a[0] * b[6] + a[1] * b[5] + a[2] * b[4] + a[3] * b[3] + a[4] * b[2] + a[5] * b[1] + a[6] * b[0],
        7 => a[0] * b[7] + a[1] * b[6] + a[2] * b[5] + a[3] * b[4] + a[4] * b[3] + a[5] * b[2] + a[6] * b[1] + a[7] * b[0],
        8 => a[0] * b[8] + a[1] * b[7] + a[2] * b[6] + a[3] * b[5] + a[4] * b[4] + a[5] * b[3] + a[6] * b[2] + a[7] * b[1] + a[8] * b[0],
        9 => a[1] * b[8] + a[2] * b[7] + a[3] * b[6] + a[4] * b[5] + a[5] * b[4] + a[6] * b[3] + a[7] * b[2] + a[8] * b[1],
        10 => a[2] * b[8] + a[3] * b[7] + a[4] * b[6] + a[5] * b[5] + a[6] * b[4] + a[7] * b[3] + a[8] * b[2],
        11 => a[3] * b[8] + a[4] * b[7] + a[5] * b[6] + a[6] * b[5] + a[7] * b[4] + a[8] * b[3],
        12 => a[4] * b[8] + a[5] * b[7] + a[6] * b[6] + a[7] * b[5] + a[8] * b[4],
        13 => a[5] * b[8] + a[6] * b[7] + a[7] * b[6] + a[8] * b[5],
        14 => a[6] * b[8] + a[7] * b[7] + a[8] * b[6],
        15 => a[7] * b[8] + a[8] * b[7],
        16 => a[8] * b[8],
        _ => 0,
    }
}

/// One column of a square: each product of two different limbs stands in it twice.
#[inline(always)]
#[rustfmt::skip]
pub const fn square_column(a: &Limbs, k: usize) -> i64 {
    match k {
        0 => a[0] * a[0],
        1 => 2 * a[0] * a[1],
        2 => 2 * a[0] * a[2] + a[1] * a[1],
        3 => 2 * (a[0] * a[3] + a[1] * a[2]),
        4 => 2 * (a[0] * a[4] + a[1] * a[3]) + a[2] * a[2],
        5 => 2 * (a[0] * a[5] + a[1] * a[4] + a[2] * a[3]),
        6 => 2 * (a[0] * a[6] + a[1] * a[5] + a[2] * a[4]) + a[3] * a[3],
        7 => 2 * (a[0] * a[7] + a[1] * a[6] + a[2] * a[5] + a[3] * a[4]),
        8 => 2 * (a[0] * a[8] + a[1] * a[7] + a[2] * a[6] + a[3] * a[5]) + a[4] * a[4],
        9 => 2 * (a[1] * a[8] + a[2] * a[7] + a[3] * a[6] + a[4] * a[5]),
        10 => 2 * (a[2] * a[8] + a[3] * a[7] + a[4] * a[6]) + a[5] * a[5],
        11 => 2 * (a[3] * a[8] + a[4] * a[7] + a[5] * a[6]),
        12 => 2 * (a[4] * a[8] + a[5] * a[7]) + a[6] * a[6],
        13 => 2 * (a[5] * a[8] + a[6] * a[7]),
        14 => 2 * a[6] * a[8] + a[7] * a[7],
        15 => 2 * a[7] * a[8],
        16 => a[8] * a[8],
        _ => 0,
    }
}

/// Writes a macro's body out for each of the columns: a loop would keep their numbers in registers.
macro_rules! each {
    ($body:ident: $($column:literal)*) => { $( $body!($column); )* };
}
pub(crate) use each;

/// Splits words into limbs.
pub const fn from_words(words: &Words) -> Limbs {
    let (mut limbs, mut i) = ([0; 9], 0);
    while i < 9 {
        let (word, shift) = (i * BITS / 32, i * BITS % 32);
        let high = if word < 7 { words[word + 1] } else { 0 };
        limbs[i] = ((((high as u64) << 32 | words[word] as u64) >> shift) as i64) & MASK;
        i += 1;
    }
    limbs
}

/// Joins limbs, all of which are from 0 to 2^29 − 1 and the last below 2^24.
pub const fn to_words(limbs: &Limbs) -> Words {
    let (mut words, mut i) = ([0; 8], 0);
    while i < 9 {
        let (word, shift) = (i * BITS / 32, i * BITS % 32);
        let bits = (limbs[i] as u64) << shift;
        words[word] |= bits as u32;
        if word < 7 {
            words[word + 1] |= (bits >> 32) as u32;
        }
        i += 1;
    }
    words
}

/// The same number with every limb but the last from 0 to 2^29 − 1; the last has the sign.
#[inline(always)]
pub const fn carried(limbs: &Limbs) -> Limbs {
    let (mut out, mut carry) = ([0; 9], 0);
    macro_rules! limb {
        ($i:literal) => {
            carry += limbs[$i];
            out[$i] = carry & MASK;
            carry >>= BITS;
        };
    }
    each!(limb: 0 1 2 3 4 5 6 7);
    out[8] = limbs[8] + carry;
    out
}

/// A function of each limb, written out.
macro_rules! limbwise {
    ($limb:ident) => {
        [$limb!(0), $limb!(1), $limb!(2), $limb!(3), $limb!(4), $limb!(5), $limb!(6), $limb!(7), $limb!(8)]
    };
}

/// `a + b`, limb by limb.
#[inline(always)]
pub const fn add(a: &Limbs, b: &Limbs) -> Limbs {
    macro_rules! limb {
        ($i:literal) => {
            a[$i] + b[$i]
        };
    }
    limbwise!(limb)
}

/// `a − b`, limb by limb.
#[inline(always)]
pub const fn sub(a: &Limbs, b: &Limbs) -> Limbs {
    macro_rules! limb {
        ($i:literal) => {
            a[$i] - b[$i]
        };
    }
    limbwise!(limb)
}

/// The limbs of a table, times 1 or −1.
#[inline(always)]
pub const fn widened(narrow: &[u32; 9], sign: i64) -> Limbs {
    macro_rules! limb {
        ($i:literal) => {
            narrow[$i] as i64 * sign
        };
    }
    limbwise!(limb)
}

/// The number from 0 to m − 1 that is congruent to one of a few times m in size, carried.
pub const fn canonical(limbs: &Limbs, m: &Limbs) -> Limbs {
    let mut out = carried(limbs);
    while out[8] < 0 {
        out = carried(&add(&out, m));
    }
    loop {
        let less = carried(&sub(&out, m));
        if less[8] < 0 {
            return out;
        }
        out = less;
    }
}

/// Reads a number of 32 bytes, the highest first.
pub fn from_be_bytes(bytes: &[u8; 32]) -> Words {
    core::array::from_fn(|i| {
        let at = 28 - 4 * i;
        u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    })
}

/// Reads a number of 32 bytes, the lowest first.
pub fn from_le_bytes(bytes: &[u8; 32]) -> Words {
    core::array::from_fn(|i| {
        let at = 4 * i;
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    })
}

/// Whether `a` is less than `b`.
pub fn is_less(a: &Words, b: &Words) -> bool {
    a.iter().rev().lt(b.iter().rev())
}
