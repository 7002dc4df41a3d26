//! Keys: those that the ledger makes for what it books by itself are nobody else's, and each stands for one command.

use billctl::billing::credits::{Approval, EntryType, Expiry, Limits, Request, Wanted};
use billctl::store::books::{HistoryFilter, Posting};
use insta::assert_snapshot;
use rusqlite::Connection;

use crate::mirror::world::{NOW, World};
use crate::support::Shop;

fn history(shop: &Shop) -> usize {
    shop.billctl("credits history u_1 -o json").json()["entries"].as_array().unwrap().len()
}

#[test]
fn keys_that_the_ledger_makes_are_refused_where_they_are_given() {
    let shop = Shop::new();
    assert_snapshot!(shop.billctl("credits grant u_1 10 --reason gift --key purchase:cs_1"), @"
    [stderr]
    error: Nothing was booked: keys that begin with `purchase:` are the ledger's own
    hint: Give it a key of your own, such as the ticket's number
    [exit 2]
    ");
    shop.billctl("credits grant u_1 10 --reason gift --key g1").exits(0);
    for line in [
        "deduct u_1 1 --key expiry:1",
        "adjust u_1 --add 1 --key refund:cs_1:1",
        "set u_1 5 --expect 10 --key free:free:2026-11:u_1",
        "reverse 1 --key usage:k",
        "reverse 1 --key reverse:2",
    ] {
        shop.billctl(&format!("credits {line} --reason mine")).exits(2);
    }
    shop.write("a.csv", "subject,add,reason,key\nu_1,5,mine,expiry:1\n");
    shop.billctl("credits import a.csv --yes").exits(2);
    assert_eq!(history(&shop), 1);
    // What it is shown under, and what a ledger that is brought along has.
    shop.billctl("credits reverse 1 --reason oops --key reverse:1").exits(0);
    shop.write("old.csv", "subject,type,amount,reason,key\nu_1,grant,5,bought,purchase:cs_1\n");
    shop.billctl("credits import old.csv --yes").exits(0);
}

fn request(wanted: Wanted, key: &str) -> Request {
    Request {
        subject: "u_1".to_owned(),
        kind: "credits".to_owned(),
        wanted,
        actor: "ada".to_owned(),
        reason: "by hand".to_owned(),
        reference: None,
        key: key.to_owned(),
    }
}

fn grant(amount: i64, expiry: Option<Expiry>) -> Wanted {
    Wanted::Add { entry_type: EntryType::Grant, amount, expiry }
}

fn take(amount: i64) -> Wanted {
    Wanted::Take { entry_type: EntryType::Deduction, amount, partial: false }
}

#[test]
fn credits_expire_where_old_books_have_their_keys_for_something_else() {
    let mut world = World::new();
    let now = NOW.as_second();
    let month = grant(10, Some(Expiry::After(100)));
    let asks = Limits { approval: Some(Approval { above: 1, within_seconds: 1_000 }), ..Limits::default() };
    for (wanted, key, limits) in [
        (month, "g1", Limits::default()),
        (take(1), "expiry:1", Limits::default()),
        (grant(5, None), "expiry:1:2", asks),
    ] {
        world.books.post_credits(&request(wanted, key), &limits, now).unwrap();
    }
    let expired = world.books.expire_credits(now + 100).unwrap();
    assert_eq!((expired[0].key.as_str(), expired[0].amount), ("expiry:1:3", -9));
    assert_eq!(world.books.verify_credits(None, |_| {}).unwrap().fault, None);
}

#[test]
fn what_a_plan_gives_is_given_where_old_books_have_its_key_for_something_else() {
    let mut world = World::new();
    let now = NOW.as_second();
    let given = |world: &World| world.books.key_to_give("u_1", "free:pro:2026-11:u_1").unwrap();
    assert_eq!(given(&world).as_deref(), Some("free:pro:2026-11:u_1"));
    for (wanted, key) in [(grant(10, None), "g1"), (take(1), "free:pro:2026-11:u_1")] {
        world.books.post_credits(&request(wanted, key), &Limits::default(), now).unwrap();
    }
    assert_eq!(given(&world).as_deref(), Some("free:pro:2026-11:u_1:2"));
    let free = request(grant(10, None), "free:pro:2026-11:u_1:2");
    world.books.post_credits(&free, &Limits::default(), now).unwrap();
    assert_eq!(given(&world), None);
}

#[test]
fn a_balance_is_set_once_for_a_key_and_to_one_number() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 600 --reason gift --key g1").exits(0);
    shop.billctl("credits set u_1 500 --expect 600 --reason right --key s1").exits(0);
    shop.billctl("credits set u_1 500 --expect 600 --reason right --key s1").exits(0);
    shop.billctl("credits set u_1 400 --expect 500 --reason right --key s1").exits(2);
    shop.billctl("credits adjust u_1 --remove 100 --reason right --key a1").exits(0);
    shop.billctl("credits set u_1 300 --expect 400 --reason right --key a1").exits(2);
    assert_eq!(history(&shop), 3);
}

#[test]
fn what_is_said_of_a_reversal_and_of_money_is_a_line_of_text() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 10 --reason gift --key g1").exits(0);
    let long = "a".repeat(501);
    let money = ["credits", "grant", "u_1", "--money", "1.00usd", "--as", "balance", "--customer", "cus_1"];
    let reversal = ["credits", "reverse", "1"];
    for command in [&money[..], &reversal[..]] {
        for (reason, key, found) in [
            ("oops", "", "the key is empty"),
            ("oops", "a\nb", "the key has control characters in it"),
            (long.as_str(), "k", "the reason has 501 characters, more than the 500 that are kept"),
            ("a\u{1b}[2Jb", "k", "the reason has control characters in it"),
        ] {
            let said = ["--reason", reason, "--key", key, "--profile", "emulator", "--dry-run"];
            let refused = shop.run(&[command, &said[..]].concat(), "").exits(2);
            assert!(refused.stderr.contains(found), "{command:?}: {}", refused.stderr);
        }
    }
}

#[test]
fn a_reversal_leaves_a_key_to_the_proposal_that_waits_under_it() {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = { approval_above = 100 }\n",
    );
    shop.billctl("credits grant u_1 10 --reason gift --key g1").exits(0);
    shop.billctl("credits grant u_1 200 --reason more --key k1").exits(5);
    shop.billctl("credits reverse 1 --reason oops --key k1").exits(2);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(0);
    assert_eq!(history(&shop), 2);
}

#[test]
fn a_proposal_whose_key_was_taken_meanwhile_is_refused_in_words() {
    let mut world = World::new();
    let now = NOW.as_second();
    let asks = Limits { approval: Some(Approval { above: 1, within_seconds: 1_000 }), ..Limits::default() };
    world.books.post_credits(&request(grant(10, None), "g1"), &Limits::default(), now).unwrap();
    let asked = world.books.post_credits(&request(grant(5, None), "k1"), &asks, now).unwrap();
    assert!(matches!(asked, Posting::Proposed(_)), "{asked:?}");
    // As books have it that were written before a reversal looked at proposals.
    let reversed = world.books.reverse_credits(1, ["ada", "oops", "k2"], &Limits::default(), now).unwrap();
    assert!(matches!(reversed, Posting::Recorded(_)), "{reversed:?}");
    let connection = Connection::open(world.folder.path().join("books.db")).unwrap();
    connection
        .execute_batch("DROP TRIGGER credit_proposals_stay; UPDATE credit_proposals SET key = 'k2'")
        .unwrap();
    let keep = billctl::store::books::Keep::Entry;
    let decided = world.books.approve_credits(1, ["bob", ""], &[], &asks, keep, now).unwrap();
    assert!(format!("{decided:?}").starts_with("Refused(DiffersIn("), "{decided:?}");
    assert_eq!(world.books.credit_history("u_1", &HistoryFilter::default()).unwrap().len(), 2);
}

#[test]
fn a_key_under_which_a_part_was_taken_does_not_stand_for_all_of_it() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 3 --reason welcome").exits(0);
    shop.billctl("credits deduct u_1 5 --allow-partial --reason call --key c1").exits(0);
    shop.billctl("credits deduct u_1 5 --allow-partial --reason call --key c1").exits(0);
    let refused = shop.billctl("credits deduct u_1 5 --reason call --key c1").exits(2);
    assert!(refused.stderr.contains("with another rule for what is not covered"), "{refused}");
    assert_eq!(history(&shop), 2);
}

#[test]
fn a_deduction_that_is_refused_books_no_free_credits_before() {
    let shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[products.free]\ndefault_plan = true\n\
         free_credits = { credits = 100, per = \"month\" }\n",
    );
    shop.billctl("credits deduct u_1 1").exits(2);
    shop.run(&["credits", "deduct", "u_1", "1", "--reason", "call", "--key", ""], "").exits(2);
    shop.billctl("credits deduct u_1 1 --reason call --key expiry:1").exits(2);
    assert_eq!(history(&shop), 0);
    shop.billctl("credits deduct u_1 1 --reason call --key c1").exits(0);
    assert_eq!(history(&shop), 2);
}
