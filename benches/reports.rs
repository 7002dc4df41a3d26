//! Reports about money: recurring revenue, churn and the rest over many subscriptions with three years of history.
//!
//!     cargo bench --bench reports -- subscriptions=100000 rounds=10

mod support;

use std::path::Path;
use std::process::ExitCode;

use billctl::store::books::Books;
use billctl::store::mirror::Mirror;
use jiff::Timestamp;
use support::books::add;
use support::numbers::{Sample, bytes, memory, time};
use support::process::{Run, Spec};
use support::table::{Table, heading};

/// When it is: 1 November 2026.
const NOW: i64 = 1_793_491_200;
const MONTH: i64 = 2_629_800;
/// Months of history.
const MONTHS: i64 = 36;
/// How many events go into one transaction.
const BATCH: usize = 5_000;

fn main() -> ExitCode {
    support::run(&[("subscriptions", 100_000), ("rounds", 10)], |options| {
        let (subscriptions, rounds) = (options.get("subscriptions")?, options.get("rounds")?);
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (events, size) = live(folder.path(), subscriptions)?;
        heading(&format!(
            "Reports over {subscriptions} subscriptions with three years of history ({events} events, {})",
            bytes(size)
        ));
        let mut table = Table::new(["command", "whole process", "peak memory"]);
        for command in COMMANDS {
            let (mut wall, mut peak) = (Sample::default(), Sample::default());
            for _ in 0..rounds {
                let run = run(folder.path(), command)?;
                wall.add_time(run.wall);
                peak.add(run.peak_kib);
            }
            table.row([command, &wall.show(time), &peak.show(memory)]);
        }
        table.print();
        Ok(())
    })
}

const COMMANDS: [&str; 7] = [
    "report mrr --from 2023-11-01 --by month",
    "report mrr --from 2023-11-01 --by day",
    "report churn --from 2023-11-01 --by month",
    "report plans",
    "report revenue --by month",
    "report payments --by month",
    "report summary",
];

fn run(folder: &Path, command: &str) -> anyhow::Result<Run> {
    Spec::billctl(folder)
        .env("BILLCTL_NOW", "2026-11-01T00:00:00Z")
        .args(command.split(' '))
        .args(["--quiet", "-o", "json"])
        .succeed()
}

/// Subscriptions as events tell them: begun in some month, changed once or twice, some of them ended; and in the last month
/// each with a charge. Returns how many events there are, and how many bytes they take.
fn live(folder: &Path, subscriptions: u64) -> anyhow::Result<(u64, u64)> {
    let state = folder.join(".billctl/emulator");
    let mut books = Books::open(&state.join("books.db"))?;
    let mut mirror = Mirror::open(&state.join("mirror.db"), true)?;
    let mut events = 0;
    let mut waiting: Vec<Vec<u8>> = Vec::new();
    for number in 0..subscriptions {
        waiting.extend(life(number));
        if waiting.len() >= BATCH || number + 1 == subscriptions {
            events += u64::try_from(waiting.len())?;
            add(&mut books, &waiting)?;
            waiting.clear();
            while mirror.apply_pending(&books, BATCH, Timestamp::from_second(NOW)?)?.more {}
        }
    }
    Ok((events, books.size() + mirror.size()))
}

/// The events of one subscription.
fn life(number: u64) -> Vec<Vec<u8>> {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let pick = |from: u32, of: i64| i64::try_from((scattered >> from) & 0xffff).unwrap_or(0) % of;
    let amounts = [4_900, 9_900, 17_900];
    let amount = |step: i64| amounts[usize::try_from((pick(8, 3) + step) % 3).unwrap_or(0)];
    let begun = NOW - (1 + pick(0, MONTHS)) * MONTH + pick(16, MONTH);
    let object = |status: &str, amount: i64, ended: Option<i64>| {
        let ended = ended.map_or("null".to_owned(), |ended| ended.to_string());
        format!(
            r#"{{"id":"sub_{scattered:016x}","object":"subscription","customer":"cus_{scattered:016x}","status":"{status}","currency":"usd","created":{begun},"start_date":{begun},"ended_at":{ended},"items":{{"data":[{{"id":"si_{scattered:016x}","quantity":1,"price":{{"id":"price_{amount}","product":"prod_{amount}","currency":"usd","unit_amount":{amount},"recurring":{{"interval":"month","interval_count":1,"usage_type":"licensed"}}}}}}]}}}}"#
        )
    };
    let mut count = 0;
    let mut event = |event_type: &str, at: i64, object: &str, previous: &str| {
        count += 1;
        format!(
            r#"{{"id":"evt_{scattered:016x}{count}","object":"event","api_version":"2026-10-28.endive","created":{at},"type":"{event_type}","livemode":false,"data":{{"object":{object}{previous}}}}}"#
        )
        .into_bytes()
    };
    let mut told =
        vec![event("customer.subscription.created", begun, &object("active", amount(0), None), "")];
    let left = (NOW - begun).max(3);
    let mut now = amount(0);
    for step in 1..=(1 + pick(24, 2)) {
        let previous = format!(
            r#","previous_attributes":{{"items":{{"data":[{{"id":"si_{scattered:016x}","quantity":1,"price":{{"id":"price_{now}","product":"prod_{now}","currency":"usd","unit_amount":{now},"recurring":{{"interval":"month","interval_count":1,"usage_type":"licensed"}}}}}}]}}}}"#
        );
        now = amount(step);
        let at = begun + left * step / 4;
        told.push(event("customer.subscription.updated", at, &object("active", now, None), &previous));
    }
    if pick(32, 3) == 0 {
        let at = begun + left * 7 / 8;
        told.push(event("customer.subscription.deleted", at, &object("canceled", now, Some(at)), ""));
    } else {
        let at = NOW - 1 - pick(40, MONTH);
        let charge = format!(
            r#"{{"id":"ch_{scattered:016x}","object":"charge","customer":"cus_{scattered:016x}","payment_intent":"pi_{scattered:016x}","status":"succeeded","captured":true,"amount":{now},"amount_captured":{now},"currency":"usd","created":{at}}}"#
        );
        told.push(event("charge.succeeded", at, &charge, ""));
    }
    told
}
