//! A scalar as signed digits, one for each row of a table.
//!
//! Row i of a table has the multiples 1 to 2^(w−1) of `2^(w·i) · P`; the sum of one entry a row, added
//! or subtracted, is any multiple of P.

use crate::limbs::Words;

/// The bits of a digit. Eight: a table of 33 rows with 128 entries each.
pub const WIDTH: usize = 8;
/// The rows of a table: the last one takes what the digit before it carries over.
pub const ROWS: usize = 256 / WIDTH + 1;
/// The entries of a row.
pub const ENTRIES: usize = 1 << (WIDTH - 1);

/// The digits of a scalar below 2^256, the lowest first, each from −127 to 128.
pub fn digits(scalar: &Words) -> [i32; ROWS] {
    let mut carry = 0;
    core::array::from_fn(|row| {
        let (word, shift) = (row * WIDTH / 32, row * WIDTH % 32);
        let at = |word: usize| u64::from(scalar.get(word).copied().unwrap_or(0));
        let bits = (at(word + 1) << 32 | at(word)) >> shift;
        let digit = (bits as i32 & ((1 << WIDTH) - 1)) + carry;
        carry = i32::from(digit > ENTRIES as i32);
        digit - (carry << WIDTH)
    })
}

/// The entries that digits stand for, each with its digit's sign; there is none for zero, which adds
/// nothing. They are copied before any is added: a table is larger than what a processor keeps close,
/// and it waits for many at once as long as for one.
pub fn picked<E: Copy>(entries: &[E], digits: &[i32; ROWS]) -> [Option<(E, i64)>; ROWS] {
    let mut rows = entries.chunks_exact(ENTRIES);
    digits.map(|digit| {
        let entry = rows.next()?.get((digit.unsigned_abs() as usize).wrapping_sub(1))?;
        Some((*entry, i64::from(digit.signum())))
    })
}
