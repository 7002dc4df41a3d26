//! Checkouts as an application and a person make them: one customer, exact links, no more than the policy allows.

#[cfg(unix)]
mod browser;
mod links;
mod mistakes;
mod payment_links;
mod portal;
mod selling;

use serde_json::Value;

use crate::support::{Emulator, Shop};

/// A system's catalog, synced into an emulator that is served.
fn system(name: &str) -> (Shop, Emulator) {
    let shop = Shop::new();
    let root = env!("CARGO_MANIFEST_DIR");
    for file in fs_err::read_dir(format!("{root}/fixtures/systems/{name}")).unwrap() {
        let path = file.unwrap().path();
        shop.write(path.file_name().unwrap().to_str().unwrap(), fs_err::read(&path).unwrap());
    }
    let emulator = shop.emulator();
    shop.billctl("catalog sync --yes").exits(0);
    (shop, emulator)
}

/// Makes a checkout; what scripts are told.
fn checkout(shop: &Shop, line: &str) -> Value {
    shop.billctl(&format!("checkout create {line} -o json")).exits(0).json()
}

/// The session as Stripe has it.
fn session(emulator: &Emulator, made: &Value) -> Value {
    emulator.get(&format!("/v1/checkout/sessions/{}", text(&made["id"])))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
