//! What support types, and what it is told.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Shop;

#[test]
fn a_grant_says_before_after_and_how_to_undo_it() {
    let shop = Shop::new();
    assert_snapshot!(shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42"), @"
    Gave 600 credits to u_1
    balance  0 → 600
    why      ticket 42 (ada)
    entry    1 of 2026-11-01T00:00:00Z
    key      t42
    Undo it with `billctl credits reverse 1`
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 600 --reason 'ticket 42' --key t42"), @"
    Booked before, and not again: entry 1 gave 600 credits to u_1
    balance  0 → 600
    why      ticket 42 (ada)
    entry    1 of 2026-11-01T00:00:00Z
    key      t42
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits balance u_1"), @"
    u_1 has 600 credits

    entry  left  expires
        1   600  never
    [exit 0]
    ");
}

#[test]
fn the_forms_that_scripts_use() {
    let shop = Shop::new();
    let granted = shop.billctl("credits grant u_1 600 --reason welcome --key k1 -o json").json();
    assert_eq!((&granted["entry"], &granted["balance"]), (&json!(1), &json!(600)));
    assert_eq!(granted["recorded"], true);
    let again = shop.billctl("credits grant u_1 600 --reason welcome --key k1 -o json").json();
    assert_eq!((&again["entry"], &again["recorded"]), (&json!(1), &json!(false)));
    let balance = shop.billctl("credits balance u_1 -o json").json();
    assert_eq!(
        balance,
        json!({"subject": "u_1", "kind": "credits", "balance": 600,
               "lots": [{"entry": 1, "remaining": 600, "expires_at": null}]})
    );
    shop.billctl("credits deduct u_1 601 --reason call --key k2 -o json").exits(4);
    shop.billctl("credits deduct u_1 600 --reason call --key k2 -o json").exits(0);
}

#[test]
fn what_is_not_covered_is_refused_unless_a_part_will_do() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 3 --reason welcome").exits(0);
    assert_snapshot!(shop.billctl("credits deduct u_1 5 --reason call --key c1"), @"
    [stderr]
    profile emulator
    error: Not covered: 3 credits of `u_1` can be taken; nothing was booked
    hint: See `billctl credits balance u_1`; `credits grant` gives more, and `credits deduct --allow-partial` takes what there is
    [exit 4]
    ");
    assert_snapshot!(shop.billctl("credits deduct u_1 5 --reason call --key c1 --allow-partial"), @"
    Took 3 credits from u_1
    balance    3 → 0
    asked for  5
    why        call (ada)
    entry      2 of 2026-11-01T00:00:00Z
    key        c1
    [stderr]
    profile emulator
    [exit 0]
    ");
    shop.billctl("credits deduct u_1 5 --reason call --key c2 --allow-partial").exits(4);
}

#[test]
fn the_usual_mistakes_are_answered_with_what_to_do() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 10 --reason welcome --key k1").exits(0);
    assert_snapshot!(shop.billctl("credits grant u_1 10"), @"
    [stderr]
    error: A booking needs a reason: it is kept in the ledger for whoever looks later
    hint: Say why, with `--reason TEXT`
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 -5 --reason x"), @"
    [stderr]
    error: Nothing was booked: -5 credits are not more than zero
    hint: Amounts are whole credits, such as 600
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 1.5 --reason x"), @"
    [stderr]
    error: invalid value '1.5' for '[CREDITS]': credits are whole numbers without separators, such as 600

    For more information, try '--help'.
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 20 --reason welcome --key k1"), @"
    [stderr]
    profile emulator
    error: The key `k1` was used before, for entry 1, with another amount; nothing was booked
    hint: Use a key of its own for each booking; only a repetition of the same one has the same key
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits adjust u_1 --reason x"), @"
    [stderr]
    error: the following required arguments were not provided:
      <--add <CREDITS>|--remove <CREDITS>>

    Usage: billctl credits adjust --reason <TEXT> <--add <CREDITS>|--remove <CREDITS>> <SUBJECT>

    For more information, try '--help'.
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits reverse 77 --reason x"), @"
    [stderr]
    profile emulator
    error: There is no such entry; nothing was booked
    hint: `billctl credits history SUBJECT` shows entries with their numbers
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits set u_1 20 --expect 11 --reason x"), @"
    [stderr]
    profile emulator
    error: The balance of `u_1` is 10 and not what was expected; nothing was booked
    hint: Look at `billctl credits history u_1`, and say `--expect 10` if it is still right
    [exit 4]
    ");
    assert_snapshot!(shop.billctl("credits balance u_2"), @"
    u_2 has 0 credits
    Nothing was ever booked for this subject
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits grant u_1 5 --expires '3 months' --reason x"), @"
    [stderr]
    error: invalid value '3 months' for '--expires <WHEN>': `3 months` is no date such as 2027-01-31, no time such as 2027-01-31T12:00:00Z and no duration such as 90d or 12h

    For more information, try '--help'.
    [exit 2]
    ");
    shop.billctl("credits grant u_1 99999999999999999999 --reason x").exits(2);
    // A time without its zone is not taken for the midnight before it.
    shop.billctl("credits grant u_1 5 --expires 2026-12-31T23:59:59 --reason x").exits(2);
    shop.billctl("credits history u_1 --since 2026-10-31T23:59:59").exits(2);
    let long = format!("credits grant u_1 5 --reason {}", "x".repeat(501));
    let refused = shop.billctl(&long).exits(2);
    assert!(refused.stderr.contains("hint: Shorten it"), "{}", refused.stderr);
}

#[test]
fn what_expires_soonest_is_spent_first_and_expiry_is_booked() {
    let mut shop = Shop::new();
    shop.billctl("credits grant u_1 10 --reason welcome").exits(0);
    shop.billctl("credits grant u_1 10 --reason gift --expires 30d").exits(0);
    shop.billctl("credits deduct u_1 4 --reason call").exits(0);
    assert_snapshot!(shop.billctl("credits balance u_1"), @"
    u_1 has 16 credits

    entry  left  expires
        2     6  2026-12-01T00:00:00Z
        1    10  never
    [exit 0]
    ");
    shop.set("BILLCTL_NOW", "2026-12-02T00:00:00Z");
    assert_snapshot!(shop.billctl("credits balance u_1"), @"
    u_1 has 10 credits
    6 credits expired since; the next booking takes them out

    entry  left  expires
        1    10  never
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits expire --dry-run"), @"
    Would book 1 expired lot
    subject  kind     expired  on
    u_1      credits        6  2026-12-01T00:00:00Z
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits expire"), @"
    entry  subject    expired
        4  u_1      6 credits
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits expire"), @"
    Nothing has expired
    [stderr]
    profile emulator
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("credits history u_1"), @"
    entry  time                  type       change  balance  why
        1  2026-11-01T00:00:00Z  grant         +10       10  welcome · ada
        2  2026-11-01T00:00:00Z  grant         +10       20  gift · ada
        3  2026-11-01T00:00:00Z  deduction      -4       16  call · ada
        4  2026-12-02T00:00:00Z  expiry         -6       10  expired · billctl
    [exit 0]
    ");
}

#[test]
fn an_entry_is_undone_once_and_by_another_entry() {
    let shop = Shop::new();
    shop.billctl("credits adjust u_1 --add 50 --reason 'ticket 7'").exits(0);
    assert_snapshot!(shop.billctl("credits reverse 1 --reason 'wrong customer'"), @"
    Took 50 credits back from u_1
    balance  50 → 0
    why      wrong customer (ada)
    entry    2 of 2026-11-01T00:00:00Z
    key      reverse:1
    [stderr]
    profile emulator
    [exit 0]
    ");
    shop.billctl("credits reverse 1 --reason 'wrong customer'").exits(0);
    assert_snapshot!(shop.billctl("credits reverse 1 --reason again --key other"), @"
    [stderr]
    profile emulator
    error: It was reversed already, by entry 2 of 2026-11-01T00:00:00Z; nothing was booked
    hint: `billctl credits history SUBJECT` shows what was booked
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("credits reverse 2 --reason undo"), @"
    [stderr]
    profile emulator
    error: An entry of type reversal can't be reversed; nothing was booked
    hint: Book the difference with `billctl credits adjust`, and say why
    [exit 2]
    ");
    shop.billctl("credits grant u_1 10 --reason welcome").exits(0);
    shop.billctl("credits deduct u_1 1 --reason call").exits(0);
    assert_snapshot!(shop.billctl("credits reverse 3 --reason mistake"), @"
    [stderr]
    profile emulator
    error: Of what it gave, 9 credits are left: what is spent can't be taken back; nothing was booked
    hint: Take what is left with `billctl credits adjust u_1 --remove 9`
    [exit 4]
    ");
}

#[test]
fn a_dry_run_books_nothing() {
    let shop = Shop::new();
    assert_snapshot!(shop.billctl("credits grant u_1 10 --reason welcome --dry-run"), @"
    Would give 10 credits to u_1
    balance  0 → 10
    why      welcome (ada)
    [stderr]
    profile emulator
    [exit 0]
    ");
    shop.billctl("credits deduct u_1 1 --reason call --dry-run").exits(4);
    assert_eq!(shop.billctl("credits balance u_1 -o json").json()["balance"], 0);
}

#[test]
fn what_expired_is_neither_taken_back_nor_there_to_be_spent_again() {
    let mut shop = Shop::new();
    shop.billctl("credits grant u_1 10 --expires 30d --reason gift").exits(0);
    shop.billctl("credits deduct u_1 4 --reason call").exits(0);
    shop.set("BILLCTL_NOW", "2026-12-02T00:00:00Z");
    assert_snapshot!(shop.billctl("credits reverse 1 --reason oops"), @"
    [stderr]
    profile emulator
    error: What it gave expired at 2026-12-01T00:00:00Z: there is nothing to take back; nothing was booked
    hint: `billctl credits balance u_1` shows what can be spent
    [exit 4]
    ");
    assert_snapshot!(shop.billctl("credits reverse 2 --reason 'it failed'"), @"
    Gave 4 credits back to u_1
    balance  0 → 4
    why      it failed (ada)
    entry    4 of 2026-12-02T00:00:00Z
    key      reverse:2
    [stderr]
    profile emulator
    hint: 4 credits of it came from lots that have expired since, and can't be spent; `credits grant` gives others
    [exit 0]
    ");
    assert_eq!(shop.billctl("credits balance u_1 -o json").json()["balance"], 0);
}

#[test]
fn the_policy_is_enforced_before_anything_is_booked() {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\n\
         credits = { max_change = 100, max_per_day = 150 }\n",
    );
    assert_snapshot!(shop.billctl("credits grant u_1 101 --reason gift"), @"
    [stderr]
    profile emulator
    error: The policy does not allow this: 101 credits at once are more than the 100 of max_change; nothing was booked
    hint: Book less, or have `[policy.credits]` in billing.toml changed: its limits hold for everybody
    [exit 5]
    ");
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    assert_snapshot!(shop.billctl("credits adjust u_1 --remove 51 --reason oops"), @"
    [stderr]
    profile emulator
    error: The policy does not allow this: 51 credits on top of the 100 that you booked today are more than the 150 of max_per_day; nothing was booked
    hint: Book less, or have `[policy.credits]` in billing.toml changed: its limits hold for everybody
    [exit 5]
    ");
    shop.billctl("credits adjust u_1 --remove 50 --reason oops").exits(0);
    // What an application takes has no limit, and the next day is another day.
    shop.billctl("credits deduct u_1 50 --reason call").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    shop.set("BILLCTL_ACTOR", "eve");
    assert_snapshot!(shop.billctl("credits grant u_1 1 --reason gift"), @"
    [stderr]
    error: The policy does not let `eve` change anything
    hint: Ask one of: ada, bob; BILLCTL_ACTOR says who you are where the login name does not
    [exit 5]
    ");
}
