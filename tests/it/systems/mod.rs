//! The five systems: each catalog is synced, planned to nothing, pulled, and the pulled one planned to nothing; and what
//! happens in them, driven through the command line alone.

mod communities;
mod founder;
mod localboxs;
mod nexus;
mod parentpilot;

use serde_json::Value;

use crate::support::{Emulator, Shop};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The environment names that a system hands over to its application.
#[track_caller]
fn check(name: &str, env: &[&str]) {
    let shop = Shop::new();
    // A system may spread its catalog over several files.
    for file in fs_err::read_dir(format!("{ROOT}/fixtures/systems/{name}")).unwrap() {
        let path = file.unwrap().path();
        shop.write(path.file_name().unwrap().to_str().unwrap(), fs_err::read(&path).unwrap());
    }
    let _emulator = shop.emulator();
    let done = |line: &str| {
        let transcript = shop.billctl(line);
        assert_eq!(transcript.code, Some(0), "{name}: {line}\n{transcript}");
        transcript.stdout
    };
    done("catalog sync --yes --profile emulator");
    done("catalog plan --exit-code --profile emulator");
    let lines = done("catalog env --profile emulator");
    let names: Vec<&str> = lines.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert_eq!(names, env, "{name}");
    done("catalog pull --out pulled.toml --profile emulator");
    done("catalog plan --exit-code --config pulled.toml --profile emulator");
}

#[test]
fn nexus() {
    check(
        "nexus",
        &[
            "STRIPE_PRICE_BIZ",
            "STRIPE_PRICE_PRO",
            "STRIPE_PRICE_STARTER",
            "STRIPE_PROD_BIZ",
            "STRIPE_PROD_PRO",
            "STRIPE_PROD_STARTER",
        ],
    );
}

#[test]
fn communities() {
    check("communities", &[]);
}

#[test]
fn parentpilot() {
    check("parentpilot", &["STRIPE_ENTERPRISE_PRICE_ID", "STRIPE_PRO_PRICE_ID", "STRIPE_STARTER_PRICE_ID"]);
}

#[test]
fn localboxs() {
    check(
        "localboxs",
        &[
            "STRIPE_PRICE_ID_CREDITS_1000",
            "STRIPE_PRICE_ID_CREDITS_10000",
            "STRIPE_PRICE_ID_CREDITS_500",
            "STRIPE_PRICE_ID_CREDITS_5000",
            "STRIPE_PRICE_ID_ENTERPRISE",
            "STRIPE_PRICE_ID_FREE",
            "STRIPE_PRICE_ID_PRO",
            "STRIPE_PRICE_ID_PRO_PLUS",
        ],
    );
}

#[test]
fn founder() {
    check("founder", &[]);
}

/// A system at work on an emulator that is served.
struct System {
    shop: Shop,
    _emulator: Emulator,
}

impl System {
    fn new(name: &str) -> System {
        let shop = Shop::new();
        for file in fs_err::read_dir(format!("{ROOT}/fixtures/systems/{name}")).unwrap() {
            let path = file.unwrap().path();
            shop.write(path.file_name().unwrap().to_str().unwrap(), fs_err::read(&path).unwrap());
        }
        let _emulator = shop.emulator();
        shop.billctl("catalog sync --yes").exits(0);
        System { shop, _emulator }
    }

    /// What a command tells a program.
    #[track_caller]
    fn told(&self, line: &str) -> Value {
        self.shop.billctl(&format!("{line} -o json")).exits(0).json()
    }

    /// Somebody pays what a checkout asks for.
    #[track_caller]
    fn buy(&self, what: &str, card: &str) {
        let made = self.told(&format!("checkout create {what}"));
        let session = made["id"].as_str().unwrap();
        self.shop.billctl(&format!("emulator pay {session} --card {card}")).exits(0);
        self.shop.billctl("events pull").exits(0);
    }

    /// Time goes by; what happens is read as it does, for Stripe keeps events for thirty days only.
    #[track_caller]
    fn wait(&self, duration: &str) {
        self.shop.billctl(&format!("emulator advance {duration}")).exits(0);
        self.shop.billctl("events pull").exits(0);
    }

    /// Plan and status of a subject.
    #[track_caller]
    fn stands(&self, subject: &str) -> (String, String) {
        let shown = self.told(&format!("customer show {subject}"));
        let text = |name: &str| shown[name].as_str().unwrap_or("none").to_owned();
        (text("plan"), text("status"))
    }
}

fn stands(plan: &str, status: &str) -> (String, String) {
    (plan.to_owned(), status.to_owned())
}

/// Stripe's test cards.
const GOOD_CARD: &str = "4242424242424242";
/// It can be saved, and fails when it is charged.
const CARD_THAT_FAILS_LATER: &str = "4000000000000341";
