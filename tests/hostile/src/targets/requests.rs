//! What comes with requests, and what goes back.

use edgeward_core::{
    Code,
    gateway::{
        challenge as challenges,
        credential::Sources,
        csrf,
        incoming::Incoming,
        policy::{Denial, Missing, Requirements},
        route as routes,
    },
    oauth::dpop,
};

use super::{first_line, text};

/// The lines of the input are headers; what is taken is one token that stood there.
pub fn credential(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (url, headers) = first_line(text);
    let headers = headers.lines().filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    let request = Incoming::new("GET".into(), url.into(), headers);
    let sources = Sources {
        headers: vec!["x-token".into()],
        cookies: vec!["token".into()],
        session: Some("session".into()),
        websocket: true,
        query: Some("access_token".into()),
        dpop: true,
    };
    let Ok(Some(credential)) = sources.take(&request, &[]) else { return };
    let _ = csrf::check(&request, credential.kind, &[]);
    assert!(credential.token.bytes().all(|byte| byte.is_ascii_graphic()), "no token has spaces");
    let narrow = sources.take(&request, &[credential.kind]);
    assert!(narrow.is_ok_and(|found| found == Some(credential)), "the same without the others");
}

/// A challenge is a list of quoted parameters, whatever is refused.
pub fn challenge(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let code = Code::ALL[data.len() % Code::ALL.len()];
    // What the configuration allows in a scope and a realm.
    let allowed = |character: &char| matches!(character, '!' | '#'..='[' | ']'..='~');
    let word: String = text.chars().filter(allowed).collect();
    let missing = if data.len().is_multiple_of(2) {
        Missing::Scope(word.clone())
    } else {
        Missing::Authentication { acr_values: word.clone(), max_age: None }
    };
    let protection = challenges::Protection { realm: &word, resource_metadata: None };
    if let Some(value) = challenges::bearer(&Denial { error: code.into(), missing }, protection) {
        let parameters = parameters(&value).expect("a challenge of RFC 9110 §11.6.1");
        assert!(parameters.contains(&("realm", &word)));
    }
    let _ = parameters(text);
}

/// `Bearer name="value", …`, read by the grammar of RFC 9110 §11.2 without escapes.
fn parameters(value: &str) -> Option<Vec<(&str, &str)>> {
    let mut rest = value.strip_prefix("Bearer ")?;
    let mut parameters = Vec::new();
    loop {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        let is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !is_token || value.contains('\\') {
            return None;
        }
        parameters.push((name, value));
        match after.strip_prefix(", ") {
            Some(more) => rest = more,
            None => return after.is_empty().then_some(parameters),
        }
    }
}

/// A route is chosen that holds for every reading of the path.
pub fn route(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let (path, pattern) = first_line(text);
    let mut rules = Vec::new();
    for pattern in ["/public/*", "/admin/*", pattern] {
        rules.extend(routes::Route::new(pattern, Requirements::default()));
    }
    if let Ok(Some(found)) = routes::find(&rules, path) {
        let below = found.pattern();
        let prefix = below.strip_suffix("/*").unwrap_or(&below);
        assert!(path.starts_with(prefix), "the route covers the path as it is written");
    }
    let request = Incoming::new("GET".into(), text.into(), []);
    let _ = (request.path(), request.query(), dpop::normalised(text));
}

/// A DPoP proof: the form, and that nobody's signature is taken for its key's.
pub fn proof(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(proof) = dpop::Unverified::parse(text, &dpop::ALGORITHMS) else { return };
    assert!(!proof.algorithm().is_symmetric());
    assert!(proof.key().permits(proof.algorithm()));
    let _ = proof.verify();
}
