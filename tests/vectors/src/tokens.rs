//! One token for every algorithm, signed by npm `jose`; see `data/mint.mjs`.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// What `mint.mjs` has written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Minted {
    /// A token for every algorithm, in the order of the table.
    pub tokens: Vec<Token>,
    /// An Ed25519 signature whose R has small order.
    pub small_order: SmallOrder,
}

/// A token and the key that verifies it.
#[derive(Debug, Deserialize)]
pub struct Token {
    /// The algorithm.
    pub alg: String,
    /// The public key, or the secret.
    pub jwk: Value,
    /// The compact token.
    pub token: String,
}

/// A signature that only a strict verifier refuses.
#[derive(Debug, Deserialize)]
pub struct SmallOrder {
    /// The public key.
    pub jwk: Value,
    /// What is signed, base64url.
    pub input: String,
    /// The signature, base64url.
    pub signature: String,
}

/// The minted tokens.
pub static MINTED: LazyLock<Minted> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../data/tokens.json")).expect("what mint.mjs has written is whole")
});
