use super::*;
use proptest::prelude::*;

/// Schemes with what follows them, in one line each.
fn read(header: &str) -> Vec<String> {
    let shown = |challenge: &Challenge| {
        let token = challenge.token68.iter().map(|token| format!(" {token}"));
        let parameters = challenge.parameters.iter().map(|(name, value)| format!(" {name}=[{value}]"));
        [challenge.scheme.clone()].into_iter().chain(token).chain(parameters).collect()
    };
    parse(header).iter().map(shown).collect()
}

#[test]
fn reads_the_examples_of_the_specifications() {
    for (header, challenges) in [
        // RFC 9110 §11.6.1
        (
            r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#,
            &[r"Basic realm=[simple]", r#"Newauth realm=[apps] type=[1] title=[Login to "apps"]"#][..],
        ),
        // RFC 6750 §3
        (
            r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#,
            &["Bearer realm=[example] error=[invalid_token] error_description=[The access token expired]"],
        ),
        // RFC 9449 §7.1
        (
            r#"DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256""#,
            &["DPoP error=[invalid_token] error_description=[Invalid DPoP key binding] algs=[ES256]"],
        ),
        (r#"Bearer realm="x", DPoP algs="ES256 PS256""#, &["Bearer realm=[x]", "DPoP algs=[ES256 PS256]"]),
        // RFC 9728 §5.1
        (
            r#"Bearer resource_metadata="https://resource.example.com/.well-known/oauth-protected-resource""#,
            &["Bearer resource_metadata=[https://resource.example.com/.well-known/oauth-protected-resource]"],
        ),
        // RFC 4559 §4.1
        ("Negotiate a87421000492aa874209af8bc028", &["Negotiate a87421000492aa874209af8bc028"]),
    ] {
        assert_eq!(read(header), challenges, "{header}");
    }
}

#[test]
fn tells_schemes_tokens_and_parameters_apart() {
    for (header, challenges) in [
        ("Basic", &["Basic"][..]),
        ("Negotiate, Basic realm=\"a\"", &["Negotiate", "Basic realm=[a]"]),
        ("Basic realm=\"a\", Negotiate", &["Basic realm=[a]", "Negotiate"]),
        ("NTLM YWJj==, Bearer", &["NTLM YWJj==", "Bearer"]),
        ("A b=c,D e=f,G", &["A b=[c]", "D e=[f]", "G"]),
        ("A b = \"c\" , d =e", &["A b=[c] d=[e]"]),
        (",, A ,, b=c, ,", &["A b=[c]"]),
        ("A realm=\"x, Bearer error=y\", B", &["A realm=[x, Bearer error=y]", "B"]),
        ("Bearer REALM=a, Realm=b", &["Bearer realm=[a] realm=[b]"]),
        ("Bearer realm=\"\"", &["Bearer realm=[]"]),
    ] {
        assert_eq!(read(header), challenges, "{header}");
    }
}

#[test]
fn reads_on_past_common_mistakes() {
    for (header, challenges) in [
        (
            "Bearer resource_metadata=https://a.example/m?x=1, error=e",
            &["Bearer resource_metadata=[https://a.example/m?x=1] error=[e]"][..],
        ),
        ("Bearer realm=\"a\" error=\"b\"", &["Bearer realm=[a] error=[b]"]),
        ("Bearer,realm=\"a\"", &["Bearer realm=[a]"]),
        ("Bearer realm=\"a", &["Bearer"]),
        ("Bearer realm=\"a\\", &["Bearer"]),
        ("Bearer realm=\"é\"", &["Bearer realm=[é]"]),
        ("realm=\"a\", Bearer", &[]),
        ("\"", &[]),
        ("", &[]),
        ("   ", &[]),
        ("Bearer (x) y=z", &["Bearer"]),
    ] {
        assert_eq!(read(header), challenges, "{header}");
    }
}

#[test]
fn takes_a_bounded_amount() {
    assert_eq!(read(&"A, ".repeat(40)).len(), MAX_CHALLENGES);
    assert_eq!(parse(&format!("A {}", "b=c, ".repeat(100)))[0].parameters.len(), MAX_PARAMETERS);
    assert!(parse(&format!("A b=\"{}\"", "x".repeat(MAX_LENGTH))).is_empty());
}

#[test]
fn a_parameter_counts_once_and_where_a_token_is_asked_for() {
    let answer = |headers: &[&str]| {
        let headers = headers.iter().map(|value| ("www-authenticate".into(), (*value).into())).collect();
        of(&Response { status: 401, headers, body: Vec::new() })
    };
    let challenges = answer(&[r#"Basic error="x""#, r#"bearer error="invalid_token", scope="a b""#]);
    assert_eq!(parameter(&challenges, "scope"), Some("a b"));
    assert_eq!(error(&challenges).unwrap().error, "invalid_token");
    assert_eq!(parameter(&answer(&[r#"Bearer scope="a", scope="b""#]), "scope"), None);
    assert_eq!(parameter(&answer(&[r#"Bearer scope="a", scope="b", DPoP scope="c""#]), "scope"), Some("c"));
    assert_eq!(error(&answer(&["Bearer error=\"a\u{1b}[2J\""])), None);
}

proptest! {
    #[test]
    fn whatever_comes_is_read_within_bounds(header in "([A-Za-z]{1,6}|[ ,=\"\\\\]|\\PC){0,60}") {
        let challenges = parse(&header);
        prop_assert!(challenges.len() <= MAX_CHALLENGES);
        for challenge in challenges {
            prop_assert!(!challenge.scheme.is_empty() && challenge.scheme.is_ascii());
            prop_assert!(challenge.token68.is_none() || !challenge.scheme.contains(' '));
            prop_assert!(challenge.parameters.len() <= MAX_PARAMETERS);
        }
    }

    #[test]
    fn what_is_written_well_is_read_back(
        schemes in prop::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,8}", prop::collection::vec(("[a-z_]{1,8}", "\\PC{0,12}"), 0..4)), 0..5)
    ) {
        let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
        let written: Vec<String> = schemes.iter().map(|(scheme, parameters)| {
            let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
            format!("{scheme} {}", parameters.join(", ")).trim_end().to_owned()
        }).collect();
        let read: Vec<_> = parse(&written.join(", ")).into_iter().map(|challenge| (challenge.scheme, challenge.parameters)).collect();
        prop_assert_eq!(read, schemes);
    }
}
