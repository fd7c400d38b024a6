//! The accounts that a user signs in with: which there are, another one, one less.

use edgeward_core::{Code, time::UnixMillis};

use super::{redirect, start};
use crate::{
    connections,
    context::Context,
    failure::Failure,
    operations::shape::{Done, Nothing, Text},
    providers::{self, transactions::Kind},
    shape,
    store::{guard, sql},
    users::accounts,
    web,
};

shape! {
    /// The caller's accounts.
    pub struct Accounts {
        /// The accounts, the oldest first.
        "accounts" accounts: Vec<Entry>,
    }

    /// An account at a provider.
    pub struct Entry {
        /// The provider's name.
        "provider" provider: String,
        /// The provider's own id of the user.
        "accountId" account_id: String,
        /// Since when it is linked, in milliseconds since 1970.
        "createdAt" created_at: UnixMillis,
    }

    /// Which account to link.
    pub struct Link {
        /// The provider's name in the settings.
        "provider" provider: Text<1, 64>,
        /// Where the browser is sent afterwards: a path, or a page that is trusted.
        "redirectTo" redirect_to: Option<Text<1, 2048>>,
    }

    /// Where to send the browser.
    pub struct Started {
        /// The address at the provider.
        "authUrl" auth_url: Text<1, 8192>,
    }

    /// Which account.
    pub struct ByAccount {
        /// The provider's name.
        "provider" provider: Text<1, 64>,
        /// The provider's own id of the user; without it, every account at this provider.
        "accountId" account_id: Option<Text<1, 512>>,
    }
}

/// Lists the caller's accounts.
pub async fn list(context: &Context<'_>, _: Nothing) -> Result<Accounts, Failure> {
    let found = accounts::of_user(context.authority, context.user()?).await?;
    let entry = |account: accounts::Account| Entry {
        provider: account.provider,
        account_id: account.subject,
        created_at: account.created_at,
    };
    Ok(Accounts { accounts: found.into_iter().map(entry).collect() })
}

/// Begins to link another account, in the browser that asks: it is given a cookie.
///
/// # Errors
/// `provider_not_configured`, `invalid_redirect`
pub async fn link(context: &Context<'_>, wanted: Link) -> Result<Started, Failure> {
    let provider = providers::named(context.authority, &wanted.provider.0)?;
    let wish = wanted.redirect_to.as_ref().map(|text| text.0.as_str());
    let redirect_to = redirect::checked(context.authority, wish)?;
    let user = Some(context.user()?);
    let (url, begin) = start::begin(context, provider, Kind::Link, user, &redirect_to, &[]).await?;
    let started = Started { auth_url: Text(url) };
    context.commit(vec![begin], started).await?.ok_or(Code::InternalError.into())
}

/// Removes an account, and the connection that came with it. What is left has to be a way to sign in.
///
/// # Errors
/// `session_not_fresh`: the caller has signed in too long ago. `account_not_found`. `failed_to_unlink_last_account`
pub async fn unlink(context: &Context<'_>, which: ByAccount) -> Result<Done, Failure> {
    web::check_fresh(context).await?;
    let user = context.user()?;
    let subject = which.account_id.as_ref().map(|id| id.0.as_str());
    let found = accounts::of_user(context.authority, user).await?;
    let is_meant = |account: &accounts::Account| {
        account.provider == which.provider.0 && subject.is_none_or(|subject| subject == account.subject)
    };
    if !found.iter().any(is_meant) {
        return Err(Code::AccountNotFound.into());
    }
    let connection = context.row(connections::with(user, &which.provider.0)).await?;
    let values = || [user.into(), which.provider.0.as_str().into(), subject.into()];
    let statements = vec![
        // Whether another account is left is looked at in the statement that removes, so that two that remove at once do
        // not remove both. It changes nothing else.
        sql(
            "UPDATE edgeward_users SET id = id WHERE id = ?1 AND EXISTS (
               SELECT 1 FROM edgeward_accounts WHERE user_id = ?1 AND NOT (provider = ?2 AND (?3 IS NULL OR subject = ?3)))",
            values(),
        ),
        guard(),
        sql(
            "DELETE FROM edgeward_connections WHERE user_id = ?1 AND provider = ?2 AND (?3 IS NULL OR subject = ?3)",
            values(),
        ),
        sql(
            "DELETE FROM edgeward_accounts WHERE user_id = ?1 AND provider = ?2 AND (?3 IS NULL OR subject = ?3)",
            values(),
        ),
    ];
    let done = context.commit(statements, Done { success: true }).await?;
    let done = done.ok_or(Code::FailedToUnlinkLastAccount)?;
    if let Some(row) = connection {
        let own = row.optional_text("subject")?;
        if subject.is_none() || subject == own.as_deref() {
            connections::give_back(context, &which.provider.0, &row).await;
        }
    }
    Ok(done)
}
