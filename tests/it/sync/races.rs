//! Two syncs of one catalog at the same time, as from two machines: nothing twice.

use std::process::Stdio;

use super::{EVERYTHING, assert_everything_once, inventory};
use crate::support::{Emulator, Shop};

/// A second folder that knows nothing of the first one's state, on the first one's emulator.
fn elsewhere(emulator: &Emulator, catalog: &str) -> Shop {
    let mut shop = Shop::new();
    shop.set_secret("STRIPE_SECRET_KEY", &emulator.api_key);
    let profile = format!("\n[profiles.far]\nbase_url = \"{}\"\n", emulator.base_url);
    shop.write("billing.toml", format!("{catalog}{profile}"));
    shop
}

fn sync_both(one: &Shop, other: &Shop) {
    let first = one.spawn(&["catalog", "sync", "--yes"], Stdio::null());
    let second = other.spawn(&["catalog", "sync", "--yes", "--profile", "far"], Stdio::null());
    let (first, second) = (one.finish(first), other.finish(second));
    // The one that lost may say that the account moved; it then leaves the rest to a next run.
    for ended in [&first, &second] {
        assert!([Some(0), Some(1), Some(7)].contains(&ended.code), "{ended}");
    }
}

#[test]
fn two_first_syncs_at_once_make_everything_once() {
    let shop = Shop::new();
    shop.write("billing.toml", EVERYTHING);
    let emulator = shop.emulator();
    let other = elsewhere(&emulator, EVERYTHING);
    for round in 0..5 {
        emulator.reset();
        sync_both(&shop, &other);
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{synced}");
        assert_everything_once(&shop, &emulator, &format!("round {round}"));
    }
}

#[test]
fn two_replacements_at_once_make_one_new_price() {
    let shop = Shop::new();
    shop.write("billing.toml", EVERYTHING);
    let emulator = shop.emulator();
    let changed = EVERYTHING.replace("\"99.00 usd\"", "\"109.00 usd\"");
    let other = elsewhere(&emulator, &changed);
    for round in 0..5 {
        emulator.reset();
        shop.write("billing.toml", EVERYTHING);
        assert_eq!(shop.billctl("catalog sync --yes").code, Some(0));
        shop.write("billing.toml", &changed);
        sync_both(&shop, &other);
        let synced = shop.billctl("catalog sync --yes");
        assert_eq!(synced.code, Some(0), "{synced}");
        let prices = inventory(&emulator)["price pro.monthly"];
        assert_eq!(prices, 2, "round {round}: the old price and one new one");
    }
}
