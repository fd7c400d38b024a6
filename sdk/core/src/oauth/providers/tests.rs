use super::*;
use crate::{
    http::Response,
    jose::{Algorithm, jws::Unverified},
    json,
    oauth::{
        authorize::{Target, Transaction, url},
        discovery,
        token::TokenType,
    },
    time::{Seconds, UnixSeconds},
};

fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type".into(), "application/json; charset=utf-8".into())],
        body: body.into(),
    }
}

fn granted(provider: &str, body: &str) -> Result<Granted, Error> {
    named(provider).unwrap().tokens(&answer(200, body), TokenType::Bearer).map_err(|failure| failure.error)
}

fn members(text: &str) -> Map {
    json::parse_object(text.as_bytes()).unwrap()
}

#[test]
fn every_provider_has_a_name_and_metadata_or_an_issuer_to_find_them() {
    for provider in PROVIDERS {
        assert_eq!(named(provider.name).unwrap().name, provider.name);
        if provider.name == "generic" {
            assert!(provider.issuer(None).is_err() && provider.metadata().is_none());
            continue;
        }
        assert!(provider.issuer(None).is_ok(), "{}", provider.name);
        if let Some(metadata) = provider.metadata() {
            assert!(metadata.authorization_endpoint().is_ok() && metadata.token_endpoint().is_ok());
        }
        assert_eq!(provider.metadata().is_none(), provider.members.is_empty(), "{}", provider.name);
        let wishes = provider.wishes(Wishes::default());
        let start = transaction(provider);
        let metadata = provider.metadata().unwrap_or_else(|| found("https://a.example", &[]));
        assert!(url(&metadata, "app", &start, &wishes).is_ok(), "{}", provider.name);
    }
    assert!(named("GitHub").is_none());
}

fn transaction(provider: &Provider) -> Transaction {
    let target = Target {
        issuer: "https://a.example".into(),
        redirect_uri: "https://app.example/cb".into(),
        scope: provider.scope_of(""),
        resources: vec![],
    };
    Transaction::begin(target, &[7; 96], UnixSeconds(0))
}

fn found(issuer: &str, aliases: &[&str]) -> Metadata {
    let aliases = aliases.iter().map(ToString::to_string).collect();
    let stated =
        if issuer.contains("common") { "https://login.microsoftonline.com/{tenantid}/v2.0" } else { issuer };
    let body = format!(r#"{{"issuer":"{stated}","authorization_endpoint":"https://a.example/auth"}}"#);
    let issuer = Issuer::parse(issuer, Reach::Public).unwrap().with_aliases(aliases);
    discovery::response(&issuer, &answer(200, &body)).unwrap().unwrap()
}

#[test]
fn github_answers_errors_with_200_and_scopes_with_commas() {
    let good = r#"{"access_token":"gho_16C7e42F292c6912E7710c838347Ae178B4a","scope":"repo,gist","token_type":"bearer"}"#;
    let tokens = granted("github", good).ok().unwrap().tokens;
    assert_eq!(tokens.scope.as_deref(), Some("repo gist"));
    let bad = |name: &str| {
        granted("github", &format!(r#"{{"error":"{name}","error_description":"no"}}"#)).map(|_| ())
    };
    assert_eq!(bad("bad_verification_code"), Err(Code::InvalidGrant.into()));
    assert_eq!(bad("bad_refresh_token"), Err(Code::InvalidGrant.into()));
    assert_eq!(bad("incorrect_client_credentials"), Err(Code::OauthError.into()));
    assert_eq!(named("github").unwrap().scope_of("repo,read:user"), "repo read:user");
}

#[test]
fn github_says_who_the_user_is_by_a_number() {
    let github = named("github").unwrap();
    let request = github.profile_request("gho_x").unwrap();
    assert_eq!(request.url, "https://api.github.com/user");
    assert!(request.headers.contains(&("authorization", "Bearer gho_x".into())));
    assert_eq!(github.subject(&members(r#"{"login":"octocat","id":583231}"#)).as_deref(), Some("583231"));
    for bad in [
        r#"{"login":"octocat"}"#,
        r#"{"id":0}"#,
        r#"{"id":1.5}"#,
        r#"{"id":null}"#,
        r#"{"id":""}"#,
        r#"{"id":-1}"#,
    ] {
        assert_eq!(github.subject(&members(bad)), None, "{bad}");
    }
    assert!(named("google").unwrap().profile_request("x").is_none());
}

#[test]
fn github_scopes_hold_others() {
    let github = named("github").unwrap();
    assert!(github.covers("repo,user", "public_repo read:user"));
    assert!(!github.covers("public_repo", "repo"));
    assert!(!named("google").unwrap().covers("repo", "public_repo"));
}

/// <https://docs.slack.dev/reference/methods/oauth.v2.access>
const SLACK: &str = r#"{"ok":true,"access_token":"xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy","token_type":"bot",
    "scope":"commands,incoming-webhook","bot_user_id":"U0KRQLJ9H","app_id":"A0KRD7HC3",
    "team":{"name":"Slack Softball Team","id":"T9TK3CUKW"},"enterprise":null,
    "authed_user":{"id":"U1234","scope":"chat:write","access_token":"xoxp-1234","token_type":"user"}}"#;

#[test]
fn slack_nests_the_tokens_of_the_user() {
    let both = granted("slack", SLACK).ok().unwrap();
    assert_eq!(both.tokens.scope.as_deref(), Some("commands incoming-webhook"));
    assert_eq!((both.subject.as_deref(), both.workspace.as_deref()), (Some("U1234"), Some("T9TK3CUKW")));
    let user = both.user.unwrap();
    assert_eq!((user.access_token.as_str(), user.scope.as_deref()), ("xoxp-1234", Some("chat:write")));
    // Without scopes of the application there is no token of it.
    let alone = granted("slack", &SLACK.replacen("access_token", "x", 1)).ok().unwrap();
    assert!(alone.tokens.access_token == "xoxp-1234" && alone.user.is_none());
    // A user without scopes has an id and no token.
    let bot =
        r#"{"ok":true,"access_token":"xoxb-1","token_type":"bot","scope":"a","authed_user":{"id":"U1"}}"#;
    let bot = granted("slack", bot).ok().unwrap();
    assert!(bot.user.is_none() && bot.subject.as_deref() == Some("U1"));
    // A refreshed token with rotation.
    let rotated = r#"{"ok":true,"access_token":"xoxe.xoxb-1","expires_in":43200,"refresh_token":"xoxe-1","token_type":"bot","scope":"a,b"}"#;
    assert_eq!(granted("slack", rotated).ok().unwrap().tokens.expires_in, Some(Seconds(43_200)));
    assert_eq!(named("slack").unwrap().scope_of("chat:write channels:read"), "chat:write,channels:read");
}

#[test]
fn slack_says_whether_it_went_well() {
    let place = |body: &str| granted("slack", body).map(|_| ()).unwrap_err();
    assert_eq!(place(r#"{"ok":false,"error":"invalid_code"}"#), Code::InvalidGrant.into());
    assert_eq!(place(r#"{"ok":false,"error":"bad_client_secret"}"#), Code::OauthError.into());
    for (body, at) in [
        (SLACK.replacen("true", "false", 1), "ok"),
        (SLACK.replacen("true", "\"true\"", 1), "ok"),
        (SLACK.replacen("\"ok\"", "\"x\"", 1), "ok"),
        (r#"{"ok":true,"authed_user":{"id":"U1"}}"#.into(), "access_token"),
        (r#"{"ok":true}"#.into(), "access_token"),
        (SLACK.replace("xoxp-1234", "a b"), "access_token"),
        (SLACK.replace("\"user\"", "\"mac\""), "token_type"),
    ] {
        assert_eq!(place(&body), Error::at(Code::ResponseInvalid, at), "{body}");
    }
    // No other provider may call a token so.
    assert_eq!(granted("google", SLACK).map(|_| ()).unwrap_err().at, "token_type");
}

#[test]
fn google_wants_a_parameter_for_a_refresh_token() {
    let google = named("google").unwrap();
    let mut wishes = google.wishes(Wishes::default());
    assert_eq!(google.offline(&mut wishes, "openid"), "openid");
    assert_eq!(wishes.extra, [("access_type".into(), "offline".into())]);
    assert_eq!(wishes.prompt.as_deref(), Some("consent"));
    let mut chosen = Wishes { prompt: Some("login".into()), ..Wishes::default() };
    for _ in 0..2 {
        assert_eq!(google.offline(&mut chosen, "openid"), "openid");
    }
    assert_eq!((chosen.prompt.as_deref(), chosen.extra.len()), (Some("login"), 1), "what is wished stays");
    let microsoft = named("microsoft").unwrap();
    assert_eq!(microsoft.offline(&mut Wishes::default(), "openid"), "openid offline_access");
    assert_eq!(microsoft.offline(&mut Wishes::default(), "offline_access openid"), "offline_access openid");
    assert_eq!(microsoft.offline(&mut Wishes::default(), ""), "offline_access");
    assert_eq!(named("apple").unwrap().offline(&mut Wishes::default(), "name"), "name");
}

#[test]
fn id_tokens_name_the_issuer_as_the_provider_does() {
    let google = named("google").unwrap();
    let metadata = found("https://accounts.google.com", &[]);
    let of = |provider: &Provider, metadata: &Metadata, claims: &str| {
        provider.issuer_of(metadata, &members(claims))
    };
    let issuer = "https://accounts.google.com";
    assert_eq!(of(google, &metadata, &format!(r#"{{"iss":"{issuer}"}}"#)).as_deref(), Some(issuer));
    assert_eq!(
        of(google, &metadata, r#"{"iss":"accounts.google.com"}"#).as_deref(),
        Some("accounts.google.com")
    );
    // Another name is expected, and then refused by the policy.
    assert_eq!(of(google, &metadata, r#"{"iss":"https://evil.example"}"#).as_deref(), Some(issuer));
    assert_eq!(of(google, &metadata, "{}"), None);

    let microsoft = named("microsoft").unwrap();
    let metadata = found("https://login.microsoftonline.com/common/v2.0", microsoft.aliases);
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    let expected = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let claims = |tid: &str| {
        format!(r#"{{"iss":"https://login.microsoftonline.com/{{tenantid}}/v2.0","tid":"{tid}"}}"#)
    };
    assert_eq!(of(microsoft, &metadata, &claims(tenant)), Some(expected));
    assert_eq!(of(microsoft, &metadata, &claims("../evil")), None);
    assert_eq!(
        of(microsoft, &metadata, r#"{"iss":"https://login.microsoftonline.com/{tenantid}/v2.0"}"#),
        None
    );
}

#[test]
fn a_tenant_is_a_guid_or_a_word_for_several() {
    let microsoft = named("microsoft").unwrap();
    let issuer = |tenant| microsoft.issuer(tenant).map(|issuer| issuer.as_str().to_owned());
    assert_eq!(issuer(None).unwrap(), "https://login.microsoftonline.com/common/v2.0");
    let tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    assert_eq!(issuer(Some(tenant)).unwrap(), format!("https://login.microsoftonline.com/{tenant}/v2.0"));
    assert!(issuer(Some("organizations")).is_ok());
    for bad in ["", "contoso.onmicrosoft.com", "../x", "{tenantid}", "common/x"] {
        assert_eq!(issuer(Some(bad)), Err(Error::at(Code::InvalidParameters, "tenant")), "{bad}");
    }
    // What stands for several tenants stands for none of them.
    let one = microsoft.issuer(Some(tenant)).unwrap();
    for name in ["{tenantid}", "9188040d-6c67-4c5b-b112-36a304b66dad"] {
        let body = format!(r#"{{"issuer":"https://login.microsoftonline.com/{name}/v2.0"}}"#);
        assert!(discovery::response(&one, &answer(200, &body)).is_err(), "{name}");
    }
    let own = format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let found =
        discovery::response(&one, &answer(200, &format!(r#"{{"issuer":"{own}"}}"#))).unwrap().unwrap();
    let claims = r#"{"iss":"https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "tid":"9188040d-6c67-4c5b-b112-36a304b66dad"}"#;
    assert_eq!(microsoft.issuer_of(&found, &members(claims)), Some(own));
    assert_eq!(named("google").unwrap().issuer(Some("common")).map(|_| ()).unwrap_err().at, "tenant");
    let body = r#"{"error":"interaction_required","error_description":"AADSTS50076"}"#;
    let failure = microsoft.tokens(&answer(400, body), TokenType::Bearer).map(|_| ()).unwrap_err();
    assert_eq!((failure.error.code, failure.status), (Code::InvalidGrant, Some(400)));
}

#[test]
fn apple_has_its_answer_posted_and_its_secret_signed() {
    let apple_provider = named("apple").unwrap();
    let wishes = apple_provider.wishes(Wishes::default());
    assert_eq!(wishes.extra, [("response_mode".into(), "form_post".into())]);
    let signer = apple::Signer { team: "DEF123GHIJ", key: "ABC123DEFG", client_id: "com.mytest.app" };
    let draft = apple::secret(&signer, Seconds(3600), UnixSeconds(1_437_179_036)).unwrap();
    let text = draft.finish(&[1; 64]);
    let (token, header) = Unverified::parse_with_header(&text).unwrap();
    assert_eq!(token.header().alg, Some(Algorithm::Es256));
    assert_eq!(header.get("kid").unwrap(), &"ABC123DEFG");
    assert_eq!(
        token.dangerous_trust().payload.text(),
        r#"{"aud":"https://appleid.apple.com","exp":1437182636,"iat":1437179036,"iss":"DEF123GHIJ","sub":"com.mytest.app"}"#
    );
    for bad in [Seconds(0), Seconds(apple::MAX_LIFETIME.0 + 1)] {
        assert!(apple::secret(&signer, bad, UnixSeconds(0)).is_err());
    }
}

#[test]
fn apple_posts_the_name_once_and_it_is_no_more_than_a_name() {
    let post = |user: &str| {
        apple::posted_name(&crate::oauth::form::encode(&[("code", "c"), ("state", "s"), ("user", user)]))
    };
    let name = r#"{"name":{"firstName":"Ada","lastName":"King"},"email":"ada@example.com"}"#;
    assert_eq!(post(name).as_deref(), Some("Ada King"));
    assert_eq!(post(r#"{"name":{"firstName":"Ada"}}"#).as_deref(), Some("Ada"));
    for odd in [
        "",
        "{}",
        r#"{"name":"Ada"}"#,
        r#"{"name":{"firstName":" "}}"#,
        r#"{"name":{"firstName":"A\u001b"}}"#,
        r#"{"name":{"firstName":7}}"#,
    ] {
        assert_eq!(post(odd), None, "{odd}");
    }
    assert_eq!(apple::posted_name("code=c&state=s"), None);
    assert_eq!(post(&format!(r#"{{"name":{{"firstName":"{}"}}}}"#, "x".repeat(300))), None);
}

#[test]
fn of_several_addresses_a_verified_one_counts_and_the_primary_one_first() {
    let chosen = |text: &str| verified_address(json::parse(text.as_bytes()).unwrap().as_array().unwrap());
    let entry = |email: &str, primary: bool, verified: &str| {
        format!(r#"{{"email":"{email}","primary":{primary},"verified":{verified},"visibility":null}}"#)
    };
    let list = |entries: &[String]| format!("[{}]", entries.join(","));
    let (one, two) = (entry("a@x.example", false, "true"), entry("b@x.example", true, "true"));
    assert_eq!(chosen(&list(&[one.clone(), two])).as_deref(), Some("b@x.example"));
    assert_eq!(chosen(&list(&[entry("p@x.example", true, "false"), one])).as_deref(), Some("a@x.example"));
    for odd in ["\"true\"", "1", "null", "false"] {
        assert_eq!(chosen(&list(&[entry("p@x.example", true, odd)])), None, "{odd}");
    }
    assert_eq!(chosen("[]"), None);
    let request = named("github").unwrap().addresses_request("gho_x").unwrap();
    assert_eq!(request.url, "https://api.github.com/user/emails");
    assert!(named("google").unwrap().addresses_request("x").is_none());
}
