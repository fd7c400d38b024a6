//! Registers a client, and looks after what is registered.
//!
//! Source: [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591),
//! [RFC 7592](https://www.rfc-editor.org/rfc/rfc7592)

use edgeward_core::{
    Code, Error,
    http::{Reach, Request, Response},
    json::{self, Map, Members, Value},
    oauth::{register, register::Registration},
    secret::Secret,
};

use crate::{
    client::Client,
    effect::{self, SERVER},
    run::{Flow, Run},
};

/// Registers a client with the metadata in `client`; gives what has to be kept, which holds secrets.
///
/// # Errors
/// `invalid_parameters` at `client`; those of discovery and of [`register`].
pub(crate) fn begin(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let client = metadata_of(args)?;
    let token = args.text("initialAccessToken")?.map(|token| Secret::new(token.into()));
    let metadata = run.client.provider.metadata(run)?;
    let answer = send(run, &register::request(metadata, &client, token.as_ref())?)?;
    written(&register::response(&client, reach(run.client), &answer)?)
}

/// Reads what is registered, or replaces it by the metadata in `client`; gives what has to be kept
/// from now on.
///
/// # Errors
/// `invalid_parameters` at `registration` or `client`; those of [`register`].
pub(crate) fn renew(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let kept = kept(run.client, args)?;
    let request = match args.member("client") {
        None => kept.read_request(),
        Some(_) => kept.update_request(&metadata_of(args)?),
    };
    let answer = send(run, &managed(request)?)?;
    written(&kept.renewed(reach(run.client), &answer)?)
}

/// Deletes what is registered.
///
/// # Errors
/// `invalid_parameters` at `registration`; those of [`register::deleted`].
pub(crate) fn end(run: &Run<'_>, args: &Members) -> Flow<Value> {
    let request = kept(run.client, args)?.delete_request();
    register::deleted(&send(run, &managed(request)?)?)?;
    Ok(Value::Null)
}

fn send(run: &Run<'_>, request: &Request) -> Flow<Response> {
    effect::fetch(run, request, SERVER)
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

fn written(registration: &Registration) -> Flow<Value> {
    Ok(json::parse(registration.expose().as_bytes())?)
}

/// Endpoints may be where the issuer is.
fn reach(owner: &Client) -> Reach {
    if owner.settings.issuer.as_str().starts_with("http://") { Reach::Development } else { Reach::Https }
}
