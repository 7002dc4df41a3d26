//! What follows from objects: transactions, subjects, and what is left out.

use billctl::billing::projection::SubjectLink;
use billctl::store::books::LinkOrigin;
use billctl::store::mirror::{Go, Mirror, Swap};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::world::{NOW, World, changed, event};

fn transactions(world: &World) -> Vec<[String; 3]> {
    let connection = Connection::open(world.mirror.path()).unwrap();
    let mut statement =
        connection.prepare("SELECT id, type, status FROM transactions ORDER BY at, id").unwrap();
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).unwrap();
    rows.map(Result::unwrap).collect()
}

fn invoice(status: &str, attempts: i64) -> Value {
    json!({"id": "in_1", "object": "invoice", "customer": "cus_1", "status": status, "attempt_count": attempts,
        "total": 500, "currency": "usd", "created": 10,
        "parent": {"subscription_details": {"subscription": "sub_1"}}})
}

fn subscription(price: &str, amount: i64, status: &str) -> Value {
    json!({"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": status, "created": 5,
        "items": {"data": [{"id": "si_1", "quantity": 1, "price": {"id": price, "unit_amount": amount,
            "recurring": {"interval": "month", "interval_count": 1}}}]}})
}

#[test]
fn a_payment_is_booked_once_however_often_it_is_told() {
    let mut world = World::new();
    let failed = event("evt_1", "invoice.payment_failed", 20, invoice("open", 1));
    world.receive(&[failed.clone(), failed]);
    assert_eq!(transactions(&world), [["in_1", "SUBSCRIPTION_PAYMENT", "FAILED"]]);
    let paid = invoice("paid", 2);
    world.receive(&[
        event("evt_2", "invoice.paid", 30, paid.clone()),
        event("evt_3", "invoice.payment_succeeded", 30, paid.clone()),
        event("evt_4", "invoice.updated", 30, paid),
    ]);
    assert_eq!(transactions(&world), [["in_1", "SUBSCRIPTION_PAYMENT", "COMPLETED"]]);
}

#[test]
fn every_change_of_plan_is_booked_though_only_the_last_stands() {
    let item = |price: &str, amount: i64| subscription(price, amount, "active")["items"].clone();
    let events = [
        event("evt_1", "customer.subscription.created", 10, subscription("price_pro", 9_900, "active")),
        changed(
            "evt_2",
            "customer.subscription.updated",
            20,
            subscription("price_biz", 17_900, "active"),
            json!({"items": item("price_pro", 9_900)}),
        ),
        changed(
            "evt_3",
            "customer.subscription.updated",
            30,
            subscription("price_mini", 900, "active"),
            json!({"items": item("price_biz", 17_900)}),
        ),
        event("evt_4", "customer.subscription.deleted", 40, subscription("price_mini", 900, "canceled")),
    ];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
        let mut world = World::new();
        for at in order {
            world.receive(&[events[at].clone()]);
        }
        let expected = [
            ["sub_1", "SUBSCRIPTION_CANCEL", "COMPLETED"],
            ["evt_2", "SUBSCRIPTION_UPGRADE", "COMPLETED"],
            ["evt_3", "SUBSCRIPTION_DOWNGRADE", "COMPLETED"],
        ];
        assert_eq!(transactions(&world), expected, "{order:?}");
    }
}

#[test]
fn subjects_are_found_by_what_objects_say_of_them() {
    let mut world = World::new();
    world.mirror =
        Mirror::open(world.mirror.path(), true).unwrap().with_subject_metadata(Some("userId".to_owned()));
    let customer = |user: &str| json!({"id": "cus_1", "object": "customer", "created": 10, "metadata": {"userId": user}});
    let session = json!({"id": "cs_1", "object": "checkout.session", "mode": "subscription", "created": 9,
        "customer": "cus_1", "client_reference_id": "community_7", "metadata": {}});
    world.receive(&[
        event("evt_1", "customer.created", 10, customer("u_1")),
        event("evt_2", "checkout.session.completed", 11, session),
    ]);
    assert_eq!(world.books.customers_of("u_1").unwrap(), ["cus_1"]);
    assert_eq!(world.books.customers_of("community_7").unwrap(), ["cus_1"]);
    assert_eq!(world.books.subjects_of("cus_1").unwrap(), ["community_7", "u_1"], "the earlier counts first");

    world.receive(&[changed(
        "evt_3",
        "customer.updated",
        20,
        customer("u_2"),
        json!({"metadata": {"userId": "u_1"}}),
    )]);
    assert_eq!(world.books.customers_of("u_1").unwrap(), [""; 0], "an object says one thing at a time");
    assert_eq!(world.books.customers_of("u_2").unwrap(), ["cus_1"]);

    let by_hand = SubjectLink { subject: "u_2".to_owned(), customer: "cus_9".to_owned(), at: 99 };
    world.books.note_links(&[(LinkOrigin::Manual, Some(by_hand))]).unwrap();
    assert_eq!(
        world.books.customers_of("u_2").unwrap(),
        ["cus_9", "cus_1"],
        "what a person said counts first"
    );
}

#[test]
fn without_personal_data_no_name_is_in_the_file() {
    let mut world = World::new();
    world.mirror = Mirror::open(world.mirror.path(), false).unwrap();
    let address = json!({"city": "Secretville", "line1": "Hidden Lane 1"});
    let customer = json!({"id": "cus_1", "object": "customer", "name": "Ada Hushed", "email": "hushed@example.com",
        "address": address, "metadata": {"userId": "u_1"}, "invoice_settings": {"default_payment_method": "pm_1"}});
    world.fetch("customer", 5, std::slice::from_ref(&customer));
    world.receive(&[
        event("evt_1", "customer.created", 10, customer),
        event(
            "evt_2",
            "charge.succeeded",
            11,
            json!({"id": "ch_1", "object": "charge", "amount": 5,
            "billing_details": {"name": "Ada Hushed", "email": "hushed@example.com", "address": address}}),
        ),
        event(
            "evt_3",
            "payment_intent.created",
            11,
            json!({"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_do_not_keep"}),
        ),
    ]);
    assert_eq!(world.body("customer", "cus_1")["metadata"]["userId"], "u_1");
    assert_eq!(world.body("customer", "cus_1")["name"], Value::Null);
    let World { folder, books, mirror } = world;
    drop(mirror);
    let file = fs_err::read(folder.path().join("mirror.db")).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("cus_1"));
    for text in ["Hushed", "hushed@", "Secretville", "Hidden Lane", "do_not_keep"] {
        assert!(!holds(text), "{text} is in the mirror");
    }
    assert!(String::from_utf8(books.body(1).unwrap().unwrap()).unwrap().contains("Ada Hushed"), "raw is raw");
}

#[test]
fn client_secrets_are_never_in_the_mirror() {
    let mut world = World::new();
    let intent = json!({"id": "pi_1", "object": "payment_intent", "client_secret": "pi_1_secret_x", "status": "succeeded"});
    world.receive(&[event("evt_1", "payment_intent.succeeded", 10, intent.clone())]);
    world.fetch("payment_intent", 20, &[intent]);
    assert_eq!(
        world.body("payment_intent", "pi_1"),
        json!({"id": "pi_1", "object": "payment_intent",
        "client_secret": null, "status": "succeeded"})
    );
}

fn row(world: &World, sql: &str) -> Vec<Value> {
    let mut query = billctl::store::mirror::Query::open(world.mirror.path(), world.books.path()).unwrap();
    query.run(sql, 1, std::time::Duration::from_secs(60)).unwrap().rows.pop().unwrap()
}

#[test]
fn older_shapes_are_read_too() {
    let mut world = World::new();
    world.receive(&[
        event("evt_1", "customer.subscription.created", 10, json!({"id": "sub_1", "object": "subscription",
            "customer": "cus_1", "status": "active", "current_period_start": 100, "current_period_end": 200,
            "items": {"data": [{"id": "si_1", "plan": {"id": "plan_1", "amount": 900, "interval": "month", "product": "prod_1"},
                "quantity": 2}]}})),
        event("evt_2", "invoice.paid", 10, json!({"id": "in_1", "object": "invoice", "paid": true, "subscription": "sub_1",
            "customer": "cus_1", "total": 900, "tax": 90, "payment_intent": {"id": "pi_1", "object": "payment_intent"},
            "lines": {"data": [{"id": "il_1", "amount": 900, "plan": {"id": "plan_1", "product": "prod_1"}, "proration": false}]}})),
        event("evt_3", "promotion_code.created", 10, json!({"id": "promo_1", "object": "promotion_code", "code": "X",
            "coupon": {"id": "co_1", "object": "coupon"}})),
    ]);
    assert_eq!(
        row(&world, "SELECT current_period_start, current_period_end FROM subscriptions"),
        [json!(100), json!(200)]
    );
    assert_eq!(
        row(
            &world,
            "SELECT price, product, unit_amount, quantity, current_period_end FROM subscription_items"
        ),
        [json!("plan_1"), json!("prod_1"), json!(900), json!(2), json!(200)]
    );
    assert_eq!(
        row(&world, "SELECT status, subscription, tax, payment_intent FROM invoices"),
        [json!("paid"), json!("sub_1"), json!(90), json!("pi_1")]
    );
    assert_eq!(
        row(&world, "SELECT price, product, proration FROM invoice_lines"),
        [json!("plan_1"), json!("prod_1"), json!(0)]
    );
    assert_eq!(row(&world, "SELECT coupon FROM promotion_codes"), [json!("co_1")]);
    let applied = world.mirror.apply_pending(&world.books, 10, NOW).unwrap();
    assert_eq!(applied.applied, 0);
}

#[test]
fn a_rebuild_takes_personal_data_out_of_the_file() {
    let mut world = World::new();
    let customer = |id: &str| {
        json!({"id": id, "object": "customer", "name": "Ada Hushed", "email": "hushed@example.com",
            "metadata": {"userId": "u_1"}})
    };
    world.fetch("customer", 5, &[customer("cus_1")]);
    world.receive(&[event("evt_1", "customer.created", 10, customer("cus_2"))]);
    world.mirror = Mirror::open(world.mirror.path(), false).unwrap();
    world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(world.body("customer", "cus_1")["name"], Value::Null);
    let World { folder, books: _, mirror } = world;
    drop(mirror);
    for name in ["mirror.db", "mirror.db-wal"] {
        let file = fs_err::read(folder.path().join(name)).unwrap_or_default();
        let holds = |text: &str| file.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(name.ends_with("wal") || holds("cus_1"));
        assert!(!holds("Hushed") && !holds("hushed@"), "a name is in {name}");
    }
}

#[test]
fn what_another_account_tells_changes_nothing() {
    let mut world = World::new();
    world.mirror.set_account("acct_1Own").unwrap();
    let product = |name: &str| json!({"id": "pro", "object": "product", "name": name});
    let mut foreign = event("evt_2", "product.updated", 20, product("Theirs"));
    foreign["account"] = json!("acct_1Other");
    let mut own = event("evt_1", "product.created", 10, product("Ours"));
    own["account"] = json!("acct_1Own");
    let applied = world.receive(&[foreign.clone(), own]);
    assert_eq!((applied.applied, applied.kept), (1, 1));
    assert_eq!(world.body("product", "pro")["name"], "Ours");
    // In the same second neither.
    foreign["id"] = json!("evt_3");
    foreign["created"] = json!(10);
    world.receive(&[foreign, event("evt_4", "product.updated", 10, product("Ours too"))]);
    assert_eq!(world.body("product", "pro")["name"], "Ours too");
    let rebuilt = world.mirror.rebuild(&world.books, Swap::No, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, []);
}

#[test]
fn an_invoice_that_is_only_announced_is_none() {
    let mut world = World::new();
    let preview = json!({"id": "upcoming_in_1", "object": "invoice", "status": "draft", "total": 500});
    let applied = world.receive(&[event("evt_1", "invoice.upcoming", 10, preview)]);
    assert_eq!((applied.applied, applied.kept), (0, 1));
    assert_eq!(world.mirror.counts().unwrap(), []);
}
