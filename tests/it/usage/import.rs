//! Files of usage: all or nothing, once, and each bad row named.

use std::fmt::Write as _;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Shop, Transcript};

const PLANS: &str = r#"
[project]
name = "blog"

[meters.calls]
display_name = "API calls"

[products.free]
default_plan = true
limits.posts = { max = 3, per = "month" }
limits.spending = { max = "0.10 usd", per = "month" }
rates = { token = "0.001 usd" }
"#;

const FILE: &str = "subject,metric,quantity,cost,at,key,dim.agent\n\
                    u_1,calls,5,,2026-10-31T10:00:00Z,k1,writer\n\
                    u_1,posts,,,2026-10-31T10:00:00+02:00,k2,\n\
                    u_2,spending,,0.05 usd,2026-10-30,k3,writer\n";

fn blog() -> Shop {
    let shop = Shop::new();
    shop.write("billing.toml", PLANS);
    shop
}

fn used(shop: &Shop, subject: &str, metric: &str) -> i64 {
    let shown = shop.run(&["usage", "show", subject, "-o", "json"], "").exits(0).json();
    let of_metric = |one: &&serde_json::Value| one["metric"] == metric;
    let Some(one) = shown["usage"].as_array().unwrap().iter().find(of_metric) else { return 0 };
    one["used"].as_i64().unwrap_or_else(|| one["used"]["amount"].as_i64().unwrap())
}

/// What the import of a text says.
fn import(shop: &Shop, text: &str) -> Transcript {
    shop.run(&["usage", "import", "-", "--format", "csv"], text)
}

#[test]
fn a_file_is_recorded_once_however_often_it_is_given() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-10-31T12:00:00Z");
    shop.write("a.csv", FILE);
    assert_snapshot!(shop.billctl("usage import a.csv --dry-run"), @"
    Would record 3 rows
    [exit 0]
    ");
    assert_eq!(used(&shop, "u_1", "calls"), 0);
    assert_snapshot!(shop.billctl("usage import a.csv"), @"
    Recorded 3 rows
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("usage import a.csv"), @"
    Recorded 0 of 3 rows
    3 rows were recorded before, and not again
    [exit 0]
    ");
    assert_eq!(
        [used(&shop, "u_1", "calls"), used(&shop, "u_1", "posts"), used(&shop, "u_2", "spending")],
        [5, 1, 5]
    );
    // The same rows as JSON lines, in another order and from stdin, are the same records.
    let lines = "{\"subject\": \"u_1\", \"metric\": \"posts\", \"at\": \"2026-10-31T08:00:00Z\", \"key\": \"k2\"}\n\
                 {\"subject\": \"u_1\", \"metric\": \"calls\", \"quantity\": 5, \"at\": \"2026-10-31T10:00:00Z\", \"key\": \"k1\", \"dim.agent\": \"writer\"}\n\
                 {\"subject\": \"u_3\", \"metric\": \"calls\", \"key\": \"k4\"}\n";
    let again = shop.run(&["usage", "import", "-", "-o", "json"], lines).exits(0).json();
    assert_eq!(
        again,
        json!({"rows": 3, "recorded": 1, "recorded_before": 2, "refused": 0, "costless": 0, "stopped": false, "dry_run": false, "results": null})
    );
    // Without a time the clock's counts, and a repetition is the same all the same.
    shop.set("BILLCTL_NOW", "2026-10-31T13:00:00Z");
    let later = shop.run(&["usage", "import", "-", "-o", "json"], lines).exits(0).json();
    assert_eq!(later["recorded_before"], 3);
}

#[test]
fn bad_rows_are_named_with_their_lines_and_nothing_is_recorded() {
    let shop = blog();
    let bad = "subject,metric,quantity,cost,at,key,corrects\n\
               ,calls,1,,,k1,\n\
               u_1,call,1,,,k2,\n\
               u_1,calls,1.5,,,k3,\n\
               u_1,calls,99999999999999999999,,,k4,\n\
               u_1,calls,0,,,k5,\n\
               u_1,calls,1,,2026-10-31T10:00:00,k6,\n\
               u_1,calls,1,,31.10.2026,k7,\n\
               u_1,calls,1,,2026-11-01T00:06:00Z,k8,\n\
               u_1,calls,1,,,,\n\
               u_1,spending,5,,,k10,\n\
               u_1,calls,1,,,k11,nothing\n\
               u_1,calls,1\n\
               u_1,calls,1,,2026-10-31,good,\n";
    assert_snapshot!(import(&shop, bad), @"
    [stderr]
    error: 12 rows can't be recorded; nothing was recorded
      line 2, column `subject`: it is empty
      line 3, column `metric`: no plan and no meter of the catalog has a metric `call`; did you mean `calls`?
      line 4, column `quantity`: `1.5`: a quantity is a whole number without separators, such as 600
      line 5, column `quantity`: `99999999999999999999`: one record counts at most 1000000000000
      line 6, column `quantity`: a quantity is above 0; what was recorded wrongly is taken back by naming it
      line 7, column `at`: `2026-10-31T10:00:00` has no time zone: end it with Z, or with an offset such as +01:00
      line 8, column `at`: `31.10.2026` is no point in time: write 2026-11-01T12:00:00Z, or 2026-11-01
      line 9, column `at`: it lies more than five minutes ahead
      line 10, column `key`: it is empty: with a key of its own the row counts once, however often it is given
      line 11, column `quantity`: it is counted in money (usd): `cost` says how much
      and 2 more
    hint: Mend the rows and run it again, or record the others with `--continue --results FILE`
    [exit 2]
    ");
    assert_eq!(used(&shop, "u_1", "calls"), 0);
    assert_snapshot!(import(&shop, "subject,metric,amount,key\nu_1,calls,1,k\n"), @"
    [stderr]
    error: line 1: there is no column `amount`: there are subject, metric, quantity, cost, at, key, corrects, dim.*; nothing was recorded
    hint: The first line names the columns: subject, metric, quantity, cost, at, key, corrects, dim.*
    [exit 2]
    ");
    assert_snapshot!(import(&shop, "subject;metric;key\nu_1;calls;k\n"), @"
    [stderr]
    error: line 1: columns are separated by commas, not by `;`; nothing was recorded
    hint: The first line names the columns: subject, metric, quantity, cost, at, key, corrects, dim.*
    [exit 2]
    ");
    assert_snapshot!(import(&shop, "subject,metric,key\n"), @"
    [stderr]
    error: There are no rows in it; nothing was recorded
    hint: Check the file
    [exit 2]
    ");
}

#[test]
fn what_can_be_recorded_is_recorded_and_the_rest_told_row_by_row() {
    let shop = blog();
    let text = "subject,metric,quantity,at,key\n\
                u_1,calls,1,2026-10-31,k1\n\
                u_1,calls,x,2026-10-31,k2\n\
                u_1,calls,2,2026-10-31,k1\n\
                u_1,calls,3,2026-10-31,k3\n";
    shop.write("a.csv", text);
    assert_snapshot!(shop.billctl("usage import a.csv --continue --results bad.csv --dry-run"), @"
    Would record 2 of 4 rows
    2 rows were refused
    [exit 7]
    ");
    assert!(!shop.exists("bad.csv"));
    assert_snapshot!(shop.billctl("usage import a.csv --continue --results bad.csv"), @"
    Recorded 2 of 4 rows
    2 rows were refused
    They are in bad.csv, each with why
    [exit 7]
    ");
    assert_snapshot!(shop.read("bad.csv"), @r#"
    line,column,why,subject,metric,quantity,cost,at,key
    3,quantity,"`x`: a quantity is a whole number without separators, such as 600",u_1,calls,x,,2026-10-31,k2
    4,key,"The key `k1` was used before, for a record with another quantity",u_1,calls,2,,2026-10-31T00:00:00Z,k1
    "#);
    // The file is mended: what is there is not counted a second time.
    shop.write("a.csv", text.replace(",x,", ",7,").replace("2,2026-10-31,k1", "2,2026-10-31,k4"));
    let mended = shop.billctl("usage import a.csv -o json").exits(0).json();
    assert_eq!((&mended["recorded"], &mended["recorded_before"]), (&json!(2), &json!(2)));
    let since = shop.run(&["usage", "show", "u_1", "-o", "json"], "").exits(0).json();
    assert_eq!(since["usage"][0]["metric"], "calls");
    assert_snapshot!(shop.billctl("usage import a.csv --continue --results a.csv"), @"
    [stderr]
    error: The results would be written over the file itself; nothing was recorded
    hint: Name another file with `--results FILE`
    [exit 2]
    ");
}

#[test]
fn a_correction_takes_back_what_a_row_before_it_recorded() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-10-31T12:00:00Z");
    let text = "subject,metric,quantity,at,key,corrects\n\
                u_1,calls,5,2026-10-31,k1,\n\
                u_1,calls,2,,k2,k1\n\
                u_2,calls,9,2026-10-31,k3,\n\
                u_2,calls,,,k4,k3\n";
    import(&shop, text).exits(0);
    assert_eq!([used(&shop, "u_1", "calls"), used(&shop, "u_2", "calls")], [3, 0]);
    import(&shop, text).exits(0);
    assert_eq!([used(&shop, "u_1", "calls"), used(&shop, "u_2", "calls")], [3, 0]);
    assert_snapshot!(import(&shop, "subject,metric,quantity,key,corrects\nu_1,calls,4,k5,k1\n"), @"
    [stderr]
    error: line 2, column `corrects`: No more than 3 of it is left to take back; nothing was recorded
    hint: Mend the rows and run it again, or record the others with `--continue --results FILE`
    [exit 2]
    ");
}

#[test]
fn what_prepaid_credits_pay_for_takes_them_once() {
    let mut shop = Shop::new();
    let plan = "limits.renders = { max = \"credits\", credits = 2 }\n\
                free_credits = { credits = 3, per = \"month\" }\n";
    shop.write(
        "billing.toml",
        format!("[project]\nname = \"blog\"\n[products.free]\ndefault_plan = true\n{plan}"),
    );
    shop.set("BILLCTL_NOW", "2026-10-31T12:00:00Z");
    shop.billctl("credits grant u_1 10 --reason bought --key g1").exits(0);
    let balance = |shop: &Shop, subject: &str| {
        let told = shop.run(&["credits", "balance", subject, "-o", "json"], "").exits(0).json();
        told["balance"].as_i64().unwrap()
    };
    let text = "subject,metric,quantity,at,key,corrects\n\
                u_1,renders,3,2026-10-31,k1,\n\
                u_1,renders,1,2026-10-31,k2,\n\
                u_2,renders,5,2026-10-31,k3,\n\
                u_1,renders,,,k4,k1\n";
    import(&shop, text).exits(0);
    // 10 bought and 3 free ones, less those of one render; u_2 used more than its 3 free ones pay for.
    assert_eq!([balance(&shop, "u_1"), balance(&shop, "u_2")], [11, 0]);
    import(&shop, text).exits(0);
    shop.write("a.csv", text);
    shop.billctl("usage import a.csv --continue --results bad.csv").exits(0);
    assert_eq!([balance(&shop, "u_1"), balance(&shop, "u_2")], [11, 0]);
    shop.billctl("credits verify").exits(0);
}

#[test]
fn rows_that_cost_nothing_are_passed_over() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-10-31T12:00:00Z");
    let text = "subject,metric,cost,at,key\n\
                u_1,spending,0.00 usd,2026-10-31,k1\n\
                u_1,spending,0.02 usd,2026-10-31,k2\n";
    assert_snapshot!(import(&shop, text), @"
    Recorded 1 of 2 rows
    1 row costs nothing
    [exit 0]
    ");
    assert_eq!(used(&shop, "u_1", "spending"), 2);
}

#[test]
fn a_large_file_comes_in_by_batches_and_its_days_add_up() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-10-31T12:00:00Z");
    let mut text = "subject,metric,quantity,at,key\n".to_owned();
    for row in 0..25_000 {
        let (day, subject) = (row % 30 + 1, row % 7);
        writeln!(text, "u_{subject},calls,{},2026-10-{day:02}T0{}:00:00Z,k{row}", row % 5 + 1, row % 10)
            .unwrap();
    }
    shop.write("a.csv", &text);
    let first = shop.billctl("usage import a.csv --continue --results bad.csv -o json").exits(0).json();
    assert_eq!((&first["rows"], &first["recorded"]), (&json!(25_000), &json!(25_000)));
    let again = shop.billctl("usage import a.csv -o json").exits(0).json();
    assert_eq!((&again["recorded"], &again["recorded_before"]), (&json!(0), &json!(25_000)));
    let sum: i64 = (0..7).map(|subject| used(&shop, &format!("u_{subject}"), "calls")).sum();
    assert_eq!(sum, 75_000);
    // Whole days come from their sums, which are those of the records.
    let books = rusqlite::Connection::open(shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let difference: i64 = books
        .query_row(
            "SELECT count(*) FROM (
                SELECT series, at / 86400, sum(quantity), count(*) FROM usage_records GROUP BY 1, 2
                EXCEPT SELECT series, day, quantity, records FROM usage_days)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(difference, 0);
}
