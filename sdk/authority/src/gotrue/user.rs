//! A user as GoTrue tells it.

use edgeward_core::json::{Map, Value, object};

use super::Settings;
use crate::{
    oauth::grant::Grant,
    users::{User, accounts::Account},
};

/// The user, with the accounts that it signs in with.
pub fn view(user: &User, accounts: &[Account], settings: &Settings, grant: &Grant) -> Value {
    let email = user.email.as_deref().unwrap_or_default();
    let confirmed: Value = match user.email_verified {
        true => user.created_at.to_iso().into(),
        false => Value::Null,
    };
    let signed_in = grant.authenticated_at.unwrap_or(user.created_at).to_iso();
    let identities: Vec<_> = accounts.iter().map(|account| identity(user, account)).collect();
    object(vec![
        ("id", user.id.as_str().into()),
        ("aud", settings.audience.as_str().into()),
        ("role", settings.audience.as_str().into()),
        ("email", email.into()),
        ("email_confirmed_at", confirmed.clone()),
        ("phone", "".into()),
        ("confirmed_at", confirmed),
        ("last_sign_in_at", signed_in.into()),
        ("app_metadata", app_metadata(accounts)),
        ("user_metadata", metadata(user)),
        ("identities", identities.into()),
        ("created_at", user.created_at.to_iso().into()),
        ("updated_at", user.updated_at.to_iso().into()),
        ("is_anonymous", false.into()),
    ])
}

/// What the server knows of a user and the user does not change: the providers, the first one first.
pub fn app_metadata(accounts: &[Account]) -> Value {
    let mut providers: Vec<&str> = Vec::new();
    for Account { provider, .. } in accounts {
        if !providers.contains(&provider.as_str()) {
            providers.push(provider);
        }
    }
    let first = providers.first().map(|provider| ("provider", Value::from(*provider)));
    object(first.into_iter().chain([("providers", providers.into())]).collect())
}

/// What a user is called and looks like.
pub fn metadata(user: &User) -> Value {
    let mut members = Map::default();
    let mut add = |names: &[&str], value: &Option<String>| {
        for (name, value) in names.iter().zip(value.iter().cycle()) {
            members.insert((*name).into(), value.as_str().into());
        }
    };
    add(&["name", "full_name"], &user.name);
    add(&["avatar_url", "picture"], &user.image);
    add(&["email"], &user.email);
    members.insert("email_verified".into(), user.email_verified.into());
    Value::Object(members)
}

fn identity(user: &User, account: &Account) -> Value {
    let created = account.created_at.to_iso();
    object(vec![
        ("identity_id", [account.provider.as_str(), ":", &account.subject].concat().into()),
        ("id", account.subject.as_str().into()),
        ("user_id", user.id.as_str().into()),
        ("identity_data", object(vec![("sub", account.subject.as_str().into())])),
        ("provider", account.provider.as_str().into()),
        ("last_sign_in_at", created.as_str().into()),
        ("created_at", created.as_str().into()),
        ("updated_at", created.as_str().into()),
    ])
}
