//! The shape in which vectors are embedded. Bytes are base64url.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One file of vectors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Set {
    /// The name of the file, without `_test.json`.
    pub name: String,
    /// The groups, in the order of the file.
    pub groups: Vec<Group>,
}

/// Cases that share a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    /// One JWK, or for tokens a JWKS.
    pub key: Value,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One question and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    /// The `tcId`.
    pub id: u32,
    /// What the file says of it.
    pub comment: String,
    /// What is to be verified.
    pub ask: Ask,
    /// Whether it has to verify.
    pub verifies: bool,
    /// The rule of JOSE by which it is refused although the file calls the signature good.
    pub rule: Option<String>,
    /// What has to come out, where something is opened.
    #[serde(default)]
    pub output: Option<String>,
    /// The code of the refusal, where it is pinned.
    #[serde(default)]
    pub refusal: Option<String>,
}

/// What is to be verified, or opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ask {
    /// A signature.
    Signature {
        /// The algorithm's JOSE name.
        alg: String,
        /// The message.
        input: String,
        /// The signature.
        signature: String,
    },
    /// A compact JWS.
    Token {
        /// The token.
        jws: String,
    },
    /// A compact JWE.
    Sealed {
        /// The token.
        jwe: String,
    },
    /// Encrypted content.
    Encrypted {
        /// The content encryption's JOSE name.
        enc: String,
        /// The additional data.
        aad: String,
        /// The initialisation vector.
        iv: String,
        /// The ciphertext.
        ciphertext: String,
        /// The authentication tag.
        tag: String,
    },
    /// A wrapped key.
    Wrapped {
        /// The key.
        wrapped: String,
    },
    /// A key encrypted with RSAES-OAEP.
    Oaep {
        /// The ciphertext.
        oaep: String,
    },
    /// A secret to be agreed on.
    Agreed {
        /// The peer's public key: an uncompressed point.
        peer: String,
    },
}
