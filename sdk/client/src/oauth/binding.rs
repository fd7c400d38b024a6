//! Binds tokens to a key that no script can read, and proves that it is here.
//!
//! Source: [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)

use std::{cell::RefCell, rc::Rc};

use edgeward_core::{
    Code, Error, base64url,
    http::{Request, Response},
    json::{Members, Value, Writer},
    oauth::{
        Failure,
        dpop::{PublicKey, Sending, ServerNonces},
        token::TokenType,
    },
    session::Access,
};

use super::authentication::server_now;
use crate::{client::Client, effect, id_token::webcrypto};

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
pub(crate) async fn make_key(client: &Rc<Client>) -> Result<PublicKey, Failure> {
    let mut algorithm = Writer::object();
    algorithm.text("name", "ECDSA").text("namedCurve", "P-256");
    let mut members = Writer::object();
    members.text("name", &client.key_name()).raw("algorithm", &algorithm.finish());
    read_key(&client.runtime.order("makeKey", members).await?)
}

/// The key that tokens are bound to already.
///
/// # Errors
/// `dpop_key_lost`: the platform no longer has it.
async fn kept_key(client: &Rc<Client>, name: &str) -> Result<PublicKey, Failure> {
    let mut members = Writer::object();
    members.text("name", name);
    match client.runtime.order("publicKey", members).await? {
        Value::Null => Err(Code::DpopKeyLost.into()),
        key => read_key(&key),
    }
}

fn read_key(jwk: &Value) -> Result<PublicKey, Failure> {
    let members = jwk.as_object().ok_or(Code::InternalError)?;
    Ok(PublicKey::read(members)?)
}

/// Sends a request with a proof, and once more if the server demands a nonce. `bound` names the key
/// that the client is held to already.
///
/// # Errors
/// Those of [`effect::fetch`]; `dpop_key_lost`; `dpop_nonce_hidden`: the server demands a nonce that
/// the browser does not show.
pub(crate) async fn send(
    client: &Rc<Client>,
    request: &Request,
    bound: Option<&str>,
) -> Result<Response, Failure> {
    let key = match bound {
        Some(name) => kept_key(client, name).await?,
        None => make_key(client).await?,
    };
    prove(client, request, &key, None).await
}

/// Sends a request that carries an access token, with a proof if it is bound to a key.
///
/// # Errors
/// As [`send`].
pub(crate) async fn call(
    client: &Rc<Client>,
    request: &Request,
    access: &Access,
) -> Result<Response, Failure> {
    if access.token_type == TokenType::Bearer {
        return effect::fetch(&client.runtime, request, effect::SERVER).await;
    }
    let key = kept_key(client, &client.key_name()).await?;
    prove(client, request, &key, Some(&access.token)).await
}

/// Sends a request with a proof, and with another one if the server demands a nonce.
async fn prove(
    client: &Rc<Client>,
    request: &Request,
    key: &PublicKey,
    access_token: Option<&str>,
) -> Result<Response, Failure> {
    let mut tries_left = 1;
    loop {
        let nonce = nonce_for(client, &request.url);
        let (method, url) = (request.method.as_str(), request.url.as_str());
        let sending = Sending { method, url, access_token, nonce: nonce.as_deref() };
        let mut proven = request.clone();
        proven.headers.push(("dpop", proof(client, key, &sending).await?));
        let answer = effect::fetch(&client.runtime, &proven, effect::SERVER).await?;
        if !demands_another(client, url, &answer, nonce.as_deref())? || tries_left == 0 {
            return Ok(answer);
        }
        tries_left -= 1;
    }
}

/// The proof that goes with an access token to `url`, as a header; none for one that is not bound.
///
/// # Errors
/// `invalid_parameters` at `method` or `url`; `dpop_key_lost`; those of the platform's keys.
pub(crate) async fn proof_header(
    client: &Rc<Client>,
    args: &Members,
    access: &Access,
) -> Result<Vec<Value>, Failure> {
    let (method, url) = (&args.required("method")?, &args.required("url")?);
    if access.token_type == TokenType::Bearer {
        return Ok(Vec::new());
    }
    let key = kept_key(client, &client.key_name()).await?;
    let nonce = nonce_for(client, url);
    let sending = Sending { method, url, access_token: Some(&access.token), nonce: nonce.as_deref() };
    let proof = proof(client, &key, &sending).await?;
    Ok(vec![vec!["dpop", &proof].into()])
}

/// Whether `answer` refused the proof of a request to `url` and not its token, because it lacked the
/// nonce that the answer gives.
///
/// # Errors
/// `invalid_parameters` at `url` or `answer`; `dpop_nonce_hidden`.
pub(crate) fn proof_was_refused(client: &Client, args: &Members) -> Result<bool, Error> {
    let Some(answer) = args.member("answer") else { return Ok(false) };
    if client.settings.binding == TokenType::Bearer {
        return Ok(false);
    }
    let answer = effect::response(&answer).ok_or(Error::at(Code::InvalidParameters, "answer"))?;
    let url = args.required("url")?;
    let sent = nonce_for(client, &url);
    demands_another(client, &url, &answer, sent.as_deref())
}

fn demands_another(client: &Client, url: &str, answer: &Response, sent: Option<&str>) -> Result<bool, Error> {
    client.memory.nonces.0.borrow_mut().demands_another(url, answer, sent)
}

/// The nonce that goes to an address at the moment.
fn nonce_for(client: &Client, url: &str) -> Option<String> {
    client.memory.nonces.0.borrow().of(url).map(String::from)
}

async fn proof(client: &Rc<Client>, key: &PublicKey, sending: &Sending<'_>) -> Result<String, Failure> {
    let random = effect::random(&client.runtime).await?;
    let draft = key.proof(sending, &random, server_now(client));
    let algorithm = webcrypto::parameters(key.algorithm())?;
    let mut members = Writer::object();
    members.text("name", &client.key_name()).raw("algorithm", &algorithm).text("data", draft.signing_input());
    let answer = client.runtime.order("sign", members).await?;
    // Between the two orders the key may have been removed.
    let signature = answer.as_str().ok_or(Code::DpopKeyLost)?;
    let signature = base64url::decode(signature).map_err(|_| Error::from(Code::InternalError))?;
    Ok(draft.finish(&signature))
}
