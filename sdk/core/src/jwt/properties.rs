//! A rule more never lets a token through that was refused without it.

use alloc::{format, string::String, string::ToString, vec, vec::Vec};

use proptest::prelude::*;

use super::{Policy, Profile, Rules, TokenType, Verified, validate};
use crate::{
    jose::{
        Algorithm,
        jws::{Header, Payload},
    },
    time::{Seconds, UnixSeconds},
};

const NOW: i64 = 1_000_000;

fn accepts(policy: &Policy, claims: &str) -> bool {
    let header = Header { alg: Some(Algorithm::Es256), kid: None, typ: None };
    let token = Verified { header, payload: Payload::parse(claims.into()).unwrap() };
    validate(token, policy, UnixSeconds(NOW)).is_ok()
}

fn policy(rules: Rules) -> Policy {
    let policy = Policy::new("https://i".into(), vec!["api".into()], vec![Algorithm::Es256]);
    policy.and_then(|policy| policy.with_rules(rules)).unwrap()
}

/// Claims, each of which may be there, of another type, or at the edge.
fn claims() -> impl Strategy<Value = String> {
    let date = || prop_oneof![(NOW - 400..NOW + 400).prop_map(|at| at.to_string()), Just("null".into())];
    let one_of = |values: &'static [&str]| prop::sample::select(values).prop_map(String::from);
    let members = (
        one_of(&[r#""https://i""#, r#""https://i/""#, r#""https://j""#]),
        one_of(&[r#""api""#, r#"["x","api"]"#, r#""x""#]),
        prop::option::of(date()),
        prop::option::of(date()),
        prop::option::of(one_of(&[r#""app""#, r#""other""#, "7"])),
        prop::option::of(one_of(&[r#""app""#, r#""web""#])),
        prop::option::of(one_of(&[r#""s""#, "null"])),
    );
    members.prop_map(|(iss, aud, exp, iat, azp, client_id, tenant)| {
        let known = [("exp", exp), ("iat", iat), ("azp", azp), ("client_id", client_id), ("tenant", tenant)];
        let more = known.into_iter().filter_map(|(name, value)| Some(format!(r#","{name}":{}"#, value?)));
        format!(r#"{{"iss":{iss},"aud":{aud},"sub":"s","jti":"j"{}}}"#, more.collect::<String>())
    })
}

/// One rule, set in addition to others.
#[derive(Clone, Copy, Debug)]
enum Rule {
    MaxAge(u32),
    MaxLifetime(u32),
    Parties,
    Tenant,
    Profile,
}

fn add(rule: Rule, mut rules: Rules) -> Rules {
    match rule {
        Rule::MaxAge(seconds) => rules.max_token_age = Some(Seconds(seconds)),
        Rule::MaxLifetime(seconds) => rules.max_token_lifetime = Some(Seconds(seconds)),
        Rule::Parties => rules.authorized_parties = Some(vec!["app".to_string()]),
        Rule::Tenant => rules.required_claims.push("tenant".to_string()),
        Rule::Profile => {
            rules.profile = Profile::AccessToken;
            rules.token_type = TokenType::AccessToken;
        }
    }
    rules
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        (0_u32..600).prop_map(Rule::MaxAge),
        (0_u32..600).prop_map(Rule::MaxLifetime),
        Just(Rule::Parties),
        Just(Rule::Tenant),
        Just(Rule::Profile),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_rule_more_accepts_no_token_more(
        claims in claims(), expires in any::<bool>(), slash in any::<bool>(), rules in prop::collection::vec(rule(), 1..4),
    ) {
        let mut accepted = true;
        let first = Rules {
            require_expiration: Some(expires),
            issuer_trailing_slash: Some(slash),
            ..Rules::default()
        };
        let mut steps: Vec<Rules> = vec![first];
        for (at, rule) in rules.iter().enumerate() {
            // A limit that is set again is another limit, not one more.
            if rules.iter().take(at).all(|before| core::mem::discriminant(before) != core::mem::discriminant(rule)) {
                steps.push(add(*rule, steps.last().cloned().unwrap_or_default()));
            }
        }
        for rules in steps {
            let now = accepts(&policy(rules), &claims);
            prop_assert!(accepted || !now, "{claims}");
            accepted = now;
        }
    }
}
