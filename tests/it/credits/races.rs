//! Many processes at one ledger, and processes that are killed.

use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
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
    wanted.ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

#[test]
fn what_was_acknowledged_outlives_a_kill_and_nothing_is_booked_twice() {
    let kills = kills();
    let shop = Shop::new();
    shop.billctl("credits grant u_1 1000000 --reason welcome --key g").exits(0);
    let mut acknowledged = 0;
    for number in 0..kills {
        let key = format!("k{number}");
        let words = ["credits", "deduct", "u_1", "1", "--reason", "call", "--key", &key, "-o", "json"];
        let mut child = shop.spawn(&words, Stdio::null());
        std::thread::sleep(Duration::from_micros(number * 397 % 20_000));
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let told = !output.stdout.is_empty();
        // Repeated after the crash, it is booked once in all.
        let again = shop.billctl(&words.join(" ")).json();
        if told {
            acknowledged += 1;
            assert_eq!(again["recorded"], false, "an acknowledged deduction was lost");
        }
    }
    let balance = shop.billctl("credits balance u_1 -o json").json();
    assert_eq!(balance["balance"], 1_000_000 - kills);
    shop.billctl("credits verify").exits(0);
    eprintln!("{acknowledged} of {kills} were acknowledged before they were killed");
}
