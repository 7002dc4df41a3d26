//! Made anew from events and snapshots: the same, row for row.

use billctl::store::mirror::{Go, Mirror, Step, Swap};
use fastrand::Rng;
use rusqlite::Connection;
use serde_json::json;

use super::life::lives;
use super::world::{NOW, World, event};

fn lived() -> World {
    let mut world = World::new();
    let lives = lives(7, 20);
    let mut events = lives.events;
    Rng::with_seed(7).shuffle(&mut events);
    world.receive(&events);
    for (kind, at, object) in &lives.fetched {
        world.fetch(kind, *at, std::slice::from_ref(object));
    }
    world
}

#[test]
fn every_row_comes_out_as_it_was() {
    let mut world = lived();
    let before = world.rows();
    let rebuilt = world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, []);
    assert!(rebuilt.events.applied > 0 && rebuilt.snapshots > 0, "{rebuilt:?}");
    assert_eq!(world.rows(), before);
    assert_eq!(world.apply(100).applied, 0, "nothing is left to apply");
}

#[test]
fn what_was_changed_by_hand_is_put_right_and_told() {
    let mut world = lived();
    let before = world.rows();
    let hand = Connection::open(world.mirror.path()).unwrap();
    hand.execute("UPDATE customers SET name = 'by hand' WHERE id = (SELECT min(id) FROM customers)", [])
        .unwrap();
    hand.execute("DELETE FROM invoice_lines", []).unwrap();
    let lines = before.iter().filter(|row| row.starts_with("invoice_lines: ")).count();
    let changed = [("customers".to_owned(), 1), ("invoice_lines".to_owned(), u64::try_from(lines).unwrap())];

    let dry = world.mirror.rebuild(&world.books, Swap::No, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(dry.changed, changed);
    assert_ne!(world.rows(), before, "a dry run changes nothing");

    let rebuilt = world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, changed);
    assert_eq!(world.rows(), before);
}

#[test]
fn stopped_on_the_way_it_changes_nothing() {
    let mut world = lived();
    let before = world.rows();
    let mut steps = 0;
    let stopped = world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| {
        steps += 1;
        if steps > 1 { Go::Stop } else { Go::On }
    });
    assert_eq!(stopped.unwrap(), None);
    assert_eq!(world.rows(), before);
    let left: Vec<_> = fs_err::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("rebuild.db"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_comes_in_meanwhile_is_there_afterwards() {
    let mut world = lived();
    let path = world.mirror.path().clone();
    let mut late =
        Some(event("evt_late", "customer.created", 5_000, json!({"id": "cus_late", "object": "customer"})));
    let books_path = world.books.path().clone();
    world
        .mirror
        .rebuild(&world.books, Swap::Yes, NOW, &mut |_| {
            if let Some(event) = late.take() {
                let mut books = billctl::store::books::Books::open(&books_path).unwrap();
                let mut mirror = billctl::store::mirror::Mirror::open(&path, true).unwrap();
                super::world::add(&mut books, &[event]);
                mirror.apply_pending(&books, 10, NOW).unwrap();
                let price = json!({"id": "price_late", "object": "price", "active": true});
                super::world::fetch(&mut mirror, &books, "price", 6_000, &[price]);
            }
            Go::On
        })
        .unwrap()
        .unwrap();
    world.apply(10);
    assert_eq!(world.body("customer", "cus_late")["id"], "cus_late");
    assert_eq!(world.body("price", "price_late")["active"], true);
}

#[test]
fn what_a_listener_writes_meanwhile_is_no_change_that_the_rebuild_made() {
    for swap in [Swap::No, Swap::Yes] {
        let mut world = lived();
        let path = world.mirror.path().clone();
        let books_path = world.books.path().clone();
        let customer = json!({"id": "cus_late", "object": "customer"});
        let mut late = Some(event("evt_late", "customer.created", 5_000, customer));
        let mut listen = |step: Step| {
            // All that there was at the start is in the new tables.
            if step.done == step.total
                && let Some(event) = late.take()
            {
                let mut books = billctl::store::books::Books::open(&books_path).unwrap();
                let mut mirror = Mirror::open(&path, true).unwrap();
                super::world::add(&mut books, &[event]);
                mirror.apply_pending(&books, 10, NOW).unwrap();
                let price = json!({"id": "price_late", "object": "price", "active": true});
                super::world::fetch(&mut mirror, &books, "price", 6_000, &[price]);
            }
            Go::On
        };
        let rebuilt = world.mirror.rebuild(&world.books, swap, NOW, &mut listen).unwrap().unwrap();
        assert!(late.is_none());
        assert_eq!(rebuilt.changed, []);
        assert_eq!(world.body("customer", "cus_late")["id"], "cus_late");
        assert_eq!(world.body("price", "price_late")["active"], true);
        assert_eq!(world.apply(100).applied, 0, "nothing is left to apply");
    }
}

#[test]
fn what_waited_to_be_applied_is_a_change() {
    let mut world = lived();
    world.add(&[event("evt_new", "customer.created", 5_000, json!({"id": "cus_new", "object": "customer"}))]);
    let rebuilt = world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, [("customers".to_owned(), 1), ("objects".to_owned(), 1)]);
}

#[test]
fn two_at_a_time_are_refused() {
    let mut world = lived();
    let path = world.mirror.path().clone();
    let books_path = world.books.path().clone();
    let mut refused = None;
    world
        .mirror
        .rebuild(&world.books, Swap::Yes, NOW, &mut |_| {
            refused.get_or_insert_with(|| {
                let books = billctl::store::books::Books::open(&books_path).unwrap();
                let mut mirror = billctl::store::mirror::Mirror::open(&path, true).unwrap();
                mirror.rebuild(&books, Swap::Yes, NOW, &mut |_| Go::On).unwrap_err().to_string()
            });
            Go::On
        })
        .unwrap();
    assert_eq!(refused.as_deref(), Some("Another process is rebuilding the mirror"));
}

#[test]
fn where_a_backfill_or_a_pull_got_to_stays() {
    let mut world = lived();
    world.mirror.set_cursor("events", Some("123"), 1).unwrap();
    let hand = Connection::open(world.mirror.path()).unwrap();
    hand.execute("INSERT INTO fills VALUES (1, 'acct_1', NULL, 0, '', 5, 1)", []).unwrap();
    world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(world.mirror.cursor("events").unwrap().as_deref(), Some("123"));
    let fills: i64 = hand.query_row("SELECT count(*) FROM fills", [], |row| row.get(0)).unwrap();
    assert_eq!(fills, 1);
}

fn rebuilt_alike(mut world: World, deleted: bool) {
    let object = world.mirror.object("customer", "cus_1").unwrap().unwrap();
    assert_eq!(object.deleted, deleted, "{object:?}");
    let rebuilt = world.mirror.rebuild(&world.books, Swap::No, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(rebuilt.changed, []);
}

#[test]
fn what_was_fetched_last_is_what_a_rebuild_makes_too_whether_it_is_there_or_gone() {
    let gone = || json!({"id": "cus_1", "object": "customer", "deleted": true});
    let there = || json!({"id": "cus_1", "object": "customer", "name": "Ann"});
    let fetched = |news: &[(i64, serde_json::Value)]| {
        let mut world = World::new();
        for (second, object) in news {
            world.fetch("customer", *second, std::slice::from_ref(object));
        }
        world
    };
    rebuilt_alike(fetched(&[(150, gone()), (160, there())]), false);
    rebuilt_alike(fetched(&[(160, there()), (150, gone())]), false);
    rebuilt_alike(fetched(&[(150, there()), (160, gone())]), true);
    rebuilt_alike(fetched(&[(160, gone()), (150, there())]), true);

    // An event that it is gone is believed whatever was fetched later.
    let mut world = fetched(&[(150, gone())]);
    world.receive(&[event("evt_1", "customer.deleted", 100, there())]);
    world.fetch("customer", 160, &[there()]);
    rebuilt_alike(world, true);

    // It was there after all, and so are the events that were passed over meanwhile.
    let mut world = fetched(&[(150, gone())]);
    let renamed = json!({"id": "cus_1", "object": "customer", "name": "Bea"});
    world.receive(&[event("evt_1", "customer.updated", 170, renamed)]);
    world.fetch("customer", 160, &[there()]);
    assert_eq!(world.body("customer", "cus_1")["name"], "Bea");
    rebuilt_alike(world, false);
}

#[test]
fn what_is_not_put_in_place_says_nothing_of_subjects() {
    let mut world = World::new();
    let of = |key: &str| Some(key.to_owned());
    let path = world.mirror.path().clone();
    let open = |key: &str| Mirror::open(&path, true).unwrap().with_subject_metadata(of(key));
    world.mirror = open("userId");
    let metadata = json!({"userId": "u_1", "teamId": "t_1"});
    let customer = json!({"id": "cus_1", "object": "customer", "created": 10, "metadata": metadata});
    world.receive(&[event("evt_1", "customer.created", 10, customer)]);
    assert_eq!(world.books.subjects_of("cus_1").unwrap(), ["u_1"]);

    world.mirror = open("teamId");
    world.mirror.rebuild(&world.books, Swap::No, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(world.books.subjects_of("cus_1").unwrap(), ["u_1"], "it only looked");
    let mut steps = 0;
    let mut stop_after_events = |step: Step| {
        steps += 1;
        if step.done == step.total { Go::Stop } else { Go::On }
    };
    assert_eq!(world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut stop_after_events).unwrap(), None);
    assert!(steps > 1);
    assert_eq!(world.books.subjects_of("cus_1").unwrap(), ["u_1"], "it was stopped");
    world.mirror.rebuild(&world.books, Swap::Yes, NOW, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(world.books.subjects_of("cus_1").unwrap(), ["t_1"]);
}
