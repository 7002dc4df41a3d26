//! What goes over the wire, and what comes back whole.

use billctl::error::{Kind, fix_of, kind_of};
use billctl::stripe::error::{Outcome, StripeError};
use billctl::stripe::{API_VERSION, Client, Options, segment};
use serde_json::{Value, json};

use super::fake::{Fake, answer, ok};
use super::{KEY, client, key, options};

#[tokio::test]
async fn a_post_is_a_form_under_a_key_and_a_version() {
    let fake = Fake::script([ok(json!({"id": "price_1"})).with("idempotent-replayed", "true")]).await;
    let params = json!({"currency": "usd", "recurring": {"interval": "month"}, "expand": ["tiers"]});

    let reply = client(&fake).writer().post("/v1/prices", &params, &key("run-1")).await.unwrap();

    assert_eq!(reply.body, json!({"id": "price_1"}));
    assert_eq!(reply.request_id.as_deref(), Some("req_test"));
    assert!(reply.replayed);
    assert!(!reply.already_gone);
    let asked = &fake.asked()[0];
    assert_eq!(asked.line(), "POST /v1/prices");
    assert_eq!(asked.body, "currency=usd&recurring[interval]=month&expand[0]=tiers");
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.header("idempotency-key"), Some("run-1"));
    assert_eq!(asked.header("stripe-version"), Some(API_VERSION));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(asked.header("user-agent"), Some(concat!("billctl/", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_get_has_its_parameters_in_the_query_and_no_key_for_writes() {
    let fake = Fake::script([ok("{}")]).await;
    let path = format!("/v1/products/{}", segment("a/b c"));
    client(&fake).reader().get(&path, &json!({"expand": ["default_price"]})).await.unwrap();

    let asked = &fake.asked()[0];
    assert_eq!(asked.line(), "GET /v1/products/a%2Fb%20c?expand[0]=default_price");
    assert_eq!((asked.header("idempotency-key"), asked.body.as_str()), (None, ""));
}

#[tokio::test]
async fn version_two_is_written_as_json() {
    let fake = Fake::script([ok("{}")]).await;
    let params = json!({"name": null, "rate": 0.5});
    client(&fake).writer().post("/v2/core/event_destinations", &params, &key("k")).await.unwrap();

    let asked = &fake.asked()[0];
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), params);
}

#[tokio::test]
async fn an_error_is_kept_whole() {
    let body = json!({"error": {
        "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "param": "source",
        "message": "Your card has insufficient funds.", "doc_url": "https://docs.stripe.com/error-codes/card-declined",
        "advice_code": "try_again_later",
    }});
    let fake = Fake::script([answer(402, &body)]).await;
    let error =
        client(&fake).writer().post("/v1/invoices/in_1/pay", &Value::Null, &key("k")).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "The card was declined at POST /v1/invoices/in_1/pay: Your card has insufficient funds. (HTTP 402, \
         card_declined, param source, decline code insufficient_funds, request req_test)"
    );
    let api = error.api().unwrap();
    assert_eq!(api.error_type.as_deref(), Some("card_error"));
    assert_eq!(api.doc_url.as_deref(), Some("https://docs.stripe.com/error-codes/card-declined"));
    assert_eq!(serde_json::from_str::<Value>(&api.raw).unwrap(), body);
    assert_eq!(
        (error.status(), error.code(), error.outcome()),
        (Some(402), Some("card_declined"), Outcome::NotDone)
    );
}

#[track_caller]
fn check_kind(error: StripeError, kind: Kind, says: &str) {
    let error = anyhow::Error::from(error).context("Cannot read the prices");
    assert_eq!(kind_of(&error), kind, "{error:?}");
    let fix = fix_of(&error).unwrap_or_default();
    assert!(fix.contains(says), "{fix}");
}

async fn get(fake: &Fake) -> StripeError {
    let options = Options { max_retries: 0, ..options(fake) };
    Client::new(options).unwrap().reader().get("/v1/prices/price_1", &Value::Null).await.unwrap_err()
}

fn stripes(status: u16, code: &str) -> super::fake::Act {
    answer(status, json!({"error": {"type": "invalid_request_error", "code": code, "message": "No."}}))
}

#[tokio::test]
async fn an_error_says_which_kind_it_is_and_what_to_do() {
    let fake = Fake::script([
        stripes(401, "api_key_expired"),
        stripes(403, "more_permissions_required"),
        stripes(404, "resource_missing"),
        stripes(429, "rate_limit"),
        stripes(500, "internal"),
        answer(503, "<html>"),
        answer(200, "<html>"),
        answer(302, "{}"),
        answer(200, "[1]"),
        answer(404, json!({"message": "not found"})),
    ])
    .await;
    check_kind(get(&fake).await, Kind::Refused, "not revoked");
    check_kind(get(&fake).await, Kind::Refused, "permission");
    let missing = get(&fake).await;
    assert!(missing.is_missing());
    check_kind(missing, Kind::Failed, "");
    check_kind(get(&fake).await, Kind::Unreachable, "Wait");
    check_kind(get(&fake).await, Kind::Unreachable, "status.stripe.com");
    check_kind(get(&fake).await, Kind::Unreachable, "status.stripe.com");
    check_kind(get(&fake).await, Kind::Failed, "base URL");
    check_kind(get(&fake).await, Kind::Failed, "base URL");
    check_kind(get(&fake).await, Kind::Failed, "base URL");
    check_kind(get(&fake).await, Kind::Failed, "base URL");
}

#[tokio::test]
async fn nobody_listening_is_unreachable_and_told_soon() {
    let mut options = options(&Fake::script([]).await);
    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    options.base_url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    drop(listener);
    let client = Client::new(options).unwrap();
    let error = client.writer().post("/v1/prices", &Value::Null, &key("k")).await.unwrap_err();

    assert_eq!(error.outcome(), Outcome::NotDone);
    assert_eq!(client.stats().requests, 4);
    check_kind(error, Kind::Unreachable, "proxy");
}

#[tokio::test]
async fn a_request_that_cannot_be_said_is_not_sent() {
    let fake = Fake::script([]).await;
    let (reader, writer) = (client(&fake).reader(), client(&fake).writer());
    let fraction = writer.post("/v1/prices", &json!({"tiers": [{"unit_amount": 0.5}]}), &key("k")).await;
    assert_eq!(
        fraction.unwrap_err().to_string(),
        "POST /v1/prices cannot be sent: `tiers[0][unit_amount]` is a number with a fraction: amounts are \
         integers of minor units, or decimals in a string"
    );
    let no_id = writer.delete(&format!("/v1/products/{}", segment(""))).await.unwrap_err();
    assert_eq!(no_id.outcome(), Outcome::NotDone);
    reader.get(&format!("/v1/products/{}", segment("..")), &Value::Null).await.unwrap_err();
    reader.list("/v1/products", &json!({"ending_before": "prod_1"})).await.unwrap_err();
    assert_eq!(fake.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn what_comes_back_never_shows_the_key() {
    let echo =
        json!({"error": {"type": "invalid_request_error", "message": format!("Bad header: Bearer {KEY}")}});
    let fake = Fake::script([answer(400, echo), answer(200, format!("Bearer {KEY}"))]).await;
    let client = client(&fake);
    for _ in 0..2 {
        let error = client.reader().get("/v1/prices", &Value::Null).await.unwrap_err();
        let shown = format!("{error} {error:?} {error:#?} {:?}", anyhow::Error::from(error.clone()));
        assert!(!shown.contains("0123456789"), "{shown}");
        assert!(shown.contains("sk_test_****abcd"), "{shown}");
    }
    let shown = format!("{client:?} {:?} {:?} {:?}", client.reader(), client.writer(), options(&fake));
    assert!(!shown.contains("0123456789"), "{shown}");
}
