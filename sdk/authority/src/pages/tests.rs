//! What pages may not let through.

use super::{Html, Page, source_of};

#[test]
fn no_text_becomes_markup() {
    let mut html = Html::default();
    html.text("<a href=\"x\" id='y'>&\u{202e}\n");
    assert_eq!(html.into_text(), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;  ");
}

#[test]
fn a_policy_names_where_forms_lead_and_nothing_else() {
    for (uri, source) in [
        ("https://app.example/cb?x=1", Some("https://app.example")),
        ("http://127.0.0.1:8080/cb", Some("http://127.0.0.1:8080")),
        ("com.example.app:/cb", Some("com.example.app:")),
        ("nothing", None),
    ] {
        assert_eq!(source_of(uri), source, "{uri}");
    }
    let page = |leads_to| Page { status: 200, title: "t", main: Html::default(), leads_to }.answer();
    for odd in ["https://a; script-src *", "https://a 'unsafe-inline'", "https://a,https://b", "https://a\n"]
    {
        let answer = page(Some(odd));
        assert!(answer.header("content-security-policy").unwrap().ends_with("form-action 'self'"), "{odd}");
    }
}
