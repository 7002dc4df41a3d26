//! What strangers send: refused at once, in little memory, while others are served.

use std::sync::Arc;
use std::time::Duration;

use billctl::listen::{Arrival, Kept, Limits, Metrics, Options, Secrets, Sink};
use billctl::store::books::Books;
use jiff::Timestamp;

use super::world::{Listener, NOW, SECRET, Sender, books, event, header, shop};

/// The most memory that a process ever held, in MiB.
#[cfg(target_os = "linux")]
fn peak_mib(pid: u32) -> u64 {
    let status = fs_err::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}

#[test]
fn a_body_over_the_limit_is_refused_however_it_comes() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let head =
        |rest: &str| format!("POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1\r\n{rest}\r\n\r\n");
    // What says how large it is, is not read at all.
    let mut told = Sender::connect(&listener.address);
    told.write(head("Content-Length: 1000000000000").as_bytes()).unwrap();
    assert_eq!(told.answer().unwrap().0, 413);
    // What does not is cut off at the limit.
    let mut chunked = Sender::connect(&listener.address);
    chunked.write(head("Transfer-Encoding: chunked").as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
    let mut sent = 0;
    while chunked.write(&chunk).is_ok() {
        sent += 1;
        assert!(sent < 4096, "a body of 256 MiB was read");
    }
    // The largest that is allowed is read.
    let body = vec![b' '; 4 << 20];
    assert_eq!(listener.post_raw(&body, &header(&body)).1["error"]["code"], "not_an_event");
    assert_eq!(listener.post(&event("evt_1")).0, 200);
    #[cfg(target_os = "linux")]
    assert!(peak_mib(listener.pid()) < 200, "{} MiB", peak_mib(listener.pid()));
}

#[test]
fn heads_without_end_are_refused() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let body = event("evt_1").to_string();
    let signed = format!("Stripe-Signature: {}\r\n", header(body.as_bytes()));
    let mut many = Sender::connect(&listener.address);
    let headers = format!("{signed}{}", "X-A: b\r\n".repeat(10_000));
    assert_eq!(many.send("POST", "/webhook", &headers, body.as_bytes()).unwrap().0, 431);
    let mut long = Sender::connect(&listener.address);
    let headers = format!("{signed}X-Long: {}\r\n", "x".repeat(1 << 20));
    // The answer may be lost when the rest of the head meets a closed connection.
    let answered = long.send("POST", "/webhook", &headers, body.as_bytes());
    assert!(answered.is_err() || answered.unwrap().0 == 431);
    let signatures = header(body.as_bytes()).split_once(',').unwrap().1.to_owned();
    let hundreds = format!("t={NOW}{}", format!(",{signatures}").repeat(500));
    let refused = listener.post_raw(body.as_bytes(), &hundreds);
    assert_eq!((refused.0, refused.1["error"]["code"].as_str()), (400, Some("malformed_header")));
    assert_eq!(listener.post(&event("evt_1")).0, 200);
}

#[test]
fn nesting_without_end_is_refused_or_kept_unread() {
    let shop = shop();
    let listener = Listener::start(&shop, &[]);
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
    let refused = [nested("[", "]"), nested("{\"data\":", "}"), nested("{\"a\":", "}")];
    for body in &refused {
        assert_eq!(listener.post_raw(body.as_bytes(), &header(body.as_bytes())).0, 400);
    }
    // An event as far as its envelope goes: stored, and the mirror says that it cannot read the rest.
    let deep =
        event("evt_deep").to_string().replace("\"metadata\":{}", &format!("\"a\":{}", nested("[", "]")));
    let answer = listener.post_raw(deep.as_bytes(), &header(deep.as_bytes())).0;
    assert_eq!(listener.post(&event("evt_1")).0, 200);
    let stopped = listener.stop(&shop);
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    let stored = books(&shop).event("evt_deep").unwrap();
    assert_eq!(stored.is_some(), answer == 200);
}

/// A receiver in this process whose patience is short.
async fn impatient(folder: &std::path::Path) -> billctl::listen::Listener {
    let limits = Limits {
        head_time: Duration::from_millis(100),
        body_time: Duration::from_millis(100),
        connections: 8,
        bodies: 64 << 10,
        ..Limits::default()
    };
    let options = Options {
        address: "127.0.0.1:0".parse().unwrap(),
        path: "/webhook".to_owned(),
        secrets: Arc::new(Secrets::new(vec![SECRET.to_owned().into()], None)),
        tolerance: 300,
        livemode: None,
        keep_headers: false,
        limits,
        clock: Arc::new(|| Timestamp::from_second(NOW).unwrap()),
        notices: None,
    };
    let books = Books::open(&folder.join("books.db")).unwrap();
    let metrics = Arc::new(Metrics::default());
    billctl::listen::listen(options, Box::new(books), metrics, Box::new(|| {})).await.unwrap()
}

#[test]
fn slow_senders_are_cut_off_and_hold_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(impatient(folder.path()));
    let address = listener.address.to_string();
    // More than there are places, each with a head that does not end.
    let mut slow: Vec<Sender> = (0..20).map(|_| Sender::connect(&address)).collect();
    for sender in &mut slow {
        sender.write(b"POST /webhook HTTP/1.1\r\nHost: x\r\n").unwrap();
    }
    assert_eq!(Sender::connect(&address).post(&event("evt_1")).unwrap().0, 200);
    let mut endless = Sender::connect(&address);
    let head = "POST /webhook HTTP/1.1\r\nHost: x\r\nStripe-Signature: t=1\r\nContent-Length: 100\r\n\r\n{";
    endless.write(head.as_bytes()).unwrap();
    assert_eq!(endless.answer().unwrap().0, 408);
    runtime.block_on(listener.stop());
    let books = Books::open(&folder.path().join("books.db")).unwrap();
    assert!(books.event("evt_1").unwrap().is_some());
}

#[test]
fn bodies_together_take_no_more_than_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(impatient(folder.path()));
    let address = listener.address.to_string();
    let body = vec![b' '; 128 << 10];
    let headers = format!("Stripe-Signature: {}\r\n", header(&body));
    let refused = Sender::connect(&address).send("POST", "/webhook", &headers, &body);
    // The answer may be lost when the rest of the body meets a closed connection.
    assert!(refused.is_err() || refused.unwrap().0 == 503);
    // What was taken of the room is given back.
    for number in 0..4 {
        let (status, _) = Sender::connect(&address).post(&event(&format!("evt_{number}"))).unwrap();
        assert_eq!(status, 200);
    }
    runtime.block_on(listener.stop());
}

/// A store that fails every other time.
struct Flaky {
    books: Books,
    calls: u32,
}

impl Sink for Flaky {
    fn add(&mut self, arrivals: &[Arrival]) -> anyhow::Result<Vec<Kept>> {
        self.calls += 1;
        anyhow::ensure!(self.calls.is_multiple_of(2), "the disk is full");
        self.books.add(arrivals)
    }
}

#[test]
fn what_cannot_be_stored_is_not_answered_200_and_the_next_one_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let path = folder.path().join("books.db");
    let listener = runtime.block_on(async {
        let options = Options {
            address: "127.0.0.1:0".parse().unwrap(),
            path: "/webhook".to_owned(),
            secrets: Arc::new(Secrets::new(vec![SECRET.to_owned().into()], None)),
            tolerance: 0,
            livemode: None,
            keep_headers: false,
            limits: Limits::default(),
            clock: Arc::new(|| Timestamp::from_second(NOW).unwrap()),
            notices: None,
        };
        let sink = Box::new(Flaky { books: Books::open(&path).unwrap(), calls: 0 });
        billctl::listen::listen(options, sink, Arc::new(Metrics::default()), Box::new(|| {})).await.unwrap()
    });
    let mut sender = Sender::connect(&listener.address.to_string());
    let (status, why) = sender.post(&event("evt_1")).unwrap();
    assert_eq!((status, why["error"]["code"].as_str()), (503, Some("not_stored")));
    let (status, health) = sender.send("GET", "/healthz", "", b"").unwrap();
    assert_eq!((status, health["why"].as_str()), (503, Some("the disk is full")));
    assert_eq!(sender.post(&event("evt_1")).unwrap().0, 200);
    assert_eq!(sender.send("GET", "/healthz", "", b"").unwrap().0, 200);
    runtime.block_on(listener.stop());
    assert!(Books::open(&path).unwrap().event("evt_1").unwrap().is_some());
}
