//! Killed at each page, stopped, and with objects that come and go meanwhile.

use std::process::Stdio;
use std::time::Duration;

use billctl::billing::backfill::Phase;
use billctl::store::mirror::Fill;
use serde_json::Value;

use super::{Objects, at_stripe, id, in_mirror, live, mirror, pages, row};
use crate::support::{Emulator, Shop};

/// The lists that the tests of killing read: under a product, under nothing, in one page and in several.
const READ: &str = "mirror backfill --kind customer --kind price --kind coupon --kind product_feature";

/// How many objects those are, with those they hang on.
const OBJECTS: u64 = 210 + 6 + 1 + 3 + 2 + 1;

/// Starts a backfill whose `nth` request from here on is never answered, and kills it when that was sent.
fn kill_at(shop: &Shop, emulator: &Emulator, nth: usize, fault: &str) {
    let before = emulator.requests().len();
    emulator.fail_on(&format!("GET /v1/*:nth={nth}:{fault}"));
    let words: Vec<&str> = READ.split(' ').chain(["--parallel", "2"]).collect();
    let mut child = shop.spawn(&words, Stdio::null());
    while emulator.requests().len() < before + nth && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(3));
    }
    let _ = child.kill();
    shop.finish(child);
    emulator.heal();
}

/// Starts a backfill and kills it once a path was asked for so many times, the last of which is never answered.
fn kill_once_asked(shop: &Shop, emulator: &Emulator, flags: &[&str], path: &str, times: usize) {
    emulator.fail_on(&format!("GET {path}:nth={times}:stall-before"));
    let mut child = shop.spawn(&[&["mirror", "backfill"], flags].concat(), Stdio::null());
    let is_it = |request: &&Value| request["path"] == path && request["method"] == "GET";
    while emulator.requests().iter().filter(is_it).count() < times {
        assert_eq!(child.try_wait().unwrap(), None, "{path} was not asked for so often");
        std::thread::sleep(Duration::from_millis(3));
    }
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
}

/// Waits until so many pages of customers were asked for.
fn wait_for_customers(emulator: &Emulator, pages: usize) {
    let is_page = |request: &&Value| request["path"] == "/v1/customers" && request["method"] == "GET";
    while emulator.requests().iter().filter(is_page).count() < pages {
        std::thread::sleep(Duration::from_millis(3));
    }
}

#[test]
fn killed_at_any_page_it_goes_on_from_where_it_was() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    let before = emulator.requests().len();
    shop.billctl(READ).exits(0);
    let all = emulator.requests().len() - before;
    for nth in 1..=all {
        let fault = if nth % 2 == 1 { "stall-before" } else { "stall-after" };
        forget(&shop);
        kill_at(&shop, &emulator, nth, fault);
        let filled = shop.billctl(&format!("{READ} -o json")).exits(0).json();
        assert_eq!(
            (&filled["received"], &filled["missing"]),
            (&OBJECTS.into(), &0.into()),
            "at request {nth}"
        );
        assert_mirrored_customers(&shop, &emulator, &format!("killed at request {nth}"));
    }
}

/// Deletes the mirror.
fn forget(shop: &Shop) {
    for file in ["mirror.db", "mirror.db-wal", "mirror.db-shm"] {
        let _ = fs_err::remove_file(shop.folder().join(".billctl/emulator").join(file));
    }
}

#[track_caller]
fn assert_mirrored_customers(shop: &Shop, emulator: &Emulator, what: &str) {
    let of_customers = |objects: Objects| -> Objects {
        objects.into_iter().filter(|((kind, _), _)| kind == "customer").collect()
    };
    assert_eq!(of_customers(in_mirror(shop)), of_customers(at_stripe(emulator)), "{what}");
}

#[test]
fn pages_that_were_kept_are_not_read_again() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    kill_at(&shop, &emulator, 12, "stall-before");
    let fill = mirror(&shop).last_fill().unwrap().unwrap();
    let kept = usize::try_from(mirror(&shop).fill_walks(&fill).unwrap().pages).unwrap();
    // The first request was for the account; the two that were under way need not have been kept.
    assert!(kept >= 9, "{kept} pages were kept");
    let before = pages(&emulator);
    let filled = shop.billctl(&format!("{READ} -o json")).exits(0).json();
    assert_eq!(filled["resumed"], true);
    let walks = mirror(&shop).fill_walks(&fill).unwrap();
    // Two for each walk of customers, the one list with more than a page.
    let looks = 2 * customer_walks(&shop, &fill);
    assert_eq!(pages(&emulator) - before, usize::try_from(walks.pages).unwrap() - kept + looks);
}

/// How many walks through all customers there were that gave any; one that gave none is looked at once.
fn customer_walks(shop: &Shop, fill: &Fill) -> usize {
    let walks = mirror(shop).done_tasks(fill, Phase::Lists).unwrap().unwrap();
    let walks: Vec<_> = walks.iter().filter(|walk| walk.source.name == "customer").collect();
    assert!(walks.iter().all(|walk| walk.objects > 0), "{walks:?}");
    walks.len()
}

#[test]
fn an_object_that_was_read_and_is_not_there_fails() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    kill_at(&shop, &emulator, 12, "stall-before");
    let file = rusqlite::Connection::open(shop.folder().join(".billctl/emulator/mirror.db")).unwrap();
    assert_eq!(file.execute("DELETE FROM objects WHERE kind = 'coupon'", []).unwrap(), 1);
    let filled = shop.billctl(READ).exits(1);
    assert!(filled.stdout.contains("1 of 223 objects are not in the mirror"), "{filled}");
    // The next one reads it again.
    let filled = shop.billctl(&format!("{READ} -o json")).exits(0).json();
    assert_eq!((row(&filled, "coupon").1, &filled["resumed"]), (1, &false.into()));
}

#[test]
fn what_comes_and_goes_while_it_runs_is_neither_lost_nor_missed() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    // After the first page of customers, before the second.
    emulator.fail_on("GET /v1/customers:nth=2:stall-before");
    let words: Vec<&str> = READ.split(' ').chain(["--parallel", "1"]).collect();
    let mut child = shop.spawn(&words, Stdio::null());
    wait_for_customers(&emulator, 2);
    child.kill().unwrap();
    shop.finish(child);
    emulator.heal();
    let page = |after: &str| emulator.get(&format!("/v1/customers?limit=100{after}"))["data"].clone();
    let read = page("");
    let unread = page(&format!("&starting_after={}", id(&read[99])));
    // One that was read, that behind which the next page begins, and one that was not read.
    for customer in [&read[40], &read[99], &unread[50]] {
        emulator.delete(&format!("/v1/customers/{}", id(customer)));
    }
    emulator.post("/v1/customers", "name=New");
    let filled = shop.billctl(&format!("{READ} -o json")).exits(0).json();
    assert_eq!((&filled["missing"], &filled["resumed"]), (&0.into(), &true.into()));
    assert_mirrored_customers(&shop, &emulator, "after changes");
}

#[test]
fn it_is_finished_when_it_is_proven_and_not_before() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 5);
    // Everything is read by then but what happened meanwhile.
    kill_once_asked(&shop, &emulator, &[], "/v1/events", 1);
    let file = rusqlite::Connection::open(shop.folder().join(".billctl/emulator/mirror.db")).unwrap();
    // No event brings these.
    let lost = "DELETE FROM objects WHERE kind = 'entitlements.feature'";
    assert_eq!(file.execute(lost, []).unwrap(), 2);
    let filled = shop.billctl("mirror backfill -o json").exits(1).json();
    assert_eq!((&filled["resumed"], &filled["missing"]), (&true.into(), &2.into()));
}

#[test]
fn what_lists_hang_on_may_be_deleted_before_they_are_read() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/customers", "name=Ada");
    let clock = id(&emulator.post("/v1/test_helpers/test_clocks", "frozen_time=1793491200"));
    emulator.post("/v1/customers", &format!("test_clock={clock}"));
    // The second time is for what was made since: the clock is read by then, and its customers are not.
    kill_once_asked(&shop, &emulator, &["--parallel", "1"], "/v1/products", 2);
    emulator.delete(&format!("/v1/test_helpers/test_clocks/{clock}"));
    let filled = shop.billctl("mirror backfill -o json").exits(0).json();
    assert_eq!((&filled["resumed"], &filled["missing"]), (&true.into(), &0.into()));
    assert_mirrored_customers(&shop, &emulator, "without the clock's");
}

#[test]
fn what_only_events_told_while_it_ran_is_not_taken_for_gone() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    emulator.post("/v1/products", "id=p&name=P");
    let feature = id(&emulator.post("/v1/entitlements/features", "name=F&lookup_key=f"));
    emulator.post("/v1/products/p/features", &format!("entitlement_feature={feature}"));
    let price =
        emulator.post("/v1/prices", "product=p&currency=usd&unit_amount=900&recurring[interval]=month");
    // By then it is known which customers there are.
    kill_once_asked(&shop, &emulator, &["--per-customer"], "/v1/products/p/features", 1);
    let customer = id(&emulator.post("/v1/customers", "name=Ada"));
    let method = emulator.post("/v1/payment_methods/pm_card_visa/attach", &format!("customer={customer}"));
    let form =
        format!("customer={customer}&items[0][price]={}&default_payment_method={}", id(&price), id(&method));
    emulator.post("/v1/subscriptions", &form);
    shop.billctl("events pull").exits(0);
    let filled = shop.billctl("mirror backfill --per-customer -o json").exits(0).json();
    assert_eq!(filled["resumed"], true);
    let sql = "SELECT customer, lookup_key FROM active_entitlements";
    let entitlements = shop.run(&["mirror", "query", sql, "-o", "json"], "").exits(0).json();
    assert_eq!(entitlements, serde_json::json!([{"customer": customer, "lookup_key": "f"}]));
}

#[test]
fn ctrl_c_keeps_what_was_read() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    emulator.fail_on("GET /v1/customers:delay=300");
    let words: Vec<&str> = READ.split(' ').chain(["-o", "json"]).collect();
    let child = shop.spawn(&words, Stdio::null());
    wait_for_customers(&emulator, 1);
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let stopped = shop.finish(child).exits(7);
    assert_eq!(stopped.json()["finished"], false);
    assert_eq!(row(&stopped.json(), "customer").3, "partial");
    emulator.heal();
    let filled = shop.billctl(&format!("{READ} -o json")).exits(0).json();
    assert_eq!(filled["resumed"], true);
    assert_mirrored_customers(&shop, &emulator, "after Ctrl-C");
}

#[test]
fn what_is_older_than_stripes_events_is_not_gone_on_with() {
    let shop = Shop::new();
    let emulator = shop.emulator();
    live(&emulator, 210);
    kill_at(&shop, &emulator, 12, "stall-before");
    let page = emulator.get("/v1/customers?limit=1");
    emulator.post(&format!("/v1/customers/{}", id(&page["data"][0])), "name=Changed");
    // Nothing tells any more what has changed of what was read.
    emulator.post("/_emulator/advance", &(40 * 86_400).to_string());
    let filled = shop.billctl(&format!("{READ} -o json")).exits(0);
    assert!(filled.stderr.contains("is too old to go on with"), "{filled}");
    assert_eq!(filled.json()["resumed"], false);
    assert_mirrored_customers(&shop, &emulator, "begun anew");
}
