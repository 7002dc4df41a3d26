//! What is written for other programs, and that they can prove it without billctl.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::Shop;

fn shop() -> Shop {
    let mut shop = Shop::new();
    shop.write(
        "billing.toml",
        "[project]\nname = \"shop\"\n[policy]\nactors = [\"ada\", \"bob\"]\ncredits = { approval_above = 100 }\n",
    );
    shop.billctl("credits grant u_1 10 --reason 'a \"gift\", he said' --expires 30d --reference t_1")
        .exits(0);
    shop.billctl("credits grant u_2 500 --reason größer --key k").exits(5);
    shop.set("BILLCTL_ACTOR", "bob");
    shop.billctl("credits approve 1").exits(0);
    shop.set("BILLCTL_NOW", "2026-11-02T00:00:00Z");
    shop.billctl("credits deduct u_1 4 --reason call").exits(0);
    shop.billctl("credits reverse 3 --reason mistake").exits(0);
    shop.billctl("credits deduct u_1 99 --allow-partial --reason call --kind credits").exits(0);
    shop
}

/// The hash of an exported entry, made from the page that says how.
fn hash(entry: &Value) -> String {
    let number = |number: i64| number.to_be_bytes().to_vec();
    let text = |text: &str| [number(text.len() as i64), text.as_bytes().to_vec()].concat();
    let seconds =
        |name: &str| entry[name].as_str().map(|time| time.parse::<jiff::Timestamp>().unwrap().as_second());
    let optional =
        |value: Option<i64>| [vec![u8::from(value.is_some())], number(value.unwrap_or_default())].concat();
    let mut bytes = hex::decode(entry["previous_hash"].as_str().unwrap()).unwrap();
    for name in ["entry", "amount", "asked", "balance"] {
        bytes.extend(number(entry[name].as_i64().unwrap()));
    }
    bytes.extend(number(seconds("at").unwrap()));
    bytes.extend(optional(seconds("expires_at")));
    bytes.extend(optional(entry["reverses"].as_i64()));
    for name in ["subject", "kind", "type", "actor", "reason", "key", "reference"] {
        bytes.extend(text(entry[name].as_str().unwrap_or_default()));
    }
    bytes.push(u8::from(entry["reference"].is_string()));
    if let Some(approver) = entry["approver"].as_str() {
        bytes.extend(text(approver));
    }
    hex::encode(Sha256::digest(&bytes))
}

#[test]
fn another_program_proves_an_export_without_billctl() {
    let shop = shop();
    let lines = shop.billctl("credits export -o jsonl").exits(0).stdout;
    let entries: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 5);
    let mut previous = "0".repeat(64);
    for entry in &entries {
        assert_eq!(entry["previous_hash"], previous.as_str());
        previous = hash(entry);
        assert_eq!(entry["hash"], previous.as_str(), "{entry}");
    }
    assert_eq!(shop.billctl("credits verify -o json").json()["head"], previous.as_str());
}

#[test]
fn all_formats_hold_the_same_and_a_file_is_written_in_one_piece() {
    let shop = shop();
    let document = shop.billctl("credits export -o json").exits(0).json();
    let lines = shop.billctl("credits export -o jsonl").exits(0).stdout;
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(document, Value::Array(rows.clone()));
    let csv = shop.billctl("credits export").exits(0).stdout;
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.contains("\"a \"\"gift\"\", he said\""), "{csv}");
    for name in ["e.csv", "e.jsonl", "e.json"] {
        let written = shop.billctl(&format!("credits export --out {name} -o json")).exits(0).json();
        assert_eq!((&written["entries"], &written["last_hash"]), (&5.into(), &rows[4]["hash"]));
    }
    assert_eq!(shop.read("e.csv"), csv);
    assert_eq!(shop.read("e.jsonl"), lines);
    assert_eq!(serde_json::from_str::<Value>(&shop.read("e.json")).unwrap(), document);
    shop.billctl("credits export --out none/e.csv").exits(1);
    shop.billctl("credits export --out x.csv --dry-run").exits(0);
    assert!(!shop.exists("x.csv"));
}

#[test]
fn a_part_is_chosen_as_in_history() {
    let shop = shop();
    let numbers = |flags: &str| -> Vec<i64> {
        let entries = shop.billctl(&format!("credits export -o json {flags}")).exits(0).json();
        entries.as_array().unwrap().iter().map(|entry| entry["entry"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers("--subject u_1"), [1, 3, 4, 5]);
    assert_eq!(numbers("--type deduction"), [3, 5]);
    assert_eq!(numbers("--until 2026-11-02"), [1, 2]);
    assert_eq!(numbers("--subject u_1 --since 1h"), [3, 4, 5]);
    assert_eq!(numbers("--kind minutes"), Vec::<i64>::new());
    shop.billctl("credits export --since 2026-11-02 --until 2026-11-01").exits(2);
}
