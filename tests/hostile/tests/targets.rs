//! Every fuzz target on its seeds, and on every seed with a byte changed.

use std::collections::BTreeSet;

use edgeward_hostile::targets::{TARGETS, seeds};

#[test]
fn every_target_holds_on_its_seeds() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has seeds");
        for seed in seeds {
            target(&seed);
            for at in [0, seed.len() / 3, seed.len() / 2, seed.len().saturating_sub(1)] {
                let mut changed = seed.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1;
                }
                target(&changed);
            }
        }
    }
}

#[test]
fn every_target_has_a_harness_and_every_harness_a_target() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/fuzz_targets");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let files: BTreeSet<_> = files.filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned())).collect();
    assert_eq!(files, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect());
}
