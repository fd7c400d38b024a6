//! Every vector on the engine of crates.

use edgeward_core::{Code, Error, jose::jwe::Pair, secret::Secret};
use edgeward_vectors::{exceptions::EXCEPTIONS, kernels::run_kernels, report::cases, run_with_rsa, sets};
use rsa::{BoxedUint, Oaep, RsaPrivateKey};
use sha2::Sha256;

#[test]
fn the_engine_of_crates_answers_as_every_vector_says() {
    let mut failed = Vec::new();
    let (mut cases, mut verified, mut by_rule, mut excepted) = (0, 0, 0, 0);
    println!("{:42} {:>6} {:>9} {:>8} {:>8}", "set", "cases", "verified", "refused", "by rule");
    for set in sets::SETS.iter() {
        let report = run_with_rsa(set, &decrypt_rsa);
        let refused = report.passed - report.verified;
        println!(
            "{:42} {:>6} {:>9} {refused:>8} {:>8}",
            set.name, report.cases, report.verified, report.by_rule
        );
        cases += report.cases;
        verified += report.verified;
        by_rule += report.by_rule;
        excepted += report.excepted;
        assert_eq!(report.unsupported, 0, "{}", set.name);
        failed.extend(report.failures.into_iter().map(|failure| (set.name.clone(), failure)));
    }
    println!(
        "{} sets, {cases} cases: {verified} verified, {by_rule} refused by rule, {excepted} excepted",
        sets::SETS.len()
    );
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn the_kernels_answer_as_every_vector_says_and_decide_what_they_are_there_for() {
    let mut failed = Vec::new();
    println!("{:42} {:>6} {:>9} {:>8}", "set", "cases", "verified", "decided");
    for set in sets::SETS.iter() {
        let (report, decided) = run_kernels(set);
        println!("{:42} {:>6} {:>9} {decided:>8}", set.name, report.cases, report.verified);
        failed.extend(report.failures.into_iter().map(|failure| (set.name.clone(), failure)));
        let least = DECIDED.iter().find(|(name, _)| *name == set.name).map_or(0, |(_, least)| *least);
        assert!(decided >= least, "{}: of {} cases {decided} were decided", set.name, report.cases);
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// How many cases of a set a kernel decides: all but those whose keys the core refuses, and those
/// that make an addition meet its own operand.
const DECIDED: [(&str, usize); 12] = [
    ("ecdsa_secp256r1_sha256_p1363", 257),
    ("ecdsa_secp256r1_sha512_p1363", 242),
    ("ed25519", 151),
    ("rsa_signature_2048_sha256", 257),
    ("rsa_signature_2048_sha384", 258),
    ("rsa_signature_2048_sha512", 258),
    ("rsa_signature_3072_sha256", 258),
    ("rsa_signature_3072_sha384", 259),
    ("rsa_signature_3072_sha512", 259),
    ("rsa_signature_4096_sha256", 258),
    ("rsa_signature_4096_sha512", 259),
    ("seam", 2094),
];

fn decrypt_rsa(own: &Pair, encrypted: &[u8]) -> Result<Secret, Error> {
    let number = |name| own.number(name).map(|bytes| BoxedUint::from_be_slice_vartime(&bytes));
    let primes = vec![number("p")?, number("q")?];
    let key = RsaPrivateKey::from_components(number("n")?, number("e")?, number("d")?, primes);
    let key = key.map_err(|_| Error::from(Code::JwkInvalid))?;
    let decrypted = key.decrypt(Oaep::<Sha256>::new(), encrypted);
    decrypted.map(Secret::new).map_err(|_| Code::TokenDecryptionFailed.into())
}

#[test]
fn every_published_case_of_json_web_encryption_is_run() {
    let set = sets::by_name("json_web_encryption").unwrap();
    let ids: Vec<u32> = cases(set).map(|(_, case)| case.id).collect();
    assert_eq!(ids, (1..=139).collect::<Vec<_>>());
    let pinned = |code| cases(set).filter(|(_, case)| case.refusal.as_deref() == Some(code)).count();
    // A key that is bound to what is in no table, and a token that asks for it.
    assert_eq!((pinned("jwk_invalid"), pinned("token_alg_not_allowed")), (39, 24));
    assert!(cases(set).filter(|(_, case)| case.rule.is_some()).all(|(_, case)| case.refusal.is_some()));
    let report = run_with_rsa(set, &decrypt_rsa);
    assert_eq!((report.cases, report.passed, report.verified), (139, 139, 32), "{:#?}", report.failures);
}

#[test]
fn no_exception_is_dead() {
    for exception in EXCEPTIONS {
        let set = sets::by_name(exception.set).unwrap_or_else(|| panic!("no set {}", exception.set));
        let cases = set.groups.iter().flat_map(|group| &group.cases);
        let named: Vec<_> = cases.filter(|case| case.id == exception.id).collect();
        assert_eq!(named.len(), 1, "{exception:?}");
    }
}

#[test]
fn a_case_that_is_called_invalid_twice_is_the_valid_one() {
    let set = sets::by_name("json_web_signature").unwrap();
    let group = set.groups.iter().find(|group| group.cases.iter().any(|case| case.id == 357)).unwrap();
    let ask = |id| format!("{:?}", group.cases.iter().find(|case| case.id == id).unwrap().ask);
    assert!(ask(357) == ask(367) && ask(357) == ask(370));
}

#[test]
fn every_set_has_cases() {
    for set in sets::SETS.iter() {
        assert!(set.groups.iter().any(|group| !group.cases.is_empty()), "{}", set.name);
    }
}
