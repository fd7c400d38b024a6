//! Cases that a strict verifier refuses although their file calls them valid.

/// One pinned case.
#[derive(Debug)]
pub struct Exception {
    /// The set.
    pub set: &'static str,
    /// The `tcId`.
    pub id: u32,
    /// Why it is refused.
    pub reason: &'static str,
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[];

/// The exception for a case.
#[must_use]
pub fn of(set: &str, id: u32) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|exception| exception.set == set && exception.id == id)
}
