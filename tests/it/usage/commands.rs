//! What applications and support type, and what they are told.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Shop;

const PLANS: &str = r#"
[project]
name = "blog"

[meters.calls]
display_name = "API calls"

[products.free]
default_plan = true
limits.posts = { max = 3, per = "month" }
limits.messages = { max = 5, per = "30 days" }
limits.seats = { max = "unlimited" }
limits.spending = { max = "0.10 usd", per = "month" }
rates = { token = "0.001 usd", minute = "0.10 usd" }

[products.pro]
name = "Pro"
rank = 1
limits.posts = { max = 100, per = "period" }
limits.exports = { max = 10, per = "period" }
[products.pro.prices.monthly]
amount = "9.00 usd"
every = "month"
"#;

fn blog() -> Shop {
    let shop = Shop::new();
    shop.write("billing.toml", PLANS);
    shop
}

#[test]
fn the_limit_allows_the_last_unit_and_refuses_the_one_after_it() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --quantity 2 --key p1 --enforce").exits(0);
    shop.billctl("usage check u_1 posts").exits(0);
    shop.billctl("usage record u_1 posts --key p2 --enforce").exits(0);
    assert_snapshot!(shop.billctl("usage check u_1 posts"), @"
    Refused: u_1 may not use 1 more of posts
    plan    free
    used    3; the limit: 3 a month
    left    0
    resets  2026-12-01T00:00:00Z
    [exit 4]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --key p3 --enforce"), @"
    Refused: 1 more of posts is over the limit of u_1; nothing was recorded
    plan    free
    used    3; the limit: 3 a month
    left    0
    resets  2026-12-01T00:00:00Z
    [exit 4]
    ");
    // Without --enforce it is recorded: it was used.
    shop.billctl("usage record u_1 posts --key p3").exits(0);
    let checked = shop.billctl("usage check u_1 posts -o json").exits(4).json();
    assert_eq!((&checked["used"], &checked["remaining"]), (&json!(4), &json!(0)));
}

#[test]
fn the_forms_that_scripts_use() {
    let shop = blog();
    let recorded = shop.billctl("usage record u_1 posts --quantity 2 --key k -o json").exits(0).json();
    assert_eq!((&recorded["recorded"], &recorded["used"]), (&json!(true), &json!(2)));
    let checked = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!(
        checked,
        json!({"subject": "u_1", "metric": "posts", "plan": "free", "used": 2, "reserved": 0, "limit": 3,
               "remaining": 1, "allowed": true, "resets_at": "2026-12-01T00:00:00Z"})
    );
}

#[test]
fn a_key_counts_once_and_is_not_taken_for_something_else() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --key k").exits(0);
    let again = shop.billctl("usage record u_1 posts --key k -o json").exits(0).json();
    assert_eq!((&again["recorded"], &again["used"]), (&json!(false), &json!(1)));
    assert_snapshot!(shop.billctl("usage record u_1 posts --quantity 2 --key k"), @"
    [stderr]
    error: The key `k` was used before, for a record with another quantity; nothing was recorded
    hint: Use a key of its own for each record; only a repetition of the same one has the same key
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_2 posts --key k"), @"
    [stderr]
    error: The key `k` was used before, for a record with another subject; nothing was recorded
    hint: Use a key of its own for each record; only a repetition of the same one has the same key
    [exit 2]
    ");
}

#[test]
fn a_new_month_starts_at_zero_and_a_rolling_window_frees_up_one_by_one() {
    let mut shop = blog();
    shop.billctl("usage record u_1 posts --quantity 3 --key p").exits(0);
    for minute in 0..5 {
        shop.set("BILLCTL_NOW", &format!("2026-11-01T00:0{minute}:00Z"));
        shop.billctl(&format!("usage record u_1 messages --key m{minute} --enforce")).exits(0);
    }
    let refused = shop.billctl("usage check u_1 messages -o json").exits(4).json();
    assert_eq!(refused["resets_at"], "2026-12-01T00:00:00Z");
    let two = shop.billctl("usage check u_1 messages --quantity 2 -o json").exits(4).json();
    assert_eq!(two["resets_at"], "2026-12-01T00:01:00Z");
    shop.set("BILLCTL_NOW", "2026-11-30T23:59:59Z");
    shop.billctl("usage check u_1 posts").exits(4);
    shop.billctl("usage check u_1 messages").exits(4);
    shop.set("BILLCTL_NOW", "2026-12-01T00:00:00Z");
    let fresh = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!(fresh["used"], 0);
    let freed = shop.billctl("usage check u_1 messages -o json").exits(0).json();
    assert_eq!(freed["remaining"], 1);
}

#[test]
fn a_late_record_counts_when_it_was_used() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-12-02T00:00:00Z");
    shop.billctl("usage record u_1 posts --at 2026-11-30 --key late").exits(0);
    let now = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!(now["used"], 0);
    assert_snapshot!(shop.billctl("usage record u_1 posts --at 2026-12-02T00:05:01Z --key early"), @"
    [stderr]
    error: Nothing was recorded: it lies more than five minutes ahead
    hint: Correct it, and record it under the same key
    [exit 2]
    ");
}

#[test]
fn a_limit_is_held_for_what_counts_now_alone() {
    let mut shop = blog();
    shop.set("BILLCTL_NOW", "2026-12-02T00:00:00Z");
    shop.billctl("usage record u_1 posts --quantity 3 --at 2026-11-30 --key november").exits(0);
    // November is full, and December has nothing to say of it.
    assert_snapshot!(shop.billctl("usage record u_1 posts --at 2026-11-30 --key late --enforce"), @"
    [stderr]
    error: `--enforce` asks what may be used now, and 2026-11-30T00:00:00Z counts in another time; nothing was recorded
    hint: Leave out `--enforce`: what was used is recorded whatever the limit was
    [exit 2]
    ");
    shop.billctl("usage record u_1 posts --at 2026-12-01 --key today --enforce").exits(0);
    shop.billctl("usage record u_1 messages --at 2026-11-20 --key of-30-days --enforce").exits(0);
    shop.billctl("usage record u_1 messages --at 2026-10-20 --key before --enforce").exits(2);
}

#[test]
fn a_task_that_costs_less_than_half_a_cent_is_no_error() {
    let shop = blog();
    assert_snapshot!(shop.billctl("usage record u_1 spending --unit token=4 --key t1 --enforce"), @"
    Nothing to record for u_1: it costs 0.00 USD of spending, rounded
    plan    free
    used    0.00 USD; the limit: 0.10 USD a month
    left    0.10 USD
    resets  2026-12-01T00:00:00Z
    [exit 0]
    ");
    let told = shop.billctl("usage record u_1 spending --unit token=4 --key t1 -o json").exits(0).json();
    assert_eq!((&told["recorded"], &told["allowed"]), (&json!(false), &json!(true)));
    shop.billctl("usage record u_1 spending --unit token=5 --key t1").exits(0);
    shop.billctl("usage record u_1 spending --unit token=4 --key t1").exits(2);
    // An estimate holds the smallest unit, and a task that cost nothing lets go of it.
    let held = shop.billctl("usage reserve u_1 spending --unit token=4 --key r1 -o json").exits(0).json();
    assert_eq!(held["quantity"]["amount"], 1);
    for settled in [true, false] {
        let told = shop.billctl("usage commit r1 --unit token=4 -o json").exits(0).json();
        assert_eq!((&told["used"]["amount"], &told["settled"]), (&json!(0), &json!(settled)));
    }
    let shown = shop.billctl("usage check u_1 spending --unit token=10 -o json").exits(0).json();
    assert_eq!((&shown["used"]["amount"], &shown["reserved"]["amount"]), (&json!(1), &json!(0)));
    // Of what is counted there is no such thing as none.
    shop.billctl("usage record u_1 posts --quantity 0 --key p").exits(2);
    shop.billctl("usage check u_1 posts --quantity 0").exits(2);
    shop.billctl("usage check u_1 posts --quantity -5").exits(2);
}

#[test]
fn what_was_recorded_wrongly_is_taken_back_once() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --quantity 3 --key p").exits(0);
    assert_snapshot!(shop.billctl("usage record u_1 posts --corrects p --quantity 1 --key c"), @"
    Took back 1 of posts from u_1
    plan    free
    used    2; the limit: 3 a month
    left    1
    resets  2026-12-01T00:00:00Z
    key     c
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --corrects p --quantity 3"), @"
    [stderr]
    error: No more than 2 of it is left to take back; nothing was recorded
    hint: `billctl usage show` says what is counted
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --corrects c"), @"
    [stderr]
    error: What was taken back can't be taken back itself; nothing was recorded
    hint: Record it anew, under a key of its own
    [exit 2]
    ");
    shop.billctl("usage record u_2 posts --corrects p --quantity 1").exits(2);
    shop.billctl("usage record u_1 posts --corrects nothing").exits(2);
    let left = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!(left["used"], 2);
}

#[test]
fn units_are_priced_by_the_plan_and_rounded_once() {
    let shop = blog();
    // (30 × 0.001 + 0.5 × 0.10) × 100 = 8 cents.
    let line =
        "usage record u_1 spending --unit token=30 --unit minute=30s --dim agent=writer --key t1 -o json";
    let recorded = shop.billctl(line).exits(0).json();
    assert_eq!(recorded["quantity"], json!({"amount": 8, "currency": "usd", "display": "0.08 USD"}));
    assert_eq!(recorded["dimensions"], json!({"agent": "writer"}));
    shop.billctl("usage check u_1 spending --unit token=20").exits(0);
    assert_snapshot!(shop.billctl("usage check u_1 spending --unit token=25"), @"
    Refused: u_1 may not use 0.03 USD more of spending
    plan    free
    used    0.08 USD; the limit: 0.10 USD a month
    left    0.02 USD
    resets  2026-12-01T00:00:00Z
    [exit 4]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 spending --unit tokens=25"), @"
    [stderr]
    error: The plan `free` does not say what units cost: the plan has no rate for `tokens`
    hint: Add `rates` to `[products.free]` in billing.toml, or give the cost with `--cost`
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 spending --quantity 5"), @r#"
    [stderr]
    error: `spending` is counted in money (usd)
    hint: Give the units that it cost, such as `--unit token=1200`, or the cost itself: `--cost "0.12 usd"`
    [exit 2]
    "#);
    assert_snapshot!(shop.billctl("usage record u_1 posts --unit token=5"), @"
    [stderr]
    error: `posts` is counted, and not in money
    hint: Say how much with `--quantity N`
    [exit 2]
    ");
}

#[test]
fn an_estimate_is_held_and_settled_with_what_it_took() {
    let mut shop = blog();
    assert_snapshot!(shop.billctl("usage reserve u_1 spending --cost '0.08 usd' --key t1 --expires 15m"), @"
    Held 0.08 USD of spending for u_1
    plan      free
    used      0.00 USD; the limit: 0.10 USD a month
    reserved  0.08 USD
    left      0.02 USD
    resets    2026-12-01T00:00:00Z
    until     2026-11-01T00:15:00Z
    key       t1
    [exit 0]
    ");
    shop.billctl("usage check u_1 spending --cost '0.03 usd'").exits(4);
    shop.billctl("usage reserve u_1 spending --cost '0.03 usd' --key t2").exits(4);
    assert_snapshot!(shop.billctl("usage commit t1 --cost '0.05 usd' --dim agent=writer"), @"
    Recorded 0.05 USD of spending for u_1; 0.08 USD were held
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("usage commit t1 --cost '0.05 usd' --dim agent=writer"), @"
    Settled before, and not again: 0.08 USD of spending for u_1
    [exit 0]
    ");
    assert_snapshot!(shop.billctl("usage release t1"), @"
    [stderr]
    error: The reservation `t1` was settled already, otherwise, at 2026-11-01T00:00:00Z; nothing has changed
    hint: What is wrong with what was recorded is taken back with `billctl usage record … --corrects`
    [exit 2]
    ");
    shop.billctl("usage reserve u_1 spending --cost '0.05 usd' --key t3 --expires 15m").exits(0);
    shop.billctl("usage check u_1 spending --cost '0.01 usd'").exits(4);
    // Nobody settles it: it lets go of itself.
    shop.set("BILLCTL_NOW", "2026-11-01T00:15:00Z");
    shop.billctl("usage check u_1 spending --cost '0.05 usd'").exits(0);
    assert_snapshot!(shop.billctl("usage release t3"), @"
    Let go of 0.05 USD of spending for u_1
    [exit 0]
    ");
}

#[test]
fn an_estimate_that_has_expired_is_held_anew_or_not_at_all() {
    let mut shop = blog();
    let reserve = |shop: &Shop, code: i32| {
        shop.billctl("usage reserve u_1 posts --quantity 3 --key task --expires 10m -o json")
            .exits(code)
            .json()
    };
    assert_eq!(reserve(&shop, 0)["held"], true);
    assert_eq!(reserve(&shop, 0)["held"], false);
    shop.set("BILLCTL_NOW", "2026-11-01T01:00:00Z");
    // It let go of itself meanwhile, and there is enough still.
    let again = reserve(&shop, 0);
    assert_eq!((&again["held"], &again["expires_at"]), (&json!(true), &json!("2026-11-01T01:10:00Z")));
    shop.billctl("usage record u_1 posts --enforce").exits(4);
    shop.set("BILLCTL_NOW", "2026-11-01T02:00:00Z");
    shop.billctl("usage record u_1 posts --enforce").exits(0);
    // Somebody else was quicker.
    let refused = reserve(&shop, 4);
    assert_eq!((&refused["allowed"], &refused["held"]), (&json!(false), &json!(false)));
    shop.billctl("usage release task").exits(0);
    assert_snapshot!(shop.billctl("usage reserve u_1 posts --quantity 3 --key task"), @"
    [stderr]
    error: The reservation `task` was settled at 2026-11-01T02:00:00Z; nothing was held
    hint: Use a key of its own for each task
    [exit 2]
    ");
}

#[test]
fn all_that_a_subject_uses_is_on_one_page() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --quantity 2 --key a").exits(0);
    shop.billctl("usage record u_1 messages --quantity 5 --key b").exits(0);
    shop.billctl("usage record u_1 calls --quantity 1200 --key c").exits(0);
    assert_snapshot!(shop.billctl("usage show u_1"), @"
    u_1 is on the plan free

    metric        used              limit                 left  free again
    calls         1200              none
    messages         5  ██████████  5 in any 30 days         0  2026-12-01T00:00:00Z
    posts            2  ██████░░░░  3 a month                1  2026-12-01T00:00:00Z
    seats            0              unlimited
    spending  0.00 USD  ░░░░░░░░░░  0.10 USD a month  0.10 USD  2026-12-01T00:00:00Z
    [exit 0]
    ");
}

#[test]
fn what_cannot_be_meant_is_said_and_nothing_is_recorded() {
    let shop = blog();
    assert_snapshot!(shop.billctl("usage record u_1 post --key a"), @"
    [stderr]
    error: No plan and no meter of the catalog has a metric `post`
    hint: Did you mean `posts`?
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --quantity 0 --key a"), @"
    [stderr]
    error: Nothing was recorded: a quantity is above 0; what was recorded wrongly is taken back by naming it
    hint: Correct it, and record it under the same key
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --quantity -3 --key a"), @"
    [stderr]
    error: Nothing was recorded: a quantity is above 0; what was recorded wrongly is taken back by naming it
    hint: Correct it, and record it under the same key
    [exit 2]
    ");
    assert_snapshot!(shop.billctl("usage record u_1 posts --quantity 99999999999999999999 --key a"), @"
    [stderr]
    error: invalid value '99999999999999999999' for '--quantity <N>': number too large to fit in target type

    For more information, try '--help'.
    [exit 2]
    ");
    // Another plan has it, this one does not.
    assert_snapshot!(shop.billctl("usage check u_1 exports"), @"
    Refused: u_1 may not use 1 more of exports
    plan    free
    used    0; the limit: not in this plan
    left    0
    resets  2026-12-01T00:00:00Z
    [exit 4]
    ");
    let shown = shop.billctl("usage show u_1 -o json").exits(0).json();
    assert_eq!(shown["usage"][1]["used"], 0);
}

#[test]
fn a_dry_run_records_nothing() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --quantity 3 --enforce --key a --dry-run").exits(0);
    shop.billctl("usage record u_1 posts --quantity 4 --enforce --key a --dry-run").exits(4);
    shop.billctl("usage reserve u_1 posts --quantity 3 --key b --dry-run").exits(0);
    let shown = shop.billctl("usage check u_1 posts -o json").exits(0).json();
    assert_eq!((&shown["used"], &shown["reserved"]), (&json!(0), &json!(0)));
}

#[test]
fn where_nothing_can_be_read_the_policy_answers_and_without_one_it_is_an_error() {
    let shop = blog();
    shop.billctl("usage record u_1 posts --key a").exits(0);
    let books = shop.folder().join(".billctl/emulator/books.db");
    // Damaged where it is opened, and where it is read.
    let mut half = fs_err::read(&books).unwrap();
    let end = half.len();
    half[4096..end].fill(0xff);
    for damaged in [b"no database".to_vec(), half] {
        shop.write("billing.toml", PLANS);
        for suffix in ["-wal", "-shm"] {
            let _ = fs_err::remove_file(books.with_file_name(format!("books.db{suffix}")));
        }
        fs_err::write(&books, damaged).unwrap();
        shop.billctl("usage check u_1 posts").exits(1);
        for (answer, code) in [("allow", 0), ("refuse", 4)] {
            shop.write("billing.toml", format!("{PLANS}\n[policy.usage]\nif_unreadable = \"{answer}\"\n"));
            let checked = shop.billctl("usage check u_1 posts -o json").exits(code).json();
            assert_eq!(checked["unreadable"], true);
        }
    }
}
