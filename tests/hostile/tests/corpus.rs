//! Every token of the corpus, natively.

use std::collections::{BTreeMap, BTreeSet};

use edgeward_core::time::UnixSeconds;
use edgeward_hostile::{CORPUS, Entry, Expect, Judge};

/// 2026-01-01; the corpus holds for every clock between 2024 and 2099.
const NOW: UnixSeconds = UnixSeconds(1_767_225_600);

fn judges() -> BTreeMap<&'static str, Judge> {
    CORPUS.settings.iter().map(|(name, setting)| (name.as_str(), Judge::new(&CORPUS, setting))).collect()
}

/// What went wrong with a token, if something did.
fn wrong(judge: &Judge, entry: &Entry, now: UnixSeconds) -> Option<String> {
    let answer = judge.verify(&entry.token(), now).map(drop);
    let right = match (&answer, entry.expect) {
        (Ok(()), expect) => expect == Expect::Accept,
        (Err(error), _) => entry.codes.iter().any(|code| code == error.code.as_str()),
    };
    (!right)
        .then(|| format!("{}/{}: {answer:?}, {:?} {:?}", entry.class, entry.name, entry.expect, entry.codes))
}

#[test]
fn every_token_is_answered_as_the_corpus_says() {
    let judges = judges();
    let mut table = BTreeMap::<(&str, Expect), (u32, u32)>::new();
    let mut failed = Vec::new();
    for entry in &CORPUS.tokens {
        let failure = wrong(&judges[entry.setting.as_str()], entry, NOW);
        let (right, all) = table.entry((&entry.class, entry.expect)).or_default();
        *all += 1;
        *right += u32::from(failure.is_none());
        failed.extend(failure);
    }
    println!("{:16} {:>9} {:>9} {:>9}", "class", "accept", "reject", "strict");
    let cell = |class: &str, expect| {
        table.get(&(class, expect)).map_or_else(String::new, |(right, all)| format!("{right}/{all}"))
    };
    for class in &CORPUS.classes {
        let cells = [Expect::Accept, Expect::Reject, Expect::Strict].map(|expect| cell(&class.name, expect));
        println!("{:16} {:>9} {:>9} {:>9}", class.name, cells[0], cells[1], cells[2]);
    }
    println!("{} tokens, {} answered otherwise", CORPUS.tokens.len(), failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn the_answers_do_not_depend_on_the_year() {
    let judges = judges();
    for now in [UnixSeconds(1_704_067_200), UnixSeconds(4_070_908_800)] {
        for entry in CORPUS.tokens.iter().filter(|entry| entry.setting != "young") {
            assert_eq!(wrong(&judges[entry.setting.as_str()], entry, now), None, "{now:?}");
        }
    }
}

#[test]
fn the_corpus_is_as_large_as_it_is_said_to_be() {
    let count = |expect| CORPUS.tokens.iter().filter(|entry| entry.expect == expect).count();
    assert!(CORPUS.tokens.len() >= 400 && count(Expect::Accept) >= 25);
    let names: BTreeSet<_> = CORPUS.tokens.iter().map(|entry| (&entry.class, &entry.name)).collect();
    assert_eq!(names.len(), CORPUS.tokens.len(), "no name twice");
    for class in &CORPUS.classes {
        assert!(CORPUS.tokens.iter().any(|entry| entry.class == class.name), "{} is empty", class.name);
        assert!(!class.stands.is_empty() && class.why.ends_with('.'), "{}", class.name);
    }
}

#[test]
fn a_refusal_has_a_reason_and_an_acceptance_has_none() {
    for entry in &CORPUS.tokens {
        assert_eq!(entry.codes.is_empty(), entry.expect == Expect::Accept, "{}/{}", entry.class, entry.name);
        let known = |name: &String| edgeward_core::Code::ALL.iter().any(|code| code.as_str() == name);
        assert!(entry.codes.iter().all(known), "{}/{}", entry.class, entry.name);
    }
}
