//! Each fault on each write, and SIGKILL at each request: the same end, and nothing twice.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{EVERYTHING, assert_everything_once};
use crate::support::{Emulator, Shop};

fn shop() -> (Shop, Emulator) {
    let shop = Shop::new();
    // A stalled request is given up soon.
    shop.write("billing.toml", format!("{EVERYTHING}\n[profiles.emulator]\ntimeout_seconds = 1\n"));
    let emulator = shop.emulator();
    (shop, emulator)
}

/// Everything that can go wrong with an answered or cut request.
const FAULTS: [&str; 10] = [
    "429-all",
    "429-lock",
    "409",
    "500-before",
    "500-after",
    "500-kept",
    "502",
    "cut-before",
    "cut-after",
    "twice",
];

#[test]
fn every_fault_on_every_second_or_third_write_ends_the_same() {
    let (shop, emulator) = shop();
    // A kept failure takes two requests, the second of which repeats it: on every second one it would never end.
    let strides = |fault: &'static str| if fault == "500-kept" { [3, 5] } else { [2, 3] };
    let often = FAULTS.map(|fault| strides(fault).map(|every| (every, fault))).concat();
    let stalled = [(7, "stall-before"), (7, "stall-after")];
    for (every, fault) in often.into_iter().chain(stalled) {
        emulator.reset();
        emulator.fail_on(&format!("POST /v1/*:every={every}:{fault}"));
        let mut synced = shop.billctl("catalog sync --yes -o json");
        // Where one request meets fault upon fault, the same command does the rest.
        for _ in 0..5 {
            if synced.code == Some(7) {
                synced = shop.billctl("catalog sync --yes -o json");
            }
        }
        assert_eq!(synced.code, Some(0), "{fault}: {synced}");
        emulator.heal();
        assert_everything_once(&shop, &emulator, &format!("{fault} on every {every}. write"));
    }
}

/// The routes that a sync writes to.
const ROUTES: [&str; 10] = [
    "/v1/billing/meters",
    "/v1/entitlements/features",
    "/v1/tax_rates",
    "/v1/products",
    "/v1/prices",
    "/v1/products/{id}/features",
    "/v1/coupons",
    "/v1/promotion_codes",
    "/v1/billing_portal/configurations",
    "/v1/webhook_endpoints",
];

#[test]
fn a_lost_answer_on_any_route_is_made_up_for_by_the_next_run() {
    let (shop, emulator) = shop();
    for route in ROUTES {
        for fault in ["500-kept", "stall-after", "stall-before"] {
            emulator.reset();
            // Once is not enough to stop a sync: it tries again. This lasts for all its tries.
            emulator.fail_on(&format!("POST {route}:count=9:{fault}"));
            let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
            let begun = Instant::now();
            while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_millis(900) {
                std::thread::sleep(Duration::from_millis(5));
            }
            let _ = child.kill();
            shop.finish(child);
            emulator.heal();
            let synced = shop.billctl("catalog sync --yes");
            assert_eq!(synced.code, Some(0), "{route} {fault}: {synced}");
            assert_everything_once(&shop, &emulator, &format!("{route} {fault}"));
        }
    }
}

#[test]
fn killed_at_any_request_the_next_run_finishes_and_makes_nothing_twice() {
    let (shop, emulator) = shop();
    let requests = {
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{synced}");
        emulator.requests().len()
    };
    for fault in ["stall-after", "stall-before"] {
        for nth in 1..=requests {
            emulator.reset();
            emulator.fail_on(&format!("* /v1/*:nth={nth}:{fault}"));
            let mut child = shop.spawn(&["catalog", "sync", "--yes"], Stdio::null());
            let begun = Instant::now();
            while emulator.requests().len() < nth
                && child.try_wait().unwrap().is_none()
                && begun.elapsed() < Duration::from_secs(20)
            {
                std::thread::sleep(Duration::from_millis(1));
            }
            let _ = child.kill();
            shop.finish(child);
            emulator.heal();
            let synced = shop.billctl("catalog sync --yes");
            assert_eq!(synced.code, Some(0), "{fault} at request {nth}: {synced}");
            assert_everything_once(&shop, &emulator, &format!("killed at request {nth} ({fault})"));
        }
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_says_what_is_done() {
    let (shop, emulator) = shop();
    emulator.fail_on("POST /v1/prices:delay=400");
    let child = shop.spawn(&["catalog", "sync", "--yes", "--parallel", "2"], Stdio::null());
    let pid = child.id().to_string();
    let prices = |emulator: &Emulator| {
        emulator
            .requests()
            .iter()
            .filter(|request| request["path"] == "/v1/prices" && request["method"] == "POST")
            .count()
    };
    while prices(&emulator) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupted = std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(interrupted.success());
    let stopped = shop.finish(child);
    assert_eq!(stopped.code, Some(7), "{stopped}");
    assert!(stopped.stderr.contains("Stopped: "), "{stopped}");
    assert!(stopped.stdout.contains("not done"), "{stopped}");
    emulator.heal();
    let synced = shop.billctl("catalog sync --yes");
    assert_eq!(synced.code, Some(0), "{synced}");
    assert_everything_once(&shop, &emulator, "after Ctrl-C");
}

#[test]
fn failures_that_stripe_remembers_from_an_earlier_run_do_not_stop_the_next() {
    let (shop, emulator) = shop();
    // As many failures, each kept for its key, as one run puts up with.
    for route in ["/v1/prices", "/v1/tax_rates"] {
        emulator.reset();
        emulator.fail_on(&format!("POST {route}:500-kept"));
        let failed = shop.billctl("catalog sync --yes");
        assert_eq!(failed.code, Some(7), "{failed}");
        emulator.heal();
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{route}: {synced}");
        assert_everything_once(&shop, &emulator, route);
    }
}
