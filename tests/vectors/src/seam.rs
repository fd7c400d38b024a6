//! What every engine has to say of good signatures that were changed.
//!
//! Made from the minted tokens: one accepted case an algorithm, and the changes that a verifier
//! has been known to overlook.

use edgeward_core::{
    base64url,
    jose::{Algorithm, algorithm::Scheme},
};

use crate::{
    model::{Ask, Case, Group, Set},
    tokens::{MINTED, Token},
};

/// The set `seam`.
#[must_use]
pub fn set() -> Set {
    let mut groups: Vec<Group> = MINTED.tokens.iter().map(group).collect();
    groups.extend(other_keys());
    groups.push(small_order());
    let cases = groups.iter_mut().flat_map(|group| &mut group.cases);
    cases.zip(1..).for_each(|(case, id)| case.id = id);
    Set { name: "seam".into(), groups }
}

/// A good signature in parts.
struct Good<'a> {
    alg: Algorithm,
    input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Good<'a> {
    fn new(token: &'a Token) -> Self {
        let (input, signature) = token.token.rsplit_once('.').expect("a token has parts");
        Self {
            alg: token.alg.parse().expect("an algorithm of the table"),
            input,
            signature: base64url::decode(signature).expect("base64url"),
        }
    }
}

fn group(token: &Token) -> Group {
    let good = Good::new(token);
    let mut cases = vec![case(good.alg, "good", good.input.as_bytes(), &good.signature, true)];
    cases.extend(changed_input(&good));
    cases.extend(changed_signature(&good));
    cases.extend(other_algorithms(&good));
    Group { key: token.jwk.clone(), cases }
}

fn changed_input<'a>(good: &'a Good<'_>) -> impl Iterator<Item = Case> + 'a {
    let flipped = flip(good.input.as_bytes(), 8 * good.input.len() - 1);
    let shorter = good.input.as_bytes()[1..].to_vec();
    [("input with a flipped bit", flipped), ("input without its first byte", shorter), ("no input", vec![])]
        .into_iter()
        .map(|(comment, input)| case(good.alg, comment, &input, &good.signature, false))
}

fn changed_signature<'a>(good: &'a Good<'_>) -> impl Iterator<Item = Case> + 'a {
    let whole = &good.signature;
    let mut changes = vec![
        ("empty".to_owned(), vec![]),
        ("one byte shorter at the end".to_owned(), whole[..whole.len() - 1].to_vec()),
        ("one byte shorter at the start".to_owned(), whole[1..].to_vec()),
        ("a zero byte more at the end".to_owned(), [whole, &[0][..]].concat()),
        ("a zero byte more at the start".to_owned(), [&[0], &whole[..]].concat()),
        ("twice".to_owned(), whole.repeat(2)),
        ("all zero".to_owned(), vec![0; whole.len()]),
        ("all ones".to_owned(), vec![0xff; whole.len()]),
    ];
    changes.extend(halves(good));
    // Every bit of the short signatures, every 37th of the long ones.
    let step = if whole.len() > 132 { 37 } else { 1 };
    changes.extend(
        (0..8 * whole.len()).step_by(step).map(|bit| (format!("bit {bit} flipped"), flip(whole, bit))),
    );
    changes.into_iter().map(|(comment, bytes)| case(good.alg, &comment, good.input.as_bytes(), &bytes, false))
}

/// Changes of signatures that consist of two numbers.
fn halves(good: &Good<'_>) -> Vec<(String, Vec<u8>)> {
    let (first, second) = good.signature.split_at(good.signature.len() / 2);
    let zero = vec![0; first.len()];
    let of_two_numbers = vec![
        ("halves swapped".to_owned(), [second, first].concat()),
        ("first half zero".to_owned(), [&zero, second].concat()),
        ("second half zero".to_owned(), [first, &zero].concat()),
    ];
    match good.alg.scheme() {
        Scheme::Ecdsa(_, _) => {
            let order = order(good.alg);
            let mut changes = of_two_numbers;
            changes.extend(plus(first, &order).map(|r| ("r + n".to_owned(), [&r, second].concat())));
            changes.extend(plus(second, &order).map(|s| ("s + n".to_owned(), [first, &s].concat())));
            changes.push(("r is n".to_owned(), [&order, second].concat()));
            changes.push(("s is n".to_owned(), [first, &order].concat()));
            changes
        }
        Scheme::Ed25519 => {
            let reversed = |bytes: &[u8]| bytes.iter().rev().copied().collect::<Vec<_>>();
            let s = plus(&reversed(second), &order(good.alg)).expect("two orders fit 32 bytes");
            let mut changes = of_two_numbers;
            changes.push(("s + L".to_owned(), [first, &reversed(&s)].concat()));
            changes
        }
        Scheme::Hmac(_) | Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) | Scheme::MlDsa(_) => Vec::new(),
    }
}

/// The same key and signature under every other algorithm.
fn other_algorithms<'a>(good: &'a Good<'_>) -> impl Iterator<Item = Case> + 'a {
    let others = Algorithm::ALL.iter().filter(|alg| alg.scheme() != good.alg.scheme());
    others.map(|alg| {
        case(*alg, &format!("{} asked as {alg}", good.alg), good.input.as_bytes(), &good.signature, false)
    })
}

/// Every signature under the key of each other algorithm.
fn other_keys() -> Vec<Group> {
    let pairs = MINTED.tokens.iter().flat_map(|token| MINTED.tokens.iter().map(move |other| (token, other)));
    pairs
        .filter(|(token, other)| token.alg != other.alg)
        .map(|(token, other)| {
            let good = Good::new(token);
            let comment = format!("{} with the key of {}", token.alg, other.alg);
            let case = case(good.alg, &comment, good.input.as_bytes(), &good.signature, false);
            Group { key: other.jwk.clone(), cases: vec![case] }
        })
        .collect()
}

fn small_order() -> Group {
    let minted = &MINTED.small_order;
    let ask = Ask::Signature {
        alg: Algorithm::Ed25519.name().into(),
        input: minted.input.clone(),
        signature: minted.signature.clone(),
    };
    Group { key: minted.jwk.clone(), cases: vec![of_ask("R is the neutral element", ask, false)] }
}

fn case(alg: Algorithm, comment: &str, input: &[u8], signature: &[u8], verifies: bool) -> Case {
    let ask = Ask::Signature {
        alg: alg.name().into(),
        input: base64url::encode(input),
        signature: base64url::encode(signature),
    };
    of_ask(&format!("{alg}: {comment}"), ask, verifies)
}

fn of_ask(comment: &str, ask: Ask, verifies: bool) -> Case {
    Case { id: 0, comment: comment.to_owned(), ask, verifies, rule: None, output: None, refusal: None }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// The sum of two big-endian numbers, if it fits their length.
fn plus(a: &[u8], b: &[u8]) -> Option<Vec<u8>> {
    let mut sum = vec![0; a.len()];
    let mut carry = 0_u16;
    for (place, (a, b)) in a.iter().zip(b).enumerate().rev() {
        let digit = u16::from(*a) + u16::from(*b) + carry;
        sum[place] = (digit & 0xff) as u8;
        carry = digit >> 8;
    }
    (carry == 0).then_some(sum)
}

/// The order of the curve's group, as long as a scalar of a signature.
fn order(alg: Algorithm) -> Vec<u8> {
    let hex = match alg {
        Algorithm::Es256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Algorithm::Es384 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        }
        Algorithm::Es512 => {
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        _ => "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
    };
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}
