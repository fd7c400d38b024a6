//! Two lanes where there is no WebAssembly: for the tests, whose standard library fuses.

/// Two numbers, or the bits of two.
#[derive(Clone, Copy)]
pub struct Pair([u64; 2]);

impl Pair {
    pub const ZERO: Self = Self([0; 2]);

    pub fn splat(number: f64) -> Self {
        Self::of_numbers(number, number)
    }

    pub fn of_numbers(first: f64, second: f64) -> Self {
        Self([first.to_bits(), second.to_bits()])
    }

    pub fn of_integers(first: i64, second: i64) -> Self {
        Self([first as u64, second as u64])
    }

    pub fn multiply_add(self, factor: Self, summand: Self) -> Self {
        let fused = |lane: usize| self.number(lane).mul_add(factor.number(lane), summand.number(lane));
        Self::of_numbers(fused(0), fused(1))
    }

    pub fn minus(self, other: Self) -> Self {
        Self::of_numbers(self.number(0) - other.number(0), self.number(1) - other.number(1))
    }

    pub fn plus(self, other: Self) -> Self {
        Self([self.0[0].wrapping_add(other.0[0]), self.0[1].wrapping_add(other.0[1])])
    }

    pub fn integer(self, lane: usize) -> i64 {
        self.0[lane] as i64
    }

    pub fn bits(self) -> [i64; 2] {
        [self.integer(0), self.integer(1)]
    }

    fn number(self, lane: usize) -> f64 {
        f64::from_bits(self.0[lane])
    }
}
