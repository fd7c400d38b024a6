//! The sets that are run.

use std::sync::LazyLock;

use crate::{model::Set, seam};

/// Every set: the published ones, then what is made from them.
pub static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let sources = [
        include_str!(concat!(env!("OUT_DIR"), "/wycheproof.json")),
        include_str!("../data/json_web_key.json"),
        include_str!("../data/json_web_signature.json"),
        include_str!("../data/json_web_encryption.json"),
        include_str!("../data/rfc.json"),
    ];
    let published = sources.into_iter().flat_map(parse);
    published.chain([seam::set()]).collect()
});

/// The set with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

fn parse(text: &str) -> Vec<Set> {
    serde_json::from_str(text).expect("what the build has written is whole")
}
