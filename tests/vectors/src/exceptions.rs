//! Cases that are answered otherwise than their file says, each with the reason.

/// One pinned case.
#[derive(Debug)]
pub struct Exception {
    /// The set.
    pub set: &'static str,
    /// The `tcId`.
    pub id: u32,
    /// Why the answer is the other one.
    pub reason: &'static str,
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[
    jws(346, BOUND),
    jws(347, UNKNOWN),
    jws(350, BOUND),
    jws(351, UNKNOWN),
    jws(367, TWICE),
    jws(370, TWICE),
    jws(372, ILLEGAL),
    jws(373, ILLEGAL),
];

const BOUND: &str = "called valid: the JWK says PS256, the token PS384; an algorithm is bound by the key";
const UNKNOWN: &str = "called valid: the JWK's alg ES521 does not exist, so the key is unusable";
const TWICE: &str = "called invalid: the token and key of tcId 357, which is called valid";
const ILLEGAL: &str = "called valid: a question mark is no character of base64url (RFC 7515 §2)";

const fn jws(id: u32, reason: &'static str) -> Exception {
    Exception { set: "json_web_signature", id, reason }
}

/// The exception for a case.
#[must_use]
pub fn of(set: &str, id: u32) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| exception.set == set && exception.id == id)
}
