//! Sweeping over a store in memory.

use edgeward_core::Code;

use super::{AT_ONCE, GRACE_MILLIS, ROUNDS, Swept, TABLES, sweep};
use crate::{
    store::sql,
    testing::{START, World, wait},
};

/// What has an end and is kept all the same.
const KEPT: [&str; 2] = ["edgeward_api_tokens", "edgeward_connections"];

fn answers(world: &World, count: u32, expires: i64) {
    let statement = sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO edgeward_answers (id, answer, expires_at) SELECT ?2 || '-' || i, '', ?2 FROM n",
        [count.into(), expires.into()],
    );
    wait(world.authority.store.row(statement)).unwrap();
}

#[test]
fn every_table_whose_rows_have_an_end_is_swept() {
    let world = World::new();
    let tables = sql(
        "SELECT t.name AS name FROM sqlite_master t JOIN pragma_table_info(t.name) c
          WHERE t.type = 'table' AND c.name = 'expires_at'",
        [],
    );
    let rows = wait(world.authority.store.rows(tables)).unwrap();
    let found: Vec<_> = rows.iter().map(|row| row.text("name").unwrap()).collect();
    assert!(found.len() > KEPT.len());
    for name in found {
        let swept = TABLES.iter().any(|(table, _)| *table == name);
        assert!(swept != KEPT.contains(&name.as_str()), "{name}: sweep it, or say why it is kept");
    }
}

#[test]
fn a_row_goes_an_hour_after_its_end_and_not_before() {
    let world = World::new();
    answers(&world, 1, START);
    answers(&world, 1, START + 1);
    world.pass(GRACE_MILLIS - 1);
    assert_eq!(wait(sweep(&world.authority)), Ok(Swept::default()));
    world.pass(1);
    let swept = Swept { rows: vec![("edgeward_answers", 1)], unfinished: false };
    assert_eq!(wait(sweep(&world.authority)), Ok(swept));
    assert!(world.memory.dump().contains(&(START + 1).to_string()));
    let log = world.shared.log.borrow();
    let lines: Vec<_> = log.iter().filter(|line| line.contains("swept")).collect();
    assert_eq!(lines, ["edgeward: swept 1 rows of edgeward_answers"]);
}

#[test]
fn sessions_go_with_their_time() {
    let world = World::new();
    let user = world.user("u1");
    world.call(&user, "createSession", r#"{"agentId": "a", "ttl": 60}"#).unwrap();
    world.pass(60_000 + GRACE_MILLIS);
    let swept = wait(sweep(&world.authority)).unwrap();
    assert_eq!(swept.rows, [("edgeward_agent_sessions", 1)]);
}

#[test]
fn a_sweep_ends_and_the_next_one_goes_on() {
    let world = World::new();
    answers(&world, AT_ONCE * ROUNDS + 1, START);
    world.pass(GRACE_MILLIS);
    let first = wait(sweep(&world.authority)).unwrap();
    assert_eq!((first.rows[0].1, first.unfinished), (AT_ONCE * ROUNDS, true));
    let second = wait(sweep(&world.authority)).unwrap();
    assert_eq!((second.rows[0].1, second.unfinished), (1, false));
}

#[test]
fn an_outage_ends_the_sweep() {
    let world = World::new();
    *world.memory.fails_after.borrow_mut() = Some(1);
    assert_eq!(wait(sweep(&world.authority)).unwrap_err().code, Code::StoreUnavailable);
}
