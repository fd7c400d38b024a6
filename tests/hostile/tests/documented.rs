//! `docs/security.md` names only tests that there are, and only classes that the corpus has.

// Its functions are tests' own.
#![allow(clippy::expect_used, clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use edgeward_hostile::CORPUS;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every test that the repository could run, as one text.
fn sources() -> String {
    let mut waiting: Vec<PathBuf> =
        ["sdk", "edge", "tests", "xtask"].iter().map(|name| root().join(name)).collect();
    let mut sources = String::new();
    while let Some(path) = waiting.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !["dist", "node_modules", "target"].contains(&name.as_str()) {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if name.ends_with(".rs") || name.ends_with(".mjs") {
            sources.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
    sources
}

/// What stands in backticks in the last column of the tables under a heading.
fn named(document: &str, heading: &str) -> Vec<String> {
    let section =
        document.split("\n## ").find(|section| section.starts_with(heading)).expect("the heading is there");
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| requirement"));
    let last = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit(" | ").next());
    let ticked = last.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned);
    ticked.collect()
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let document = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let sources = sources();
    for heading in ["What is defended", "OWASP ASVS 5.0"] {
        let names = named(&document, heading);
        assert!(names.len() >= 7, "{heading}: {names:?}");
        for name in names {
            let is_there = if name.starts_with("cargo ") {
                true
            } else if name.contains('/') {
                root().join(&name).exists()
            } else if name.contains(' ') {
                // JavaScript's tests are named by sentences; what stands for a variable comes first.
                sources.contains(name.trim_start_matches("verify "))
            } else {
                sources.contains(&format!("fn {name}("))
            };
            assert!(is_there, "{heading}: there is no test {name}");
        }
    }
}

#[test]
fn the_table_of_the_asvs_has_its_seven_rows() {
    let document = fs::read_to_string(root().join("docs/security.md")).unwrap();
    for row in ["9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "9.2.4"] {
        assert_eq!(document.matches(&format!("| {row} |")).count(), 1, "{row}");
    }
}

#[test]
fn every_vulnerability_that_is_named_is_one_that_a_class_stands_for() {
    let document = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let words = document.split(|character: char| !character.is_ascii_alphanumeric() && character != '-');
    for id in words.filter(|word| word.starts_with("CVE-") || word.starts_with("GHSA-")) {
        assert!(CORPUS.classes.iter().any(|class| class.stands.iter().any(|stands| stands == id)), "{id}");
    }
}
