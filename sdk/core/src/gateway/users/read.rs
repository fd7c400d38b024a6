//! What stores answer: rows of a database, or the document of a server.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{Organization, Profile};
use crate::{
    error::{Code, Error},
    http::{Address, Method, Request, Response},
    json::{self, Map, Value},
    secret::Secret,
};

/// How long a server's answer may be, in bytes.
pub const MAX_ANSWER: usize = 64 * 1024;
/// How many permissions one role may have.
const MAX_PERMISSIONS: usize = 256;

/// The question to a server: `POST {"issuer": …, "subject": …}` with the service's own credential.
///
/// # Errors
/// `config_invalid` at `users.secret_binding`: the secret cannot stand in a header.
pub fn request(url: &Address, secret: &Secret, issuer: &str, subject: &str) -> Result<Request, Error> {
    let secret = core::str::from_utf8(secret.expose()).ok();
    let secret = secret.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()));
    let secret = secret.ok_or(Error::at(Code::ConfigInvalid, "users.secret_binding"))?;
    let body = json::object(alloc::vec![("issuer", issuer.into()), ("subject", subject.into())]);
    Ok(Request {
        method: Method::Post,
        url: url.as_str().into(),
        headers: alloc::vec![
            ("accept", "application/json".into()),
            ("authorization", ["Bearer ", secret].concat()),
            ("content-type", "application/json".into()),
        ],
        body: body.to_string(),
    })
}

/// The profile in a server's answer: 200 with
/// `{"email", "name", "platform_admin", "organization": {"id", "name", "role", "permissions"}}`, or
/// 404 where there is none.
///
/// # Errors
/// `user_lookup_failed`: anything else.
pub fn answer(response: &Response) -> Result<Option<Profile>, Error> {
    match response.status {
        404 => Ok(None),
        200 => {
            let members = json::parse_object(&response.body).map_err(|_| failed("answer"))?;
            profile(&members).map(Some)
        }
        _ => Err(failed("status")),
    }
}

/// The profile in the answers to three statements: the profile's row, the primary organization's,
/// and the permissions of the role there. Each is an array of objects, a row each.
///
/// # Errors
/// `user_lookup_failed`: they are no such arrays.
pub fn rows(batch: &[Value]) -> Result<Option<Profile>, Error> {
    let [profiles, organizations, permissions] = batch else { return Err(failed("rows")) };
    let Some(row) = first(profiles)? else { return Ok(None) };
    let organization = match first(organizations)? {
        None => None,
        Some(row) => Some(Organization {
            id: required(row, "id")?,
            name: text(row, "name")?,
            role: required(row, "role")?,
            permissions: list(permissions)?.iter().map(permission).collect::<Result<_, _>>()?,
        }),
    };
    Ok(Some(Profile {
        email: text(row, "email")?,
        name: text(row, "name")?,
        organization,
        platform_admin: flag(row, "platform_admin")?,
    }))
}

fn profile(members: &Map) -> Result<Profile, Error> {
    let organization = match members.get("organization") {
        None | Some(Value::Null) => None,
        Some(Value::Object(own)) => Some(organization(own)?),
        Some(_) => return Err(failed("organization")),
    };
    Ok(Profile {
        email: text(members, "email")?,
        name: text(members, "name")?,
        organization,
        platform_admin: flag(members, "platform_admin")?,
    })
}

fn organization(members: &Map) -> Result<Organization, Error> {
    let permissions = match members.get("permissions") {
        None | Some(Value::Null) => Vec::new(),
        Some(listed) => {
            let word = |item: &Value| item.as_str().map(Into::into).ok_or(failed("permissions"));
            list(listed)?.iter().map(word).collect::<Result<_, _>>()?
        }
    };
    Ok(Organization {
        id: required(members, "id")?,
        name: text(members, "name")?,
        role: required(members, "role")?,
        permissions,
    })
}

fn permission(row: &Value) -> Result<String, Error> {
    row.get("permission").and_then(Value::as_str).map(Into::into).ok_or(failed("permissions"))
}

fn first(rows: &Value) -> Result<Option<&Map>, Error> {
    let row = rows.as_array().ok_or(failed("rows"))?.first();
    row.map(|row| row.as_object().ok_or(failed("rows"))).transpose()
}

fn list(items: &Value) -> Result<&[Value], Error> {
    let items = items.as_array().filter(|items| items.len() <= MAX_PERMISSIONS);
    items.map(Vec::as_slice).ok_or(failed("permissions"))
}

fn required(members: &Map, name: &'static str) -> Result<String, Error> {
    text(members, name)?.filter(|text| !text.is_empty()).ok_or(failed(name))
}

fn text(members: &Map, name: &'static str) -> Result<Option<String>, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(failed(name)),
    }
}

/// SQLite has no booleans: 0 and 1 stand for them. Whatever else there is grants nothing.
fn flag(members: &Map, name: &'static str) -> Result<bool, Error> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(number) => match number.as_i64() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(failed(name)),
        },
    }
}

fn failed(at: &'static str) -> Error {
    Error::at(Code::UserLookupFailed, at)
}
