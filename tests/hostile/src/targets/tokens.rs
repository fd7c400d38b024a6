//! Tokens: their form, and that nobody can make one.

use std::{collections::BTreeSet, sync::LazyLock};

use edgeward_core::{base64url, jose::jws::Unverified, time::UnixSeconds};

use super::text;
use crate::{CORPUS, Expect, Judge};

/// The form of a compact JWS: what is read is spelled in one way only.
pub fn jws(data: &[u8]) {
    let Some(token) = text(data) else { return };
    let Ok(read) = Unverified::parse(token) else { return };
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "three parts");
    for part in &parts {
        let bytes = base64url::decode(part).expect("every part is base64url");
        assert_eq!(base64url::encode(&bytes), *part, "a part has one spelling");
    }
    assert_eq!(read.signing_input(), format!("{}.{}", parts[0], parts[1]).as_bytes());
    assert_eq!(base64url::encode(read.signature()), parts[2]);
    let header: serde_json::Value =
        serde_json::from_slice(&base64url::decode(parts[0]).expect("decoded above"))
            .expect("the header is JSON");
    assert_eq!(header.get("kid").and_then(|kid| kid.as_str()), read.header().kid.as_deref());
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
}

/// Every configuration of the corpus, and the tokens that are good under one.
static JUDGES: LazyLock<Vec<Judge>> =
    LazyLock::new(|| CORPUS.settings.values().map(|setting| Judge::new(&CORPUS, setting)).collect());
static GOOD: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let good = CORPUS.tokens.iter().filter(|entry| entry.expect == Expect::Accept);
    good.map(crate::Entry::token).collect()
});

/// No token is accepted but the ones that were signed.
pub fn token(data: &[u8]) {
    let Some(token) = text(data) else { return };
    for judge in JUDGES.iter() {
        if judge.verify(token, UnixSeconds(1_767_225_600)).is_ok() {
            assert!(GOOD.contains(token), "a forged token was accepted");
        }
    }
}
