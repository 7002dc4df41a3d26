//! `mirror status` and `mirror export` as a person meets them.

use serde_json::{Value, json};

use super::world::event;
use crate::support::Shop;

/// A shop whose mirror was told of two customers, one of them gone, and of what no mirror can keep.
fn told() -> Shop {
    let shop = Shop::new();
    let customer = |id: &str, name: Value, balance: i64| json!({"id": id, "object": "customer", "name": name, "balance": balance, "created": 1_793_491_200});
    let events = [
        event("evt_1", "customer.created", 1_793_491_200, customer("cus_1", json!("Zoë, \"Ada\""), 1 << 60)),
        event("evt_2", "customer.created", 1_793_491_201, customer("cus_2", Value::Null, -5)),
        event("evt_3", "customer.created", 1_793_491_202, customer("cus_3", Value::Null, 0)),
        event("evt_4", "customer.deleted", 1_793_491_203, customer("cus_3", Value::Null, 0)),
        event("evt_5", "invoice.upcoming", 1_793_491_204, json!({"object": "invoice", "total": 900})),
    ];
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    shop.write("events.jsonl", lines.join("\n"));
    shop.billctl("events replay --file events.jsonl --mirror").exits(0);
    shop
}

/// Sizes differ with the version of SQLite and of the tables.
fn without_sizes(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        match line.split_once("  ") {
            Some((file @ ("books" | "mirror"), rest)) => {
                assert!(rest.contains("KiB, version ") || rest.contains("MiB, version "), "{line}");
                lines.push(format!("{file} …"));
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.join("\n")
}

#[test]
fn status_says_what_is_there_and_what_to_do_next() {
    let shop = Shop::new();
    insta::assert_snapshot!(without_sizes(&shop.billctl("mirror status").to_string()), @r"
    books …
    mirror …
    events  0 stored, none waits, 0 failed
    newest  none

    It holds no objects yet
    [stderr]
    hint: Fill it with `billctl mirror backfill`
    [exit 0]
    ");
    insta::assert_snapshot!(without_sizes(&told().billctl("mirror status").to_string()), @r"
    books …
    mirror …
    events  5 stored, none waits, 0 failed
    newest  2026-11-01T00:00:04Z  invoice.upcoming  evt_5

    objects    count
    customer       2
    (deleted)      1
    [exit 0]
    ");
}

#[test]
fn status_says_the_same_to_programs() {
    let status = told().billctl("mirror status -o json").exits(0).json();
    assert_eq!(
        status["events"],
        json!({"stored": 5, "waiting": 0, "lag_seconds": 0, "outcomes": {"applied": 3, "kept": 1, "older": 1}, "gap": null,
            "newest": {"id": "evt_5", "type": "invoice.upcoming", "created": "2026-11-01T00:00:04Z",
                "received_at": "2026-11-01T00:00:00Z"}})
    );
    assert_eq!(status["objects"], json!({"customer": 2}));
    assert_eq!(status["deleted"], 1);
    assert_eq!(status["snapshots"], json!({"count": 0, "newest": null}));
    assert!(status["mirror"]["bytes"].as_u64().unwrap() > 0);
    assert!(status["books"]["path"].as_str().unwrap().ends_with(".billctl/emulator/books.db"));
}

#[test]
fn status_tells_of_a_time_whose_events_are_lost() {
    let shop = told();
    let path = shop.folder().join(".billctl/emulator/mirror.db");
    let mut mirror = billctl::store::mirror::Mirror::open(&path, true).unwrap();
    mirror.set_cursor("events gap", Some("1793491200..1793577600"), 1_793_577_600).unwrap();
    drop(mirror);
    let status = shop.billctl("mirror status").exits(0);
    let said = "gap     no events from 2026-11-01T00:00:00Z to 2026-11-02T00:00:00Z\n";
    assert!(status.stdout.contains(said), "{status}");
    assert_eq!(status.stderr, "hint: Fetch what may have changed meanwhile with `billctl mirror update`\n");
    let status = shop.billctl("mirror status -o json").exits(0).json();
    assert_eq!(
        status["events"]["gap"],
        json!({"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z", "kinds_left": null})
    );
    // All but what the key may not read was read since.
    let mut mirror = billctl::store::mirror::Mirror::open(&path, true).unwrap();
    mirror.set_cursor("events gap kinds", Some("payout topup"), 1_793_577_600).unwrap();
    drop(mirror);
    let status = shop.billctl("mirror status").exits(0);
    assert!(status.stdout.contains("payout, topup\n"), "{status}");
    let hint = "hint: The key could not read some kinds: allow it to in Stripe's Dashboard, or use another, and run \
                `billctl mirror update`\n";
    assert_eq!(status.stderr, hint);
    let status = shop.billctl("mirror status -o json").exits(0).json();
    assert_eq!(status["events"]["gap"]["kinds_left"], json!(["payout", "topup"]));
}

#[test]
fn tables_are_written_for_other_programs() {
    let shop = told();
    insta::assert_snapshot!(shop.billctl("mirror export customers invoices --out out"), @r"
    file               rows
    out/customers.csv     2
    out/invoices.csv      0
    [exit 0]
    ");
    insta::assert_snapshot!(shop.read("out/customers.csv"), @r#"
    id,email,name,description,currency,balance,delinquent,default_payment_method,test_clock,metadata,created
    cus_1,,"Zoë, ""Ada""",,,1152921504606846976,,,,,1793491200
    cus_2,,,,,-5,,,,,1793491200
    "#);
    insta::assert_snapshot!(shop.billctl("mirror export customers --out out --format jsonl -o json"), @r#"
    {
      "files": [
        {
          "table": "customers",
          "path": "out/customers.jsonl",
          "rows": 2
        }
      ]
    }
    [exit 0]
    "#);
    insta::assert_snapshot!(shop.read("out/customers.jsonl"), @r#"
    {"id":"cus_1","email":null,"name":"Zoë, \"Ada\"","description":null,"currency":null,"balance":1152921504606846976,"delinquent":null,"default_payment_method":null,"test_clock":null,"metadata":null,"created":1793491200}
    {"id":"cus_2","email":null,"name":null,"description":null,"currency":null,"balance":-5,"delinquent":null,"default_payment_method":null,"test_clock":null,"metadata":null,"created":1793491200}
    "#);
    let all = shop.billctl("mirror export --out all --format parquet -o json").exits(0).json();
    let files = all["files"].as_array().unwrap();
    let names: Vec<&str> = files.iter().map(|file| file["table"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"objects") && names.contains(&"transactions"), "{names:?}");
    for file in files {
        let bytes = fs_err::read(shop.folder().join(file["path"].as_str().unwrap())).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{file}");
    }
}

#[test]
fn a_dry_run_of_an_export_writes_nothing() {
    let shop = told();
    insta::assert_snapshot!(shop.billctl("mirror export customers --out out --dry-run"), @r"
    file               rows
    out/customers.csv     2
    [stderr]
    Nothing was written: this is a dry run
    [exit 0]
    ");
    assert!(!shop.exists("out"));
}

#[test]
fn an_export_that_cannot_be_says_why() {
    let shop = told();
    insta::assert_snapshot!(shop.billctl("mirror export customer --out out"), @r"
    [stderr]
    error: The mirror has no table `customer`
    hint: `billctl mirror query --tables` lists them all
    [exit 2]
    ");
    insta::assert_snapshot!(shop.billctl("mirror export --out out --format xlsx"), @r"
    [stderr]
    error: invalid value 'xlsx' for '--format <FORMAT>'
      [possible values: csv, jsonl, parquet]

    For more information, try '--help'.
    [exit 2]
    ");
    shop.write("taken", "a file");
    insta::assert_snapshot!(shop.billctl("mirror export --out taken"), @r"
    [stderr]
    error: Cannot make the folder for the files
      caused by: failed to create directory `[ROOT]/shop/taken`: File exists (os error 17)
    hint: Name a folder that can be written to with `--out FOLDER`
    [exit 1]
    ");
    assert_eq!(shop.read("taken"), "a file");
}

#[cfg(unix)]
#[test]
fn a_backup_for_which_there_is_no_room_leaves_nothing_behind() {
    let shop = told();
    // No file may grow beyond 160 blocks: that is less than the mirror has without a row.
    let line = "trap '' XFSZ; ulimit -f 160; exec billctl mirror backup copy";
    let child = shop
        .shell_command(line, 0)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let failed = shop.finish(child).exits(1);
    assert!(failed.stderr.contains("Cannot copy"), "{failed}");
    let left: Vec<_> = fs_err::read_dir(shop.folder().join("copy")).map_or_else(
        |_| Vec::new(),
        |entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect(),
    );
    assert_eq!(left, [""; 0]);
    shop.billctl("mirror backup copy").exits(0);
}

#[test]
fn a_table_that_is_not_there_is_told_with_the_one_that_may_be_meant() {
    let shop = told();
    insta::assert_snapshot!(shop.billctl("mirror query customers"), @r#"
    [stderr]
    error: The mirror cannot answer this: near "customers": syntax error, at `customers`
    hint: Write it like `billctl mirror query 'SELECT * FROM customers'`
    [exit 2]
    "#);
    insta::assert_snapshot!(shop.billctl("mirror query 'SELECT count(*) FROM customer'"), @r"
    [stderr]
    error: The mirror cannot answer this: no such table: customer
    hint: Did you mean `customers`? `billctl mirror query --tables` lists the tables and their columns
    [exit 2]
    ");
    insta::assert_snapshot!(shop.billctl("mirror query 'SELECT * FROM moon'"), @r"
    [stderr]
    error: The mirror cannot answer this: no such table: moon
    hint: See the tables and their columns with `billctl mirror query --tables`
    [exit 2]
    ");
}

#[test]
fn the_tables_are_listed_with_their_columns() {
    let listed = told().billctl("mirror query --tables -o json").exits(0).json();
    let columns = |table: &str| {
        let row = listed.as_array().unwrap().iter().find(|row| row["table"] == table);
        row.unwrap_or_else(|| panic!("no {table}: {listed}"))["columns"].as_str().unwrap().to_owned()
    };
    assert_eq!(columns("main.objects"), "kind, id, at, event, deleted, body");
    assert!(columns("main.customers").starts_with("id, email, name, "), "{listed}");
    assert!(columns("books.events").starts_with("seq, id, type, created, "), "{listed}");
}
