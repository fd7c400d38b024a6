//! Grants: what a user has allowed a client, or what a client may by itself. All tokens that come of one
//! end with it.

pub mod refresh_token;
pub mod statements;

use edgeward_core::{
    Code, Error,
    json::Value,
    session::family::{Family, Turn},
    time::UnixMillis,
};

use super::settings::Resource;
use crate::{Authority, Failure, store::Row};

/// A grant.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// The client.
    pub client: String,
    /// The user; the client itself without one.
    pub user: Option<String>,
    /// The session that it was granted in, or its own.
    pub session: Option<String>,
    /// What was granted.
    pub scope: String,
    /// The APIs that tokens may be for.
    pub resources: Vec<String>,
    /// The key that its tokens are bound to.
    pub jkt: Option<String>,
    /// When the user showed who it is.
    pub authenticated_at: Option<UnixMillis>,
    /// Its refresh tokens.
    pub family: Family,
}

impl Grant {
    /// Reads a row.
    ///
    /// # Errors
    /// `internal_error`, at the column.
    pub fn read(row: &Row) -> Result<Self, Error> {
        let broken = |column| Error::at(Code::InternalError, column);
        let instants = row.json("uses")?;
        let instants =
            instants.as_array().ok_or(broken("uses"))?.iter().map(|use_| use_.as_i64().map(UnixMillis));
        let family = Family {
            active: u32::try_from(row.number("active")?).map_err(|_| broken("active"))?,
            uses: instants.collect::<Option<_>>().ok_or(broken("uses"))?,
            idle_until: row.instant("idle_until")?,
            until: row.instant("until")?,
            ended: row.optional_instant("ended_at")?.is_some(),
        };
        Ok(Self {
            id: row.text("id")?,
            client: row.text("client_id")?,
            user: row.optional_text("user_id")?,
            session: row.optional_text("session_id")?,
            scope: row.text("scope")?,
            resources: texts(row, "resources")?,
            jkt: row.optional_text("jkt")?,
            authenticated_at: row.optional_instant("authenticated_at")?,
            family,
        })
    }

    /// The API that the next access token is for: one that is asked for, if it was granted, or the first one
    /// that was granted, or the authority's own.
    ///
    /// # Errors
    /// `None`: it was not granted, or is not known any more.
    #[must_use]
    pub fn resource<'a>(&self, authority: &'a Authority, asked: &[String]) -> Option<&'a Resource> {
        let settings = &authority.settings.oauth;
        let granted = |name: &String| self.resources.is_empty() || self.resources.contains(name);
        match asked {
            [] => self.resources.first().map_or(settings.own(), |name| settings.resource(name)),
            [name] if granted(name) => settings.resource(name),
            _ => None,
        }
    }
}

/// What a refresh token that is genuine is good for.
pub enum Presented {
    /// The token of this number is the answer.
    Active(u32),
    /// It was used by two: the grant has ended.
    Reused,
    /// Nothing any more.
    Over,
    /// Somebody else was faster: the grant has to be read again.
    Raced,
}

/// Presents the refresh token of a number: the one winner of many has moved the grant on.
///
/// # Errors
/// `store_unavailable`
pub async fn present(authority: &Authority, grant: &Grant, number: u32) -> Result<Presented, Failure> {
    let idle = authority.settings.oauth.refresh_idle;
    Ok(match grant.family.present(number, idle, authority.platform.now()) {
        Turn::Again => Presented::Active(grant.family.active),
        Turn::Rotated(next) => match authority.store.row(statements::rotate(&grant.id, number, &next)).await?
        {
            Some(_) => Presented::Active(next.active),
            None => Presented::Raced,
        },
        Turn::Reused => {
            end(authority, &grant.id).await?;
            authority.platform.log(r#"{"event":"session.refresh_reuse_detected"}"#);
            Presented::Reused
        }
        Turn::Over => Presented::Over,
    })
}

/// A column that holds a list of texts.
///
/// # Errors
/// `internal_error`, at the column.
pub fn texts(row: &Row, column: &'static str) -> Result<Vec<String>, Error> {
    let value = row.json(column)?;
    let items = value.as_array().into_iter().flatten().map(|item| item.as_str().map(Into::into));
    items.collect::<Option<_>>().ok_or(Error::at(Code::InternalError, column))
}

/// A list of texts for a column.
#[must_use]
pub fn list(texts: &[String]) -> Value {
    texts.to_vec().into()
}

/// Ends a grant: its refresh tokens and its access tokens.
///
/// # Errors
/// `store_unavailable`
pub async fn end(authority: &Authority, id: &str) -> Result<(), Failure> {
    authority.store.row(statements::end(id, authority.platform.now())).await?;
    Ok(())
}
