//! What a client asks for, checked. Nothing is sent to an address before it is known to be the client's.
//!
//! Source: [RFC 9700 §4.1](https://www.rfc-editor.org/rfc/rfc9700#section-4.1),
//! [RFC 9126 §4](https://www.rfc-editor.org/rfc/rfc9126#section-4)

use edgeward_core::{
    base64url,
    jose::thumbprint,
    oauth::{form, scope},
    time::Seconds,
};

use super::Problem;
use crate::{
    Authority,
    context::digest,
    oauth::{
        client::{self, Client},
        parameters::Parameters,
        refusal::{Refusal, Word},
        statements,
    },
};

/// A request for a code, which may be answered at its address.
#[derive(Clone)]
pub struct Request {
    /// The client.
    pub client: Client,
    /// Where the answer goes.
    pub redirect: String,
    /// What the client recognises its answer by.
    pub state: Option<String>,
    /// What it asks for.
    pub scope: String,
    /// The APIs that tokens are to be for.
    pub resources: Vec<String>,
    /// The challenge of PKCE.
    pub challenge: String,
    /// What the ID token is to repeat.
    pub nonce: Option<String>,
    /// Whether and how the user is asked.
    pub prompts: Vec<String>,
    /// How long ago the user may have signed in.
    pub max_age: Option<Seconds>,
    /// Whom the client expects.
    pub hint: Option<String>,
    /// An ID token of whom it expects.
    pub id_token_hint: Option<String>,
    /// The key that the code is bound to.
    pub jkt: Option<String>,
    /// The hash of the address that it was pushed under.
    pub pushed: Option<String>,
    /// Its parameters as a query, to ask again with.
    pub text: String,
}

/// What a pushed request is found under.
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";
/// Parameters of our own, which are no part of what a client asks.
pub const OWN: [&str; 1] = ["edgeward_since"];

/// Reads a request from a browser, which may only name one that was pushed.
pub async fn read(authority: &Authority, parameters: &Parameters) -> Result<Request, Problem> {
    let id =
        parameters.get("client_id").ok_or(Problem::Page("The application does not say which one it is."))?;
    let client = client::find(authority, id).await?;
    let client = client.ok_or(Problem::Page("The application is not known here."))?;
    let text = parameters.to_text(&OWN);
    let Some(uri) = parameters.get("request_uri") else {
        if client.pushes {
            return Err(Problem::Page("The application has to push its request."));
        }
        return validated(authority, client, parameters, text);
    };
    let expired = Problem::Page("The application's request has expired. Start again there.");
    let Some(name) = uri.strip_prefix(PUSHED) else {
        return Err(Problem::Page("The application's request is not one that was pushed here."));
    };
    let hash = digest(name);
    let row = authority.store.row(statements::pushed(&hash, authority.platform.now())).await?;
    let Some(row) = row.filter(|row| row.text("client_id").is_ok_and(|own| own == client.id)) else {
        return Err(expired);
    };
    let pushed = Parameters::new(form::decode(&row.text("parameters")?));
    let pushed = pushed.map_err(|refusal| Problem::Page(refusal.why))?;
    let request = validated(authority, client, &pushed, text)?;
    let jkt = row.optional_text("jkt")?.or(request.jkt.clone());
    Ok(Request { pushed: Some(hash), jkt, ..request })
}

/// Checks the parameters of a request.
pub fn validated(
    authority: &Authority,
    client: Client,
    parameters: &Parameters,
    text: String,
) -> Result<Request, Problem> {
    let asked = parameters.get("redirect_uri");
    let redirect = match (asked, client.redirects.as_slice()) {
        (Some(uri), _) if client.redirects_to(uri) => uri.to_owned(),
        (None, [only]) => only.clone(),
        _ => {
            return Err(Problem::Page(
                "The application wants the answer sent to an address that is not its own.",
            ));
        }
    };
    let own = |name| parameters.get(name).map(ToOwned::to_owned);
    let request = Request {
        redirect,
        state: own("state"),
        scope: String::new(),
        resources: Vec::new(),
        challenge: String::new(),
        nonce: own("nonce"),
        prompts: parameters.get("prompt").unwrap_or_default().split(' ').map(Into::into).collect(),
        max_age: None,
        hint: own("login_hint"),
        id_token_hint: own("id_token_hint"),
        jkt: own("dpop_jkt"),
        pushed: None,
        text,
        client,
    };
    match checked(authority, parameters, &request) {
        Ok((scope, resources, challenge, max_age)) => {
            Ok(Request { scope, resources, challenge, max_age, ..request })
        }
        Err(refusal) => Err(Problem::Client(Box::new(request), refusal)),
    }
}

/// Scope, APIs, challenge and age of a request whose answer has an address.
fn checked(
    authority: &Authority,
    parameters: &Parameters,
    request: &Request,
) -> Result<(String, Vec<String>, String, Option<Seconds>), Refusal> {
    if parameters.get("request").is_some() {
        return Err(Refusal::new(Word::RequestNotSupported, "requests are pushed, not signed"));
    }
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(Refusal::request("response_type is missing")),
        Some(_) => return Err(Refusal::new(Word::UnsupportedResponseType, "the only response_type is code")),
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Refusal::request("the only response_mode is query"));
    }
    if !request.client.may(client::CODE) {
        return Err(Refusal::new(Word::UnauthorizedClient, "the client may not use this grant"));
    }
    let challenge = parameters.required("code_challenge", "code_challenge is missing")?;
    if parameters.get("code_challenge_method") != Some("S256") {
        return Err(Refusal::request("the only code_challenge_method is S256"));
    }
    if challenge.len() != 43 || base64url::decode(challenge).is_err() {
        return Err(Refusal::request("code_challenge is malformed"));
    }
    if request.jkt.as_deref().is_some_and(|jkt| !thumbprint::is_sha256(jkt)) {
        return Err(Refusal::request("dpop_jkt is malformed"));
    }
    let known = ["", "none", "login", "consent", "select_account"];
    let none = request.prompts.iter().any(|prompt| prompt == "none");
    if !request.prompts.iter().all(|prompt| known.contains(&prompt.as_str()))
        || (none && request.prompts.len() > 1)
    {
        return Err(Refusal::request("prompt is not known here"));
    }
    let age = parameters.get("max_age").map(|age| age.parse().map(Seconds)).transpose();
    let max_age = age.map_err(|_| Refusal::request("max_age is no number of seconds"))?;
    let wanted = parameters.scope(authority, request.client.scope.as_deref())?;
    let scope = wanted.or_else(|| request.client.scope.clone()).unwrap_or_default();
    Ok((scope::normal(&scope), parameters.resources(authority)?, challenge.to_owned(), max_age))
}
