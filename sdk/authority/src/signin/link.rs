//! Which user an account at a provider is: the one it is linked to; else the one who has shown to have the address
//! that the provider has seen the account to have; else a new one.
//!
//! Both sides have to have seen the address. A provider that merely repeats what somebody typed would let anybody
//! into anybody's account, and so would an address that a user of ours never confirmed.

use crate::{
    connections::{self, Grant},
    context::Context,
    failure::Failure,
    providers::{Identity, Provider},
    store::{Refused, Statement, sql},
    users::{self, User, accounts},
};

/// Why an account is nobody's here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLinked {
    /// Its address is a user's, and accounts are not linked by address.
    ByAddress,
    /// It is linked to somebody else.
    ToAnother,
    /// It would be a new user's, and there are no new users.
    SignUp,
    /// Its user is banned.
    Banned,
}

impl NotLinked {
    /// The word for `?error=`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ByAddress => "account_not_linked",
            Self::ToAnother => "account_already_linked_to_different_user",
            Self::SignUp => "signup_disabled",
            Self::Banned => "banned",
        }
    }
}

/// Which grant counts of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The new one, unless it is less than what was granted before.
    Wider,
    /// The new one.
    New,
}

/// What is to happen with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is linked already.
    SignIn(String),
    /// It becomes another account of a user.
    Link(String),
    /// It becomes a new user's.
    SignUp,
    /// Nothing.
    Refuse(NotLinked),
}

/// What is known when it is decided.
pub struct Known<'a> {
    /// Who wants to link the account.
    pub linking: Option<&'a str>,
    /// Whose it is.
    pub owner: Option<&'a User>,
    /// Who has shown to have its verified address.
    pub namesake: Option<&'a User>,
    /// Whether new users are let in, and accounts linked by address.
    pub settings: &'a super::Settings,
}

/// Decides.
pub fn decide(known: &Known<'_>, is_banned: impl Fn(&User) -> bool) -> Decision {
    match (known.linking, known.owner, known.namesake) {
        (Some(user), Some(owner), _) if owner.id != user => Decision::Refuse(NotLinked::ToAnother),
        (_, Some(owner), _) if is_banned(owner) => Decision::Refuse(NotLinked::Banned),
        (_, Some(owner), _) => Decision::SignIn(owner.id.clone()),
        (Some(user), None, _) => Decision::Link(user.into()),
        // Two users cannot have one verified address, so there is no new one either.
        (None, None, Some(_)) if !known.settings.link_by_address => Decision::Refuse(NotLinked::ByAddress),
        (None, None, Some(namesake)) if is_banned(namesake) => Decision::Refuse(NotLinked::Banned),
        (None, None, Some(namesake)) => Decision::Link(namesake.id.clone()),
        (None, None, None) if known.settings.sign_up => Decision::SignUp,
        (None, None, None) => Decision::Refuse(NotLinked::SignUp),
    }
}

/// Decides and does it: whoever the user is. Two at once for one account, or for one address, end at one user.
///
/// # Errors
/// `store_unavailable`
pub async fn settled(
    context: &Context<'_>,
    provider: &Provider,
    linking: Option<&str>,
    identity: &Identity,
    grant: &Grant,
    keep: Keep,
) -> Result<Result<String, NotLinked>, Failure> {
    for _ in 0..TRIES {
        let authority = context.authority;
        let owner = accounts::user(authority, &provider.name, &identity.subject).await?;
        let namesake = match &identity.profile.email {
            Some(email) if identity.profile.email_verified => {
                users::by_verified_email(authority, email).await?
            }
            _ => None,
        };
        let settings = &authority.settings.sign_in;
        let known = Known { linking, owner: owner.as_ref(), namesake: namesake.as_ref(), settings };
        let decision = decide(&known, |user| user.is_banned(context.now));
        let (user, mut statements) = match carried_out(context, provider, identity, decision)? {
            Ok(change) => change,
            Err(why) => return Ok(Err(why)),
        };
        statements.extend(granted(context, provider, &user, grant, keep).await?);
        match context.store().batch(statements).await {
            Ok(_) => return Ok(Ok(user)),
            // Somebody was faster: what is true now decides.
            Err(Refused::Constraint) => {}
            Err(refused) => return Err(refused.into()),
        }
    }
    Err(edgeward_core::Code::InternalError.into())
}

/// Who the user is after a decision, and the statements that make it so.
fn carried_out(
    context: &Context<'_>,
    provider: &Provider,
    identity: &Identity,
    decision: Decision,
) -> Result<Result<(String, Vec<Statement>), NotLinked>, Failure> {
    let account = |user: &str| accounts::insert(&provider.name, &identity.subject, user, context.now);
    Ok(match decision {
        Decision::Refuse(why) => Err(why),
        Decision::SignIn(user) => Ok((user, Vec::new())),
        Decision::Link(user) => {
            let link = account(&user);
            Ok((user, vec![link]))
        }
        Decision::SignUp => {
            let id = context.new_id()?;
            let both = vec![users::insert(&id, &identity.profile, context.now), account(&id)];
            Ok((id, both))
        }
    })
}

/// How often it is decided anew.
const TRIES: u32 = 4;

/// Keeps what was granted with the sign-in, unless the account is connected with somebody else.
async fn granted(
    context: &Context<'_>,
    provider: &Provider,
    user: &str,
    grant: &Grant,
    keep: Keep,
) -> Result<Option<Statement>, Failure> {
    let others = sql(
        "SELECT user_id, subject, scopes FROM edgeward_connections
          WHERE provider = ?1 AND (subject = ?2 OR user_id = ?3)",
        [provider.name.as_str().into(), grant.subject.clone().into(), user.into()],
    );
    for row in context.rows(others).await? {
        let is_own = row.text("user_id")? == user;
        let is_same = row.optional_text("subject")? == grant.subject;
        let is_less = !provider.covers(&grant.scopes, &row.text("scopes")?);
        if !is_own || is_same && is_less && keep == Keep::Wider {
            return Ok(None);
        }
    }
    let (_, statement) = connections::keep(context, user, &provider.name, grant).await?;
    Ok(Some(statement))
}
