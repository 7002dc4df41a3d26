//! What is tried again, and what is known of a write that failed.

use std::time::Duration;

use billctl::stripe::error::{Outcome, StripeError};
use billctl::stripe::{Client, Options, Reply};
use serde_json::{Value, json};

use super::fake::{Act, Fake, answer, ok};
use super::{client, key, options};

fn no(status: u16, code: &str) -> Act {
    answer(status, json!({"error": {"type": "invalid_request_error", "code": code, "message": "No."}}))
}

async fn post(script: Vec<Act>) -> (Result<Reply, StripeError>, Fake) {
    let fake = Fake::script(script).await;
    let result = client(&fake).writer().post("/v1/products", &json!({"name": "Pro"}), &key("run-1")).await;
    (result, fake)
}

async fn delete(script: Vec<Act>) -> (Result<Reply, StripeError>, Fake) {
    let fake = Fake::script(script).await;
    let result = client(&fake).writer().delete("/v1/products/prod_1").await;
    (result, fake)
}

#[tokio::test]
async fn a_write_is_tried_again_under_the_same_key_until_it_is_settled() {
    let slow = Act::After(Duration::from_secs(2), Box::new(ok("{}")));
    let (reply, fake) = post(vec![
        no(503, "x"),
        Act::Hangup,
        Act::CutBody,
        no(409, "idempotency_key_in_use"),
        slow,
        no(429, "lock_timeout"),
        ok(json!({"id": "prod_1"})),
    ])
    .await;

    assert_eq!(reply.unwrap().body["id"], "prod_1");
    let asked = fake.asked();
    assert_eq!(asked.len(), 7);
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("idempotency-key") == Some("run-1") && asked.body == "name=Pro")
    );
}

#[track_caller]
fn check_outcome((result, fake): (Result<Reply, StripeError>, Fake), requests: usize, outcome: Outcome) {
    let error = result.unwrap_err();
    assert_eq!((error.outcome(), fake.asked().len()), (outcome, requests), "{error:?}");
}

#[tokio::test]
async fn a_failed_write_says_whether_it_may_have_been_carried_out() {
    check_outcome(post(vec![no(400, "parameter_missing")]).await, 1, Outcome::NotDone);
    check_outcome(post(vec![no(402, "card_declined")]).await, 1, Outcome::NotDone);
    check_outcome(post(vec![no(401, "x")]).await, 1, Outcome::NotDone);
    // An earlier attempt is settled by what the same key gets later, unless the key is not looked at.
    check_outcome(post(vec![Act::Hangup, no(400, "parameter_missing")]).await, 2, Outcome::NotDone);
    check_outcome(post(vec![Act::Hangup, no(401, "x")]).await, 2, Outcome::Unknown);
    check_outcome(post(vec![Act::Hangup, no(403, "x")]).await, 2, Outcome::Unknown);
    check_outcome(post(vec![Act::Hangup, answer(407, "<html>")]).await, 2, Outcome::Unknown);
    // What is not Stripe's answer settles nothing.
    check_outcome(post(vec![answer(200, "<html>")]).await, 1, Outcome::Unknown);
    check_outcome(post(vec![answer(403, "<html>")]).await, 1, Outcome::NotDone);
    // A 500 that is replayed will not change.
    let replayed = no(500, "x").with("idempotent-replayed", "true");
    check_outcome(post(vec![no(500, "x"), replayed]).await, 2, Outcome::Unknown);
    check_outcome(post(vec![no(500, "x").with("stripe-should-retry", "false")]).await, 1, Outcome::Unknown);
    check_outcome(post(vec![no(429, "rate_limit"); 9]).await, 9, Outcome::NotDone);
    check_outcome(post(vec![Act::Hangup; 9]).await, 4, Outcome::Unknown);
    let slow = Act::After(Duration::from_secs(2), Box::new(ok("{}")));
    check_outcome(post(vec![slow; 9]).await, 4, Outcome::Unknown);
    check_outcome(post([vec![no(500, "x")], vec![Act::Hangup; 8]].concat()).await, 9, Outcome::Unknown);
    check_outcome(post(vec![no(409, "idempotency_key_in_use"); 9]).await, 9, Outcome::Unknown);
    check_outcome(post(vec![no(409, "lock_timeout"); 9]).await, 9, Outcome::NotDone);
    check_outcome(delete(vec![no(404, "resource_missing")]).await, 1, Outcome::NotDone);
    check_outcome(
        delete(vec![no(429, "rate_limit"), no(404, "resource_missing")]).await,
        2,
        Outcome::NotDone,
    );
}

#[tokio::test]
async fn a_delete_that_finds_nothing_after_a_lost_answer_says_so() {
    for lost in [Act::Hangup, Act::CutBody, no(500, "x")] {
        let (reply, fake) = delete(vec![lost, no(404, "resource_missing")]).await;
        assert!(reply.unwrap().already_gone);
        assert_eq!(fake.lines(), ["DELETE /v1/products/prod_1", "DELETE /v1/products/prod_1"]);
    }
    let (reply, _) = delete(vec![Act::Hangup, ok(json!({"id": "prod_1", "deleted": true}))]).await;
    assert!(!reply.unwrap().already_gone);
}

#[tokio::test]
async fn stripes_word_on_retrying_wins() {
    let (reply, fake) = post(vec![no(400, "x").with("stripe-should-retry", "true"), ok("{}")]).await;
    reply.unwrap();
    assert_eq!(fake.asked().len(), 2);
    let (error, fake) = post(vec![no(429, "x").with("stripe-should-retry", "false"), ok("{}")]).await;
    error.unwrap_err();
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let fake = Fake::script([no(429, "rate_limit").with("retry-after", "1"), ok("{}")]).await;
    let client = client(&fake);
    let waits = client.waits();
    let began = std::time::Instant::now();
    client.reader().get("/v1/prices", &Value::Null).await.unwrap();

    assert!(began.elapsed() >= Duration::from_secs(1));
    let stats = client.stats();
    assert_eq!((stats.requests, stats.retries, stats.rate_limited), (2, 1, 1));
    assert!(stats.waited >= Duration::from_secs(1));
    assert!(waits.borrow().is_some());
    assert_eq!(waits.borrow().unwrap().message(), None);
}

#[tokio::test]
async fn the_deadline_ends_it() {
    let fake = Fake::play(|_| no(503, "x").with("retry-after", "1")).await;
    let options = Options { deadline: Duration::from_millis(900), ..options(&fake) };
    let error = Client::new(options).unwrap().reader().get("/v1/prices", &Value::Null).await.unwrap_err();

    assert_eq!(error.api().unwrap().attempts, 1);
    assert_eq!(fake.asked().len(), 1);
}
