//! Numbers of any length, as limbs of so many bits, the lowest first.

use alloc::{vec, vec::Vec};

/// How many bits a number has, from its bytes without leading zeros.
pub fn bits(bytes: &[u8]) -> usize {
    let highest = bytes.first().map_or(0, |byte| byte.leading_zeros() as usize);
    8 * bytes.len() - highest.min(8 * bytes.len())
}

/// Reads bytes, the highest first, into so many limbs.
pub fn from_bytes(bytes: &[u8], width: usize, count: usize) -> Vec<u64> {
    let mut limbs = vec![0; count];
    let (mut buffer, mut held, mut at) = (0_u64, 0, 0);
    for byte in bytes.iter().rev() {
        buffer |= u64::from(*byte) << held;
        held += 8;
        if held >= width {
            limbs[at] = buffer & ((1 << width) - 1);
            (buffer, held, at) = (buffer >> width, held - width, at + 1);
        }
    }
    if at < count {
        limbs[at] = buffer;
    }
    limbs
}

/// Writes limbs as so many bytes.
pub fn to_bytes(limbs: &[u64], width: usize, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let (mut buffer, mut held, mut left) = (0_u64, 0, limbs.iter());
    for byte in bytes.iter_mut().rev() {
        if held < 8 {
            buffer |= left.next().map_or(0, |limb| limb << held);
            held += width;
        }
        *byte = buffer as u8;
        buffer >>= 8;
        held -= 8;
    }
    bytes
}

/// Takes the modulus away where the number is not below it.
pub fn subtract_once(limbs: &mut [u64], modulus: &[u64], width: usize) {
    if limbs.iter().rev().lt(modulus.iter().rev()) {
        return;
    }
    let mut borrow = 0;
    for (limb, own) in limbs.iter_mut().zip(modulus) {
        let difference = limb.wrapping_sub(*own).wrapping_sub(borrow);
        borrow = difference >> 63;
        *limb = difference & ((1 << width) - 1);
    }
}

/// 2^exponent modulo a modulus that has so many bits; the exponent is not below.
pub fn power_of_two(exponent: usize, modulus: &[u64], bits: usize, width: usize) -> Vec<u64> {
    let mut limbs = vec![0; modulus.len()];
    limbs[(bits - 1) / width] = 1 << ((bits - 1) % width);
    for _ in bits - 1..exponent {
        let mut carry = 0;
        for limb in &mut limbs {
            let doubled = *limb << 1 | carry;
            carry = doubled >> width;
            *limb = doubled & ((1 << width) - 1);
        }
        subtract_once(&mut limbs, modulus, width);
    }
    limbs
}

/// Minus the inverse of an odd number, modulo 2^width: each step doubles the bits that are right.
pub fn negative_inverse(odd: u64, width: usize) -> u64 {
    let mut inverse = odd;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg() & ((1 << width) - 1)
}
