//! Many processes at one subject: billed once, refunded once.

use std::process::Stdio;

use super::{DAY, GOOD_CARD, advance, all, customer, nexus, subscribed};
use crate::support::{Shop, Transcript};

/// Runs commands at the same time.
fn together(shop: &Shop, lines: &[String]) -> Vec<Transcript> {
    let children: Vec<_> = lines
        .iter()
        .map(|line| shop.spawn(&line.split_whitespace().collect::<Vec<_>>(), Stdio::null()))
        .collect();
    children.into_iter().map(|child| shop.finish(child)).collect()
}

#[test]
fn processes_that_want_the_same_at_once_make_one() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    let line = "subscription create u_1 --plan pro -o json".to_owned();
    let said = together(&shop, &vec![line; 6]);
    let ids: Vec<_> = said.into_iter().map(|one| one.exits(0).json()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(all(&emulator).len(), 1);
    assert_eq!(emulator.list("/v1/charges").len(), 1);
}

#[test]
fn processes_that_want_different_things_at_once_make_one_and_are_told() {
    let (shop, emulator) = nexus();
    customer(&emulator, "u_1", GOOD_CARD);
    let plans = ["starter", "pro", "business", "pro", "starter", "business"];
    let lines = plans.map(|plan| format!("subscription create u_1 --plan {plan} -o json"));
    let said = together(&shop, &lines);
    let codes: Vec<_> = said.iter().map(|one| one.code.unwrap()).collect();
    assert_eq!(all(&emulator).len(), 1, "{codes:?}");
    assert_eq!(emulator.list("/v1/charges").len(), 1);
    assert!(codes.iter().all(|code| matches!(code, 0 | 1)) && codes.contains(&0), "{codes:?}");
    for one in said.iter().filter(|one| one.code == Some(1)) {
        assert!(one.stderr.contains("has a subscription already"), "{one}");
    }
}

#[test]
fn a_customer_is_made_once_for_those_who_subscribe_it_first() {
    let (shop, emulator) = nexus();
    let line = "subscription create u_1 --plan pro --send-invoice 30 -o json".to_owned();
    let said = together(&shop, &vec![line; 5]);
    assert!(said.iter().all(|one| one.code == Some(0)), "{said:?}");
    assert_eq!((emulator.list("/v1/customers").len(), all(&emulator).len()), (1, 1));
}

#[test]
fn processes_that_cancel_with_a_refund_at_once_give_it_back_once() {
    let (shop, emulator) = nexus();
    subscribed(&shop, &emulator, "u_1", "pro");
    advance(&emulator, 10 * DAY);
    let line = "subscription cancel u_1 --now --refund prorated --yes -o json".to_owned();
    let said = together(&shop, &vec![line; 4]);
    assert!(said.iter().any(|one| one.code == Some(0)), "{said:?}");
    let refunds = emulator.list("/v1/refunds");
    assert_eq!((refunds.len(), &refunds[0]["amount"]), (1, &6600.into()));
}
