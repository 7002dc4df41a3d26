//! What one person may not book alone, and the ways around it that are closed.

use insta::assert_snapshot;
use rusqlite::Connection;
use serde_json::json;

use crate::support::Shop;

const POLICY: &str = "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\", \"eve\"]\n\
                      credits = { approval_above = 100, approvers = [\"ada\", \"bob\"], approval_days = 3 }\n";

fn shop() -> Shop {
    let shop = Shop::new();
    shop.write("billing.toml", POLICY);
    shop
}

fn balance(shop: &Shop) -> i64 {
    shop.billctl("credits balance u_1 -o json").json()["balance"].as_i64().unwrap()
}

#[test]
fn a_second_person_approves_what_is_above_the_threshold() {
    let mut shop = shop();
    assert_snapshot!(shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42"), @"
    Not booked yet, but kept as proposal 1: give 600 credits to u_1
    why    ticket 42 (ada)
    key    t42
    until  2026-11-04T00:00:00Z
    Somebody else books it with `billctl credits approve 1`
    [stderr]
    profile emulator
    [exit 5]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42"), @"
    Not booked: proposal 1 still waits for a second person: give 600 credits to u_1
    why    ticket 42 (ada)
    key    t42
    until  2026-11-04T00:00:00Z
    Somebody else books it with `billctl credits approve 1`
    [stderr]
    profile emulator
    [exit 5]
    ");
    assert_eq!(balance(&shop), 0);
    assert_snapshot!(shop.billctl("credits proposals"), @"
    proposal  subject  change  until                 status   why
           1  u_1        +600  2026-11-04T00:00:00Z  waiting  ticket 42 · ada
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits approve 1"), @"
    [stderr]
    profile emulator
    error: `ada` asked for proposal 1, and nobody approves what they asked for; nothing was booked
    hint: Somebody else approves it before 2026-11-04T00:00:00Z
    [exit 5]
    ");
    shop.set("BILLCTL_ACTOR", "eve");
    assert_snapshot!(shop.billctl("credits approve 1"), @"
    [stderr]
    error: The policy does not let `eve` approve or decline what others ask for
    hint: Ask one of: ada, bob
    [exit 5]
    ");
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1 --dry-run").exits(0);
    assert_eq!(balance(&shop), 0);
    assert_snapshot!(shop.billctl("credits approve 1 --reason 'looked at the ticket'"), @"
    Gave 600 credits to u_1
    balance   0 → 600
    why       ticket 42 (ada)
    approved  by bob
    entry     1 of 2026-11-01T00:00:00Z
    key       t42
    Undo it with `billctl credits reverse 1`
    [stderr]
    profile emulator
    [exit 0]
    ");
    // Approved twice, or asked for again, it is booked once.
    shop.billctl("credits approve 1").exits(0);
    shop.set("BILLCTL_ACTOR", "ada");
    let again = shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42 -o json").json();
    assert_eq!((&again["recorded"], &again["approver"]), (&json!(false), &json!("bob")));
    assert_eq!(balance(&shop), 600);
    assert_snapshot!(shop.billctl("credits proposals --all"), @"
    proposal  subject  change  until                 status    why
           1  u_1        +600  2026-11-04T00:00:00Z  approved  ticket 42 · ada
    [exit 0]
    ");
    let history = shop.billctl("credits history u_1").exits(0).stdout;
    let words: Vec<&str> = history.split_whitespace().collect();
    assert!(words.join(" ").contains("ticket 42 · ada, approved by bob"), "{history}");
    assert_eq!(shop.billctl("credits history u_1 -o json").json()["entries"][0]["approver"], "bob");
    shop.billctl("credits verify").exits(0);
}

#[test]
fn a_proposal_is_declined_withdrawn_or_lapses_and_then_books_nothing() {
    let mut shop = shop();
    let ask = |shop: &Shop, key: &str| {
        let line = format!("credits grant u_1 101 --reason gift --key {key} -o json");
        let asked = shop.billctl(&line).exits(5).json();
        assert_eq!((&asked["entry"], &asked["status"]), (&json!(null), &json!("waiting")));
        asked["proposal"].as_i64().unwrap()
    };
    let (declined, withdrawn, lapsed) = (ask(&shop, "k1"), ask(&shop, "k2"), ask(&shop, "k3"));
    shop.billctl(&format!("credits decline {withdrawn} --reason 'not needed'")).exits(0);
    shop.set("BILLCTL_ACTOR", "eve");
    shop.billctl(&format!("credits decline {declined} --reason no")).exits(5);
    shop.set("BILLCTL_ACTOR", "bob");
    assert_snapshot!(shop.billctl(&format!("credits decline {declined} --reason 'not this month'")), @"
    Proposal 1 (give 101 credits to u_1) was declined by bob at 2026-11-01T00:00:00Z: not this month
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl(&format!("credits approve {declined}")), @"
    [stderr]
    profile emulator
    error: Proposal 1 does not wait any more: declined by bob at 2026-11-01T00:00:00Z: not this month; nothing was booked
    hint: Whoever still wants it asks for it anew, under another key
    [exit 5]
    ");
    shop.billctl(&format!("credits approve {withdrawn}")).exits(5);
    shop.billctl("credits approve 99").exits(2);
    shop.set("BILLCTL_NOW", "2026-11-04T00:00:00Z");
    assert_snapshot!(shop.billctl(&format!("credits approve {lapsed}")), @"
    [stderr]
    profile emulator
    error: Proposal 3 does not wait any more: nobody approved it before 2026-11-04T00:00:00Z; nothing was booked
    hint: Whoever still wants it asks for it anew, under another key
    [exit 5]
    ");
    shop.set("BILLCTL_ACTOR", "ada");
    assert_snapshot!(shop.billctl("credits grant u_1 101 --reason gift --key k1"), @"
    [stderr]
    profile emulator
    error: This was asked for before, as proposal 1: declined by bob at 2026-11-01T00:00:00Z: not this month; nothing was booked
    hint: Ask for it anew under another key, if it is still wanted
    [exit 5]
    ");
    shop.billctl("credits grant u_1 102 --reason gift --key k1").exits(2);
    assert_eq!(balance(&shop), 0);
}

#[test]
fn an_amount_cut_into_small_ones_needs_approval_all_the_same() {
    let mut shop = shop();
    shop.billctl("credits grant u_1 60 --reason gift").exits(0);
    shop.billctl("credits adjust u_1 --add 41 --reason gift").exits(5);
    shop.billctl("credits grant u_1 41 --kind minutes --reason gift").exits(5);
    shop.billctl("credits adjust u_1 --remove 40 --reason oops").exits(0);
    // A new day is not enough, and neither is a clock that was put back.
    for now in ["2026-11-01T23:59:59Z", "2026-10-20T00:00:00Z"] {
        shop.set("BILLCTL_NOW", now);
        shop.billctl("credits grant u_1 1 --reason gift").exits(5);
    }
    shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    shop.billctl("credits deduct u_1 120 --reason call").exits(0);
}

#[test]
fn limits_hold_when_it_is_approved_and_a_refused_one_goes_on_waiting() {
    let mut shop = shop();
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    shop.billctl("credits set u_1 0 --expect 100 --reason gone --key s1").exits(5);
    shop.billctl("credits deduct u_1 1 --reason call").exits(0);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(4);
    shop.set("BILLCTL_ACTOR", "ada");
    shop.billctl("credits grant u_1 1 --reason gift --key back").exits(5);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 2").exits(0);
    shop.billctl("credits approve 1").exits(0);
    assert_eq!(balance(&shop), 0);
}

#[test]
fn giving_back_what_an_application_took_is_no_way_around() {
    let mut shop = Shop::new();
    let policy = |credits: &str| {
        let text = format!(
            "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"api\", \"bob\"]\ncredits = {{ {credits} }}\n"
        );
        shop.write("billing.toml", text);
    };
    policy("");
    shop.billctl("credits grant u_1 1000 --reason welcome").exits(0);
    for amount in [60, 50, 40] {
        shop.billctl(&format!("credits deduct u_1 {amount} --reason call")).exits(0);
    }
    policy("approval_above = 100");
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits reverse 2 --reason mine").exits(0);
    assert_snapshot!(shop.billctl("credits reverse 3 --reason mine"), @"
    [stderr]
    profile emulator
    error: The policy does not allow this: 50 credits on top of the 60 that you booked for this subject in 24 hours are more than the 100 of approval_above, and a reversal can't wait for a second person; nothing was booked
    hint: Ask for it with `billctl credits adjust u_1 --add N` or `--remove N`: that waits for a second person
    [exit 5]
    ");
    shop.billctl("credits reverse 4 --reason mine").exits(0);
    shop.billctl("credits grant u_1 1 --reason mine").exits(5);
    // Whoever gave it by mistake takes it back, and may give it to the right one.
    shop.billctl("credits adjust u_2 --add 100 --reason gift").exits(0);
    shop.billctl("credits reverse 7 --reason oops").exits(0);
}

#[test]
fn undoing_what_others_gave_or_what_was_bought_is_bound_as_taking_it_is() {
    let mut shop = Shop::new();
    let policy = |credits: &str| {
        shop.write(
            "billing.toml",
            format!("[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = {{ {credits} }}\n"),
        )
    };
    policy("");
    for key in ["purchase", "gift", "late"] {
        shop.billctl(&format!("credits grant u_1 1000 --reason '{key}' --key {key}")).exits(0);
    }
    policy("max_change = 500");
    let refused = |shop: &Shop, line: &str, limit: &str| {
        let said = shop.billctl(line).exits(5);
        assert!(said.stderr.contains(limit), "{said}");
    };
    shop.set("BILLCTL_ACTOR", "bob");
    refused(&shop, "credits reverse 1 --reason mine", "more than the 500 of max_change");
    shop.set("BILLCTL_ACTOR", "ada");
    shop.billctl("credits reverse 2 --reason oops").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    refused(&shop, "credits reverse 3 --reason late", "more than the 500 of max_change");
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = { max_per_day = 1500 }\n",
    );
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits reverse 1 --reason asked").exits(0);
    refused(&shop, "credits adjust u_1 --remove 501 --reason more", "max_per_day");
    refused(&shop, "credits reverse 3 --reason more", "max_per_day");
}

#[test]
fn one_person_under_two_spellings_is_no_second_person() {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"Ada \", \"bob\"]\n\
         credits = { approval_above = 1 }\n",
    );
    shop.billctl("credits grant u_1 2 --reason gift").exits(5);
    shop.set("BILLCTL_ACTOR", "Ada ");
    shop.billctl("credits approve 1").exits(5);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(0);
}

#[test]
fn a_policy_that_names_nobody_to_approve_is_no_policy() {
    let shop = Shop::new();
    let write = |policy: &str| {
        shop.write("billing.toml", format!("[project]\nname = \"shop\"\n[policy]\n{policy}\n"))
    };
    write("credits = { approval_above = 1 }");
    assert_snapshot!(shop.billctl("credits grant u_1 1 --reason gift"), @r#"
    [stderr]
    error: nobody is named who may approve, so anybody could under a name of their own making
     --> billing.toml:4:30
      |
    4 | credits = { approval_above = 1 }
      |                              ^
      |
      = hint: Add approvers = ["…"] beside it, or actors to [policy]

    error: 1 problem in billing.toml
    [exit 2]
    "#);
    write("actors = [\"ada\"]\ncredits = { approval_above = 1, approvers = [\"bob\"] }");
    assert_snapshot!(shop.billctl("credits grant u_1 1 --reason gift"), @r#"
    [stderr]
    error: `bob` is not in policy.actors, and so may change nothing
     --> billing.toml:5:45
      |
    5 | credits = { approval_above = 1, approvers = ["bob"] }
      |                                             ^^^^^^^
      |
      = hint: Add the name to policy.actors, or remove it here

    error: 1 problem in billing.toml
    [exit 2]
    "#);
    write("credits = { approvers = [] }");
    shop.billctl("credits grant u_1 1 --reason gift").exits(2);
    write("actors = [\"ada\", \"bob\"]\ncredits = { approval_days = 3 }");
    shop.billctl("credits grant u_1 1 --reason gift").exits(2);
}

#[test]
fn the_database_refuses_an_approval_of_ones_own() {
    let shop = shop();
    shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42").exits(5);
    let connection = Connection::open(shop.folder().join(".billctl/emulator/books.db")).unwrap();
    let refused = |sql: &str| assert!(connection.execute_batch(sql).is_err(), "taken: {sql}");
    refused("UPDATE credit_proposals SET amount = 1, change = 1");
    refused(
        "UPDATE credit_proposals SET until = until + 1000, verdict = 'declined', decided_by = 'bob', decided_at = 1",
    );
    refused("DELETE FROM credit_proposals");
    refused("UPDATE credit_proposals SET verdict = 'approved', decided_by = 'bob', decided_at = 1");
    connection
        .execute_batch("UPDATE credit_proposals SET verdict = 'declined', decided_by = 'bob', decided_at = 1")
        .unwrap();
    refused("UPDATE credit_proposals SET verdict = 'withdrawn', decided_by = 'ada', decided_at = 1");
    refused(
        "INSERT INTO credit_accounts (subject, kind) VALUES ('u_1', 'credits');
         INSERT INTO credit_entries (number, account, type, amount, asked, balance, at, actor, approver, reason, key, hash)
         VALUES (1, 1, 'grant', 5, 5, 5, 0, 'ada', 'ADA', 'mine', 'k', zeroblob(32))",
    );
}

#[test]
fn the_policy_asks_for_a_reason_before_anything_is_booked() {
    let shop = Shop::new();
    shop.write("billing.toml", "[project]\nname = \"shop\"\n[policy]\nreason_required = true\n");
    assert_snapshot!(shop.billctl("credits grant u_1 1"), @"
    [stderr]
    error: The policy asks for a reason for every change
    hint: Say why, with `--reason TEXT`
    [exit 5]
    ");
    shop.billctl("credits expire").exits(5);
    shop.billctl("credits grant u_1 1 --reason gift").exits(0);
}
