//! Files of adjustments: all or nothing, once, and each bad row named.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Shop, Transcript};

const FILE: &str = "subject,type,amount,reason,key,expires,reference\n\
                    u_1,grant,100,welcome,k1,30d,t_1\n\
                    u_2,add,50,ticket 7,k2,,\n\
                    u_1,remove,30,\"ticket 8, again\",,,\n";

fn balance(shop: &Shop, subject: &str) -> i64 {
    let balance = shop.billctl(&format!("credits balance {subject} -o json")).json();
    balance["balance"].as_i64().unwrap()
}

fn entries(shop: &Shop) -> i64 {
    shop.billctl("credits verify -o json").exits(0).json()["entries"].as_i64().unwrap()
}

#[test]
fn a_file_is_booked_once_however_often_it_is_given() {
    let shop = Shop::new();
    shop.write("a.csv", FILE);
    assert_snapshot!(shop.billctl("credits import a.csv --dry-run"), @"
    Would book 3 rows: 150 credits added, 30 credits removed

    all accounts  before  change  after
    credits            0    +120    120
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_eq!(entries(&shop), 0);
    assert_snapshot!(shop.billctl("credits import a.csv --yes"), @"
    Booked 3 rows: 150 credits added, 30 credits removed

    all accounts  before  change  after
    credits            0    +120    120
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits import a.csv --yes"), @"
    Booked 0 of 3 rows: 0 credits added, 0 credits removed
    3 rows were booked before, and not again

    all accounts  before  change  after
    credits          120      +0    120
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits history u_1"), @"
    entry  time                  type        change  balance  why
        1  2026-11-01T00:00:00Z  grant         +100      100  welcome · ada
        3  2026-11-01T00:00:00Z  adjustment     -30       70  ticket 8, again · ada
    [exit 0]
    ");
    // The same bytes under another name are the same file.
    let again = shop.run(&["credits", "import", "-", "--yes", "-o", "json"], FILE).json();
    assert_eq!((&again["booked"], &again["booked_before"]), (&json!(0), &json!(3)));
    assert_eq!((balance(&shop, "u_1"), balance(&shop, "u_2")), (70, 50));
}

#[test]
fn json_lines_say_the_same() {
    let shop = Shop::new();
    let lines = "{\"subject\": \"u_1\", \"type\": \"grant\", \"amount\": 100, \"reason\": \"welcome\"}\n\
                 {\"subject\": \"u_1\", \"type\": \"deduct\", \"amount\": 20, \"reason\": \"call\", \"kind\": null}\n";
    shop.write("a.jsonl", lines);
    shop.billctl("credits import a.jsonl --yes").exits(0);
    let again = shop.run(&["credits", "import", "-", "--yes", "-o", "json"], lines).json();
    assert_eq!((&again["booked"], &again["booked_before"]), (&json!(0), &json!(2)));
    assert_eq!(balance(&shop, "u_1"), 80);
}

#[test]
fn a_bad_row_9999_of_10000_is_named_and_nothing_is_booked() {
    let shop = Shop::new();
    let mut text = "subject,add,reason\n".to_owned();
    for number in 2..=10_001 {
        let amount = if number == 9_999 { "1.5" } else { "1" };
        writeln!(text, "u_{number},{amount},gift").unwrap();
    }
    shop.write("a.csv", &text);
    assert_snapshot!(shop.billctl("credits import a.csv --yes"), @"
    [stderr]
    error: line 9999, column `add`: `1.5`: credits are whole numbers without separators, such as 600; nothing was booked
    hint: Mend the rows and run it again, or book the others with `--continue --results FILE`
    [exit 2]
    ");
    assert_eq!(entries(&shop), 0);
    // Covered by nothing, which only the ledger can tell.
    shop.write("b.csv", text.replace("subject,add", "subject,remove").replace("1.5", "1"));
    shop.billctl("credits import b.csv --yes").exits(4);
    shop.write("c.csv", text.replace("1.5", "1"));
    shop.billctl("credits import c.csv --yes").exits(0);
    assert_eq!(entries(&shop), 10_000);
}

#[test]
fn what_can_be_booked_is_booked_and_the_rest_told_row_by_row() {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\n\
         credits = { max_change = 500, approval_above = 200 }\n",
    );
    shop.write(
        "a.csv",
        "subject,type,amount,reason,key\n\
         u_1,grant,100,welcome,k1\n\
         u_1,deduct,1000,call,k2\n\
         u_1,grant,abc,welcome,k3\n\
         u_2,grant,201,welcome,k4\n\
         u_2,grant,501,welcome,k5\n\
         u_1,grant,100,again,k1\n",
    );
    assert_snapshot!(shop.billctl("credits import a.csv --yes"), @"
    [stderr]
    error: line 4, column `amount`: `abc`: credits are whole numbers without separators, such as 600; nothing was booked
    hint: Mend the rows and run it again, or book the others with `--continue --results FILE`
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits import a.csv --yes --continue --results r.csv --dry-run"), @"
    Would book 1 of 6 rows: 100 credits added, 0 credits removed
    1 row waits for a second person: `billctl credits proposals` lists what to approve
    4 rows were refused

    all accounts  before  change  after
    credits            0    +100    100
    [stderr]
    profile emulator
    [exit 7]
    ");
    assert!(!shop.exists("r.csv"));
    assert_snapshot!(shop.billctl("credits import a.csv --yes --continue --results r.csv"), @"
    Booked 1 of 6 rows: 100 credits added, 0 credits removed
    1 row waits for a second person: `billctl credits proposals` lists what to approve
    4 rows were refused
    What became of each row is in r.csv

    all accounts  before  change  after
    credits            0    +100    100
    [stderr]
    profile emulator
    [exit 7]
    ");
    assert_snapshot!(shop.read("r.csv"), @r#"
    line,subject,key,result,entry,proposal,balance,why
    2,u_1,k1,booked,1,,100,
    3,u_1,k2,refused,,,,Not covered: 100 credits of `u_1` can be taken
    4,u_1,k3,refused,,,,"line 4, column `amount`: `abc`: credits are whole numbers without separators, such as 600"
    5,u_2,k4,waiting,,1,,for a second person
    6,u_2,k5,refused,,,,The policy does not allow this: 501 credits at once are more than the 500 of max_change
    7,u_1,k1,refused,,,,"The key `k1` was used before, for entry 1, with another reason"
    "#);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(0);
    shop.set("BILLCTL_ACTOR", "ada");
    shop.billctl("credits import a.csv --yes --continue --results r.csv").exits(7);
    assert_snapshot!(shop.read("r.csv"), @r#"
    line,subject,key,result,entry,proposal,balance,why
    2,u_1,k1,booked before,1,,100,
    3,u_1,k2,refused,,,,Not covered: 100 credits of `u_1` can be taken
    4,u_1,k3,refused,,,,"line 4, column `amount`: `abc`: credits are whole numbers without separators, such as 600"
    5,u_2,k4,booked before,2,,201,
    6,u_2,k5,refused,,,,The policy does not allow this: 501 credits at once are more than the 500 of max_change
    7,u_1,k1,refused,,,,"The key `k1` was used before, for entry 1, with another reason"
    "#);
    assert_eq!((balance(&shop, "u_1"), balance(&shop, "u_2")), (100, 201));
}

#[test]
fn a_row_is_known_again_in_another_file_and_place() {
    let shop = Shop::new();
    let import = |name: &str, text: &str| {
        shop.write(name, text);
        let imported = shop.billctl(&format!("credits import {name} --yes -o json")).exits(0).json();
        (imported["booked"].as_i64().unwrap(), imported["booked_before"].as_i64().unwrap())
    };
    assert_eq!(import("a.csv", "subject,add,reason\nu_1,5,gift\nu_2,7,gift\nu_1,5,gift\n"), (3, 0));
    assert_eq!(import("b.csv", "subject,add,reason\n\nu_2,7,gift\nu_1,5,gift\n\nu_1,5,gift\n"), (0, 3));
    let line =
        |subject: &str, add: i64| json!({"subject": subject, "add": add, "reason": "gift"}).to_string();
    let lines = [line("u_1", 5), line("u_1", 5), line("u_1", 5), line("u_3", 5)].join("\n");
    assert_eq!(import("c.jsonl", &lines), (2, 2));
    assert_eq!((balance(&shop, "u_1"), balance(&shop, "u_2"), balance(&shop, "u_3")), (15, 7, 5));
    // A row that was mended is booked, and those beside it are not booked again.
    shop.write("d.csv", "subject,add,reason\nu_4,1.5,gift\nu_5,5,gift\n");
    shop.billctl("credits import d.csv --yes --continue --results r.csv").exits(7);
    assert_eq!(import("d.csv", "subject,add,reason\nu_4,15,gift\nu_5,5,gift\n"), (1, 1));
}

#[test]
fn rows_that_wait_for_a_second_person_are_not_done() {
    let shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = { approval_above = 200 }\n",
    );
    shop.write("a.csv", "subject,type,amount,reason\nu_1,grant,201,welcome\n");
    shop.billctl("credits import a.csv --yes --continue --results r.csv").exits(7);
    shop.billctl("credits import a.csv --yes --continue --results r.csv").exits(7);
}

#[test]
fn two_imports_do_not_write_the_same_results() {
    let shop = Shop::new();
    shop.write("a.csv", "subject,add,reason\nu_1,5,gift\n");
    let other = fs_err::File::create(shop.folder().join("r.csv.part")).unwrap();
    other.file().lock().unwrap();
    assert_snapshot!(shop.billctl("credits import a.csv --yes --continue --results r.csv"), @"
    [stderr]
    profile emulator
    error: Another run writes its results to `[ROOT]/shop/r.csv`; nothing was booked
    hint: Wait until it is done, or name another file with `--results FILE`
    [exit 2]
    ");
    assert_eq!(entries(&shop), 0);
    // One that was killed holds nobody up.
    drop(other);
    shop.billctl("credits import a.csv --yes --continue --results r.csv").exits(0);
    assert!(!shop.exists("r.csv.part"));
}

#[test]
fn the_policy_counts_all_rows_of_a_file_together() {
    let shop = Shop::new();
    let policy = |credits: &str| {
        let text = format!(
            "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = {{ {credits} }}\n"
        );
        shop.write("billing.toml", text);
    };
    shop.write("a.csv", "subject,add,reason\nu_1,60,gift\nu_1,60,gift\n");
    policy("max_per_day = 119");
    shop.billctl("credits import a.csv --yes").exits(5);
    policy("approval_above = 119");
    let refused = shop.billctl("credits import a.csv --yes").exits(5);
    assert!(refused.stderr.contains("line 3: A second person has to approve this"), "{}", refused.stderr);
    assert_eq!(entries(&shop), 0);
    policy("max_per_day = 120");
    shop.billctl("credits import a.csv --yes").exits(0);
    shop.billctl("credits grant u_1 1 --reason gift").exits(5);
}

#[test]
fn the_usual_mistakes_are_answered_with_what_to_do() {
    let shop = Shop::new();
    shop.write("a.csv", "subject,amount\nu_1,5\n");
    assert_snapshot!(shop.billctl("credits import a.csv --yes"), @"
    [stderr]
    error: line 2, column `type`: it is empty: write grant, add, remove or deduct; nothing was booked
    hint: Mend the rows and run it again, or book the others with `--continue --results FILE`
    [exit 2]
    ");
    shop.write("b.csv", "user;credits\nu_1;5\n");
    assert_snapshot!(shop.billctl("credits import b.csv --yes"), @"
    [stderr]
    error: line 1: columns are separated by commas, not by `;`; nothing was booked
    hint: The first line names the columns: subject, amount, type, add, remove, reason, key, expires, reference, kind
    [exit 2]
    ");
    shop.write("c.csv", "subject,add,reason\n");
    assert_snapshot!(shop.billctl("credits import c.csv --yes"), @"
    [stderr]
    error: There are no rows in it; nothing was booked
    hint: Check the file
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits import none.csv --yes"), @"
    [stderr]
    error: Cannot read `none.csv`; nothing was booked
      caused by: failed to query resolved metadata `[ROOT]/shop/none.csv`: No such file or directory (os error 2)
    hint: Check the file's name, or read from stdin with `-`
    [exit 2]
    ");
    shop.write("d.txt", FILE);
    assert_snapshot!(shop.billctl("credits import d.txt --yes"), @"
    [stderr]
    error: `d.txt` does not say by its name what is in it
    hint: Say `--format csv` or `--format jsonl`, or give it a name like adjustments.csv
    [exit 2]
    ");
    shop.write("e.csv", FILE);
    assert_snapshot!(shop.billctl("credits import e.csv"), @"
    [stderr]
    profile emulator
    error: Nobody can be asked here: Book 3 rows: 150 credits to be added and 30 credits to be removed?
    hint: Add `--yes` to answer every confirmation with yes, or `--dry-run` to change nothing
    [exit 2]
    ");
    shop.billctl("credits import e.csv --yes --continue").exits(2);
    shop.billctl("credits import e.csv --yes --continue --results e.csv").exits(2);
    shop.billctl("credits import e.csv --yes --continue --results .billctl").exits(2);
    assert_eq!((shop.read("e.csv").as_str(), entries(&shop)), (FILE, 0));
    shop.write("f.csv", "subject,add\nu_1,5\n");
    shop.billctl("credits import f.csv --yes").exits(2);
    shop.billctl("credits import f.csv --yes --reason 'for all rows'").exits(0);
}

/// What a hostile file is answered with: an error that fits on a screen, and nothing booked.
#[track_caller]
fn hostile(bytes: &[u8], found: &str) {
    let shop = Shop::new();
    fs_err::write(shop.folder().join("a.csv"), bytes).unwrap();
    let Transcript { stderr, code, .. } = shop.billctl("credits import a.csv --yes");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains(found), "{stderr}");
    assert!(stderr.len() < 4_000 && !stderr.contains('\0'), "{}", stderr.len());
    assert_eq!(entries(&shop), 0);
}

#[test]
fn a_hostile_file_is_refused_in_words() {
    hostile(b"subject,add,reason\nu\0_1,5,gift\n", "control characters");
    hostile(b"subject,add,reason\nu_1,5,\"never closed\nu_2,5,gift\n", "line 2");
    hostile(b"subject,add,reason\nu_1,5,\xff\xfe\n", "line 2, column `reason`: this is not UTF-8");
    hostile(b"\xff\xfes\0u\0b\0", "UTF-8");
    hostile(b"subject,add,reason\nu_1,5,\"a\nb\"\n", "control characters");
    let mut long = b"subject,add,reason\nu_1,5,".to_vec();
    long.resize(100 << 20, b'x');
    hostile(&long, "a row has at most 1 MiB");
    let many = format!("subject,add,reason\n{}", "u_1,x,gift\n".repeat(100_000));
    hostile(many.as_bytes(), "and 99990 more");
}

#[test]
fn files_of_other_programs_are_read() {
    let shop = Shop::new();
    shop.write(
        "a.csv",
        "\u{feff}\"subject\",\"add\",\"reason\"\r\n\"u_1\",\"5\",\"a \"\"gift\"\", he said\"\r\n",
    );
    shop.billctl("credits import a.csv --yes").exits(0);
    assert_eq!(balance(&shop, "u_1"), 5);
}

#[test]
fn an_import_that_is_killed_books_all_or_nothing() {
    let shop = Shop::new();
    let mut text = "subject,add,reason\n".to_owned();
    for number in 0..3_000 {
        writeln!(text, "u_{},1,gift", number % 7).unwrap();
    }
    shop.write("a.csv", &text);
    for round in 0..12 {
        let mut child = shop.spawn(&["credits", "import", "a.csv", "--yes"], Stdio::null());
        std::thread::sleep(Duration::from_millis(round * 23));
        let _ = child.kill();
        child.wait().unwrap();
        let booked = entries(&shop);
        assert!(booked == 0 || booked == 3_000, "{booked} entries");
    }
    shop.billctl("credits import a.csv --yes").exits(0);
    assert_eq!(entries(&shop), 3_000);
}

#[test]
fn amounts_at_the_edge_are_booked_and_reported_or_refused() {
    let shop = Shop::new();
    let mut text = "subject,add,reason\n".to_owned();
    for number in 0..10_000 {
        writeln!(text, "u_{number},1000000000000000,edge").unwrap();
    }
    shop.write("a.csv", &text);
    // All accounts together have more than 64 bits can count.
    let imported = shop.billctl("credits import a.csv --yes -o json").exits(0).json();
    assert_eq!(imported["totals"][0]["after"], i64::MAX);
    shop.billctl("credits grant u_1 1 --reason edge").exits(2);
    shop.billctl("credits verify").exits(0);
    shop.billctl("report credits").exits(0);
    shop.billctl("report credits --by day --to 2026-11-03").exits(0);
}

/// What a full disk does: writes that go past a size fail. Linux and macOS alike can be told so for one process.
#[cfg(unix)]
#[test]
fn a_full_disk_books_nothing_and_says_so() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 5 --reason welcome").exits(0);
    let mut text = "subject,add,reason\n".to_owned();
    for number in 0..20_000 {
        writeln!(text, "u_{number},1,gift").unwrap();
    }
    shop.write("a.csv", &text);
    let (said, code) = shop.shell("trap '' XFSZ; ulimit -f 1500; exec billctl credits import a.csv --yes", 0);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("disk"), "{said}");
    assert_eq!(entries(&shop), 1);
    shop.billctl("credits import a.csv --yes").exits(0);
    assert_eq!(entries(&shop), 20_001);
}

#[test]
fn an_import_that_goes_on_and_is_killed_books_the_rest_later() {
    let shop = Shop::new();
    let mut text = "subject,add,reason\n".to_owned();
    for number in 0..2_000 {
        writeln!(text, "u_{},1,gift", number % 7).unwrap();
    }
    shop.write("a.csv", &text);
    let words = ["credits", "import", "a.csv", "--yes", "--continue", "--results", "r.csv"];
    for round in 0..8 {
        let mut child = shop.spawn(&words, Stdio::null());
        std::thread::sleep(Duration::from_millis(round * 31));
        let _ = child.kill();
        child.wait().unwrap();
        assert_eq!(entries(&shop) % 200, 0);
    }
    shop.run(&words, "").exits(0);
    assert_eq!(entries(&shop), 2_000);
    assert_eq!(shop.read("r.csv").lines().count(), 2_001);
}
