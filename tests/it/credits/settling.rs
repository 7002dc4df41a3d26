//! Packs whose events nobody read: what was paid is booked all the same, once.

use serde_json::json;

use super::packs::{balance, buy, shop};
use crate::support::Emulator;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

fn advance(emulator: &Emulator, seconds: u64) {
    emulator.post("/_emulator/advance", &seconds.to_string());
}

#[test]
fn what_was_bought_while_events_were_lost_is_booked_by_the_update_that_reads_it() {
    let (shop, emulator) = shop();
    buy(&emulator, &[("credits_60", 1)], "&client_reference_id=u_1");
    shop.billctl("events pull --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 60);
    advance(&emulator, HOUR);
    shop.billctl("mirror backfill --profile emulator").exits(0);
    buy(&emulator, &[("credits_1000", 1)], "&client_reference_id=u_2");
    // Its events are lost before anybody reads them.
    advance(&emulator, 40 * DAY);
    let updated = shop.billctl("mirror update --profile emulator -o json").exits(0).json();
    assert_eq!(updated["settled"], 1, "{updated}");
    assert_eq!(balance(&shop, "u_2")["balance"], 1000);
    assert_eq!(balance(&shop, "u_1")["balance"], 60);
    shop.billctl("mirror rebuild --profile emulator").exits(0);
    let settled = shop.billctl("credits settle --profile emulator -o json").exits(0).json();
    assert_eq!(settled["booked"], json!([]), "{settled}");
    assert_eq!(balance(&shop, "u_2")["balance"], 1000);
    shop.billctl("credits verify --profile emulator").exits(0);
}

#[test]
fn what_a_backfill_read_is_booked_if_somebody_says_since_when() {
    let (shop, emulator) = shop();
    let session = buy(&emulator, &[("credits_1000", 2)], "&client_reference_id=u_1");
    buy(&emulator, &[("report", 1)], "&client_reference_id=u_1");
    advance(&emulator, 40 * DAY);
    shop.billctl("mirror backfill --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 0);
    // What was paid before may stand in a ledger that was brought along.
    let later = shop.billctl("credits settle --since 2026-12-01 --profile emulator -o json").exits(0).json();
    assert_eq!((&later["payments"], &later["booked"]), (&json!(0), &json!([])));
    shop.billctl("credits settle --since 2026-10-01 --profile emulator --dry-run").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 0);
    let settled =
        shop.billctl("credits settle --since 2026-10-01 --profile emulator -o json").exits(0).json();
    assert_eq!(settled["booked"], json!([{"payment": session["id"], "subject": "u_1", "credits": 2000}]));
    assert_eq!(balance(&shop, "u_1")["balance"], 2000);
    let again = shop.billctl("credits settle --since 2026-10-01 --profile emulator").exits(0);
    assert!(again.stdout.starts_with("Nothing to book of 2 since 2026-10-01T00:00:00Z"), "{again}");
    // An event that comes late knows it.
    let late = json!({"id": "evt_late", "object": "event", "type": "checkout.session.completed", "created": 1_793_491_300,
        "livemode": false, "data": {"object": session}});
    shop.write("late.json", late.to_string());
    shop.billctl("events replay --file late.json --mirror --profile emulator").exits(0);
    assert_eq!(balance(&shop, "u_1")["balance"], 2000);
}

#[test]
fn without_any_event_it_has_to_be_said_since_when() {
    let (shop, _emulator) = shop();
    let refused = shop.billctl("credits settle --profile emulator").exits(2);
    assert!(refused.stderr.contains("Say it with `--since WHEN`"), "{refused}");
}
