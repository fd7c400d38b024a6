//! The way to the origin.

use edgeward_core::gateway::{Identity, config::Origin, identity::HEADER_PREFIX};
use wasm_bindgen::JsCast;
use web_sys::{Headers, RequestInit};
use worker::{Env, Fetch, Request, Response};

/// Sends the request on, as it came but for the identity: method, body (streamed), upgrade and
/// every other header stay as they are, and redirects go back to the caller.
pub async fn send(
    origin: &Origin,
    target: &str,
    request: &Request,
    identity: Option<&Identity>,
    env: &Env,
) -> worker::Result<Response> {
    match origin {
        Origin::Http(address) => {
            let url = [address.origin(), target].concat();
            Fetch::Request(rewritten(&url, request, identity)?).send().await
        }
        Origin::Binding(name) => {
            let request = rewritten(&request.inner().url(), request, identity)?;
            env.service(name)?.fetch_request(request).await
        }
    }
}

fn rewritten(url: &str, request: &Request, identity: Option<&Identity>) -> worker::Result<Request> {
    // `new Request(url, request)` takes everything over, a streamed body and its length included.
    let copy = web_sys::Request::new_with_str_and_init(url, request.inner().unchecked_ref::<RequestInit>())?;
    let headers = copy.headers();
    strip(&headers)?;
    for (name, value) in identity.into_iter().flat_map(Identity::headers) {
        headers.set(&name, &value)?;
    }
    Ok(copy.into())
}

/// Removes every header that begins with the gateway's prefix, whoever sent it: what the origin
/// reads there comes from the gateway alone.
fn strip(headers: &Headers) -> worker::Result<()> {
    let spoofed: Vec<String> = worker::Headers(headers.clone())
        .keys()
        .filter(|name| name.to_ascii_lowercase().starts_with(HEADER_PREFIX))
        .collect();
    for name in spoofed {
        headers.delete(&name)?;
    }
    Ok(())
}
