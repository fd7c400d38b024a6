//! Which sets of Wycheproof are run, and as which algorithm.

/// How a set is used.
pub enum Use {
    /// Every case, with the answer of the file.
    AsTold,
    /// The good signatures only, all to be refused: they are good under other parameters than
    /// those of the algorithm. The reason is said.
    Refused(&'static str),
}

use Use::{AsTold, Refused};

const OTHER_HASH: &str = "RFC 7518 §3.1: the algorithm fixes the hash, and this is another";
const DER: &str = "RFC 7518 §3.4: the signature is r ‖ s, not DER";
const OTHER_PSS: &str = "RFC 7518 §3.5: MGF1 with the same hash, a salt as long as the hash";

/// Name of the set, algorithm, use. `rsa_pss_misc` names its hash group by group.
pub const PLAN: &[(&str, &str, Use)] = &[
    ("ecdsa_secp256r1_sha256_p1363", "ES256", AsTold),
    ("ecdsa_secp384r1_sha384_p1363", "ES384", AsTold),
    ("ecdsa_secp521r1_sha512_p1363", "ES512", AsTold),
    ("ecdsa_secp256k1_sha256_p1363", "ES256K", AsTold),
    ("ed25519", "EdDSA", AsTold),
    ("mldsa_44_verify", "ML-DSA-44", AsTold),
    ("mldsa_65_verify", "ML-DSA-65", AsTold),
    ("mldsa_87_verify", "ML-DSA-87", AsTold),
    ("rsa_signature_2048_sha256", "RS256", AsTold),
    ("rsa_signature_2048_sha384", "RS384", AsTold),
    ("rsa_signature_2048_sha512", "RS512", AsTold),
    ("rsa_signature_3072_sha256", "RS256", AsTold),
    ("rsa_signature_3072_sha384", "RS384", AsTold),
    ("rsa_signature_3072_sha512", "RS512", AsTold),
    ("rsa_signature_4096_sha256", "RS256", AsTold),
    ("rsa_signature_4096_sha384", "RS384", AsTold),
    ("rsa_signature_4096_sha512", "RS512", AsTold),
    ("rsa_signature_8192_sha256", "RS256", AsTold),
    ("rsa_signature_8192_sha384", "RS384", AsTold),
    ("rsa_signature_8192_sha512", "RS512", AsTold),
    ("rsa_pss_2048_sha256_mgf1_32", "PS256", AsTold),
    ("rsa_pss_2048_sha256_mgf1_32_params", "PS256", AsTold),
    ("rsa_pss_3072_sha256_mgf1_32", "PS256", AsTold),
    ("rsa_pss_3072_sha256_mgf1_32_params", "PS256", AsTold),
    ("rsa_pss_4096_sha256_mgf1_32", "PS256", AsTold),
    ("rsa_pss_2048_sha384_mgf1_48", "PS384", AsTold),
    ("rsa_pss_4096_sha384_mgf1_48", "PS384", AsTold),
    ("rsa_pss_4096_sha512_mgf1_64", "PS512", AsTold),
    ("rsa_pss_4096_sha512_mgf1_64_params", "PS512", AsTold),
    ("rsa_pss_misc", "PS", AsTold),
    ("hmac_sha256", "HS256", AsTold),
    ("hmac_sha384", "HS384", AsTold),
    ("hmac_sha512", "HS512", AsTold),
    ("ecdsa_secp256r1_sha256", "ES256", Refused(DER)),
    ("ecdsa_secp384r1_sha384", "ES384", Refused(DER)),
    ("ecdsa_secp521r1_sha512", "ES512", Refused(DER)),
    ("ecdsa_secp256r1_sha512_p1363", "ES256", Refused(OTHER_HASH)),
    ("ecdsa_secp384r1_sha512_p1363", "ES384", Refused(OTHER_HASH)),
    ("rsa_signature_2048_sha512_256", "RS512", Refused(OTHER_HASH)),
    ("rsa_signature_2048_sha3_256", "RS256", Refused(OTHER_HASH)),
    ("rsa_pss_2048_sha256_mgf1_0", "PS256", Refused(OTHER_PSS)),
    ("rsa_pss_2048_sha256_mgf1sha1_20", "PS256", Refused(OTHER_PSS)),
    ("rsa_pss_2048_sha512_mgf1sha256_32_params", "PS512", Refused(OTHER_PSS)),
    ("rsa_pss_4096_sha512_mgf1_32", "PS512", Refused(OTHER_PSS)),
];

/// What a set of encryption is about.
pub enum Open {
    /// Encrypted content; the set has every key size.
    Content,
    /// A content encryption of JOSE.
    ContentAs(&'static str),
    /// Wrapped keys.
    Wrap,
    /// A curve's key agreement.
    Agree(&'static str),
    /// RSAES-OAEP with SHA-256.
    Oaep,
}

/// Name of the set, and what it is about.
pub const OPENED: &[(&str, Open)] = &[
    ("a128cbc_hs256", Open::ContentAs("A128CBC-HS256")),
    ("a256cbc_hs512", Open::ContentAs("A256CBC-HS512")),
    ("aes_gcm", Open::Content),
    ("aes_wrap", Open::Wrap),
    ("ecdh_secp256r1_ecpoint", Open::Agree("P-256")),
    ("ecdh_secp384r1_ecpoint", Open::Agree("P-384")),
    ("ecdh_secp521r1_ecpoint", Open::Agree("P-521")),
    ("x25519", Open::Agree("X25519")),
    ("rsa_oaep_2048_sha256_mgf1sha256", Open::Oaep),
    ("rsa_oaep_3072_sha256_mgf1sha256", Open::Oaep),
    ("rsa_oaep_4096_sha256_mgf1sha256", Open::Oaep),
];
