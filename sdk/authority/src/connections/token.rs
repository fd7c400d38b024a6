//! A provider's token, for whoever acts for the user.

use edgeward_core::{Code, Error, time::UnixMillis};

use super::{Needed, Token, list::covered, listed, permitted, refresh, statements};
use crate::{
    context::Context,
    failure::Failure,
    operations::shape::Text,
    providers::{self, Provider},
    store::Row,
    vault::{self, Purpose},
};

/// How long before it expires a token is no longer given out, in milliseconds.
pub const MARGIN: i64 = 5_000;

/// A connection as it is kept, its tokens sealed.
pub struct Kept {
    /// Its id.
    pub id: String,
    /// What was granted.
    pub scopes: String,
    /// The access token.
    pub access_token: String,
    /// The refresh token.
    pub refresh_token: Option<String>,
    /// When the access token expires.
    pub expires_at: Option<UnixMillis>,
    /// The number of these tokens.
    pub generation: i64,
}

impl Kept {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.text("id")?,
            scopes: row.text("scopes")?,
            access_token: row.text("access_token")?,
            refresh_token: row.optional_text("refresh_token")?,
            expires_at: row.optional_instant("expires_at")?,
            generation: row.number("generation")?,
        })
    }

    /// Whether the access token may still be given out.
    pub fn is_good(&self, now: UnixMillis) -> bool {
        self.expires_at.is_none_or(|expires| now.0.saturating_add(MARGIN) < expires.0)
    }
}

/// The caller's connection with a provider.
///
/// # Errors
/// `connection_not_found`
pub async fn kept(context: &Context<'_>, user: &str, provider: &Provider) -> Result<Kept, Failure> {
    let row = context.row(statements::with(user, &provider.name)).await?.ok_or(Code::ConnectionNotFound)?;
    Ok(Kept::read(&row)?)
}

/// Gives an access token out that is good for five seconds at least, refreshed if need be.
///
/// # Errors
/// `not_permitted`: the caller's credential may not use connections. `connection_not_found`. `insufficient_scope`: a
/// wanted scope was not granted. `refresh_token_not_found`, `failed_to_refresh_access_token`: the user has to connect
/// again. `refresh_under_way`: another request has been refreshing the token for long.
pub async fn token(context: &Context<'_>, needed: Needed) -> Result<Token, Failure> {
    let user = permitted(context, "use")?;
    let provider = providers::named(context.authority, &needed.provider.0)?;
    let connection = kept(context, user, provider).await?;
    let wanted = needed.scopes.unwrap_or_default();
    covered(provider, &connection.scopes, &wanted)?;
    let connection = if connection.is_good(context.now) {
        connection
    } else {
        let renewed = refresh::refreshed(context, user, provider, connection).await?;
        covered(provider, &renewed.scopes, &wanted)?;
        renewed
    };
    let access_token = vault::open_text(context.authority, Purpose::ProviderToken, &connection.access_token)?;
    Ok(Token {
        access_token: Text(access_token),
        scopes: listed(&connection.scopes),
        expires_at: connection.expires_at,
    })
}
