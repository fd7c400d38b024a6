//! JOSE: algorithms, keys, signed and encrypted tokens, and the seam at which signatures are verified.

pub mod algorithm;
mod compact;
mod draft;
pub mod engine;
pub mod jwe;
pub mod jwk;
pub mod jwks;
pub mod jws;
#[cfg(feature = "kernels")]
pub mod kernels;
pub mod thumbprint;

pub use algorithm::Algorithm;
pub use draft::Draft;
pub use jwk::Key;
pub use jwks::KeySet;

#[cfg(test)]
mod properties;
