//! What happened since the last time, and a time whose events are lost.

use billctl::store::mirror::Scope;
use serde_json::json;

use super::{Objects, assert_mirrored, at_stripe, id, in_mirror, live, mirror};
use crate::support::{Emulator, Shop};

const DAY: i64 = 86_400;

fn advance(emulator: &Emulator, seconds: i64) {
    emulator.post("/_emulator/advance", &seconds.to_string());
}

/// A mirror that was filled, a minute ago.
fn filled(shop: &Shop) -> Emulator {
    let emulator = shop.emulator();
    live(&emulator, 20);
    advance(&emulator, 60);
    shop.billctl("mirror backfill").exits(0);
    advance(&emulator, 60);
    emulator
}

/// Changes, makes and deletes; the id of what is deleted.
fn change(emulator: &Emulator) -> String {
    let customers = emulator.list("/v1/customers");
    emulator.post(&format!("/v1/customers/{}", id(&customers[3])), "name=Changed");
    emulator.post("/v1/customers", "name=New");
    emulator.post("/v1/products/p0", "description=Changed");
    let gone = id(&customers[6]);
    emulator.delete(&format!("/v1/customers/{gone}"));
    gone
}

#[test]
fn events_bring_what_was_made_changed_and_deleted() {
    let shop = Shop::new();
    let emulator = filled(&shop);
    let gone = change(&emulator);
    advance(&emulator, 60);
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    // Four changes; those of the last five minutes come again.
    assert!(updated["new"].as_u64().unwrap() >= 4, "{updated}");
    assert_eq!(
        (&updated["failed"], &updated["gap"], &updated["backfill"]),
        (&0.into(), &().into(), &().into())
    );
    assert_mirrored(&shop, &emulator, "updated");
    assert!(mirror(&shop).object("customer", &gone).unwrap().unwrap().deleted);
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert_eq!(updated["new"], 0);
    shop.billctl("mirror verify").exits(0);
}

#[test]
fn of_an_invoice_with_many_lines_all_are_read_though_events_show_ten() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    for number in 1..=13 {
        let form = format!("customer={customer}&currency=usd&amount={number}00");
        emulator.post("/v1/invoiceitems", &form);
    }
    let invoice =
        emulator.post("/v1/invoices", &format!("customer={customer}&pending_invoice_items_behavior=include"));
    assert_eq!(invoice["lines"]["has_more"], true);
    let invoice = id(&invoice);
    let lines = |shop: &Shop| {
        let sql = "SELECT count(*) AS lines, sum(amount) AS amount FROM invoice_lines";
        shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json()
    };
    advance(&emulator, 60);
    shop.billctl("mirror backfill").exits(0);
    assert_eq!(lines(&shop), json!([{"lines": 13, "amount": 9100}]));
    // The next event shows ten of them.
    emulator.post(&format!("/v1/invoices/{invoice}"), "description=Changed");
    advance(&emulator, 60);
    shop.billctl("mirror update").exits(0);
    assert_eq!(lines(&shop), json!([{"lines": 13, "amount": 9100}]));
    shop.billctl("mirror verify").exits(0);
}

#[test]
fn where_the_thirty_days_do_not_reach_back_what_may_have_changed_is_read() {
    let shop = Shop::new();
    let emulator = filled(&shop);
    let gone = change(&emulator);
    // Its events are lost before anybody reads them.
    advance(&emulator, 40 * DAY);
    let updated = shop.billctl("mirror update").exits(0);
    assert!(
        updated.stderr.contains("were never read, and Stripe keeps them for thirty days only"),
        "{updated}"
    );
    assert_mirrored(&shop, &emulator, "after a gap");
    assert!(mirror(&shop).object("customer", &gone).unwrap().unwrap().deleted);
    // It is closed.
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert_eq!((&updated["gap"], &updated["backfill"]), (&().into(), &().into()));
}

#[test]
fn what_is_settled_is_not_read_again_after_a_gap_but_what_a_refund_touches_is() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let pay = |amount: u32| {
        let form = format!(
            "amount={amount}&currency=usd&payment_method=pm_card_visa&confirm=true\
             &automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
        );
        id(&emulator.post("/v1/payment_intents", &form))
    };
    let (kept, refunded) = (pay(1_000), pay(2_000));
    let open = id(&emulator.post("/v1/payment_intents", "amount=500&currency=usd"));
    advance(&emulator, 3_600);
    shop.billctl("mirror backfill").exits(0);
    advance(&emulator, 3_600);
    emulator.post("/v1/refunds", &format!("payment_intent={refunded}"));
    emulator.post(&format!("/v1/payment_intents/{open}/cancel"), "");
    advance(&emulator, 40 * DAY);
    let before = emulator.requests().len();
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert!(!updated["gap"].is_null(), "{updated}");
    let asked: Vec<String> = emulator.requests()[before..]
        .iter()
        .map(|request| request["path"].as_str().unwrap().to_owned())
        .collect();
    assert!(asked.contains(&format!("/v1/payment_intents/{open}")), "{asked:?}");
    assert!(!asked.contains(&format!("/v1/payment_intents/{kept}")), "{asked:?}");
    assert_eq!(payments(in_payments(&shop)), payments(there(&emulator)));
    shop.billctl("mirror verify").exits(0);
}

/// Payment intents and charges alone.
fn payments(objects: Objects) -> Objects {
    objects.into_iter().filter(|((kind, _), _)| kind == "payment_intent" || kind == "charge").collect()
}

fn in_payments(shop: &Shop) -> Objects {
    let mirror = mirror(shop);
    let kinds = ["payment_intent", "charge"];
    let known = kinds.into_iter().flat_map(|kind| {
        let known = mirror.objects_of(kind, "", 1_000).unwrap();
        known.into_iter().map(move |known| ((kind.to_owned(), known.id), known.body))
    });
    known.collect()
}

fn there(emulator: &Emulator) -> Objects {
    let lists = [("payment_intent", "/v1/payment_intents"), ("charge", "/v1/charges")];
    let objects = lists.into_iter().flat_map(|(kind, list)| {
        emulator.list(list).into_iter().map(move |mut object| {
            // The mirror keeps no secrets.
            if object.get("client_secret").is_some() {
                object["client_secret"] = serde_json::Value::Null;
            }
            ((kind.to_owned(), id(&object)), object)
        })
    });
    objects.collect()
}

#[test]
fn a_mirror_that_was_never_filled_is_told_so() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 3);
    let updated = shop.billctl("mirror update").exits(0);
    assert!(updated.stderr.contains("`billctl mirror backfill` reads the rest"), "{updated}");
    // Features and tax rates have events of their own or none; what has is there.
    let here = in_mirror(&shop);
    assert!(
        at_stripe(&emulator).keys().filter(|(kind, _)| kind == "customer").all(|key| here.contains_key(key))
    );
}

#[test]
fn a_dry_run_stores_no_event() {
    let shop = Shop::new();
    let emulator = filled(&shop);
    change(&emulator);
    let looked = shop.billctl("mirror update --dry-run -o json").exits(0).json();
    let again = shop.billctl("mirror update --dry-run -o json").exits(0).json();
    assert_eq!(looked["new"], again["new"]);
    assert_ne!(looked["new"], 0);
}

#[test]
fn a_charge_that_was_only_authorized_is_read_again_after_a_gap() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let form = "amount=900&currency=usd&payment_method=pm_card_visa&confirm=true&capture_method=manual\
                &automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never";
    let intent = id(&emulator.post("/v1/payment_intents", form));
    advance(&emulator, 3_600);
    shop.billctl("mirror backfill").exits(0);
    advance(&emulator, 3_600);
    emulator.post(&format!("/v1/payment_intents/{intent}/capture"), "");
    advance(&emulator, 40 * DAY);
    shop.billctl("mirror update").exits(0);
    let charges = mirror(&shop).objects_of("charge", "", 10).unwrap();
    assert_eq!(charges[0].body["captured"], true);
    assert_eq!(payments(in_payments(&shop)), payments(there(&emulator)));
}

#[test]
fn what_no_event_tells_about_is_read_as_well() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let pay = || {
        let form = "amount=900&currency=usd&payment_method=pm_card_visa&confirm=true\
                    &automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never";
        emulator.post("/v1/payment_intents", form)
    };
    // Its money becomes available later.
    pay();
    advance(&emulator, 3_600);
    shop.billctl("mirror backfill").exits(0);
    advance(&emulator, 3_600);
    pay();
    emulator.post("/v1/entitlements/features", "name=Reports&lookup_key=reports");
    advance(&emulator, 10 * DAY);
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert_eq!((&updated["gap"], &updated["untold"]["missing"]), (&().into(), &0.into()));
    shop.billctl("mirror verify").exits(0);
    let balance = |status: &str| {
        let transactions = mirror(&shop).objects_of("balance_transaction", "", 10).unwrap();
        transactions.iter().filter(|known| known.body["status"] == status).count()
    };
    assert_eq!((balance("available"), balance("pending")), (2, 0));
}

#[test]
fn an_unfinished_backfill_is_not_forgotten_for_what_no_event_tells() {
    let shop = Shop::new();
    let emulator = filled(&shop);
    let scope = mirror(&shop).last_fill().unwrap().unwrap().scope;
    let begun = mirror(&shop).begin_fill(scope, 1_800_000_000, &[]).unwrap();
    change(&emulator);
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert_eq!(updated["untold"], serde_json::Value::Null);
    assert_eq!(mirror(&shop).last_fill().unwrap(), Some(begun));
}

#[test]
fn a_backfill_of_some_kinds_that_was_given_up_is_not_waited_for() {
    let shop = Shop::new();
    let emulator = filled(&shop);
    let whole = mirror(&shop).last_fill().unwrap().unwrap().scope;
    let some = Scope { kinds: vec!["product".to_owned()], ..whole };
    mirror(&shop).begin_fill(some, 1_800_000_000, &[]).unwrap();
    emulator.post("/v1/entitlements/features", "name=New&lookup_key=new");
    advance(&emulator, 60);
    let updated = shop.billctl("mirror update -o json").exits(0).json();
    assert_eq!(updated["untold"]["missing"], 0, "{updated}");
    shop.billctl("mirror verify").exits(0);
}

#[test]
fn what_was_read_under_each_customer_is_read_again_after_a_gap() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    let attach = |card: &str| {
        id(&emulator.post(&format!("/v1/payment_methods/{card}/attach"), &format!("customer={customer}")))
    };
    let old = attach("pm_card_visa");
    advance(&emulator, 60);
    shop.billctl("mirror backfill --per-customer").exits(0);
    let new = attach("pm_card_mastercard");
    emulator.post(&format!("/v1/payment_methods/{old}/detach"), "");
    advance(&emulator, 40 * DAY);
    shop.billctl("mirror update").exits(0);
    let method = |id: &str| mirror(&shop).object("payment_method", id).unwrap().unwrap().body;
    assert_eq!(method(&new)["customer"], customer);
    assert_eq!(method(&old)["customer"], serde_json::Value::Null);
}

#[test]
fn what_events_brought_of_a_payment_method_is_looked_for_after_a_gap() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    let form = format!("customer={customer}");
    let method = id(&emulator.post("/v1/payment_methods/pm_card_visa/attach", &form));
    shop.billctl("mirror backfill").exits(0);
    advance(&emulator, 60);
    emulator.post(&format!("/v1/payment_methods/{method}/detach"), "");
    advance(&emulator, 40 * DAY);
    shop.billctl("mirror update").exits(0);
    let here = mirror(&shop).object("payment_method", &method).unwrap().unwrap().body;
    assert_eq!(here["customer"], serde_json::Value::Null);
}

#[test]
fn events_are_read_after_the_clock_was_set_back() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/customers", "name=Ada");
    advance(&emulator, 10 * DAY);
    shop.billctl("events pull").exits(0);
    emulator.reset();
    emulator.post("/v1/customers", "name=Grace");
    assert_eq!(shop.billctl("events pull --dry-run -o json").exits(0).json()["new"], 1);
    assert_eq!(shop.billctl("events pull -o json").exits(0).json()["new"], 1);
    emulator.post("/v1/customers", "name=Edsger");
    assert_eq!(shop.billctl("mirror update -o json").exits(0).json()["new"], 1);
}
