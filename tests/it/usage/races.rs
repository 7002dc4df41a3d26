//! Many processes at one limit.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::Shop;

const PLANS: &str = r#"
[project]
name = "race"

[products.free]
default_plan = true
limits.posts = { max = 100, per = "month" }
"#;

#[test]
fn of_50_processes_that_race_for_the_last_100_units_exactly_100_get_one() {
    let shop = Shop::new();
    shop.write("billing.toml", PLANS);
    shop.billctl("usage check u_1 posts").exits(0);
    let (taken, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for process in 0..50 {
            let (shop, taken, refused) = (&shop, &taken, &refused);
            scope.spawn(move || {
                for call in 0..3 {
                    let line = format!("usage record u_1 posts --enforce --key {process}.{call} -o json");
                    match shop.billctl(&line).code {
                        Some(0) => taken.fetch_add(1, Ordering::Relaxed),
                        Some(4) => refused.fetch_add(1, Ordering::Relaxed),
                        other => panic!("exit code {other:?}"),
                    };
                }
            });
        }
    });
    assert_eq!((taken.into_inner(), refused.into_inner()), (100, 50));
    let checked = shop.billctl("usage check u_1 posts -o json").exits(4).json();
    assert_eq!((&checked["used"], &checked["remaining"]), (&100.into(), &0.into()));
}
