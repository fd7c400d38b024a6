//! Signing in with a personal access token of GitHub: `POST /api/auth/pat-signin` with `{"pat": …}`.
//!
//! Who it is is GitHub's number of the user, never the address. The token is kept, sealed, with the scopes that GitHub
//! says it has.

use edgeward_core::{
    Code,
    json::{Value, object},
    oauth::scope,
    time::Seconds,
};

use super::{link, start::limited};
use crate::{
    connections::Grant,
    context::Context,
    failure::Failure,
    http::Outgoing,
    platform::Limit,
    providers,
    surface::{origin, plain_body},
    web::{self, Remember},
};

/// How often somebody may try.
const LIMIT: Limit = Limit { requests: 5, window_millis: 60_000 };

/// How tokens begin that users have made for themselves: classic ones and fine-grained ones.
///
/// Source: <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats>
const PERSONAL: [&str; 2] = ["ghp_", "github_pat_"];

/// Signs in. Failures are `{"error": sentence, "code": code}`, as clients of Better Hub show them.
pub async fn answer(context: &Context<'_>) -> Outgoing {
    match signed_in(context).await {
        Ok(()) => Outgoing::json(200, object(vec![("success", true.into())]).to_text()),
        Err(Refused { status, error, code, wait }) => {
            let body = object(vec![("error", error.into()), ("code", code.into())]);
            let answer = Outgoing::json(status, body.to_text());
            match wait {
                Some(Seconds(wait)) => {
                    answer.with("retry-after", wait.to_string()).with("x-retry-after", wait.to_string())
                }
                None => answer,
            }
        }
    }
}

struct Refused {
    status: u16,
    error: &'static str,
    code: &'static str,
    wait: Option<Seconds>,
}

impl Refused {
    const fn new(status: u16, code: &'static str, error: &'static str) -> Self {
        Self { status, error, code, wait: None }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        let code = failure.code;
        Self { status: code.status(), error: code.message(), code: code.as_str(), wait: failure.retry_after }
    }
}

const MISSING: Refused = Refused::new(400, "invalid_parameters", "Token is required");
const INVALID: Refused = Refused::new(401, "pat_invalid", "Invalid GitHub token");
const NO_ADDRESS: Refused = Refused::new(
    400,
    "pat_address_missing",
    "Could not determine your GitHub email. Ensure the token has the user:email scope.",
);

async fn signed_in(context: &Context<'_>) -> Result<(), Refused> {
    let authority = context.authority;
    origin::check(authority, context.request)?;
    let provider = providers::named(authority, "github")?;
    limited(context, "pat-signin", LIMIT).await?;
    let body = plain_body(context.request)?;
    let pat = body.get("pat").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if pat.is_empty() {
        return Err(MISSING);
    }
    // It goes into a header. And a token that an application was given says who its user is, too, but any operator
    // of such an application has those of all its users.
    let is_personal = PERSONAL.iter().any(|prefix| pat.starts_with(prefix));
    if pat.len() > 512 || !pat.bytes().all(|b| b.is_ascii_graphic()) || !is_personal {
        return Err(INVALID);
    }
    let found = providers::of_token(provider, authority, pat).await;
    let (identity, scopes) =
        found.map_err(|failure| match provider.failed(authority, "token", &failure) {
            Failure { code: Code::OauthProviderError, .. } => INVALID,
            failure => failure.into(),
        })?;
    if identity.profile.email.is_none() {
        return Err(NO_ADDRESS);
    }
    let grant = Grant {
        subject: Some(identity.subject.clone()),
        kind: "token",
        scopes: scope::normal(&scopes),
        access_token: pat.into(),
        refresh_token: None,
        expires_at: None,
    };
    let user = link::settled(context, provider, None, &identity, &grant, link::Keep::New).await?;
    let user = user.map_err(|why| match why {
        link::NotLinked::Banned => Code::UserBanned.into(),
        _ => Refused::new(403, why.word(), "This account cannot sign in"),
    })?;
    web::start(context, &user, Remember::Yes).await?;
    Ok(())
}

impl From<Code> for Refused {
    fn from(code: Code) -> Self {
        Failure::from(code).into()
    }
}
