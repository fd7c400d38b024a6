//! The text of something sealed: `hex(nonce ‖ ciphertext ‖ tag)`, after `$ba$<version>$` or alone.

use std::fmt::Write;

/// How long the nonce is, in bytes.
pub const NONCE: usize = 24;
const TAG: usize = 16;
const MARK: &str = "$ba$";

/// What a text is made of.
pub struct Envelope {
    /// Which secret it was sealed under, if the secrets have versions.
    pub version: Option<u32>,
    /// The nonce, another one each time.
    pub nonce: [u8; NONCE],
    /// Ciphertext and tag.
    pub sealed: Vec<u8>,
}

impl Envelope {
    /// Reads a text; `None` if it cannot be something sealed: it is no hex, or too short for nonce and tag.
    pub fn parse(text: &str) -> Option<Self> {
        let (version, hex) = match text.strip_prefix(MARK) {
            Some(rest) => {
                let (version, hex) = rest.split_once('$')?;
                (Some(version.parse().ok()?), hex)
            }
            None => (None, text),
        };
        let bytes = unhex(hex).filter(|bytes| bytes.len() >= NONCE + TAG)?;
        let (nonce, sealed) = bytes.split_first_chunk()?;
        Some(Self { version, nonce: *nonce, sealed: sealed.into() })
    }

    /// Writes the text.
    pub fn to_text(&self) -> String {
        let hex = [hex(&self.nonce), hex(&self.sealed)].concat();
        match self.version {
            Some(version) => format!("{MARK}{version}${hex}"),
            None => hex,
        }
    }
}

/// Whether a text says of itself that it is sealed.
pub fn is_marked(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Bytes as hex in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
