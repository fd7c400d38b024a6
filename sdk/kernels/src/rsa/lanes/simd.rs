//! Two lanes as WebAssembly has them.

use core::arch::wasm32::{
    f64x2, f64x2_relaxed_madd, f64x2_splat, f64x2_sub, i64x2, i64x2_add, i64x2_extract_lane, v128,
};

/// Two numbers, or the bits of two.
#[derive(Clone, Copy)]
pub struct Pair(v128);

impl Pair {
    pub const ZERO: Self = Self(i64x2(0, 0));

    #[inline(always)]
    pub fn splat(number: f64) -> Self {
        Self(f64x2_splat(number))
    }

    #[inline(always)]
    pub fn of_numbers(first: f64, second: f64) -> Self {
        Self(f64x2(first, second))
    }

    #[inline(always)]
    pub fn of_integers(first: i64, second: i64) -> Self {
        Self(i64x2(first, second))
    }

    /// `self · factor + summand` of each lane.
    #[inline(always)]
    pub fn multiply_add(self, factor: Self, summand: Self) -> Self {
        Self(f64x2_relaxed_madd(self.0, factor.0, summand.0))
    }

    /// The difference of numbers.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0))
    }

    /// The sum of the bits as integers.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(i64x2_add(self.0, other.0))
    }

    /// The bits of a lane as an integer.
    #[inline(always)]
    pub fn integer(self, lane: usize) -> i64 {
        if lane == 0 { i64x2_extract_lane::<0>(self.0) } else { i64x2_extract_lane::<1>(self.0) }
    }

    pub fn bits(self) -> [i64; 2] {
        [self.integer(0), self.integer(1)]
    }
}
