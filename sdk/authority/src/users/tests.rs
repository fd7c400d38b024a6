//! Users over a store in memory.

use super::{Profile, accounts, address, by_id, by_verified_email, create, remove, update};
use crate::testing::{START, World, wait};

fn profile(email: &str, email_verified: bool) -> Profile {
    Profile { name: Some("N".into()), email: Some(email.into()), email_verified, image: None }
}

#[test]
fn a_user_is_found_by_id_and_by_a_verified_address() {
    let world = World::new();
    let user = wait(create(&world.authority, "u1", &profile(" Ada@Example.com ", true))).unwrap().unwrap();
    assert_eq!((user.email.as_deref(), user.email_verified), (Some("ada@example.com"), true));
    assert_eq!((user.role.as_str(), user.is_admin(), user.created_at.0), ("user", false, START));
    assert_eq!(wait(by_id(&world.authority, "u1")).unwrap(), Some(user.clone()));
    assert_eq!(wait(by_verified_email(&world.authority, "ADA@example.COM")).unwrap(), Some(user));
    assert_eq!(wait(by_id(&world.authority, "u2")).unwrap(), None);
}

#[test]
fn a_verified_address_is_one_users_only_and_others_find_nobody() {
    let world = World::new();
    let create =
        |id: &str, verified| wait(create(&world.authority, id, &profile("a@b.example", verified))).unwrap();
    assert!(create("u1", false).is_some() && create("u2", false).is_some());
    assert_eq!(wait(by_verified_email(&world.authority, "a@b.example")).unwrap(), None);
    assert!(create("u3", true).is_some());
    assert_eq!(create("u4", true), None);
    assert_eq!(wait(by_id(&world.authority, "u4")).unwrap(), None);
}

/// The Kelvin sign is a capital k to Unicode, and another mailbox to a mail server.
#[test]
fn letters_of_other_scripts_do_not_become_somebody_elses_address() {
    assert_eq!(address("Mi\u{212a}e@Example.org"), "mi\u{212a}e@example.org");
}

#[test]
fn what_is_not_given_is_not_changed() {
    let world = World::new();
    wait(create(&world.authority, "u1", &profile("a@b.example", true))).unwrap();
    world.pass(5);
    let image = Some("https://pictures.example/1");
    let user = wait(update(&world.authority, "u1", None, image)).unwrap().unwrap();
    assert_eq!((user.name.as_deref(), user.image.as_deref()), (Some("N"), image));
    assert_eq!(user.updated_at.0, START + 5);
    assert_eq!(wait(update(&world.authority, "u2", Some("x"), None)).unwrap(), None);
}

#[test]
fn a_user_goes_with_everything_that_is_kept_of_one() {
    let world = World::new();
    let user = world.user("u1");
    wait(world.authority.store.row(accounts::insert(
        "github",
        "583231",
        "u1",
        world.authority.platform.now(),
    )))
    .unwrap();
    world.call(&user, "createApiToken", r#"{"name": "n", "scopes": []}"#).unwrap();
    assert_eq!(wait(accounts::user(&world.authority, "github", "583231")).unwrap().unwrap().id, "u1");
    assert_eq!(wait(accounts::of_user(&world.authority, "u1")).unwrap().len(), 1);
    assert!(wait(remove(&world.authority, "u1")).unwrap());
    assert!(!world.memory.dump().contains("u1"));
    assert!(!wait(remove(&world.authority, "u1")).unwrap());
}
