//! One call: on whose behalf, when, and what its answer carries beside the result.

mod again;
mod commit;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use edgeward_core::{
    Code, Error,
    keys::scopes::Scopes,
    secret::Secret,
    time::{Seconds, UnixMillis},
};
use sha2::{Digest, Sha256};

use crate::{
    Authority,
    failure::Failure,
    http::Incoming,
    store::{Row, Statement, Store},
    web,
};

/// Who calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Principal {
    /// Nobody whom we know.
    Anonymous,
    /// A user, by a session of its own.
    User {
        /// The user.
        id: String,
        /// The session that says so.
        session: String,
        /// Whether the user administers this authority.
        admin: bool,
        /// The administrator who acts as this user.
        impersonated_by: Option<String>,
    },
    /// An API token.
    Key {
        /// Whose it is.
        user: String,
        /// Which it is.
        id: String,
        /// What it may do.
        scopes: Scopes,
        /// Whether its user administers this authority.
        admin: bool,
    },
    /// An agent's session.
    Agent {
        /// Whose agent it is.
        user: String,
        /// Which agent it is.
        agent: String,
        /// The session that says so.
        session: String,
        /// What it may do.
        scopes: Scopes,
    },
}

impl Principal {
    /// The user that is acted for.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::User { id, .. } => Some(id),
            Self::Key { user, .. } | Self::Agent { user, .. } => Some(user),
        }
    }

    /// Whether an action on a resource is within what the credential may do. A user's own session
    /// may do whatever the user may.
    #[must_use]
    pub fn can(&self, resource: &str, action: &str) -> bool {
        match self {
            Self::Anonymous => false,
            Self::User { .. } => true,
            Self::Key { scopes, .. } | Self::Agent { scopes, .. } => scopes.permit(resource, action),
        }
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Anyone,
    /// Whoever acts for a user: a session, an API token.
    Holder,
    /// A user with a session of its own.
    User,
    /// An administrator: a session, or an API token with the scope `admin`.
    Admin,
}

impl Access {
    /// The word for it in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Holder => "session or API token",
            Self::User => "session",
            Self::Admin => "administrator",
        }
    }
}

/// What an operation works with.
pub struct Context<'a> {
    /// The authority itself.
    pub authority: &'a Authority,
    /// The request that the call came with.
    pub request: &'a Incoming,
    /// Who calls.
    pub principal: Principal,
    /// When the request came; the same for everything that happens in it.
    pub now: UnixMillis,
    /// The session that says who calls, if it has just been read from the store.
    pub session: Option<web::Session>,
    cookies: RefCell<Vec<String>>,
    again: RefCell<Option<again::Key>>,
}

impl<'a> Context<'a> {
    /// A call by `principal`, now.
    #[must_use]
    pub fn new(authority: &'a Authority, request: &'a Incoming, principal: Principal) -> Self {
        let now = authority.platform.now();
        let (cookies, again) = (RefCell::default(), RefCell::default());
        Self { authority, request, principal, now, session: None, cookies, again }
    }

    /// Whether the caller may call an operation at all.
    ///
    /// # Errors
    /// `session_missing`: nobody is signed in. `not_permitted`: somebody who may not.
    pub fn permits(&self, access: Access) -> Result<(), Failure> {
        let permitted = match (access, &self.principal) {
            (Access::Anyone, _) | (Access::Holder, Principal::User { .. } | Principal::Key { .. }) => true,
            (_, Principal::Anonymous) => return Err(Code::SessionMissing.into()),
            (Access::User, principal) => matches!(principal, Principal::User { .. }),
            // Who acts as somebody else does not act as the administrator that it also is.
            (Access::Admin, Principal::User { admin, impersonated_by, .. }) => {
                *admin && impersonated_by.is_none()
            }
            (Access::Admin, Principal::Key { admin, scopes, .. }) => *admin && scopes.permit("*", "*"),
            (Access::Holder | Access::Admin, Principal::Agent { .. }) => false,
        };
        if permitted { Ok(()) } else { Err(Code::NotPermitted.into()) }
    }

    /// Whether the caller is who it acts for. Whatever would outlive a session asks for it.
    ///
    /// # Errors
    /// `impersonation_forbidden`
    pub fn not_impersonating(&self) -> Result<(), Failure> {
        match &self.principal {
            Principal::User { impersonated_by: Some(_), .. } => Err(Code::ImpersonationForbidden.into()),
            _ => Ok(()),
        }
    }

    /// The user that is acted for.
    ///
    /// # Errors
    /// `session_missing`
    pub fn user(&self) -> Result<&str, Failure> {
        self.principal.user().ok_or(Code::SessionMissing.into())
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.authority.store
    }

    /// Runs one statement and gives its first row.
    ///
    /// # Errors
    /// `store_unavailable`
    pub async fn row(&self, statement: Statement) -> Result<Option<Row>, Failure> {
        Ok(self.store().row(statement).await?)
    }

    /// Runs one statement and gives its rows.
    ///
    /// # Errors
    /// `store_unavailable`
    pub async fn rows(&self, statement: Statement) -> Result<Vec<Row>, Failure> {
        Ok(self.store().rows(statement).await?)
    }

    /// So many letters and digits that nobody can guess.
    ///
    /// # Errors
    /// `runtime_unsupported`
    pub fn random_text(&self, length: usize) -> Result<String, Error> {
        random_text(self.authority, length)
    }

    /// The id of something new: 24 letters and digits, 142 bits.
    ///
    /// # Errors
    /// `runtime_unsupported`
    pub fn new_id(&self) -> Result<String, Error> {
        random_id(self.authority)
    }

    /// Has the answer set a cookie.
    pub fn set_cookie(&self, cookie: String) {
        self.cookies.borrow_mut().push(cookie);
    }

    /// The cookies that the answer sets.
    #[must_use]
    pub fn cookies(&self) -> Vec<String> {
        self.cookies.borrow().clone()
    }

    /// The current secret of the authority.
    ///
    /// # Errors
    /// `config_invalid`, which settings that were checked never give.
    pub fn secret(&self) -> Result<&Secret, Error> {
        self.authority.settings.secrets.first().ok_or(crate::settings::invalid("secret_binding"))
    }
}

/// Whether a user with these roles, separated by commas, administers the authority.
#[must_use]
pub fn is_admin(role: &str) -> bool {
    role.split(',').any(|role| role.trim() == "admin")
}

/// Whether the use of a credential is to be noted: the last one that was lies a minute back. Within the minute a
/// use costs no write.
#[must_use]
pub fn is_worth_noting(noted: Option<UnixMillis>, now: UnixMillis) -> bool {
    noted.is_none_or(|noted| noted <= now - NOTED_FOR)
}

/// How long the note of a use does for those that follow.
pub const NOTED_FOR: Seconds = Seconds(60);

/// So many letters and digits that nobody can guess.
///
/// # Errors
/// `runtime_unsupported`
pub fn random_text(authority: &Authority, length: usize) -> Result<String, Error> {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        authority.platform.fill(&mut bytes)?;
        // 248 is the largest multiple of 62 in a byte: what lies above would favour some letters.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        let letters = fair.filter_map(|byte| LETTERS.get(usize::from(byte % 62)));
        text.extend(letters.take(length - text.len()).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

/// The id of something new: 24 letters and digits, 142 bits.
///
/// # Errors
/// `runtime_unsupported`
pub fn random_id(authority: &Authority) -> Result<String, Error> {
    random_text(authority, 24)
}

/// What is kept of a credential that has 128 bits or more of its own: its SHA-256 as hex.
#[must_use]
pub fn digest(credential: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(credential.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
