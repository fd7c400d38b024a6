//! Lists in pages.

use edgeward_core::{
    Code,
    json::{Value, object},
};

use super::{code, created};
use crate::{
    context::Principal,
    store::sql,
    testing::{World, wait},
};

/// The names of a page, and what asks for the next one.
fn page(
    world: &World,
    by: &Principal,
    arguments: Vec<(&'static str, Value)>,
) -> (Vec<String>, Option<String>) {
    let answer = world.call(by, "listApiTokens", &object(arguments).to_text()).unwrap();
    let tokens = answer.get("tokens").unwrap().as_array().unwrap();
    let names =
        tokens.iter().map(|token| token.get("name").and_then(Value::as_str).unwrap().into()).collect();
    (names, answer.get("nextCursor").and_then(Value::as_str).map(Into::into))
}

/// All names, page by page, and how long the pages were.
fn all(world: &World, by: &Principal, arguments: &[(&'static str, Value)]) -> (Vec<String>, Vec<usize>) {
    let (mut names, mut lengths, mut cursor) = (Vec::new(), Vec::new(), None::<String>);
    loop {
        let mut arguments = arguments.to_vec();
        arguments.extend(cursor.map(|cursor| ("cursor", cursor.into())));
        let (more, next) = page(world, by, arguments);
        lengths.push(more.len());
        names.extend(more);
        cursor = next;
        if cursor.is_none() {
            return (names, lengths);
        }
    }
}

fn filled(world: &World, count: usize) -> Principal {
    let user = world.user("u1");
    let other = world.user("u2");
    created(world, &other, r#"{"name": "foreign", "scopes": []}"#);
    for number in 0..count {
        // Several of one moment, so that what is ordered by it has ties.
        world.pass(i64::from(number % 7 == 0));
        created(world, &user, &format!(r#"{{"name": "n{number:03}", "scopes": []}}"#));
    }
    user
}

#[test]
fn a_hundred_and_twenty_come_in_pages_without_gap_or_repetition() {
    let world = World::new();
    let user = filled(&world, 120);
    let used = "UPDATE edgeward_api_tokens SET last_used_at = created_at % 5, expires_at = created_at % 3
                 WHERE name > 'n040'";
    wait(world.authority.store.row(sql(used, []))).unwrap();
    let mut expected: Vec<String> = (0..120).map(|number| format!("n{number:03}")).collect();
    for by in ["createdAt", "name", "lastUsedAt", "expiresAt", "revokedAt"] {
        let mut directions = ["asc", "desc"].map(|order| {
            let (names, lengths) = all(&world, &user, &[("orderBy", by.into()), ("order", order.into())]);
            assert_eq!(lengths, [50, 50, 20], "{by} {order}");
            let mut sorted = names.clone();
            sorted.sort();
            assert_eq!(sorted, expected, "{by} {order}");
            names
        });
        directions[1].reverse();
        assert_eq!(directions[0], directions[1], "{by}: one order, both ways");
    }
    assert_eq!(all(&world, &user, &[("orderBy", "name".into()), ("order", "asc".into())]).0, expected);
    expected.reverse();
    assert_eq!(all(&world, &user, &[("orderBy", "name".into())]).0, expected);
}

#[test]
fn a_page_is_of_fifty_and_of_a_hundred_at_most() {
    let world = World::new();
    let user = filled(&world, 101);
    assert_eq!(all(&world, &user, &[]).1, [50, 50, 1]);
    for limit in [100_u32, 1000] {
        assert_eq!(all(&world, &user, &[("limit", limit.into())]).1, [100, 1]);
    }
    assert_eq!(all(&world, &user, &[("limit", 1_u32.into())]).1.len(), 101);
    let none = world.call(&user, "listApiTokens", r#"{"limit": 0}"#);
    assert_eq!(code(none), (Code::InvalidParameters, "limit".into()));
}

#[test]
fn what_is_not_there_has_its_place_in_the_order() {
    let world = World::new();
    let user = world.user("u1");
    created(&world, &user, r#"{"name": "never", "scopes": []}"#);
    created(&world, &user, r#"{"name": "later", "scopes": [], "expiresIn": 60}"#);
    created(&world, &user, r#"{"name": "soon", "scopes": [], "expiresIn": 30}"#);
    let order = [("orderBy", Value::from("expiresAt")), ("order", "asc".into())];
    assert_eq!(page(&world, &user, order.to_vec()).0, ["soon", "later", "never"]);
}

#[test]
fn a_list_is_of_a_name_a_beginning_or_what_is_revoked() {
    let world = World::new();
    let user = world.user("u1");
    let (id, _) = created(&world, &user, r#"{"name": "gone", "scopes": []}"#);
    let (_, secret) = created(&world, &user, r#"{"name": "here", "scopes": []}"#);
    let _ = world.call(&user, "revokeApiToken", &format!(r#"{{"tokenId": "{id}"}}"#)).unwrap();
    assert_eq!(page(&world, &user, vec![]).0, ["here"]);
    assert_eq!(page(&world, &user, vec![("revoked", true.into())]).0, ["gone"]);
    assert_eq!(page(&world, &user, vec![("name", "here".into())]).0, ["here"]);
    assert!(page(&world, &user, vec![("name", "her".into())]).0.is_empty());
    let begins = format!("{}...", &secret[..7]);
    assert_eq!(page(&world, &user, vec![("prefix", begins.into())]).0, ["here"]);
}

#[test]
fn a_cursor_belongs_to_its_order() {
    let world = World::new();
    let user = filled(&world, 60);
    let cursor = page(&world, &user, vec![]).1.unwrap();
    let asked = |more: Vec<(&'static str, Value)>| {
        let outcome = world.call(&user, "listApiTokens", &object(more).to_text());
        outcome.map(|_| ()).map_err(|failure| (failure.code, failure.at.into_owned()))
    };
    let wrong = Err((Code::InvalidParameters, "cursor".to_owned()));
    assert_eq!(asked(vec![("cursor", cursor.as_str().into())]), Ok(()));
    assert_eq!(asked(vec![("cursor", cursor.as_str().into()), ("order", "asc".into())]), wrong);
    assert_eq!(asked(vec![("cursor", cursor.as_str().into()), ("orderBy", "name".into())]), wrong);
    for odd in ["x", "e30", "!", &cursor[1..]] {
        assert_eq!(asked(vec![("cursor", odd.into())]), wrong, "{odd}");
    }
}
