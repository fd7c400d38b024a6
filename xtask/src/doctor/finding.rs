//! What the doctor says.

use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Note,
    /// It should change.
    Warning,
    /// It must change.
    Error,
}

/// One finding, in a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The sentence. It never holds a secret's value.
    pub said: String,
}

impl Finding {
    /// What must change.
    pub fn error(said: impl Into<String>) -> Self {
        Self { severity: Severity::Error, said: said.into() }
    }

    /// What should change.
    pub fn warning(said: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, said: said.into() }
    }

    /// What is good to know.
    pub fn note(said: impl Into<String>) -> Self {
        Self { severity: Severity::Note, said: said.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.severity {
            Severity::Error => "✖ ",
            Severity::Warning => "! ",
            Severity::Note => "  ",
        };
        write!(f, "{mark}{}", self.said)
    }
}
