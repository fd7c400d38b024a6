//! Registers a client, and looks after what is registered.
//!
//! Source: [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)

use std::rc::Rc;

use edgeward_core::{
    Code, Error,
    http::{Reach, Request, Response},
    json::{self, Map, Members, Value},
    oauth::{Failure, register, register::Registration},
    secret::Secret,
};

use crate::{
    client::Client,
    effect::{self, SERVER},
    runtime::Answer,
};

/// Registers a client with the metadata in `client`; gives what has to be kept, which holds secrets.
///
/// # Errors
/// `invalid_parameters` at `client`; those of discovery and of [`register`].
pub(crate) async fn begin(owner: &Rc<Client>, args: &Members) -> Answer {
    let client = metadata_of(args)?;
    let token = args.text("initialAccessToken")?.map(|token| Secret::new(token.into()));
    let metadata = owner.provider.metadata(&owner.runtime).await?;
    let answer = send(owner, &register::request(&metadata, &client, token.as_ref())?).await?;
    written(&register::response(&client, reach(owner), &answer)?)
}

/// Reads what is registered, or replaces it by the metadata in `client`; gives what has to be kept
/// from now on.
///
/// # Errors
/// `invalid_parameters` at `registration` or `client`; those of [`register`].
pub(crate) async fn renew(owner: &Rc<Client>, args: &Members) -> Answer {
    let kept = kept(owner, args)?;
    let request = match args.member("client") {
        None => kept.read_request(),
        Some(_) => kept.update_request(&metadata_of(args)?),
    };
    let answer = send(owner, &managed(request)?).await?;
    written(&kept.renewed(reach(owner), &answer)?)
}

/// Deletes what is registered.
///
/// # Errors
/// `invalid_parameters` at `registration`; those of [`register::deleted`].
pub(crate) async fn end(owner: &Rc<Client>, args: &Members) -> Answer {
    let request = kept(owner, args)?.delete_request();
    register::deleted(&send(owner, &managed(request)?).await?)?;
    Ok(Value::Null)
}

async fn send(owner: &Rc<Client>, request: &Request) -> Result<Response, Failure> {
    effect::fetch(&owner.runtime, request, SERVER).await
}

fn metadata_of(args: &Members) -> Result<Map, Error> {
    match args.member("client") {
        Some(Value::Object(members)) => Ok(members),
        _ => Err(Error::at(Code::InvalidParameters, "client")),
    }
}

fn kept(owner: &Client, args: &Members) -> Result<Registration, Error> {
    match args.member("registration") {
        Some(Value::Object(members)) => Registration::read(members, reach(owner)),
        _ => Err(Error::at(Code::InvalidParameters, "registration")),
    }
}

/// The server lets nobody look after a registration whose address it does not tell.
fn managed(request: Option<Request>) -> Result<Request, Error> {
    request.ok_or(Error::at(Code::InvalidParameters, "registration"))
}

fn written(registration: &Registration) -> Answer {
    Ok(json::parse(registration.expose().as_bytes())?)
}

/// Endpoints may be where the issuer is.
fn reach(owner: &Client) -> Reach {
    if owner.settings.issuer.as_str().starts_with("http://") { Reach::Development } else { Reach::Https }
}
