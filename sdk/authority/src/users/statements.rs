//! The statements of users.

use edgeward_core::time::UnixMillis;

use super::{Profile, address};
use crate::store::{Statement, sql};

/// Registers a user. It breaks a constraint if the address is verified and another user's already.
#[must_use]
pub fn insert(id: &str, profile: &Profile, now: UnixMillis) -> Statement {
    let email = profile.email.as_deref().map(address);
    sql(
        "INSERT INTO edgeward_users (id, name, email, email_verified, image, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) RETURNING *",
        [
            id.into(),
            profile.name.clone().into(),
            email.clone().into(),
            (profile.email_verified && email.is_some()).into(),
            profile.image.clone().into(),
            now.0.into(),
        ],
    )
}

/// The user of an id.
pub fn by_id(id: &str) -> Statement {
    sql("SELECT * FROM edgeward_users WHERE id = ?1", [id.into()])
}

/// The user of a verified address.
pub fn by_verified_email(email: &str) -> Statement {
    sql("SELECT * FROM edgeward_users WHERE email = ?1 AND email_verified = 1", [email.into()])
}

/// Changes what is not null.
pub fn update(id: &str, name: Option<&str>, image: Option<&str>, now: UnixMillis) -> Statement {
    sql(
        "UPDATE edgeward_users SET name = coalesce(?2, name), image = coalesce(?3, image), updated_at = ?4
          WHERE id = ?1 RETURNING *",
        [id.into(), name.into(), image.into(), now.0.into()],
    )
}

/// Removes a user; what refers to one goes with it.
pub fn remove(id: &str) -> Statement {
    sql("DELETE FROM edgeward_users WHERE id = ?1 RETURNING id", [id.into()])
}
