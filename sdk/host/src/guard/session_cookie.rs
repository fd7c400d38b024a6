//! Session cookies of other systems.

use edgeward_core::{
    Code, Error,
    cookies::{Jar, better_auth::Reader},
    gateway::Incoming,
    jwt::Claims,
};

use crate::clock;

/// Reads sessions. The guard knows it by this name alone, as it does for opaque tokens.
pub trait Sessions {
    /// The claims of the session that a request's cookies speak of.
    ///
    /// # Errors
    /// Those of [`Reader::read`].
    fn claims(&self, request: &Incoming) -> Result<Claims, Error>;
}

impl Sessions for Reader {
    fn claims(&self, request: &Incoming) -> Result<Claims, Error> {
        let header = request.header("cookie").ok_or(Code::SessionMissing)?;
        self.read(&Jar::parse(header)?, clock::now())
    }
}
