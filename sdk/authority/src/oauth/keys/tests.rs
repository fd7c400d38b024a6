//! Signing keys over a store in memory.

use edgeward_core::{jose::Algorithm, json::Value, time::Seconds};

use super::{GRACE, LEAD, published, rotate, signer};
use crate::{
    store::sql,
    testing::{World, wait},
};

fn kids(world: &World) -> Vec<String> {
    let keys = wait(published(&world.authority)).unwrap();
    keys.iter().map(|key| key.get("kid").and_then(Value::as_str).unwrap().into()).collect()
}

fn signing(world: &World) -> String {
    wait(signer(&world.authority)).unwrap().kid
}

#[test]
fn the_first_key_is_made_when_it_is_asked_for_and_signs_at_once() {
    let world = World::new();
    let kid = signing(&world);
    assert_eq!((kids(&world), signing(&world)), (vec![kid.clone()], kid));
}

#[test]
fn a_new_key_is_published_an_hour_before_it_signs_and_the_old_one_a_month_after() {
    let world = World::new();
    let old = signing(&world);
    assert!(wait(rotate(&world.authority, Seconds(0))).unwrap());
    let both = kids(&world);
    assert!(both.len() == 2 && both.contains(&old));
    assert!(!wait(rotate(&world.authority, Seconds(0))).unwrap(), "one is staged already");
    world.pass(i64::from(LEAD.0) * 1000 - 1);
    assert_eq!(signing(&world), old);
    world.pass(1);
    let new = signing(&world);
    assert!(new != old && kids(&world) == both);
    world.pass(i64::from(GRACE.0) * 1000 - 1);
    assert_eq!(kids(&world).len(), 2);
    world.pass(1);
    assert_eq!(kids(&world), [new]);
    assert_eq!(world.memory.dump().matches("edgeward_signing_keys {").count(), 2);
    wait(super::tend(&world.authority)).unwrap();
    assert_eq!(world.memory.dump().matches("edgeward_signing_keys {").count(), 1);
}

#[test]
fn a_key_is_followed_by_another_when_it_is_old_enough() {
    let world = World::new();
    assert!(!wait(rotate(&world.authority, Seconds(0))).unwrap(), "there is none yet");
    signing(&world);
    let age = world.authority.settings.oauth.key_lifetime;
    world.pass(i64::from(age.0) * 1000 - 1);
    assert!(!wait(rotate(&world.authority, age)).unwrap());
    world.pass(1);
    assert!(wait(rotate(&world.authority, age)).unwrap());
}

#[test]
fn of_several_who_make_a_key_at_once_one_does() {
    let world = World::new();
    let made = |generation| {
        super::create(&world.authority, Algorithm::Es256, generation, world.authority.platform.now())
    };
    let (one, other) = (wait(made(1)).unwrap(), wait(made(1)).unwrap());
    assert!(one && !other && kids(&world).len() == 1);
}

#[test]
fn the_store_holds_no_private_key_and_the_key_set_none_either() {
    let world = World::new();
    signing(&world);
    let answer = world.send("GET", "/.well-known/jwks.json", &[], "").unwrap();
    assert!(
        !world.memory.dump().contains("\\\"d\\\"")
            && !answer.body.contains("\"d\"")
            && !answer.body.contains("\"k\"")
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=15, stale-while-revalidate=15, stale-if-error=86400")
    );
    for member in ["kid", "alg", "use", "key_ops"] {
        assert!(answer.body.contains(&format!("\"{member}\"")), "{member}");
    }
}

#[test]
fn a_key_whose_secret_is_gone_is_replaced_and_stays_published() {
    let world = World::new();
    let old = signing(&world);
    let broken = "UPDATE edgeward_signing_keys SET sealed = replace(replace(sealed, '0', '1'), '2', '3')";
    wait(world.authority.store.row(sql(broken, []))).unwrap();
    let new = signing(&world);
    assert_ne!(new, old);
    assert_eq!(kids(&world), [new.clone(), old]);
    assert_eq!(signing(&world), new);
}
