//! The cookie that binds a sign-in to the browser that began it: without it, whoever began a sign-in could have
//! somebody else's browser complete it.

use edgeward_core::base64url;

use crate::{context::Context, failure::Failure, providers::Provider};

/// How long it lasts, in seconds: as long as a sign-in may take.
const MAX_AGE: u32 = 600;

/// A value that only this browser will have.
///
/// # Errors
/// `runtime_unsupported`
pub fn value(context: &Context<'_>) -> Result<String, Failure> {
    let mut random = [0; 32];
    context.authority.platform.fill(&mut random)?;
    Ok(base64url::encode(&random))
}

/// Has the browser keep the value until the callback. Each sign-in has a cookie of its own, so that two tabs do not
/// get in each other's way.
pub fn set(context: &Context<'_>, provider: &Provider, state: &str, value: &str) {
    context.set_cookie(line(context, provider, state, value, MAX_AGE));
}

/// Removes it.
pub fn clear(context: &Context<'_>, provider: &Provider, state: &str) {
    context.set_cookie(line(context, provider, state, "", 0));
}

/// The value that the browser sends; `None` if there is none, or several.
pub fn of<'a>(context: &Context<'a>, state: &str) -> Option<&'a str> {
    let name = name(context, state);
    let lines = context.request.headers.iter().filter(|(header, _)| header == "cookie");
    let pairs = lines.flat_map(|(_, line)| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value);
    let value = values.next();
    if values.next().is_some() { None } else { value }
}

/// A callback that is posted comes from the provider's page, where a browser sends cookies only if they are for
/// every site.
fn line(context: &Context<'_>, provider: &Provider, state: &str, value: &str, max_age: u32) -> String {
    let crosses = provider.posts_callback;
    let site = if crosses { "; SameSite=None; Partitioned" } else { "; SameSite=Lax" };
    // Without TLS only a machine talks to itself, and browsers take `Secure` from it where they need it.
    let secure = if crosses || is_secure(context) { "; Secure" } else { "" };
    format!("{}={value}; Max-Age={max_age}; Path=/; HttpOnly{secure}{site}", name(context, state))
}

fn name(context: &Context<'_>, state: &str) -> String {
    let prefix = if is_secure(context) { "__Host-" } else { "" };
    // The state comes from outside; a letter of a token is one that a cookie's name may have.
    let state: String =
        state.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(16).collect();
    [prefix, "edgeward.sign-in.", &state].concat()
}

fn is_secure(context: &Context<'_>) -> bool {
    context.authority.settings.issuer.starts_with("https:")
}
