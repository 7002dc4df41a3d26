//! SQL that reads, and nothing else.

use std::time::Duration;

use billctl::store::mirror::{Query, Unanswered};
use serde_json::json;

use super::world::{World, event};

const PATIENCE: Duration = Duration::from_secs(60);

fn world() -> World {
    let mut world = World::new();
    world.receive(&[
        event(
            "evt_1",
            "customer.created",
            10,
            json!({"id": "cus_1", "object": "customer", "name": "Ada", "balance": -5}),
        ),
        event("evt_2", "customer.created", 11, json!({"id": "cus_2", "object": "customer", "name": "Bo"})),
    ]);
    world
}

fn open(world: &World) -> Query {
    Query::open(world.mirror.path(), world.books.path()).unwrap()
}

#[test]
fn tables_objects_and_events_can_be_read() {
    let world = world();
    let mut query = open(&world);
    let mut check = |sql: &str, expected: serde_json::Value| {
        let answer = query.run(sql, 10, PATIENCE).unwrap();
        assert_eq!(json!(answer.rows), expected, "{sql}");
    };
    check("SELECT name, balance FROM customers ORDER BY id", json!([["Ada", -5], ["Bo", null]]));
    check("SELECT body ->> '$.name' FROM objects WHERE id = 'cus_1'", json!([["Ada"]]));
    check(
        "SELECT type FROM books.events JOIN outcomes USING (seq) WHERE outcome = 'applied' AND id = 'evt_2'",
        json!([["customer.created"]]),
    );
    check(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
        json!([[1], [2], [3]]),
    );
    check("SELECT name FROM pragma_table_info('customers') LIMIT 1", json!([["id"]]));
    check("SELECT x'ff00', 'a', 1.5", json!([["ff00", "a", 1.5]]));
}

#[test]
fn nothing_can_be_changed() {
    let world = world();
    let before = world.rows();
    for sql in [
        "DELETE FROM customers",
        "DELETE FROM books.events",
        "UPDATE customers SET name = 'x'",
        "INSERT INTO cursors VALUES ('a', 'b', 1)",
        "DROP TABLE customers",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "CREATE TEMP VIEW v AS SELECT 1",
        "ATTACH DATABASE '/tmp/x.db' AS x",
        "DETACH DATABASE books",
        "VACUUM INTO '/tmp/x.db'",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "BEGIN IMMEDIATE",
        "SAVEPOINT s",
        "PRAGMA query_only = 0",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 9",
        "SELECT load_extension('x')",
        "SELECT 1; DELETE FROM customers",
        "WITH gone AS (SELECT 1) DELETE FROM customers",
    ] {
        let refused = open(&world).run(sql, 10, PATIENCE).unwrap_err();
        assert!(matches!(refused, Unanswered::Writes | Unanswered::Sql(_)), "{sql}: {refused:?}");
    }
    assert_eq!(world.rows(), before);
}

#[test]
fn one_statement_at_a_time() {
    let world = world();
    for sql in ["", "  -- nothing", "SELECT 1; SELECT 2"] {
        let refused = open(&world).run(sql, 10, PATIENCE).unwrap_err();
        assert!(matches!(refused, Unanswered::NotOne), "{sql}: {refused:?}");
    }
    assert_eq!(open(&world).run("SELECT 1;", 10, PATIENCE).unwrap().rows, [[json!(1)]]);
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let refused = open(&world()).run("SELECT nme FROM customers", 10, PATIENCE).unwrap_err();
    assert_eq!(refused.to_string(), "no such column: nme, at `nme FROM customers`");
}

#[test]
fn too_much_is_cut_and_too_long_is_stopped() {
    let world = world();
    let answer = open(&world).run("SELECT id FROM customers", 1, PATIENCE).unwrap();
    assert_eq!((answer.rows.len(), answer.more), (1, true));
    for large in ["SELECT randomblob(300000000)", "SELECT zeroblob(2000000000)"] {
        let refused = open(&world).run(large, 1, PATIENCE).unwrap_err();
        assert!(matches!(refused, Unanswered::TooLarge), "{large}: {refused:?}");
    }
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let stopped = open(&world).run(endless, 1, Duration::ZERO).unwrap_err();
    assert!(matches!(stopped, Unanswered::TooLong(0)), "{stopped:?}");
}
