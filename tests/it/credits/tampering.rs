//! What the database itself refuses, and what `credits verify` finds where somebody got round it.

use insta::assert_snapshot;
use rusqlite::Connection;

use crate::support::Shop;

const LEDGER: &str = ".billctl/emulator/books.db";

/// Grants 10 (entry 1), takes 1 three times (2 to 4), grants 5 to another (5).
fn shop() -> Shop {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 10 --reason welcome --key g1").exits(0);
    for number in 1..=3 {
        shop.billctl(&format!("credits deduct u_1 1 --reason call --key d{number}")).exits(0);
    }
    shop.billctl("credits grant u_2 5 --reason welcome --key g2").exits(0);
    shop
}

fn open(shop: &Shop) -> Connection {
    Connection::open(shop.folder().join(LEDGER)).unwrap()
}

/// Runs SQL as somebody who knows how to take the guards away.
fn tamper(shop: &Shop, sql: &str) {
    let connection = open(shop);
    let guards: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for guard in guards {
        connection.execute_batch(&format!("DROP TRIGGER {guard}")).unwrap();
    }
    connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

#[track_caller]
fn check(sql: &str, found: &str) {
    let shop = shop();
    shop.billctl("credits verify").exits(0);
    tamper(&shop, sql);
    let verified = shop.billctl("credits verify").exits(3);
    assert!(verified.stdout.contains(found), "{sql}: {}", verified.stdout);
}

#[test]
fn whatever_is_changed_behind_its_back_is_found_and_the_first_bad_entry_named() {
    check("UPDATE credit_entries SET amount = 1 WHERE number = 3", "entry 3 is not what was written");
    check("UPDATE credit_entries SET reason = 'gift' WHERE number = 1", "entry 1 is not what was written");
    check("DELETE FROM credit_entries WHERE number = 2", "entry 2 is missing");
    check("DELETE FROM credit_entries WHERE number = 5", "entry 5 is missing");
    check(
        "UPDATE credit_entries SET number = 99 WHERE number = 2; UPDATE credit_entries SET number = 2 WHERE number = 3;
         UPDATE credit_entries SET number = 3 WHERE number = 99",
        "entry 2 is not what was written",
    );
    check(
        "UPDATE credit_accounts SET balance = 1000 WHERE subject = 'u_1'",
        "the balance of `u_1` (credits) says 1000",
    );
    check(
        "UPDATE credit_lots SET remaining = 10 WHERE entry = 1",
        "the lot of entry 1 says that 10 are left",
    );
    check("UPDATE credit_moves SET amount = -2 WHERE entry = 4", "entry 4 has -1, and moved -2 in its lots");
    check("UPDATE credit_entries SET type = 'purchase' WHERE number = 5", "entry 5 is not what was written");
}

#[test]
fn a_byte_flipped_in_the_file_is_found() {
    let shop = shop();
    open(&shop).execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let path = shop.folder().join(LEDGER);
    let mut bytes = fs_err::read(&path).unwrap();
    // A letter of the last entry's reason.
    let place = bytes.windows(7).rposition(|window| window == b"welcome").unwrap();
    bytes[place] ^= 1;
    fs_err::write(&path, bytes).unwrap();
    shop.billctl("credits verify").exits(3);
}

#[track_caller]
fn refused(connection: &Connection, sql: &str) {
    assert!(connection.execute_batch(sql).is_err(), "taken: {sql}");
}

#[test]
fn the_database_refuses_what_must_not_be_stored() {
    let shop = shop();
    let connection = open(&shop);
    refused(&connection, "UPDATE credit_entries SET amount = 1000 WHERE number = 1");
    refused(&connection, "DELETE FROM credit_entries WHERE number = 5");
    refused(&connection, "UPDATE credit_accounts SET balance = 1000 WHERE subject = 'u_1'");
    refused(&connection, "UPDATE credit_accounts SET subject = 'u_3' WHERE subject = 'u_1'");
    refused(&connection, "DELETE FROM credit_accounts");
    refused(&connection, "INSERT INTO credit_accounts (subject, kind, balance) VALUES ('u_3', 'credits', 5)");
    refused(&connection, "UPDATE credit_lots SET remaining = 1000 WHERE entry = 1");
    refused(&connection, "DELETE FROM credit_lots");
    refused(&connection, "DELETE FROM credit_moves");
    let entry = |number: i64, amount: i64, balance: i64, key: &str| {
        format!(
            "INSERT INTO credit_entries (number, account, type, amount, asked, balance, at, actor, reason, key, hash)
             VALUES ({number}, 1, 'deduction', {amount}, {amount}, {balance}, 0, 'eve', 'mine', '{key}', zeroblob(32))"
        )
    };
    // An overdraft, a balance that is no sum, a used key, a gap.
    refused(&connection, &entry(6, -8, -1, "new"));
    refused(&connection, &entry(6, -1, 7, "new"));
    refused(&connection, &entry(6, -1, 6, "g1"));
    refused(&connection, &entry(7, -1, 6, "new"));
    drop(connection);
    assert_snapshot!(shop.billctl("credits verify"), @"
    5 entries of 2 accounts: nothing was changed, and every sum is right
    last hash e85461993ce2feeebce8f52aa196577812e68b5dbe1ac710f963bfefea5d063a
    [exit 0]
    ");
}
