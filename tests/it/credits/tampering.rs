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
fn lots_and_what_is_counted_beside_the_entries_are_what_the_entries_say() {
    const FIRST: &str = "the lot of entry 1 is not what the entry says";
    check("UPDATE credit_lots SET expires_at = 1900000000 WHERE entry = 1", FIRST);
    check("UPDATE credit_lots SET account = 2 WHERE entry = 1", FIRST);
    check("DELETE FROM credit_lots WHERE entry = 1", FIRST);
    check(
        "INSERT INTO credit_lots (entry, account) VALUES (4, 1)",
        "the lot of entry 4 is not what the entry says",
    );
    check(
        "UPDATE credit_moves SET lot = 5 WHERE entry = 4; UPDATE credit_lots SET remaining = 8 WHERE entry = 1;
         UPDATE credit_lots SET remaining = 4 WHERE entry = 5",
        "entry 4 moved credits in the lot of entry 5",
    );
    check("UPDATE credit_openings SET accounts = 3", "how many accounts of the credits `credits` began");
    check("DELETE FROM credit_openings", "how many accounts of the credits `credits` began");
}

#[test]
fn an_expiry_that_is_taken_away_from_a_lot_is_found() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 10 --expires 30d --reason welcome --key g1").exits(0);
    shop.billctl("credits verify").exits(0);
    tamper(&shop, "UPDATE credit_lots SET expires_at = NULL");
    let verified = shop.billctl("credits verify").exits(3);
    assert!(verified.stdout.contains("the lot of entry 1 is not what the entry says"), "{}", verified.stdout);
}

/// The file of the ledger, with all in it, and the place of a table's or index's first page.
fn file(shop: &Shop, name: &str) -> (Vec<u8>, usize, usize) {
    let connection = open(shop);
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize;
    let size = number("PRAGMA page_size");
    let root = number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"));
    drop(connection);
    (fs_err::read(shop.folder().join(LEDGER)).unwrap(), (root - 1) * size, size)
}

#[test]
fn a_damaged_index_is_found_before_and_after_it_let_a_key_be_used_twice() {
    let shop = shop();
    let (mut bytes, page, size) = file(&shop, "sqlite_autoindex_credit_entries_1");
    let place = bytes[page..page + size].windows(2).position(|window| window == b"g1").unwrap();
    // `g1` becomes `g0`.
    bytes[page + place + 1] ^= 1;
    fs_err::write(shop.folder().join(LEDGER), bytes).unwrap();
    let verified = shop.billctl("credits verify").exits(3);
    assert!(verified.stdout.contains("sqlite_autoindex_credit_entries_1"), "{}", verified.stdout);
    shop.billctl("credits grant u_1 10 --reason welcome --key g1").exits(0);
    let verified = shop.billctl("credits verify").exits(3);
    let found = "entry 6 has the key `g1`, which entry 1 has, too";
    assert!(verified.stdout.contains(found), "{}", verified.stdout);
}

#[test]
fn a_page_that_cannot_be_read_is_a_fault_of_its_first_entry() {
    let shop = Shop::new();
    let rows: String = (0..100).map(|row| format!("u_1,1,{row} {}\n", "long ".repeat(80))).collect();
    shop.write("a.csv", format!("subject,add,reason\n{rows}"));
    shop.billctl("credits import a.csv --yes").exits(0);
    let (mut bytes, root, size) = file(&shop, "credit_entries");
    // The cells of an inner page are the page of the entries up to a number, and that number.
    let short = |bytes: &[u8], at: usize| usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
    assert_eq!(bytes[root], 5, "an inner page of a table");
    let cell = |bytes: &[u8], index: usize| root + short(bytes, root + 12 + 2 * index);
    let last_before = bytes[cell(&bytes, 0) + 4];
    assert!(last_before < 100, "one byte of a number");
    let second = cell(&bytes, 1);
    let page = usize::try_from(u32::from_be_bytes(bytes[second..second + 4].try_into().unwrap())).unwrap();
    bytes[(page - 1) * size..page * size].fill(0);
    fs_err::write(shop.folder().join(LEDGER), bytes).unwrap();
    let verified = shop.billctl("credits verify -o json").exits(3).json();
    assert_eq!(verified["fault"]["entry"], i64::from(last_before) + 1, "{verified}");
    assert_eq!(verified["entries"], i64::from(last_before), "{verified}");
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

#[test]
fn what_is_only_added_to_is_never_replaced_either() {
    let mut shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = { approval_above = 100 }\n\
         [products.free]\ndefault_plan = true\nlimits.posts = { max = 100, per = \"month\" }\n");
    for key in ["p1", "p2"] {
        shop.billctl(&format!("credits grant u_1 600 --reason sorry --key {key}")).exits(5);
    }
    shop.billctl("credits grant u_1 6 --reason welcome --key g1").exits(0);
    shop.billctl("usage record u_1 posts --quantity 3 --key r1").exits(0);
    shop.billctl("usage record u_1 posts --quantity 4 --key r2").exits(0);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(0);
    let connection = open(&shop);
    connection
        .execute_batch(
            "PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF;
             INSERT INTO money_credits VALUES ('m1', 'u_1', 'cus_1', '{}', 'ada', 'sorry', 0, 'cbtxn_1');
             INSERT INTO credit_refund_facts VALUES ('cs_1', 're_1', 'refund', 5, 0);
             INSERT INTO credit_refunds VALUES ('cs_1', 1, 5, 5, 5, NULL);
             INSERT INTO usage_reservations VALUES (1, 1, 5, 'v1', 0, 9, NULL, NULL), (2, 1, 5, 'v2', 0, 9, NULL, NULL)",
        )
        .unwrap();
    let copy = |table: &str, columns: &str, values: &str| {
        refused(
            &connection,
            &format!("INSERT OR REPLACE INTO {table} ({columns}) SELECT {values} FROM {table} LIMIT 1"),
        );
    };
    let proposed = "key, subject, kind, wanted, type, amount, change, actor, reason, at, until";
    copy("credit_proposals", proposed, proposed);
    copy(
        "money_credits",
        "key, subject, customer, request, actor, reason, at",
        "key, subject, customer, '{1}', actor, reason, at",
    );
    copy("credit_refund_facts", "payment, id, source, amount, failed", "payment, id, source, 0, failed");
    copy("credit_refunds", "payment, step, refunded, asked, taken", "payment, step, 0, 0, 0");
    copy("usage_records", "seq, series, at, quantity, key, recorded_at", "seq, series, at, 1, 'r3', 0");
    copy("usage_records", "series, at, quantity, key, recorded_at", "series, at, 1, key, 0");
    copy("usage_series", "subject, metric", "subject, metric");
    copy("usage_reservations", "series, quantity, key, at, expires_at", "series, 1, key, at, expires_at");
    refused(&connection, "UPDATE usage_series SET subject = 'u_9'");
    refused(&connection, "DELETE FROM usage_series");
    refused(&connection, "UPDATE OR REPLACE usage_reservations SET id = 2, settled_at = 5 WHERE id = 1");
    // The entry of the first one, which it would stand in the place of.
    refused(
        &connection,
        "UPDATE OR REPLACE credit_proposals SET verdict = 'approved', decided_by = 'eve', decided_at = 1,
            entry = (SELECT entry FROM credit_proposals WHERE number = 1) WHERE number = 2",
    );
}

#[test]
fn a_rule_that_was_taken_away_or_changed_is_found() {
    for tampering in [
        "DROP TRIGGER credit_entries_once",
        "DROP TRIGGER credit_entries_stay; CREATE TRIGGER credit_entries_stay BEFORE UPDATE ON credit_entries BEGIN SELECT 1; END",
    ] {
        let shop = shop();
        open(&shop).execute_batch(tampering).unwrap();
        let verified = shop.billctl("credits verify").exits(3);
        assert!(verified.stdout.contains("rule `credit_entries_"), "{}", verified.stdout);
    }
}

#[test]
fn a_hash_that_was_kept_elsewhere_proves_that_the_end_was_not_cut_off() {
    let shop = shop();
    let kept = shop.billctl("credits verify -o json").json()["head"].as_str().unwrap().to_owned();
    shop.billctl("credits grant u_2 1 --reason more --key g3").exits(0);
    let verified = shop.billctl(&format!("credits verify --expect-hash {kept} -o json")).exits(0).json();
    assert_eq!(verified["expected_entry"], 5, "{verified}");
    // The last two entries, and all that would tell of them.
    let guards = {
        let connection = open(&shop);
        let mut names = connection.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        let guards: Vec<String> =
            names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        guards
    };
    tamper(
        &shop,
        "DELETE FROM credit_moves WHERE entry > 4; DELETE FROM credit_lots WHERE entry > 4;
         DELETE FROM credit_entries WHERE number > 4; DELETE FROM credit_accounts WHERE subject = 'u_2';
         UPDATE credit_days SET entries = 1, added = 10 WHERE type = 'grant'; UPDATE credit_openings SET accounts = 1;
         UPDATE sqlite_sequence SET seq = 4 WHERE name = 'credit_entries'",
    );
    open(&shop).execute_batch(&guards.join(";")).unwrap();
    shop.billctl("credits verify").exits(0);
    let verified = shop.billctl(&format!("credits verify --expect-hash {kept}")).exits(3);
    assert!(verified.stdout.contains(&format!("no entry has the hash {kept}")), "{}", verified.stdout);
    shop.billctl("credits verify --expect-hash abc").exits(2);
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
    // In place of another: without its way of deleting being told to triggers, and without looking at what refers to it.
    connection.execute_batch("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").unwrap();
    let replacing = |sql: &str| refused(&connection, &sql.replacen("INSERT", "INSERT OR REPLACE", 1));
    replacing(&entry(6, 1000, 1007, "g1"));
    replacing(&entry(1, 1000, 1007, "new"));
    replacing("INSERT INTO credit_accounts (id, subject, kind) VALUES (1, 'u_3', 'credits')");
    replacing("INSERT INTO credit_accounts (subject, kind) VALUES ('u_1', 'credits')");
    replacing("INSERT INTO credit_lots (entry, account) VALUES (1, 1)");
    replacing("INSERT INTO credit_moves (entry, lot, amount) VALUES (2, 1, 1)");
    refused(&connection, "UPDATE OR REPLACE credit_accounts SET id = 2 WHERE id = 1");
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
