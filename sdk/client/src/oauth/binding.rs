//! Binds tokens to a key that no script can read, and proves that it is here.
//!
//! Source: [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)

use std::cell::RefCell;

use edgeward_core::{
    Code, Error, base64url,
    http::{Request, Response},
    json::{Members, Value, Writer},
    oauth::{
        dpop::{PublicKey, Sending, ServerNonces},
        token::TokenType,
    },
    session::Access,
};

use super::authentication::server_now;
use crate::{
    effect,
    id_token::webcrypto,
    run::{Flow, Known, Run},
};

/// The nonces that servers gave, by origin.
#[derive(Default)]
pub(crate) struct Nonces(RefCell<ServerNonces>);

/// Reads the option `tokenBinding`.
///
/// # Errors
/// `config_invalid` at `tokenBinding`.
pub(crate) fn read(options: &Members) -> Result<TokenType, Error> {
    match options.text("tokenBinding")?.as_deref() {
        None | Some("bearer") => Ok(TokenType::Bearer),
        Some("dpop") => Ok(TokenType::Dpop),
        Some(_) => Err(Error::at(Code::ConfigInvalid, "tokenBinding")),
    }
}

/// The client's key, made if there is none.
///
/// # Errors
/// Those of the platform's keys.
pub(crate) fn make_key(run: &Run<'_>) -> Flow<PublicKey> {
    let mut algorithm = Writer::object();
    algorithm.text("name", "ECDSA").text("namedCurve", "P-256");
    let mut members = Writer::object();
    members.text("name", &run.client.key_name()).raw("algorithm", &algorithm.finish());
    read_key(run.order("makeKey", members)?)
}

/// The key that tokens are bound to already.
///
/// # Errors
/// `dpop_key_lost`: the platform no longer has it.
fn kept_key(run: &Run<'_>, name: &str) -> Flow<PublicKey> {
    let mut members = Writer::object();
    members.text("name", name);
    match run.order("publicKey", members)? {
        Value::Null => Err(Code::DpopKeyLost.into()),
        key => read_key(key),
    }
}

fn read_key(jwk: &Value) -> Flow<PublicKey> {
    let members = jwk.as_object().ok_or(Code::InternalError)?;
    Ok(PublicKey::read(members)?)
}

/// Sends a request with a proof, and once more if the server demands a nonce. `bound` names the key
/// that the client is held to already.
///
/// # Errors
/// Those of [`effect::fetch`]; `dpop_key_lost`; `dpop_nonce_hidden`: the server demands a nonce that
/// the browser does not show.
pub(crate) fn send(run: &Run<'_>, request: &Request, bound: Option<&str>) -> Flow<Response> {
    let key = match bound {
        Some(name) => kept_key(run, name)?,
        None => make_key(run)?,
    };
    prove(run, request, &key, None)
}

/// Sends a request that carries an access token, with a proof if it is bound to a key.
///
/// # Errors
/// As [`send`].
pub(crate) fn call(run: &Run<'_>, request: &Request, access: &Access) -> Flow<Response> {
    if access.token_type == TokenType::Bearer {
        return effect::fetch(run, request, effect::SERVER);
    }
    let key = kept_key(run, &run.client.key_name())?;
    prove(run, request, &key, Some(&access.token))
}

/// Sends a request with a proof, and with another one if the server demands a nonce.
fn prove(run: &Run<'_>, request: &Request, key: &PublicKey, access_token: Option<&str>) -> Flow<Response> {
    let mut tries_left = 1;
    loop {
        let nonce = nonce_for(run, &request.url)?;
        let (method, url) = (request.method.as_str(), request.url.as_str());
        let sending = Sending { method, url, access_token, nonce };
        let mut proven = request.clone();
        proven.headers.push(("dpop", proof(run, key, &sending)?));
        let answer = effect::fetch(run, &proven, effect::SERVER)?;
        if !demands_another(run, url, &answer, nonce)? || tries_left == 0 {
            return Ok(answer);
        }
        tries_left -= 1;
    }
}

/// The proof that goes with an access token to `url`, as a header; none for one that is not bound.
///
/// # Errors
/// `invalid_parameters` at `method` or `url`; `dpop_key_lost`; those of the platform's keys.
pub(crate) fn proof_header(run: &Run<'_>, args: &Members, access: &Access) -> Flow<Vec<Value>> {
    let (method, url) = (&args.required("method")?, &args.required("url")?);
    if access.token_type == TokenType::Bearer {
        return Ok(Vec::new());
    }
    let key = kept_key(run, &run.client.key_name())?;
    let nonce = nonce_for(run, url)?;
    let sending = Sending { method, url, access_token: Some(&access.token), nonce };
    let proof = proof(run, &key, &sending)?;
    Ok(vec![vec!["dpop", &proof].into()])
}

/// Whether `answer` refused the proof of a request to `url` and not its token, because it lacked the
/// nonce that the answer gives.
///
/// # Errors
/// `invalid_parameters` at `url` or `answer`; `dpop_nonce_hidden`.
pub(crate) fn proof_was_refused(run: &Run<'_>, args: &Members) -> Flow<bool> {
    let Some(answer) = args.member("answer") else { return Ok(false) };
    if run.client.settings.binding == TokenType::Bearer {
        return Ok(false);
    }
    let answer = effect::response(&answer).ok_or(Error::at(Code::InvalidParameters, "answer"))?;
    let url = args.required("url")?;
    let sent = nonce_for(run, &url)?;
    demands_another(run, &url, &answer, sent)
}

fn demands_another(run: &Run<'_>, url: &str, answer: &Response, sent: Option<&str>) -> Flow<bool> {
    let another = run.once(|| {
        let mut nonces = run.client.memory.nonces.0.borrow_mut();
        Ok(Known::Json(nonces.demands_another(url, answer, sent)?.into()))
    });
    Ok(another?.json()? == &Value::Bool(true))
}

/// The nonce that goes to an address at the moment.
fn nonce_for<'a>(run: &Run<'a>, url: &str) -> Flow<Option<&'a str>> {
    let nonce = run.once(|| Ok(Known::Json(run.client.memory.nonces.0.borrow().of(url).into())));
    Ok(nonce?.json()?.as_str())
}

fn proof(run: &Run<'_>, key: &PublicKey, sending: &Sending<'_>) -> Flow<String> {
    let random = effect::random(run)?;
    let draft = key.proof(sending, &random, server_now(run)?);
    let algorithm = webcrypto::parameters(key.algorithm())?;
    let mut members = Writer::object();
    members
        .text("name", &run.client.key_name())
        .raw("algorithm", &algorithm)
        .text("data", draft.signing_input());
    let answer = run.order("sign", members)?;
    // Between the two orders the key may have been removed.
    let signature = answer.as_str().ok_or(Code::DpopKeyLost)?;
    let signature = base64url::decode(signature).map_err(|_| Error::from(Code::InternalError))?;
    Ok(draft.finish(&signature))
}
