//! Session cookies of other systems.

use edgeward_core::{
    Code, Error,
    cookies::{Jar, better_auth::Reader},
    gateway::Incoming,
    jwt::Claims,
};

use crate::clock;

/// The claims of the session that a request's cookies speak of.
///
/// # Errors
/// Those of [`Reader::read`].
pub fn read(reader: &Reader, request: &Incoming) -> Result<Claims, Error> {
    let header = request.header("cookie").ok_or(Code::SessionMissing)?;
    reader.read(&Jar::parse(header)?, clock::now())
}
