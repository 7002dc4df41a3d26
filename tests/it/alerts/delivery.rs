//! Who is told: once, whatever fails, dies, or checks at the same time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use billctl::billing::signature;
use serde_json::{Value, json};

use crate::support::Shop;

/// A shop where u_1 has 40 credits, less than 50; `hook` is how crossings are told.
fn shop(hook: &str) -> Shop {
    let shop = Shop::new();
    write(&shop, hook);
    shop.billctl("credits grant u_1 40 --reason welcome").exits(0);
    shop
}

fn write(shop: &Shop, hook: &str) {
    let text = format!("[project]\nname = \"shop\"\n[alerts]\n{hook}\n[alerts.low]\nlow_balance = 50\n");
    shop.write("billing.toml", text);
}

/// A program that keeps what it is given, and then does something.
fn keeps(then: &str) -> String {
    format!("command = [\"/bin/sh\", \"-c\", \"/bin/cat >> told.jsonl; {then}\"]")
}

/// What the program was given.
fn told(shop: &Shop) -> Vec<Value> {
    if !shop.exists("told.jsonl") {
        return Vec::new();
    }
    shop.read("told.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_crossing_is_told_once_and_again_when_it_comes_again() {
    let shop = shop(&keeps("true"));
    shop.billctl("alerts check").exits(3);
    shop.billctl("alerts check").exits(3);
    let first = told(&shop);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0]["new"], json!([{"subject": "u_1", "balance": 40}]));
    assert_eq!((&first[0]["alert"], &first[0]["project"]), (&json!("low"), &json!("shop")));
    // Another subject is another crossing.
    shop.billctl("credits grant u_2 1 --reason welcome").exits(0);
    let second = shop.billctl("alerts check -o json").exits(3).json();
    assert_eq!((&second["delivered"], &second["waiting"]), (&json!(1), &json!(0)));
    assert_eq!(told(&shop)[1]["new"], json!([{"subject": "u_2", "balance": 1}]));
    // Over, and crossed again.
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    shop.billctl("alerts check").exits(3);
    shop.billctl("credits deduct u_1 100 --reason call").exits(0);
    shop.billctl("alerts check").exits(3);
    let all = told(&shop);
    assert_eq!(all.len(), 3);
    assert_eq!(all[2]["new"], json!([{"subject": "u_1", "balance": 40}]));
    assert_ne!(all[0]["id"], all[2]["id"]);
}

#[test]
fn a_dry_run_says_who_would_be_told_and_tells_nobody() {
    let shop = shop(&keeps("true"));
    let dry = shop.billctl("alerts check --dry-run").exits(3);
    assert!(dry.stderr.contains("Would tell `/bin/sh`: low"), "{dry}");
    assert!(told(&shop).is_empty());
    shop.billctl("alerts check").exits(3);
    assert_eq!(told(&shop).len(), 1);
    let dry = shop.billctl("alerts check --dry-run").exits(3);
    assert!(!dry.stderr.contains("Would tell"), "{dry}");
}

#[test]
fn what_was_not_taken_is_handed_over_again_as_it_was() {
    let shop = shop(&keeps("exit 4"));
    let failed = shop.billctl("alerts check").exits(7);
    assert!(failed.stderr.contains("exit status: 4"), "{failed}");
    write(&shop, "command = [\"./nothing-here\"]");
    shop.billctl("alerts check").exits(7);
    write(&shop, &keeps("true"));
    shop.billctl("credits grant u_1 100 --reason gift").exits(0);
    // It is over by now; that it was is told all the same.
    shop.billctl("alerts check").exits(0);
    let all = told(&shop);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], all[1]);
    shop.billctl("alerts check").exits(0);
    assert_eq!(told(&shop).len(), 2);
}

#[test]
fn a_check_that_dies_while_it_tells_is_made_up_for_under_the_same_id() {
    let mut shop = shop(&keeps("kill -9 $PPID"));
    assert_eq!(shop.billctl("alerts check").code, None);
    assert_eq!(told(&shop).len(), 1);
    write(&shop, &keeps("true"));
    // Somebody may be at it still.
    shop.billctl("alerts check").exits(3);
    assert_eq!(told(&shop).len(), 1);
    shop.set("BILLCTL_NOW", "2026-11-01T00:02:00Z");
    shop.billctl("alerts check").exits(3);
    let all = told(&shop);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0]["id"], all[1]["id"]);
}

#[test]
fn of_many_checks_at_once_one_tells() {
    let shop = shop(&keeps("true"));
    let checks: Vec<_> = (0..8).map(|_| shop.spawn(&["alerts", "check"], Stdio::null())).collect();
    for check in checks {
        shop.finish(check).exits(3);
    }
    assert_eq!(told(&shop).len(), 1);
}

#[test]
fn a_webhook_is_posted_signed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let secret = "whsec_test_billctl_alerts";
    let mut shop = Shop::new();
    shop.set_secret("ALERT_SECRET", secret);
    shop.set("ALERT_URL", &format!("http://127.0.0.1:{port}/alerts?token=hunter2"));
    write(&shop, "webhook = { env = \"ALERT_URL\" }\nwebhook_secrets = [{ env = \"ALERT_SECRET\" }]");
    shop.billctl("credits grant u_1 40 --reason welcome").exits(0);
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut headers, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            if let Some(bytes) = line.to_lowercase().strip_prefix("content-length: ") {
                length = bytes.parse().unwrap();
            }
            headers.push(line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        (headers, body)
    });
    let checked = shop.billctl("alerts check").exits(3);
    assert!(!checked.stderr.contains("hunter2"), "{checked}");
    let (headers, body) = server.join().unwrap();
    let header = |name: &str| {
        let start = format!("{name}: ");
        headers.iter().find_map(|line| line.strip_prefix(&start)).unwrap_or_else(|| panic!("{headers:?}"))
    };
    let now = "2026-11-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    signature::verify(&[secret], header("billctl-signature"), &body, now, 300).unwrap();
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(message["id"], header("idempotency-key"));
    shop.unset("ALERT_SECRET");
    let refused = shop.billctl("alerts check").exits(5);
    assert!(refused.stderr.contains("ALERT_SECRET"), "{refused}");
}
