//! Objects from Stripe into the mirror: all of them, once, whatever happens meanwhile.

mod backfill;
#[cfg(unix)]
mod killed;
mod refused;
mod update;
mod verify;

use std::collections::BTreeMap;

use billctl::store::mirror::Mirror;
use serde_json::Value;

use crate::support::{Emulator, Shop};

/// The kinds that the tests make objects of, with the lists that give them.
const LISTS: [(&str, &[&str]); 8] = [
    ("product", &["/v1/products"]),
    ("price", &["/v1/prices?active=true", "/v1/prices?active=false"]),
    ("entitlements.feature", &["/v1/entitlements/features", "/v1/entitlements/features?archived=true"]),
    ("tax_rate", &["/v1/tax_rates"]),
    ("coupon", &["/v1/coupons"]),
    ("promotion_code", &["/v1/promotion_codes"]),
    ("billing.meter", &["/v1/billing/meters"]),
    ("customer", &["/v1/customers"]),
];

/// Objects by kind and id.
type Objects = BTreeMap<(String, String), Value>;

/// A year of a shop's life: a few objects of many kinds, and more customers than a page holds, in one second and over
/// months.
fn live(emulator: &Emulator, customers: usize) {
    emulator.post("/v1/entitlements/features", "name=Reports&lookup_key=reports");
    let feature = emulator.post("/v1/entitlements/features", "name=Old&lookup_key=old");
    emulator.post(&format!("/v1/entitlements/features/{}", id(&feature)), "active=false");
    emulator.post("/v1/tax_rates", "display_name=VAT&percentage=20&inclusive=false");
    emulator
        .post("/v1/billing/meters", "display_name=Calls&event_name=calls&default_aggregation[formula]=sum");
    emulator.post("/v1/coupons", "id=TEN&percent_off=10&duration=once");
    emulator.post("/v1/promotion_codes", "promotion[type]=coupon&promotion[coupon]=TEN&code=HELLO");
    for number in 0..3 {
        emulator.post("/v1/products", &format!("id=p{number}&name=Product+{number}"));
        for active in [true, false] {
            let form = format!("product=p{number}&currency=usd&unit_amount=900&active={active}");
            emulator.post("/v1/prices", &form);
        }
    }
    let features = emulator.list("/v1/entitlements/features");
    emulator.post("/v1/products/p1/features", &format!("entitlement_feature={}", id(&features[0])));
    for number in 0..customers {
        if number > customers / 2 && number % 7 == 0 {
            emulator.post("/_emulator/advance", "345600");
        }
        emulator.post("/v1/customers", &format!("name=Customer+{number}"));
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

/// What the emulator has, read page by page without billctl's client.
fn at_stripe(emulator: &Emulator) -> Objects {
    let mut objects = Objects::new();
    for (kind, lists) in LISTS {
        for list in lists {
            let mut after = String::new();
            loop {
                let separator = if list.contains('?') { '&' } else { '?' };
                let page = emulator.get(&format!("{list}{separator}limit=100{after}"));
                for object in page["data"].as_array().unwrap() {
                    after = format!("&starting_after={}", id(object));
                    objects.insert((kind.to_owned(), id(object)), object.clone());
                }
                if page["has_more"] == false {
                    break;
                }
            }
        }
    }
    objects
}

fn mirror(shop: &Shop) -> Mirror {
    Mirror::open(&shop.folder().join(".billctl/emulator/mirror.db"), true).unwrap()
}

/// What the mirror has of the same kinds.
fn in_mirror(shop: &Shop) -> Objects {
    let mirror = mirror(shop);
    let mut objects = Objects::new();
    for (kind, _) in LISTS {
        for known in mirror.objects_of(kind, "", 100_000).unwrap() {
            objects.insert((kind.to_owned(), known.id), known.body);
        }
    }
    objects
}

#[track_caller]
fn assert_mirrored(shop: &Shop, emulator: &Emulator, what: &str) {
    let (here, there) = (in_mirror(shop), at_stripe(emulator));
    let lost: Vec<_> = there.keys().filter(|key| !here.contains_key(*key)).collect();
    let extra: Vec<_> = here.keys().filter(|key| !there.contains_key(*key)).collect();
    assert!(lost.is_empty() && extra.is_empty(), "{what}: lost {lost:?}, too many {extra:?}");
    for (key, object) in &there {
        assert_eq!(&here[key], object, "{what}: {key:?}");
    }
}

/// The numbers of a row of the result.
fn row(result: &Value, kind: &str) -> (u64, u64, u64, String) {
    let rows = result["kinds"].as_array().unwrap();
    let row = rows.iter().find(|row| row["kind"] == kind).unwrap_or_else(|| panic!("no {kind}: {result}"));
    let number = |name: &str| row[name].as_u64().unwrap();
    (number("received"), number("stored"), number("missing"), row["status"].as_str().unwrap().to_owned())
}

/// How many pages of lists were asked for.
fn pages(emulator: &Emulator) -> usize {
    let others = ["/v1/account", "/v1/events"];
    emulator.requests().iter().filter(|request| !others.contains(&request["path"].as_str().unwrap())).count()
}
