//! The limiter against a model of Stripe's limits, on a clock that jumps from one timer to the next.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::*;

const LATENCY: Duration = Duration::from_millis(100);

/// A token bucket: `per_second` tokens come in a second, at most `capacity` are kept.
struct Bucket {
    per_second: u32,
    capacity: u32,
    /// When the bucket would be full.
    full_at: Mutex<Option<Instant>>,
}

impl Bucket {
    fn new(per_second: u32, capacity: u32) -> Bucket {
        Bucket { per_second, capacity, full_at: Mutex::new(None) }
    }

    fn take(&self) -> bool {
        let now = Instant::now();
        let token = Duration::from_secs(1) / self.per_second;
        let mut full_at = self.full_at.lock().unwrap();
        let full_then = full_at.unwrap_or(now).max(now) + token;
        // A timer has a grain of 1 ms.
        let fits = full_then - now <= token * self.capacity + Duration::from_millis(1);
        if fits {
            *full_at = Some(full_then);
        }
        fits
    }
}

/// A server that limits the rate over all, the rate of each endpoint, and the requests under way.
struct Server {
    all: Option<Bucket>,
    endpoints: HashMap<&'static str, Bucket>,
    concurrent: Option<u32>,
    under_way: AtomicU32,
    arrivals: Mutex<Vec<Instant>>,
    refusals: AtomicU32,
}

impl Server {
    fn new(all: Option<Bucket>) -> Server {
        Server {
            all,
            endpoints: HashMap::new(),
            concurrent: None,
            under_way: AtomicU32::new(0),
            arrivals: Mutex::default(),
            refusals: AtomicU32::new(0),
        }
    }

    async fn answer(&self, path: &str) -> Result<(), Reason> {
        self.arrivals.lock().unwrap().push(Instant::now());
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        let verdict = if self.concurrent.is_some_and(|most| before >= most) {
            Err(Reason::GlobalConcurrency)
        } else if self.endpoints.get(path).is_some_and(|bucket| !bucket.take()) {
            Err(Reason::EndpointRate)
        } else if self.all.as_ref().is_some_and(|bucket| !bucket.take()) {
            Err(Reason::GlobalRate)
        } else {
            Ok(())
        };
        if verdict.is_ok() {
            tokio::time::sleep(LATENCY).await;
        } else {
            self.refusals.fetch_add(1, Ordering::Relaxed);
        }
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        verdict
    }

    fn refusals(&self) -> u32 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// The most arrivals in any one second.
    fn busiest_second(&self) -> usize {
        let arrivals = self.arrivals.lock().unwrap();
        let second = Duration::from_secs(1);
        let within =
            |from: &Instant| arrivals.iter().filter(|at| *at >= from && **at - *from < second).count();
        arrivals.iter().map(within).max().unwrap_or_default()
    }
}

fn limiter(global: Option<u32>, endpoint: Option<u32>) -> Limiter {
    let limits =
        Limits { global_per_second: global, endpoint_per_second: endpoint, meter_events_per_second: None };
    Limiter::new(limits, 64, watch::Sender::new(None))
}

/// Sends `count` requests to each path, all at once and each until it is taken; returns how long it took.
async fn send_all(
    limiter: Limiter,
    server: Server,
    paths: &[&'static str],
    count: u32,
) -> (Duration, Server) {
    let began = Instant::now();
    let (limiter, server) = (Arc::new(limiter), Arc::new(server));
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        for path in paths.iter().copied() {
            let (limiter, server) = (Arc::clone(&limiter), Arc::clone(&server));
            tasks.spawn(async move {
                loop {
                    let permit = limiter.admit(Method::Post, path).await;
                    match server.answer(path).await {
                        Ok(()) => return permit.accepted(),
                        Err(reason) => permit.refused(Refusal { reason, retry_after: None }),
                    }
                    drop(permit);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            });
        }
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    (began.elapsed(), Arc::into_inner(server).unwrap())
}

#[track_caller]
fn check_time((took, server): (Duration, Server), least_ms: u64, refusals: u32) {
    // At most a tenth longer than the limit itself allows.
    let (least, most) =
        (Duration::from_millis(least_ms), Duration::from_millis(least_ms * 11 / 10) + LATENCY);
    assert!(took >= least && took <= most, "{took:?} is not within {least:?} and {most:?}");
    assert!(server.refusals() <= refusals, "{} refusals", server.refusals());
}

#[tokio::test(start_paused = true)]
async fn a_known_limit_is_used_up_and_never_met() {
    // A bucket of two tokens bears no burst at all.
    let all = || Server::new(Some(Bucket::new(25, 2)));
    check_time(send_all(limiter(Some(25), None), all(), &["/v1/products"], 500).await, 20_000, 0);
    let mut each = Server::new(Some(Bucket::new(100, 2)));
    each.endpoints.insert("/v1/products", Bucket::new(25, 2));
    each.endpoints.insert("/v1/prices", Bucket::new(25, 2));
    check_time(
        send_all(limiter(Some(100), Some(25)), each, &["/v1/products", "/v1/prices"], 250).await,
        10_000,
        0,
    );
    let many = ["/v1/products", "/v1/prices", "/v1/coupons", "/v1/tax_rates", "/v1/customers"];
    let all = Server::new(Some(Bucket::new(100, 2)));
    check_time(send_all(limiter(Some(100), Some(25)), all, &many, 200).await, 10_000, 0);
    let mut search = Server::new(None);
    search.endpoints.insert("/v1/products/search", Bucket::new(20, 2));
    check_time(
        send_all(limiter(Some(100), Some(25)), search, &["/v1/products/search"], 200).await,
        10_000,
        0,
    );
    let slow = Server::new(Some(Bucket::new(1, 1)));
    check_time(send_all(limiter(Some(1), None), slow, &["/v1/products"], 20).await, 19_000, 0);
}

#[tokio::test(start_paused = true)]
async fn no_second_has_more_requests_than_the_limit() {
    for limit in [1, 2, 7, 25, 100] {
        let (_, server) =
            send_all(limiter(Some(limit), None), Server::new(None), &["/v1/products"], limit * 4).await;
        let busiest = server.busiest_second();
        assert!(busiest <= limit as usize, "{busiest} in a second, at {limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_limit_is_learned() {
    let server = Server::new(Some(Bucket::new(25, 25)));
    let (took, server) = send_all(limiter(None, None), server, &["/v1/products"], 1_000).await;
    assert!(took < Duration::from_secs(50), "{took:?}");
    assert!(server.refusals() < 20, "{} refusals", server.refusals());

    let mut server = Server::new(None);
    server.endpoints.insert("/v1/prices", Bucket::new(25, 25));
    let (took, server) = send_all(limiter(None, None), server, &["/v1/prices"], 1_000).await;
    assert!(took < Duration::from_secs(50), "{took:?}");
    assert!(server.refusals() < 20, "{} refusals", server.refusals());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_known_limit_is_corrected() {
    let server = Server::new(Some(Bucket::new(25, 25)));
    let (took, server) = send_all(limiter(Some(100), None), server, &["/v1/products"], 1_000).await;
    assert!(took < Duration::from_secs(50), "{took:?}");
    assert!(server.refusals() < 40, "{} refusals", server.refusals());
}

#[tokio::test(start_paused = true)]
async fn too_many_under_way_become_fewer() {
    let server = Server { concurrent: Some(10), ..Server::new(None) };
    let (took, server) = send_all(limiter(None, None), server, &["/v1/products"], 2_000).await;
    // Ten at a time, 100 ms each: 20 s at best.
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(server.refusals() < 100, "{} refusals", server.refusals());
}

/// Takes one request's turn and returns how long that took.
async fn turn(limiter: &Limiter, path: &str) -> Duration {
    let began = Instant::now();
    drop(limiter.admit(Method::Post, path).await);
    began.elapsed()
}

async fn refuse(limiter: &Limiter, path: &str, reason: Reason, retry_after: Option<Duration>) {
    limiter.admit(Method::Post, path).await.refused(Refusal { reason, retry_after });
}

#[tokio::test(start_paused = true)]
async fn a_slow_endpoint_holds_nobody_else_up() {
    let limiter = Arc::new(limiter(Some(100), Some(1)));
    for _ in 0..50 {
        let limiter = Arc::clone(&limiter);
        tokio::spawn(async move { turn(&limiter, "/v1/products").await });
    }
    tokio::task::yield_now().await;
    assert!(turn(&limiter, "/v1/prices").await < Duration::from_millis(50));
    assert!(turn(&limiter, "/v1/products/prod_1").await < Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn turns_go_in_the_order_of_arrival() {
    let limiter = Arc::new(limiter(Some(50), None));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for number in 0..20 {
        let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
        tasks.spawn(async move {
            turn(&limiter, "/v1/products").await;
            order.lock().unwrap().push(number);
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn retry_after_closes_what_the_refusal_names() {
    let pause = Some(Duration::from_secs(3));
    let limiter = limiter(None, None);
    let waits = limiter.waits();
    refuse(&limiter, "/v1/prices", Reason::EndpointRate, pause).await;
    assert_eq!(turn(&limiter, "/v1/products").await, Duration::ZERO);
    assert_eq!(*waits.borrow(), None);

    let began = Instant::now();
    assert_eq!(turn(&limiter, "/v1/prices").await, Duration::from_secs(3));
    let wait = waits.borrow().unwrap();
    assert_eq!((wait.why, wait.until), (Why::Limit, began + Duration::from_secs(3)));
    assert_eq!(wait.message(), None);

    refuse(&limiter, "/v1/prices", Reason::GlobalRate, pause).await;
    assert_eq!(turn(&limiter, "/v1/products").await, Duration::from_secs(3));
    refuse(&limiter, "/v1/prices", Reason::Resource, pause).await;
    assert_eq!(turn(&limiter, "/v1/prices").await, Duration::ZERO);
    refuse(&limiter, "/v1/prices", Reason::GlobalRate, Some(Duration::from_secs(86_400))).await;
    assert_eq!(turn(&limiter, "/v1/prices").await, Duration::from_secs(60));
}

/// Has this many requests under way refused together.
async fn refuse_together(limiter: &Limiter, count: u32, reason: Reason) {
    let mut permits = Vec::new();
    for _ in 0..count {
        permits.push(limiter.admit(Method::Post, "/v1/prices").await);
    }
    tokio::time::advance(LATENCY).await;
    for permit in permits {
        permit.refused(Refusal { reason, retry_after: None });
    }
}

#[tokio::test(start_paused = true)]
async fn requests_refused_together_slow_down_once() {
    let known = limiter(Some(100), None);
    refuse_together(&known, 10, Reason::GlobalRate).await;
    // 96 a second become 67, and one leaves every 15 ms.
    turn(&known, "/v1/prices").await;
    turn(&known, "/v1/prices").await;
    let apart = turn(&known, "/v1/prices").await;
    assert!(apart >= Duration::from_millis(14) && apart <= Duration::from_millis(16), "{apart:?}");

    let unknown = limiter(None, None);
    refuse_together(&unknown, 64, Reason::GlobalConcurrency).await;
    let mut permits = Vec::new();
    let full = async {
        loop {
            permits.push(unknown.admit(Method::Post, "/v1/prices").await);
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(1), full).await.is_err());
    assert_eq!(permits.len(), 48);
}

#[tokio::test(start_paused = true)]
async fn a_wait_tells_what_is_left_of_it() {
    let wait = Wait { why: Why::Limit, until: Instant::now() + Duration::from_millis(400) };
    assert_eq!(wait.message().as_deref(), Some("waiting for Stripe's limit, 400 ms"));
    let wait = Wait { why: Why::Retry, ..wait };
    assert_eq!(wait.message().as_deref(), Some("waiting to try again, 400 ms"));
    tokio::time::advance(Duration::from_millis(400)).await;
    assert_eq!(wait.message(), None);
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_leaves_no_gap() {
    let limiter = limiter(Some(1), None);
    turn(&limiter, "/v1/prices").await;
    let gave_up = tokio::time::timeout(Duration::from_millis(500), turn(&limiter, "/v1/prices")).await;
    assert!(gave_up.is_err());
    assert!(turn(&limiter, "/v1/prices").await <= Duration::from_millis(600));
}

#[tokio::test(start_paused = true)]
async fn the_number_under_way_is_bounded_and_a_dropped_permit_frees_its_place() {
    let limiter = Limiter::new(Limits::NONE, 2, watch::Sender::new(None));
    let first = limiter.admit(Method::Get, "/v1/prices").await;
    let _second = limiter.admit(Method::Get, "/v1/products").await;
    let third = tokio::time::timeout(Duration::from_secs(9), limiter.admit(Method::Get, "/v1/coupons")).await;
    assert!(third.is_err());
    drop(first);
    let third = tokio::time::timeout(Duration::from_secs(9), limiter.admit(Method::Get, "/v1/coupons")).await;
    assert!(third.is_ok());
}

#[tokio::test(start_paused = true)]
async fn meter_events_hold_nobody_up_and_have_a_limit_of_their_own() {
    let limits = Limits {
        global_per_second: Some(1),
        endpoint_per_second: Some(1),
        meter_events_per_second: Some(1_000),
    };
    let limiter = Limiter::new(limits, 64, watch::Sender::new(None));
    turn(&limiter, "/v1/prices").await;
    let began = Instant::now();
    for _ in 0..500 {
        turn(&limiter, "/v1/billing/meter_events").await;
    }
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(450) && took <= Duration::from_millis(550), "{took:?}");
    assert!(turn(&limiter, "/v1/prices").await <= Duration::from_millis(600));
}

#[track_caller]
fn check_reason(header: Option<&str>, code: Option<&str>, expected: Reason) {
    assert_eq!(Reason::read(header, code), expected);
}

#[test]
fn a_refusal_names_what_is_limited() {
    check_reason(Some("global-rate"), Some("rate_limit"), Reason::GlobalRate);
    check_reason(Some("endpoint-rate"), Some("rate_limit"), Reason::EndpointRate);
    check_reason(Some("global-concurrency"), Some("rate_limit"), Reason::GlobalConcurrency);
    check_reason(Some("endpoint-concurrency"), None, Reason::EndpointConcurrency);
    check_reason(Some("resource-specific"), None, Reason::Resource);
    check_reason(None, Some("lock_timeout"), Reason::Resource);
    check_reason(None, Some("rate_limit"), Reason::GlobalRate);
    check_reason(None, None, Reason::GlobalRate);
    check_reason(Some("something-new"), None, Reason::GlobalRate);
}
