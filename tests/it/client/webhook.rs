//! Events posted to an application: the very bytes, and what its answer means.

use std::time::Duration;

use billctl::error::{Kind, kind_of};
use billctl::stripe::error::Fault;
use billctl::stripe::webhook::{Answered, Endpoint, Unanswered};

use super::fake::{Act, Fake, answer, ok};

const BODY: &str = "{\"id\": \"evt_1\",\n \"name\": \"Zoë\"}\n";

async fn post(act: Act) -> (Result<Answered, Unanswered>, Fake) {
    let fake = Fake::script([act]).await;
    let endpoint =
        Endpoint::open(&fake.url.join("/webhook?v=1").unwrap(), Duration::from_millis(500)).unwrap();
    let headers =
        [("stripe-signature".to_owned(), b"t=1,v1=x".to_vec()), ("x-other".to_owned(), b"1".to_vec())];
    let told = endpoint.post(&headers, BODY.as_bytes().to_vec()).await;
    (told, fake)
}

#[tokio::test]
async fn the_very_bytes_and_headers_arrive() {
    let (told, fake) = post(ok("thanks")).await;
    let told = told.unwrap();
    assert_eq!((told.status, told.text.as_str(), told.is_accepted()), (200, "thanks", true));
    let asked = &fake.asked()[0];
    assert_eq!((asked.line().as_str(), asked.body.as_str()), ("POST /webhook?v=1", BODY));
    assert_eq!((asked.header("stripe-signature"), asked.header("x-other")), (Some("t=1,v1=x"), Some("1")));
}

async fn check(status: u16, accepted: bool, may_pass: bool) {
    let (told, fake) = post(answer(status, "no")).await;
    let told = told.unwrap();
    assert_eq!((told.is_accepted(), told.may_pass()), (accepted, may_pass), "{status}");
    assert_eq!(fake.lines().len(), 1, "{status} is not tried again by itself");
}

#[tokio::test]
async fn only_what_may_pass_is_worth_another_attempt() {
    check(204, true, false).await;
    check(400, false, false).await;
    check(404, false, false).await;
    check(429, false, true).await;
    check(500, false, true).await;
    check(503, false, true).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (told, fake) = post(answer(302, "").with("location", "/elsewhere")).await;
    assert!(!told.unwrap().is_accepted());
    assert_eq!(fake.lines().len(), 1);
}

#[tokio::test]
async fn an_endpoint_that_says_nothing_is_told_apart_from_one_that_is_not_there() {
    let (told, _) = post(Act::Hangup).await;
    assert_eq!(told.unwrap_err().fault, Fault::Cut);
    let (told, _) = post(Act::After(Duration::from_secs(60), Box::new(ok("")))).await;
    assert_eq!(told.unwrap_err().fault, Fault::Timeout);
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}/webhook").parse().unwrap();
    let endpoint = Endpoint::open(&url, Duration::from_secs(10)).unwrap();
    assert_eq!(endpoint.post(&[], Vec::new()).await.unwrap_err().fault, Fault::Connect);
}

#[test]
fn an_address_that_cannot_be_posted_to_is_a_usage_error() {
    for address in ["ftp://127.0.0.1/x", "file:///tmp/x", "mailto:ada@example.com"] {
        let error = Endpoint::open(&address.parse().unwrap(), Duration::from_secs(1)).unwrap_err();
        assert_eq!(kind_of(&error), Kind::Usage, "{error}");
    }
}
