//! Sealing anew over a store in memory.

use std::{cell::RefCell, rc::Rc};

use super::*;
use crate::{
    Settings,
    context::Principal,
    oauth::keys,
    store::{Pending, Refused, Store, sqlite::Memory},
    testing::{World, wait},
    upkeep::sweep,
};

const OLD: &str = "an-old-secret-of-thirty-two-characters";
const NEW: &str = "a-new-secret-of-thirty-two-characters";

/// Has the authority restarted with these secrets, the current one first.
fn restarted(world: &mut World, secrets: &str) {
    let settings = Settings::parse(r#"{"issuer": "https://auth.example"}"#, |_| Some(secrets.into()));
    world.authority.settings = settings.unwrap().into();
}

fn run(world: &World, statement: &'static str, values: &[Value]) -> Vec<Row> {
    wait(world.memory.batch(vec![sql(statement, values)])).unwrap().remove(0)
}

/// Connections whose tokens are sealed by the authority as it is, numbered from some number on.
fn connect(world: &World, from: u32, count: u32) {
    for number in from..from + count {
        let seal =
            |text: &str| vault::seal(&world.authority, Purpose::ProviderToken, text.as_bytes()).unwrap();
        let (access, refresh) = (seal("access"), seal("refresh"));
        keep(world, number, &access, Some(&refresh));
    }
}

fn keep(world: &World, number: u32, access: &str, refresh: Option<&str>) {
    run(
        world,
        "INSERT INTO edgeward_connections
           (id, user_id, provider, kind, scopes, access_token, refresh_token, created_at, updated_at)
         VALUES (printf('c%05d', ?1), 'u1', 'p' || ?1, 'oauth', '', ?2, ?3, 0, 0)",
        &[number.into(), access.into(), refresh.into()],
    );
}

/// A world that was sealed under the old secret: a signing key, connections, and an answer.
fn sealed(connections: u32) -> World {
    let mut world = World::new();
    restarted(&mut world, OLD);
    world.user("u1");
    wait(keys::signer(&world.authority)).map(drop).unwrap();
    connect(&world, 0, connections);
    let answer = vault::seal(&world.authority, Purpose::Answer, b"{}").unwrap();
    let later = world.authority.platform.now().0 + 86_400_000;
    run(&world, "INSERT INTO edgeward_answers VALUES ('a', ?1, ?2)", &[answer.into(), later.into()]);
    world
}

fn admin() -> Principal {
    Principal::User { id: "u1".into(), session: "s".into(), admin: true, impersonated_by: None }
}

/// What the operation says: looked, sealed, lost, remaining.
fn called(world: &World) -> [i64; 4] {
    let answer = world.call(&admin(), "reseal", "{}").unwrap();
    ["looked", "sealed", "lost", "remaining"].map(|name| answer.get(name).and_then(Value::as_i64).unwrap())
}

/// Calls it until nothing remains.
fn called_until_done(world: &World) -> [i64; 4] {
    for _ in 0..100 {
        let stands = called(world);
        if stands[3] == 0 {
            return stands;
        }
    }
    panic!("it does not end");
}

/// How many values the authority as it is cannot open.
fn closed(world: &World) -> usize {
    let all = PLACES.iter().flat_map(|place| {
        let rows = run(world, place.read, &["".into(), 100_000_u32.into()]);
        rows.into_iter().map(|row| vault::open(&world.authority, place.purpose, &row.text("sealed").unwrap()))
    });
    all.filter(Result::is_err).count()
}

#[test]
fn after_it_an_old_secret_can_be_taken_away() {
    let mut world = sealed(3);
    restarted(&mut world, NEW);
    assert_eq!(closed(&world), 8, "before, it cannot");
    restarted(&mut world, &format!("{NEW} {OLD}"));
    let kid = |world: &World| wait(keys::published(&world.authority)).unwrap();
    let key = kid(&world);
    assert_eq!(called_until_done(&world)[1..], [8, 0, 0]);
    restarted(&mut world, NEW);
    assert_eq!((closed(&world), kid(&world)), (0, key));
    wait(keys::signer(&world.authority)).map(drop).unwrap();
    let made = world.shared.log.borrow().iter().filter(|line| line.contains("signing_key_made")).count();
    assert_eq!(made, 1, "the key is the same");
}

#[test]
fn the_cron_trigger_does_it_by_and_by_and_then_looks_once() {
    let mut world = sealed(AT_ONCE * 5);
    let versioned = format!("2:{NEW} 1:{OLD}");
    restarted(&mut world, &versioned);
    let mut sweeps = 0;
    while !wait(left(&world.authority)).unwrap().is_over() {
        wait(sweep(&world.authority)).unwrap();
        sweeps += 1;
        assert!(sweeps < 10);
    }
    assert_eq!(sweeps, 2, "a sweep ends before everything is done");
    let line = format!(r#"{{"event":"upkeep.resealed","sealed":{},"lost":0}}"#, AT_ONCE * 10 + 2);
    assert_eq!(world.shared.log.borrow().iter().filter(|own| **own == line).count(), 1);
    let before = world.memory.dump();
    wait(sweep(&world.authority)).unwrap();
    assert!(world.memory.dump() == before, "it is over");
    restarted(&mut world, &format!("2:{NEW}"));
    assert_eq!(closed(&world), 0);
    // The operation looks at everything anew, and finds that nothing is to be done.
    assert_eq!(called_until_done(&world)[1..], [0, 0, 0]);
}

#[test]
fn a_secret_that_was_taken_away_too_early_and_comes_back_is_searched_for_again() {
    let mut world = sealed(1);
    restarted(&mut world, NEW);
    assert_eq!(called_until_done(&world)[1..], [0, 4, 0]);
    wait(sweep(&world.authority)).unwrap();
    restarted(&mut world, &format!("{NEW} {OLD}"));
    wait(sweep(&world.authority)).unwrap();
    restarted(&mut world, NEW);
    assert_eq!(closed(&world), 0);
}

#[test]
fn another_secret_begins_another_search_and_so_does_another_name_of_it() {
    let mut world = sealed(1);
    for secrets in [format!("{NEW} {OLD}"), format!("1:{NEW}"), format!("2:{OLD} 1:{NEW}")] {
        restarted(&mut world, &secrets);
        assert_eq!(wait(left(&world.authority)), Ok(Search::default()));
        wait(sweep(&world.authority)).unwrap();
        assert!(wait(left(&world.authority)).unwrap().is_over());
        assert_eq!(called_until_done(&world)[1..], [0, 0, 0], "{secrets}");
    }
}

#[test]
fn what_no_secret_opens_is_counted_and_left_alone() {
    let mut world = sealed(2);
    restarted(&mut world, NEW);
    connect(&world, 2, 1);
    let before = world.memory.dump();
    assert_eq!(called_until_done(&world)[1..], [0, 6, 0], "a key, two connections and an answer");
    let after = world.memory.dump();
    let rows = |dump: &str| {
        dump.lines()
            .filter(|line| !line.starts_with("edgeward_resealing "))
            .map(String::from)
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&after), rows(&before));
}

#[test]
fn a_token_that_was_never_sealed_is_sealed() {
    let mut world = sealed(0);
    restarted(&mut world, OLD);
    keep(&world, 0, "gho_plain", None);
    assert_eq!(called_until_done(&world)[1..], [1, 0, 0]);
    assert!(!world.memory.dump().contains("gho_plain"));
    assert_eq!(closed(&world), 0);
}

/// A store in which something is written right after the rows were read.
struct Meanwhile(Rc<Memory>, RefCell<Option<Statement>>);

impl Store for Meanwhile {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Vec<Row>>, Refused>> {
        Box::pin(async move {
            let reads = statements.iter().any(|one| one.sql.contains("access_token AS sealed"));
            let answer = self.0.batch(statements).await;
            let other = if reads { self.1.borrow_mut().take() } else { None };
            if let Some(other) = other {
                self.0.batch(vec![other]).await.unwrap();
            }
            answer
        })
    }
}

#[test]
fn whoever_writes_meanwhile_wins() {
    let mut world = sealed(2);
    restarted(&mut world, &format!("{NEW} {OLD}"));
    let refreshed = vault::seal(&world.authority, Purpose::ProviderToken, b"refreshed").unwrap();
    let write = sql(
        "UPDATE edgeward_connections SET access_token = ?1, generation = 2 WHERE id = 'c00000'",
        [refreshed.as_str().into()],
    );
    world.authority.store = Box::new(Meanwhile(world.memory.clone(), RefCell::new(Some(write))));
    called_until_done(&world);
    let rows = run(&world, "SELECT id, access_token, generation FROM edgeward_connections ORDER BY id", &[]);
    assert_eq!(
        (rows[0].text("access_token").unwrap(), rows[0].number("generation").unwrap()),
        (refreshed, 2)
    );
    restarted(&mut world, NEW);
    let other =
        vault::open_text(&world.authority, Purpose::ProviderToken, &rows[1].text("access_token").unwrap());
    assert_eq!((other.as_deref(), closed(&world)), (Ok("access"), 0));
}

#[test]
fn every_column_that_says_that_it_is_sealed_is_searched() {
    let world = World::new();
    let tables = run(
        &world,
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgeward_%'",
        &[],
    );
    let (mut said, column) = (0, |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned());
    for table in tables {
        let name = table.text("name").unwrap();
        for line in table.text("sql").unwrap().lines().filter(|line| line.contains(" TEXT")) {
            if line.contains("sealed") || line.contains("the private JWK") {
                let read = format!("{} AS sealed FROM {name} ", column(line));
                assert!(PLACES.iter().any(|place| place.read.contains(&read)), "{name}: {line}");
                said += 1;
            }
        }
    }
    assert_eq!(said, PLACES.len());
}
