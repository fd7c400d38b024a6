//! The sets that are run.

use std::sync::LazyLock;

use crate::model::Set;

/// Every set, in the order of the plan.
pub static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let sources =
        [include_str!(concat!(env!("OUT_DIR"), "/wycheproof.json"))];
    sources.iter().flat_map(|text| parse(text)).collect()
});

/// The set with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.name == name)
}

fn parse(text: &str) -> Vec<Set> {
    serde_json::from_str(text).expect("what the build has written is whole")
}
