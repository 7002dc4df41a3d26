//! Credits that were bought, and what goes back of them: once, whatever comes how often and in which order.

use billctl::billing::credits::{Approval, Entry, EntryType, Limits, Request, Wanted};
use billctl::store::books::{Books, HistoryFilter, Keep};
use billctl::store::mirror::{EventOutcome, Go, Mirror, Outcome, Span, Swap, Unread};
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::mirror::world::{NOW, World, event};

/// A session as Stripe shows it when it is complete.
fn session(id: &str, change: Value) -> Value {
    let mut session = json!({"id": id, "object": "checkout.session", "mode": "payment", "status": "complete",
        "payment_status": "paid", "amount_total": 100, "currency": "usd", "client_reference_id": "u_1",
        "customer": null, "payment_intent": format!("pi_{id}"), "metadata": {"billctl_credits": "1000"}, "created": 5});
    for (name, value) in change.as_object().unwrap() {
        session[name.as_str()] = value.clone();
    }
    session
}

fn completed(id: &str, change: Value) -> Value {
    event(&format!("evt_{id}"), "checkout.session.completed", 10, session(id, change))
}

fn refund(id: &str, of: &str, amount: i64, status: &str) -> Value {
    json!({"id": id, "object": "refund", "payment_intent": format!("pi_{of}"), "charge": format!("ch_{of}"),
        "status": status, "amount": amount, "currency": "usd", "created": 20})
}

fn charge(of: &str, refunded: i64) -> Value {
    json!({"id": format!("ch_{of}"), "object": "charge", "payment_intent": format!("pi_{of}"), "status": "succeeded",
        "amount": 100, "amount_refunded": refunded, "currency": "usd", "created": 9})
}

fn entries(books: &Books, subject: &str) -> Vec<Entry> {
    books.credit_history(subject, &HistoryFilter::default()).unwrap()
}

fn told(world: &World, subject: &str) -> Vec<(EntryType, i64)> {
    entries(&world.books, subject).into_iter().map(|entry| (entry.entry_type, entry.amount)).collect()
}

fn balance(world: &World, subject: &str) -> i64 {
    let account = world.books.credit_account(subject, "credits", NOW.as_second()).unwrap();
    account.map_or(0, |account| account.available)
}

fn failures(world: &World) -> Vec<EventOutcome> {
    world.mirror.events_with(Outcome::Failed, Span::default(), 100).unwrap()
}

#[track_caller]
fn failed(world: &World, count: usize, why: &str) {
    let failures = failures(world);
    assert_eq!(failures.len(), count, "{failures:?}");
    for failure in failures {
        let error = failure.error.unwrap();
        assert!(error.contains(why), "{error}");
    }
}

fn spend(world: &mut World, amount: i64, key: &str) {
    let request = Request {
        subject: "u_1".to_owned(),
        kind: "credits".to_owned(),
        wanted: Wanted::Take { entry_type: EntryType::Deduction, amount, partial: false },
        actor: "app".to_owned(),
        reason: "a call".to_owned(),
        reference: None,
        key: key.to_owned(),
    };
    world.books.post_credits(&request, &Limits::default(), NOW.as_second()).unwrap();
}

#[test]
fn a_pack_is_booked_once_however_many_events_tell_of_it() {
    let mut world = World::new();
    let paid = completed("cs_1", json!({}));
    world.receive(&[paid.clone(), paid.clone()]);
    world.receive(std::slice::from_ref(&paid));
    world.receive(&[event(
        "evt_9",
        "checkout.session.async_payment_succeeded",
        11,
        session("cs_1", json!({})),
    )]);
    let [booked] = &entries(&world.books, "u_1")[..] else { panic!("{:?}", told(&world, "u_1")) };
    assert_eq!((booked.entry_type, booked.amount), (EntryType::Purchase, 1000));
    assert_eq!((booked.key.as_str(), booked.reference.as_deref()), ("purchase:cs_1", Some("cs_1")));
    failed(&world, 0, "");
}

#[test]
fn a_proposal_under_its_key_never_stands_against_a_purchase() {
    let mut world = World::new();
    let now = NOW.as_second();
    let asks = Limits { approval: Some(Approval { above: 1, within_seconds: 1_000 }), ..Limits::default() };
    for (number, id) in [(1, "cs_1"), (2, "cs_2")] {
        let request = Request {
            subject: "u_1".to_owned(),
            kind: "credits".to_owned(),
            wanted: Wanted::Add { entry_type: EntryType::Grant, amount: 5, expiry: None },
            actor: "ada".to_owned(),
            reason: "brought along".to_owned(),
            reference: None,
            key: format!("purchase:{id}"),
        };
        world.books.post_credits(&request, &asks, now).unwrap();
        if number == 1 {
            world.books.decline_credits(number, ["bob", "not this one"], Keep::Entry, now).unwrap();
        }
        world.receive(&[completed(id, json!({}))]);
    }
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000), (EntryType::Purchase, 1000)]);
    failed(&world, 0, "");
    let decided = world.books.approve_credits(2, ["bob", ""], &[], &asks, Keep::Entry, now).unwrap();
    assert!(format!("{decided:?}").starts_with("Refused("), "{decided:?}");
}

#[test]
fn a_purchase_whose_key_something_else_has_fails_and_says_so() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({}))]);
    spend(&mut world, 10, "purchase:cs_2");
    world.receive(&[completed("cs_2", json!({}))]);
    failed(&world, 1, "something else is booked under `purchase:cs_2`");
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000), (EntryType::Deduction, -10)]);
}

#[test]
fn credits_go_back_where_old_books_have_the_key_for_something_else() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({}))]);
    spend(&mut world, 10, "refund:cs_1:1");
    world.receive(&[event("evt_r", "refund.created", 20, refund("re_1", "cs_1", 50, "succeeded"))]);
    failed(&world, 0, "");
    let entries = entries(&world.books, "u_1");
    let back = entries.last().unwrap();
    assert_eq!(
        (back.entry_type, back.amount, back.key.as_str()),
        (EntryType::Refund, -500, "refund:cs_1:1:2")
    );
}

#[test]
fn what_is_paid_later_is_booked_later() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({"payment_status": "unpaid"}))]);
    assert_eq!(told(&world, "u_1"), []);
    world.receive(&[event(
        "evt_2",
        "checkout.session.async_payment_failed",
        11,
        session("cs_1", json!({"payment_status": "unpaid"})),
    )]);
    assert_eq!(told(&world, "u_1"), []);
    world.receive(&[event(
        "evt_3",
        "checkout.session.async_payment_succeeded",
        12,
        session("cs_1", json!({})),
    )]);
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000)]);
}

fn price(id: &str, metadata: Value) -> Value {
    json!({"id": id, "object": "price", "type": "one_time", "currency": "usd", "metadata": metadata, "created": 1})
}

#[test]
fn lines_that_are_not_in_the_event_are_read_and_never_guessed() {
    let mut world = World::new();
    let pack = price("price_1", json!({"billctl_credits": "500", "billctl_credits_expire_seconds": "86400"}));
    let forever = price("price_2", json!({"billctl_credits": "7"}));
    world.receive(&[event("evt_p", "price.created", 1, pack.clone())]);
    world.receive(&[completed("cs_1", json!({"metadata": {}}))]);
    assert_eq!(told(&world, "u_1"), []);
    failed(&world, 1, "what `cs_1` was for is not in its event");
    let unread = world.mirror.unread(&world.books, 10).unwrap();
    let [Unread::Lines { kind, id, .. }] = &unread[..] else { panic!("{unread:?}") };
    let list = json!({"id": id, "object": kind, "has_more": false, "data": [
        {"id": "li_1", "object": "item", "quantity": 2, "price": pack},
        {"id": "li_2", "object": "item", "quantity": 3, "price": forever},
        {"id": "li_3", "object": "item", "quantity": 1, "price": price("price_3", json!({}))},
    ]});
    world.fetch(kind, 50, &[list]);
    world.mirror.retry_failed(&world.books, 10, NOW).unwrap();
    failed(&world, 0, "");
    let lots: Vec<_> = entries(&world.books, "u_1")
        .into_iter()
        .map(|entry| (entry.key, entry.amount, entry.expires_at.is_some(), entry.reason))
        .collect();
    let reason = "bought: 2 × price_1, 3 × price_2".to_owned();
    assert_eq!(
        lots,
        [
            ("purchase:cs_1".to_owned(), 21, false, reason.clone()),
            ("purchase:cs_1:2".to_owned(), 1000, true, reason)
        ]
    );
    assert_eq!(world.mirror.unread(&world.books, 10).unwrap(), []);
}

#[test]
fn where_nothing_sold_buys_credits_no_payment_is_unclear() {
    let mut world = World::new();
    world.receive(&[
        completed("cs_1", json!({"metadata": {}})),
        event(
            "evt_2",
            "invoice.paid",
            10,
            json!({"id": "in_1", "object": "invoice", "status": "paid", "amount_paid": 5,
            "lines": {"has_more": true, "data": []}}),
        ),
    ]);
    failed(&world, 0, "");
}

#[test]
fn an_invoice_books_its_packs_and_no_session_of_it_does() {
    let mut world = World::new();
    let customer = json!({"id": "cus_1", "object": "customer", "created": 1, "metadata": {"userId": "u_1"}});
    world.mirror =
        Mirror::open(world.mirror.path(), true).unwrap().with_subject_metadata(Some("userId".to_owned()));
    let line = |id: &str, price: &str, quantity: i64, proration: bool| {
        json!({"id": id, "object": "line_item", "quantity": quantity, "amount": 5, "currency": "usd",
            "pricing": {"price_details": {"price": price}},
            "parent": {"type": "invoice_item_details", "invoice_item_details": {"proration": proration}}})
    };
    let invoice = json!({"id": "in_1", "object": "invoice", "status": "paid", "amount_paid": 10, "currency": "usd",
        "customer": "cus_1", "created": 5, "metadata": {},
        "lines": {"has_more": false, "data": [line("il_1", "price_1", 2, false), line("il_2", "price_1", 1, true)]}});
    let of_session = session("cs_1", json!({"invoice_creation": {"enabled": true}, "invoice": "in_1"}));
    world.receive(&[
        event("evt_1", "invoice.paid", 10, invoice.clone()),
        event("evt_2", "invoice.payment_succeeded", 10, invoice),
        event("evt_3", "checkout.session.completed", 10, of_session),
        event("evt_4", "price.created", 1, price("price_1", json!({"billctl_credits": "500"}))),
    ]);
    assert_eq!(told(&world, "u_1"), []);
    failed(&world, 2, "its customer is nobody known");
    world.receive(&[event("evt_5", "customer.created", 3, customer)]);
    world.mirror.retry_failed(&world.books, 10, NOW).unwrap();
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000)]);
    failed(&world, 0, "");
}

#[test]
fn a_refund_takes_back_that_part_of_what_is_left() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({}))]);
    spend(&mut world, 300, "k1");
    world.receive(&[event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 33, "succeeded"))]);
    assert_eq!(balance(&world, "u_1"), 700 - 330);
    // The rest: 670 are asked back, and 370 are left.
    world.receive(&[event("evt_r2", "refund.created", 21, refund("re_2", "cs_1", 67, "succeeded"))]);
    assert_eq!(balance(&world, "u_1"), 0);
    let last = entries(&world.books, "u_1").pop().unwrap();
    assert_eq!((last.entry_type, last.amount, last.asked), (EntryType::Refund, -370, -670));
    assert_eq!(last.reason, "1.00 USD of 1.00 USD went back");
    // Told again, by others too.
    world.receive(&[
        event("evt_r3", "charge.refunded", 22, charge("cs_1", 100)),
        event("evt_r4", "refund.updated", 23, refund("re_2", "cs_1", 67, "succeeded")),
    ]);
    assert_eq!(told(&world, "u_1").len(), 4);
}

#[test]
fn a_refund_may_come_before_its_purchase_and_by_the_charge_alone() {
    let mut world = World::new();
    world.receive(&[event("evt_1", "charge.refunded", 22, charge("cs_1", 40))]);
    assert_eq!(told(&world, "u_1"), []);
    world.receive(&[completed("cs_1", json!({}))]);
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000), (EntryType::Refund, -400)]);
    let dispute = json!({"id": "dp_1", "object": "dispute", "charge": "ch_cs_1", "payment_intent": "pi_cs_1",
        "status": "lost", "amount": 60, "currency": "usd", "created": 30});
    world.receive(&[event("evt_2", "charge.dispute.closed", 31, dispute)]);
    assert_eq!(balance(&world, "u_1"), 0);
}

#[test]
fn a_refund_that_fails_gives_back_what_it_took_and_no_more() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({}))]);
    spend(&mut world, 900, "k1");
    world.receive(&[event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 50, "succeeded"))]);
    assert_eq!(told(&world, "u_1")[2], (EntryType::Refund, -100));
    world.receive(&[event("evt_r2", "refund.failed", 25, refund("re_1", "cs_1", 50, "failed"))]);
    assert_eq!(told(&world, "u_1")[3], (EntryType::Refund, 100));
    assert_eq!(balance(&world, "u_1"), 100);
    let entry = entries(&world.books, "u_1").pop().unwrap().number;
    let undone = world
        .books
        .reverse_credits(entry, ["ada", "oops", "k2"], &Limits::default(), NOW.as_second())
        .unwrap();
    assert!(matches!(undone, billctl::store::books::Posting::NotReversible(EntryType::Refund)), "{undone:?}");
    // An older view, as it comes by when a new mirror is filled, changes nothing.
    let path = world.folder.path().join("other.db");
    let mut other = Mirror::open(&path, true).unwrap();
    while other.apply_pending(&world.books, 1, NOW).unwrap().more {}
    assert_eq!(told(&world, "u_1").len(), 4);
    assert_eq!(world.books.verify_credits(None, |_| {}).unwrap().fault, None);
}

#[test]
fn what_support_gave_back_is_not_given_twice_when_the_refund_fails() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({}))]);
    world.receive(&[event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 50, "succeeded"))]);
    let taken = entries(&world.books, "u_1").pop().unwrap().number;
    world
        .books
        .reverse_credits(taken, ["ada", "ticket 1", "k2"], &Limits::default(), NOW.as_second())
        .unwrap();
    assert_eq!(balance(&world, "u_1"), 1000);
    world.receive(&[event("evt_r2", "refund.failed", 25, refund("re_1", "cs_1", 50, "failed"))]);
    assert_eq!(balance(&world, "u_1"), 1000);
    failed(&world, 0, "");
}

#[test]
fn money_that_went_back_in_another_currency_is_for_a_person_to_judge() {
    let mut world = World::new();
    let mut other = refund("re_1", "cs_1", 50, "succeeded");
    other["currency"] = json!("eur");
    world.receive(&[completed("cs_1", json!({})), event("evt_r1", "refund.created", 20, other)]);
    failed(&world, 2, "was refunded in eur, and paid in usd");
}

#[test]
fn a_number_that_cannot_be_booked_is_told_and_nothing_is_booked() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({"metadata": {"billctl_credits": "1,000"}}))]);
    failed(&world, 1, "`billctl_credits` of `cs_1` is `1,000`");
    assert_eq!(told(&world, "u_1"), []);
    world.receive(&[event("evt_2", "checkout.session.completed", 12, session("cs_1", json!({})))]);
    world.mirror.retry_failed(&world.books, 10, NOW).unwrap();
    failed(&world, 0, "");
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000)]);
}

#[test]
fn nobody_gets_what_names_nobody() {
    let mut world = World::new();
    world.receive(&[completed("cs_1", json!({"client_reference_id": null}))]);
    failed(&world, 1, "names nobody");
}

#[test]
fn a_policy_may_leave_the_credits_of_what_was_refunded() {
    let mut world = World::new();
    let rules = billctl::store::mirror::CreditRules { takes_back: false, ..Default::default() };
    world.mirror = Mirror::open(world.mirror.path(), true).unwrap().with_credit_rules(rules);
    world.receive(&[
        completed("cs_1", json!({})),
        event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 50, "succeeded")),
    ]);
    assert_eq!(told(&world, "u_1"), [(EntryType::Purchase, 1000)]);
}

#[test]
fn a_rebuild_books_nothing_twice_and_a_look_at_one_nothing_at_all() {
    let mut world = World::new();
    world.add(&[
        completed("cs_1", json!({})),
        event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 50, "succeeded")),
    ]);
    let mut on = |_| Go::On;
    world.mirror.rebuild(&world.books, Swap::No, NOW, &mut on).unwrap();
    assert_eq!(told(&world, "u_1"), []);
    world.apply(1);
    assert_eq!(told(&world, "u_1").len(), 2);
    world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut on).unwrap();
    assert_eq!(told(&world, "u_1").len(), 2);
}

fn transactions(world: &World) -> Vec<[String; 3]> {
    let connection = rusqlite::Connection::open(world.mirror.path()).unwrap();
    let mut statement = connection
        .prepare("SELECT id, type || coalesce(' ' || credits, ''), status FROM transactions ORDER BY at, id")
        .unwrap();
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn a_top_up_says_how_many_credits_and_that_it_was_refunded_in_any_order() {
    let bought = completed("cs_1", json!({}));
    let other = completed("cs_2", json!({"metadata": {"billctl_credits": "0"}}));
    let back = event("evt_r1", "refund.created", 20, refund("re_1", "cs_1", 100, "succeeded"));
    let part = event("evt_r2", "refund.created", 21, refund("re_2", "cs_2", 50, "succeeded"));
    let events = [bought, other, back, part];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut world = World::new();
        for at in order {
            world.receive(&[events[at].clone()]);
        }
        let expected = [
            ["cs_1", "CREDIT_TOPUP 1000", "REFUNDED"],
            ["cs_2", "PAYMENT", "COMPLETED"],
            ["re_1", "REFUND", "COMPLETED"],
            ["re_2", "REFUND", "COMPLETED"],
        ];
        assert_eq!(transactions(&world), expected, "{order:?}");
        world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap();
        assert_eq!(transactions(&world), expected);
    }
}

/// One payment of a random life: what was paid, and what went back.
#[derive(Debug, Clone)]
struct Life {
    credits: i64,
    total: i64,
    paid: bool,
    refunds: Vec<(i64, bool)>,
}

fn life() -> impl Strategy<Value = Life> {
    let refunds = prop::collection::vec((1..60_i64, prop::bool::weighted(0.8)), 0..4);
    (1..2_000_i64, 1..200_i64, prop::bool::weighted(0.8), refunds)
        .prop_map(|(credits, total, paid, refunds)| Life { credits, total, paid, refunds })
}

impl Life {
    fn events(&self, number: usize) -> Vec<Value> {
        let Life { credits, total, paid, refunds } = self;
        let id = format!("cs_{number}");
        let told = |at: i64, status: &str, paid: &str| {
            let change = json!({"amount_total": total, "metadata": {"billctl_credits": credits.to_string()},
                "client_reference_id": format!("u_{number}"), "payment_status": paid, "status": status});
            let kind = if at == 10 { "completed" } else { "async_payment_succeeded" };
            event(&format!("evt_{id}_{at}"), &format!("checkout.session.{kind}"), at, session(&id, change))
        };
        let mut events = vec![told(10, "complete", "unpaid")];
        if *paid {
            events.push(told(11, "complete", "paid"));
        }
        let mut sum = 0;
        for (index, (amount, stays)) in refunds.iter().enumerate() {
            let name = format!("re_{number}_{index}");
            let at = 20 + 10 * index as i64;
            sum += amount;
            events.push(event(
                &format!("evt_{name}"),
                "refund.created",
                at,
                refund(&name, &id, *amount, "succeeded"),
            ));
            if !stays {
                let gone = refund(&name, &id, *amount, "failed");
                events.push(event(&format!("evt_{name}_f"), "refund.failed", at + 5, gone));
            } else if refunds.iter().all(|(_, stays)| *stays) {
                events.push(event(&format!("evt_{name}_c"), "charge.refunded", at, charge(&id, sum)));
            }
        }
        events
    }

    /// What is left in the end: too simple to be wrong.
    fn balance(&self) -> i64 {
        if !self.paid {
            return 0;
        }
        let back: i64 = self.refunds.iter().filter(|(_, stays)| *stays).map(|(amount, _)| amount).sum();
        self.credits - self.credits * back.min(self.total) / self.total
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn any_order_any_number_of_times_ends_in_the_same_balances(
        lives in prop::collection::vec(life(), 1..6),
        seed: u64,
    ) {
        let mut rng = Rng::with_seed(seed);
        let events: Vec<Value> = lives.iter().enumerate().flat_map(|(number, life)| life.events(number)).collect();
        let mut arriving = events.clone();
        for _ in 0..events.len() / 2 {
            arriving.push(rng.choice(&events).unwrap().clone());
        }
        rng.shuffle(&mut arriving);
        let mut world = World::new();
        let mut rest = &arriving[..];
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(rng.usize(1..=rest.len()));
            rest = later;
            world.add(batch);
            world.apply(rng.usize(1..20));
            if rng.u8(0..4) == 0 {
                // A mirror that was deleted is filled from the first event on.
                drop(std::mem::replace(&mut world.mirror, Mirror::open(&world.folder.path().join("none.db"), true).unwrap()));
                for suffix in ["", "-wal", "-shm"] {
                    let _ = fs_err::remove_file(world.folder.path().join(format!("mirror.db{suffix}")));
                }
                world.mirror = Mirror::open(&world.folder.path().join("mirror.db"), true).unwrap();
                world.apply(rng.usize(1..20));
            }
        }
        for (number, life) in lives.iter().enumerate() {
            prop_assert_eq!(balance(&world, &format!("u_{number}")), life.balance(), "{:?}", life);
        }
        prop_assert_eq!(failures(&world).len(), 0);
        prop_assert_eq!(world.books.verify_credits(None, |_| {}).unwrap().fault, None);
    }
}
