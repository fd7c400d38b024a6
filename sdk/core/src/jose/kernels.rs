//! The engine of `edgeward-kernels` behind the seam, with what it keeps of each key.
//!
//! It answers where it is faster than what it stands beside, and leaves the rest to that. A key's first
//! signatures go the general way, since a table costs as much as a few of them; then the table grows
//! by a few rows a signature, so that no request pays for a whole one. What is kept is bounded: while
//! it is full, a key without a place goes the general way, and takes the place of one that was not
//! used for long.

mod prepared;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use edgeward_kernels::Verdict;

use self::prepared::{Prepared, Shared};
use crate::{
    error::{Code, Error},
    jose::{
        algorithm::Algorithm,
        engine,
        jwk::{Key, Material},
    },
};

/// How many keys are kept at most.
pub const MAX_KEYS: usize = 64;
/// How many bytes they may take, about.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// How many signatures of a key go the general way before its table is begun.
const WORTH: u32 = 3;
/// How many rows of a table one signature pays for: half a millisecond in WebAssembly on a server,
/// two on a slow machine.
const ROWS: usize = 8;
/// For how many signatures a key keeps its place without being used.
const PATIENCE: u64 = 1024;

/// What verifies where a kernel does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The crates of [`engine`].
    Crates,
    /// WebCrypto, which is faster than RSA without fused lanes.
    WebCrypto,
}

/// Keys with their tables.
#[derive(Default)]
pub struct Kernels {
    kept: Vec<Kept>,
    shared: Shared,
    /// How many signatures were asked about.
    clock: u64,
}

struct Kept {
    material: Material,
    prepared: Prepared,
    uses: u32,
    used: u64,
}

impl Kernels {
    /// Without keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { kept: Vec::new(), shared: Shared::new(), clock: 0 }
    }

    /// Verifies a signature as [`engine::verify`] does, if a kernel can and is faster than what it
    /// stands beside; otherwise `None`, and a table may have grown.
    pub fn verify(
        &mut self,
        key: &Key,
        alg: Algorithm,
        signing_input: &[u8],
        signature: &[u8],
        beside: Beside,
    ) -> Option<Result<(), Error>> {
        if !key.permits(alg) || !prepared::has_kernel(alg, key.material(), beside) {
            return None;
        }
        self.clock += 1;
        let kept = place(&mut self.kept, self.clock, key.material())?;
        kept.uses = kept.uses.saturating_add(1);
        kept.used = self.clock;
        if kept.uses > WORTH {
            kept.prepared.grow(&mut self.shared, ROWS);
        }
        if engine::admit(alg, signature).is_err() {
            return Some(Err(Code::TokenSignatureInvalid.into()));
        }
        match kept.prepared.verify(&self.shared, alg, signing_input, signature) {
            Verdict::Valid => Some(Ok(())),
            Verdict::Invalid => Some(Err(Code::TokenSignatureInvalid.into())),
            Verdict::Undecided => None,
        }
    }

    /// Forgets every key that is not to be kept, and its table: an issuer's keys have changed.
    pub fn retain(&mut self, is_kept: impl Fn(&Material) -> bool) {
        self.kept.retain(|kept| is_kept(&kept.material));
    }

    /// How many keys are kept, and how many bytes they take, about.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.kept.len(), self.kept.iter().map(Kept::size).sum())
    }
}

impl Kept {
    fn size(&self) -> usize {
        self.prepared.size()
    }
}

/// The place of a key: its own, a new one, or that of one that was not used for long.
fn place<'k>(kept: &'k mut Vec<Kept>, clock: u64, material: &Material) -> Option<&'k mut Kept> {
    if let Some(at) = kept.iter().position(|kept| kept.material == *material) {
        return kept.get_mut(at);
    }
    let prepared = Prepared::new(material)?;
    let taken: usize = kept.iter().map(Kept::size).sum();
    if kept.len() >= MAX_KEYS || taken + prepared.size() > MAX_BYTES {
        let (at, oldest) = kept.iter().enumerate().min_by_key(|(_, kept)| kept.used)?;
        if clock - oldest.used < PATIENCE || taken - oldest.size() + prepared.size() > MAX_BYTES {
            return None;
        }
        kept.swap_remove(at);
    }
    kept.push(Kept { material: material.clone(), prepared, uses: 0, used: clock });
    kept.last_mut()
}
