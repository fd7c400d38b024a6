use proptest::{prelude::*, sample::subsequence};

use super::*;
use crate::{
    gateway::{
        claim::{ClaimPath, Expected},
        identity::Mapping,
    },
    jose::{
        Algorithm,
        jws::{Header, Payload},
    },
    json::{self, Value},
    jwt::{self, Policy, Verified},
};

const NOW: UnixSeconds = UnixSeconds(1_000);

fn identity(more: &str) -> Identity {
    let mut members = json::parse_object(br#"{"iss":"https://i","aud":"api","exp":2000,"iat":900}"#).unwrap();
    members.extend(json::parse_object(format!("{{{more}}}").as_bytes()).unwrap());
    let payload = Payload::parse(Value::Object(members).to_string().into_bytes()).unwrap();
    let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
    let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]).unwrap();
    let claims = jwt::validate(Verified { header, payload }, &policy, NOW).unwrap();
    Identity::new(claims, &Mapping::default(), Kind::Bearer).unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).into()).collect()
}

fn all(list: &[&str]) -> Wanted {
    Wanted { all: words(list), any: Vec::new() }
}

fn any(list: &[&str]) -> Wanted {
    Wanted { all: Vec::new(), any: words(list) }
}

fn refused(requirements: &Requirements, identity: &Identity) -> Denial {
    requirements.decide(identity, NOW).err().unwrap()
}

#[test]
fn whoever_is_verified_passes_where_nothing_more_is_asked() {
    assert_eq!(Requirements::default().decide(&identity(""), NOW), Ok(()));
}

#[test]
fn scopes_are_needed_all_or_any() {
    let own = identity(r#""scope":"a b""#);
    let asking = |scopes| Requirements { scopes, ..Requirements::default() };
    for wanted in [all(&["b", "a"]), any(&["x", "a"]), Wanted { all: words(&["a"]), any: words(&["b", "c"]) }]
    {
        assert_eq!(asking(wanted).decide(&own, NOW), Ok(()));
    }
    let denial = refused(&asking(all(&["a", "c"])), &own);
    assert_eq!(denial.error.code, Code::InsufficientScope);
    assert_eq!(denial.missing, Missing::Scope("a c".into()));
    for wanted in [all(&["A"]), any(&["x", "y"]), Wanted { all: words(&["a"]), any: words(&["c"]) }] {
        assert_eq!(refused(&asking(wanted), &own).error.code, Code::InsufficientScope);
    }
}

#[test]
fn permissions_roles_and_issuers_are_needed() {
    let own = identity(r#""permissions":["p"],"roles":["r"]"#);
    let base = Requirements::default;
    assert_eq!(
        Requirements { permissions: all(&["p"]), roles: any(&["q", "r"]), ..base() }.decide(&own, NOW),
        Ok(())
    );
    let code = |requirements: Requirements| refused(&requirements, &own).error.code;
    assert_eq!(code(Requirements { permissions: all(&["q"]), ..base() }), Code::InsufficientPermission);
    assert_eq!(code(Requirements { roles: any(&["q"]), ..base() }), Code::InsufficientRole);
    assert_eq!(code(Requirements { issuers: words(&["https://j"]), ..base() }), Code::IssuerNotAllowed);
}

#[test]
fn a_stale_or_weak_sign_in_is_challenged() {
    let base = Requirements::default;
    let fresh = Requirements { max_authentication_age: Some(Seconds(100)), ..base() };
    assert_eq!(fresh.decide(&identity(r#""auth_time":900"#), NOW), Ok(()));
    for stale in [r#""auth_time":899"#, ""] {
        assert_eq!(refused(&fresh, &identity(stale)).error.code, Code::AuthenticationInsufficient);
    }
    let strong = Requirements { acr: words(&["gold", "silver"]), amr: words(&["pwd", "otp"]), ..base() };
    assert_eq!(strong.decide(&identity(r#""acr":"silver","amr":["otp","pwd","x"]"#), NOW), Ok(()));
    for weak in
        [r#""acr":"silver","amr":["pwd"]"#, r#""acr":"bronze","amr":["pwd","otp"]"#, r#""amr":["pwd","otp"]"#]
    {
        let denial = refused(&strong, &identity(weak));
        assert_eq!(
            denial.missing,
            Missing::Authentication { acr_values: "gold silver".into(), max_age: None }
        );
    }
}

#[test]
fn claims_must_fit() {
    let rule = ClaimRule {
        path: ClaimPath::named("tenant"),
        expected: Expected::OneOf([Value::String("t1".into()), Value::String("t2".into())].into()),
    };
    let requirements = Requirements { claims: [rule].into(), ..Requirements::default() };
    assert_eq!(requirements.decide(&identity(r#""tenant":"t2""#), NOW), Ok(()));
    for other in [r#""tenant":"t3""#, r#""tenant":["t1"]"#, ""] {
        assert_eq!(refused(&requirements, &identity(other)).error.code, Code::ClaimNotAllowed);
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let some = || subsequence(words(&["a", "b", "c"]), 0..=2);
    (some(), some()).prop_map(|(all, any)| Wanted { all, any })
}

fn rules() -> impl Strategy<Value = Vec<ClaimRule>> {
    let value = || prop::sample::select(vec![Value::String("x".into()), Value::Number(1.0), Value::Null]);
    let expected = prop_oneof![
        value().prop_map(Expected::Equals),
        prop::collection::vec(value(), 0..3).prop_map(Expected::OneOf),
        value().prop_map(Expected::Contains),
    ];
    let rule = (prop::sample::select(vec!["k", "l"]), expected)
        .prop_map(|(name, expected)| ClaimRule { path: ClaimPath::named(name), expected });
    prop::collection::vec(rule, 0..2)
}

prop_compose! {
    fn requirements()(
        scopes in wanted(),
        permissions in wanted(),
        roles in wanted(),
        claims in rules(),
        issuers in subsequence(words(&["https://i", "https://j"]), 0..=2),
        max_authentication_age in prop::option::of((0..300_u32).prop_map(Seconds)),
        acr in subsequence(words(&["a", "b"]), 0..=2),
        amr in subsequence(words(&["a", "b"]), 0..=1),
    ) -> Requirements {
        Requirements {
            scopes, permissions, roles, claims, issuers, max_authentication_age, acr, amr,
            ..Requirements::default()
        }
    }
}

prop_compose! {
    fn anybody()(
        scope in subsequence(vec!["a", "b", "c"], 0..=3),
        roles in subsequence(vec!["a", "b", "c"], 0..=3),
        permissions in subsequence(vec!["a", "b", "c"], 0..=3),
        amr in subsequence(vec!["a", "b"], 0..=2),
        more in prop::sample::select(vec!["", r#","k":"x""#, r#","k":1,"l":["x"]"#, r#","k":null,"acr":"a","auth_time":850"#]),
    ) -> String {
        format!(
            r#""scope":"{}","roles":{roles:?},"permissions":{permissions:?},"amr":{amr:?}{more}"#,
            scope.join(" ")
        )
    }
}

/// The same requirements and one more.
fn tightened(base: &Requirements, more: &Requirements, which: usize) -> Requirements {
    let mut tight = base.clone();
    let add = |own: &mut Vec<String>, others: &[String]| own.extend_from_slice(others);
    match which {
        0 => add(&mut tight.scopes.all, &more.scopes.all),
        1 => add(&mut tight.permissions.all, &more.permissions.all),
        2 => add(&mut tight.roles.all, &more.roles.all),
        3 => tight.claims.extend(more.claims.iter().cloned()),
        4 => add(&mut tight.amr, &more.amr),
        5 => {
            tight.max_authentication_age =
                tight.max_authentication_age.map_or(more.max_authentication_age, |age| {
                    Some(more.max_authentication_age.map_or(age, |other| age.min(other)))
                })
        }
        // A list of which one is needed is a constraint when it comes, and tighter when it is shorter.
        6 => narrow(&mut tight.scopes.any, &more.scopes.any),
        7 => narrow(&mut tight.permissions.any, &more.permissions.any),
        8 => narrow(&mut tight.roles.any, &more.roles.any),
        9 => narrow(&mut tight.acr, &more.acr),
        _ => narrow(&mut tight.issuers, &more.issuers),
    }
    tight
}

fn narrow(own: &mut Vec<String>, other: &[String]) {
    if own.is_empty() {
        own.extend_from_slice(other);
    } else if own.len() > 1 {
        own.pop();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_further_constraint_never_turns_a_refusal_into_an_acceptance(
        base in requirements(),
        more in requirements(),
        own in anybody(),
        which in 0..11_usize,
    ) {
        let tight = tightened(&base, &more, which);
        let own = identity(&own);
        if base.decide(&own, NOW).is_err() {
            prop_assert!(tight.decide(&own, NOW).is_err());
        }
    }

    #[test]
    fn time_only_makes_a_sign_in_older(base in requirements(), own in anybody(), later in 0..1000_i64) {
        let own = identity(&own);
        if base.decide(&own, NOW).is_err() {
            prop_assert!(base.decide(&own, UnixSeconds(NOW.0 + later)).is_err());
        }
    }
}
