//! The five systems: each catalog is synced, planned to nothing, pulled, and the pulled one planned to nothing.

use crate::support::Shop;

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
