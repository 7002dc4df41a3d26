//! Events that are passed on: the very same bytes and headers, until they are accepted.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::world::{self, Listener, event, shop};
use crate::support::Shop;

/// How long a test waits for something that comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What an application was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Got {
    request: String,
    /// In lower case, in order.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An application that takes webhooks.
struct Application {
    url: String,
    got: Mutex<Receiver<Got>>,
}

impl Application {
    /// One that answers its first `failures` requests with 500.
    fn start(failures: u32) -> Application {
        Application::on(TcpListener::bind("127.0.0.1:0").unwrap(), failures)
    }

    fn on(listener: TcpListener, failures: u32) -> Application {
        let url = format!("http://{}/app/hook?x=1", listener.local_addr().unwrap());
        let (sender, got) = channel();
        let failures = Arc::new(AtomicU32::new(failures));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (sender, failures) = (sender.clone(), Arc::clone(&failures));
                std::thread::spawn(move || serve(stream.unwrap(), &sender, &failures));
            }
        });
        Application { url, got: Mutex::new(got) }
    }

    fn next(&self) -> Got {
        self.got.lock().unwrap().recv_timeout(PATIENCE).expect("nothing was passed on")
    }

    fn nothing_more(&self) {
        let more = self.got.lock().unwrap().try_recv();
        assert!(more.is_err(), "{more:?}");
    }
}

fn serve(stream: TcpStream, sender: &Sender<Got>, failures: &AtomicU32) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let fails =
            failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let status = if fails { "500 Oh" } else { "200 OK" };
        sender.send(Got { request: request.trim().to_owned(), headers, body }).unwrap();
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        reader.get_mut().write_all(answer.as_bytes()).unwrap();
    }
}

/// Waits until the listener says that nothing waits to be passed on, and that so many were.
fn wait_until_forwarded(listener: &Listener, count: u64) {
    let begun = std::time::Instant::now();
    while listener.metric("billctl_forwarded_total") < count {
        assert!(begun.elapsed() < PATIENCE, "not passed on in time");
        std::thread::yield_now();
    }
}

#[test]
fn bytes_and_headers_are_passed_on_as_they_came() {
    let shop = shop();
    let application = Application::start(0);
    let listener = Listener::start(&shop, &["--forward-to", &application.url]);
    let body = "{\"id\": \"evt_1\",\n \"type\":\"a.b\", \"created\":1, \"note\": \"Zoë\"}";
    let signature = world::header(body.as_bytes());
    let headers = format!(
        "Stripe-Signature: {signature}\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n\
         Content-Type: application/json; charset=utf-8\r\nX-Twice: a\r\nX-Twice: b\r\nConnection: keep-alive\r\n"
    );
    assert_eq!(listener.send("POST", "/webhook", &headers, body.as_bytes()).0, 200);
    let got = application.next();
    assert_eq!(got.request, "POST /app/hook?x=1 HTTP/1.1");
    assert_eq!(got.body, body.as_bytes());
    for (name, value) in [
        ("stripe-signature", signature.as_str()),
        ("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"),
        ("content-type", "application/json; charset=utf-8"),
        ("x-twice", "a"),
        ("x-twice", "b"),
    ] {
        let pair = (name.to_owned(), value.to_owned());
        assert!(got.headers.contains(&pair), "{name}: {value} is not in {:?}", got.headers);
    }
    let own = ["accept", "content-length", "host"];
    let others: Vec<_> =
        got.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !own.contains(name)).collect();
    assert_eq!(others.len(), 5, "{:?}", got.headers);
}

#[test]
fn what_comes_again_is_passed_on_once_and_what_is_refused_never() {
    let shop = shop();
    let application = Application::start(0);
    let listener = Listener::start(&shop, &["--forward-to", &application.url]);
    listener.post(&event("evt_1"));
    listener.post(&event("evt_1"));
    listener.post_raw(b"{}", "t=1,v1=ab");
    listener.post(&event("evt_2"));
    wait_until_forwarded(&listener, 2);
    let mut ids = [application.next(), application.next()].map(|got| id(&got));
    ids.sort();
    assert_eq!(ids, ["evt_1", "evt_2"]);
    listener.stop(&shop);
    application.nothing_more();
}

fn id(got: &Got) -> String {
    let event: serde_json::Value = serde_json::from_slice(&got.body).unwrap();
    event["id"].as_str().unwrap().to_owned()
}

/// With a clock that goes on, so that what is put off becomes due.
fn shop_in_time() -> Shop {
    let mut shop = shop();
    shop.unset("BILLCTL_NOW");
    shop
}

const ANY_AGE: [&str; 2] = ["--tolerance", "0"];

#[test]
fn what_is_not_accepted_is_sent_again() {
    let shop = shop_in_time();
    let application = Application::start(2);
    let flags = [&ANY_AGE[..], &["--forward-to", &application.url]].concat();
    let listener = Listener::start(&shop, &flags);
    assert_eq!(listener.post(&event("evt_1")).0, 200);
    let got = [application.next(), application.next(), application.next()];
    assert_eq!(got[0], got[1]);
    assert_eq!(got[0], got[2]);
    wait_until_forwarded(&listener, 1);
    assert_eq!(listener.metric("billctl_forward_attempts_total"), 3);
    let stopped = listener.stop(&shop);
    assert!(stopped.stderr.contains("is not accepted and will be sent again"), "{}", stopped.stderr);
}

#[test]
fn what_waits_outlives_a_kill() {
    let shop = shop_in_time();
    // A port where nobody listens yet.
    let reserved = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let url = format!("http://{address}/app/hook?x=1");
    let flags = [&ANY_AGE[..], &["--forward-to", &url]].concat();
    let listener = Listener::start(&shop, &flags);
    for number in 0..20 {
        assert_eq!(listener.post(&event(&format!("evt_{number}"))).0, 200);
    }
    listener.kill();
    let application = Application::on(TcpListener::bind(address).unwrap(), 0);
    let listener = Listener::start(&shop, &flags);
    let mut ids: Vec<String> = (0..20).map(|_| id(&application.next())).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "{ids:?}");
    wait_until_forwarded(&listener, 20);
}

#[test]
fn two_listeners_of_a_profile_do_not_both_pass_on() {
    let shop = shop();
    let application = Application::start(0);
    let _listener = Listener::start(&shop, &["--forward-to", &application.url]);
    let second = shop.billctl(&format!(
        "events listen --port 0 --webhook-secret-file secret --forward-to {}",
        application.url
    ));
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("passes this profile's events on"), "{}", second.stderr);
}

#[test]
fn a_listener_does_not_pass_events_on_to_itself() {
    let shop = shop();
    for url in ["http://localhost:4242/webhook", "http://127.0.0.1:4242/webhook", "http://[::1]:4242/webhook"]
    {
        let line = format!("events listen --webhook-secret-file secret --forward-to {url}");
        let refused = shop.billctl(&line).exits(2);
        assert!(refused.stderr.contains("passed on to this listener itself"), "{refused}");
    }
}
