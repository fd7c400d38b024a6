//! Signatures of keys made here, as they are and altered, through the kernels and the crates.
//!
//! `cargo xtask differential kernels [COUNT [SEED]]` sets `EDGEWARD_COUNT` and `EDGEWARD_SEED`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::env;

use ed25519_dalek::Signer;
use edgeward_core::{
    base64url,
    jose::{
        Algorithm, Key, engine,
        kernels::{Beside, Kernels},
    },
    json,
};
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPrivateKey, traits::PublicKeyParts};
use sha2::{Digest, Sha256};

/// How many signatures of each algorithm the tests take.
const COUNT: u64 = 10_000;
/// How many signatures share a key.
const OF_ONE_KEY: u64 = 500;

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// Signs an input.
type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// A key as JOSE has it, and how it signs.
struct Signing {
    key: Key,
    sign: Sign,
}

fn public(members: &str) -> Key {
    Key::parse(&json::parse_object(format!("{{{members}}}").as_bytes()).unwrap()).unwrap()
}

fn p256_key(numbers: &mut Numbers) -> Signing {
    let own = p256::ecdsa::SigningKey::from_slice(&numbers.bytes::<32>()).unwrap();
    let point = own.verifying_key().to_sec1_point(false);
    let [x, y] = [&point.as_bytes()[1..33], &point.as_bytes()[33..]].map(base64url::encode);
    let key = public(&format!(r#""kty":"EC","crv":"P-256","x":"{x}","y":"{y}""#));
    let sign = move |input: &[u8]| {
        let signature: p256::ecdsa::Signature = own.sign(input);
        signature.to_bytes().to_vec()
    };
    Signing { key, sign: Box::new(sign) }
}

fn ed25519_key(numbers: &mut Numbers) -> Signing {
    let own = ed25519_dalek::SigningKey::from_bytes(&numbers.bytes());
    let x = base64url::encode(own.verifying_key().as_bytes());
    let key = public(&format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#));
    Signing { key, sign: Box::new(move |input| own.sign(input).to_bytes().to_vec()) }
}

/// The key of RFC 7515 §A.2; to make one takes longer than the test.
fn rsa_key(_: &mut Numbers) -> Signing {
    let number = |text| BoxedUint::from_be_slice_vartime(&base64url::decode(text).unwrap());
    let primes = vec![number(P), number(Q)];
    let e = BoxedUint::from_be_slice_vartime(&[1, 0, 1]);
    #[expect(deprecated, reason = "its successor is a trait's, which the crate does not offer")]
    let p_times_q = primes[0].mul(&primes[1]);
    let own = RsaPrivateKey::from_components(p_times_q, e, number(D), primes).unwrap();
    let n = base64url::encode(&own.n().to_be_bytes_trimmed_vartime());
    let key = public(&format!(r#""kty":"RSA","n":"{n}","e":"AQAB""#));
    let sign = move |input: &[u8]| own.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(input)).unwrap();
    Signing { key, sign: Box::new(sign) }
}

/// Alters an input or a signature, or neither.
fn altered(numbers: &mut Numbers, input: &mut [u8], signature: &mut Vec<u8>) {
    let (place, half) = (numbers.below(signature.len()), signature.len() / 2);
    match numbers.below(12) {
        0 => signature[place] ^= 1 << numbers.below(8),
        1 => input[place % 32] ^= 1 << numbers.below(8),
        2 => signature[..half].fill(0),
        3 => signature[half..].fill([0, 0xff][place % 2]),
        4 => signature[..half].fill(0xff),
        5 => signature.swap(place, half),
        6 => drop(signature.pop()),
        7 => signature.rotate_left(half),
        // Small numbers, at either end of either half.
        8 => {
            signature[..half - 1].fill(0);
            signature[half..2 * half - 1].fill(0);
        }
        _ => {}
    }
}

fn compare(alg: Algorithm, make: fn(&mut Numbers) -> Signing) {
    let setting = |name, default| env::var(name).map_or(default, |text| text.parse().unwrap());
    let (count, seed) = (setting("EDGEWARD_COUNT", COUNT), setting("EDGEWARD_SEED", 1));
    let (mut numbers, mut kernels) = (Numbers(seed), Kernels::new());
    let (mut verified, mut undecided) = (0, 0);
    let mut signing = make(&mut numbers);
    // A signature costs what many verifications do, and one is good for many alterations.
    let mut good = (vec![], vec![]);
    for turn in 0..count {
        if turn % OF_ONE_KEY == 0 {
            signing = make(&mut numbers);
            kernels.retain(|_| false);
        }
        if turn % 10 == 0 {
            let input = numbers.bytes::<32>().to_vec();
            good = (input.clone(), (signing.sign)(&input));
        }
        let (mut input, mut signature) = good.clone();
        altered(&mut numbers, &mut input, &mut signature);
        let general = engine::verify(&signing.key, alg, &input, &signature);
        let ask = |_| kernels.verify(&signing.key, alg, &input, &signature, Beside::Crates);
        let Some(kernel) = (0..16).find_map(ask) else {
            undecided += 1;
            continue;
        };
        assert_eq!(kernel, general, "{alg}, turn {turn} of seed {seed}");
        verified += u64::from(kernel.is_ok());
    }
    println!("{alg}: {count} signatures, of which {verified} verify and {undecided} are left to the crates");
    assert!(verified > count / 10 && undecided < count / 1000 + 1);
}

#[test]
fn the_kernel_of_p256_and_the_crate_agree() {
    compare(Algorithm::Es256, p256_key);
}

#[test]
fn the_kernel_of_ed25519_and_the_crate_agree() {
    compare(Algorithm::EdDsa, ed25519_key);
}

#[test]
fn the_kernel_of_rsa_and_the_crate_agree() {
    compare(Algorithm::Rs256, rsa_key);
}

const D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
const P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";
