//! RSA moduli of a generator that was too regular (ROCA, CVE-2017-15361): they can be factored.
//!
//! Every prime of that generator is a power of 65537 modulo the product of the first small primes,
//! so the modulus is one, too. A sound modulus passes for such a one with probability 2⁻²⁸.
//!
//! Source: [Nemec et al., The Return of Coppersmith's Attack, §2.2](https://crocs.fi.muni.cz/public/papers/rsa_ccs17)

/// Whether the big-endian modulus has the fingerprint.
pub fn is_weak(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power(remainder(modulus, (*prime).into()), (*prime).into()))
}

fn remainder(number: &[u8], prime: u32) -> u32 {
    number.iter().fold(0, |rest, byte| (rest << 8 | u32::from(*byte)) % prime)
}

fn is_power(number: u32, prime: u32) -> bool {
    let mut power = 1;
    // The order of the generator is below the prime.
    for _ in 1..prime {
        if power == number {
            return true;
        }
        power = power * (65537 % prime) % prime;
    }
    false
}

const PRIMES: [u8; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_powers() {
        // 65537 is 10 modulo 11, whose powers are 1 and 10.
        let powers: Vec<_> = (0..11).filter(|number| is_power(*number, 11)).collect();
        assert_eq!(powers, [1, 10]);
    }

    #[test]
    fn a_power_of_the_generator_has_the_fingerprint() {
        // 65537³ and, one off, no power.
        assert!(is_weak(&281_487_861_809_153_u64.to_be_bytes()));
        assert!(!is_weak(&281_487_861_809_155_u64.to_be_bytes()));
    }
}
