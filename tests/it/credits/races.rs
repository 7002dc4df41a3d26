//! Many processes at one ledger, and processes that are killed.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::support::Shop;

#[test]
fn of_1000_parallel_deductions_exactly_as_many_succeed_as_are_covered() {
    let shop = Shop::new();
    shop.billctl("credits grant u_1 600 --reason welcome --key g").exits(0);
    let (taken, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for process in 0..50 {
            let (shop, taken, refused) = (&shop, &taken, &refused);
            scope.spawn(move || {
                for call in 0..20 {
                    let line = format!("credits deduct u_1 1 --reason call --key {process}.{call} -o json");
                    let mut deducted = shop.billctl(&line);
                    // Whoever waited too long for their turn asks again, under the same key.
                    while deducted.stderr.contains("keeps the books") {
                        deducted = shop.billctl(&line);
                    }
                    match deducted.code {
                        Some(0) => taken.fetch_add(1, Ordering::Relaxed),
                        Some(4) => refused.fetch_add(1, Ordering::Relaxed),
                        _ => panic!("{deducted}"),
                    };
                }
            });
        }
    });
    assert_eq!((taken.into_inner(), refused.into_inner()), (600, 400));
    let balance = shop.billctl("credits balance u_1 -o json").json();
    assert_eq!(balance["balance"], 0);
    shop.billctl("credits verify").exits(0);
}

/// How many processes are killed, unless `BILLCTL_TEST_KILLS` says otherwise.
fn kills() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "how much is tested, not what")]
    let wanted = std::env::var("BILLCTL_TEST_KILLS");
    wanted.ok().and_then(|text| text.parse().ok()).unwrap_or(400)
}

/// How many write at once.
const WRITERS: u64 = 4;

#[test]
fn what_was_acknowledged_outlives_a_kill_and_nothing_is_booked_twice() {
    let kills = kills();
    let shop = Shop::new();
    shop.billctl("credits grant u_1 1000000 --reason welcome --key g").exits(0);
    let (next, acknowledged, unfinished) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= kills {
                        break;
                    }
                    let key = format!("k{number}");
                    let words =
                        ["credits", "deduct", "u_1", "1", "--reason", "call", "--key", &key, "-o", "json"];
                    let mut child = shop.spawn(&words, Stdio::null());
                    // Somewhere in its life, while others are in theirs.
                    std::thread::sleep(Duration::from_micros(number * 997 % 100_000));
                    let _ = child.kill();
                    let told = !child.wait_with_output().unwrap().stdout.is_empty();
                    // Repeated after the crash, it is booked once in all.
                    let mut again = shop.billctl(&words.join(" "));
                    while again.stderr.contains("keeps the books") {
                        again = shop.billctl(&words.join(" "));
                    }
                    if told {
                        acknowledged.fetch_add(1, Ordering::Relaxed);
                        assert_eq!(again.json()["recorded"], false, "an acknowledged deduction was lost");
                    } else {
                        again.exits(0);
                        unfinished.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let balance = shop.billctl("credits balance u_1 -o json").json();
    assert_eq!(balance["balance"], 1_000_000 - kills);
    let verified = shop.billctl("credits verify -o json").exits(0).json();
    assert_eq!(verified["entries"], 1 + kills);
    let (acknowledged, unfinished) = (acknowledged.into_inner(), unfinished.into_inner());
    eprintln!("{acknowledged} of {kills} were acknowledged before they were killed, {unfinished} were not");
    assert!(unfinished > kills / 20, "hardly anything was killed in the middle: {unfinished} of {kills}");
}
