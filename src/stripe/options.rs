//! Where to, as whom, how fast.

use std::fmt;
use std::time::Duration;

use url::{Host, Url};

use super::key::{Mode, SecretKey};
use super::retry::Policy;
use crate::error::{Kind, fail};

/// Everything a [`Client`](super::Client) is opened with.
#[derive(Debug, Clone)]
pub struct Options {
    /// The root of the API: `https://api.stripe.com`, or an emulator on loopback.
    pub base_url: Url,
    pub key: SecretKey,
    pub limits: Limits,
    /// How many requests may be under way at once.
    pub max_in_flight: usize,
    /// For one attempt, from connecting to the last byte of the answer.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// How often one request is tried again, after its first attempt.
    pub max_retries: u32,
    /// The longest first pause before a retry; it doubles with each further one.
    pub backoff_base: Duration,
    /// How long one request may take in all: attempts and the pauses between them, without the time it
    /// queues for its turn.
    pub deadline: Duration,
    pub app_info: AppInfo,
}

/// How many requests a second may leave, at most. `None`: as many as Stripe bears, which its 429s then tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Over all endpoints.
    pub global_per_second: Option<u32>,
    /// For each endpoint: a method and a route.
    pub endpoint_per_second: Option<u32>,
    /// For meter events, beside all others. `None`: they count as any other request.
    pub meter_events_per_second: Option<u32>,
}

impl Limits {
    /// No limit known in advance: an emulator.
    pub const NONE: Limits =
        Limits { global_per_second: None, endpoint_per_second: None, meter_events_per_second: None };

    /// What Stripe documents: 25 requests a second in test mode and 100 in live mode, and 25 for one endpoint. In live mode,
    /// meter events have 1,000 a second to themselves. Sources: docs.stripe.com/rate-limits,
    /// docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api.
    pub fn documented(mode: Mode) -> Limits {
        let (global, meter_events) = match mode {
            Mode::Test => (25, None),
            Mode::Live => (100, Some(1_000)),
        };
        Limits {
            global_per_second: Some(global),
            endpoint_per_second: Some(25),
            meter_events_per_second: meter_events,
        }
    }
}

/// Who calls, for the `User-Agent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppInfo {
    pub name: String,
    pub version: String,
}

impl Default for AppInfo {
    fn default() -> AppInfo {
        AppInfo { name: "billctl".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

impl fmt::Display for AppInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.version)
    }
}

impl Options {
    /// The usual options: no limits known, 64 requests at once, 80 s an attempt (as the official SDKs wait),
    /// eight retries within three minutes.
    pub fn new(base_url: Url, key: SecretKey) -> Options {
        Options {
            base_url,
            key,
            limits: Limits::NONE,
            max_in_flight: 64,
            timeout: Duration::from_secs(80),
            connect_timeout: Duration::from_secs(10),
            max_retries: 8,
            backoff_base: Duration::from_millis(500),
            deadline: Duration::from_secs(180),
            app_info: AppInfo::default(),
        }
    }

    pub(super) fn policy(&self) -> Policy {
        Policy { max_retries: self.max_retries, base: self.backoff_base, deadline: self.deadline }
    }
}

/// Says whether a URL points at this machine, where plain HTTP is safe and no proxy stands between.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Checks that the key may travel to a base URL.
///
/// # Errors
/// Kind `Usage`: another scheme than `https` (or `http` on loopback), a path, a query, a user or a password.
pub(super) fn check_base_url(url: &Url) -> anyhow::Result<()> {
    let refuse = |why: &str, fix: &str| {
        // A password in the URL must not be shown, so only the harmless parts are.
        let shown = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
        Err(fail(Kind::Usage, format!("The base URL `{shown}` {why}"), fix))
    };
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => {
            return refuse(
                "would send the key unencrypted over the network",
                "Write `https://`; plain `http://` is for loopback (127.0.0.1, [::1], localhost) only",
            );
        }
        _ => return refuse("is no web address", "Write it like `https://api.stripe.com`"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "holds a user or a password",
            "Leave them out: the key is sent in the `Authorization` header",
        );
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return refuse(
            "goes on after its host",
            "End it after the host and port: paths like `/v1/products` are added to it",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::kind_of;

    #[track_caller]
    fn check(url: &str, expected: Result<(), &str>) {
        match (check_base_url(&Url::parse(url).unwrap()), expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => {
                assert_eq!(kind_of(&error), Kind::Usage);
                assert!(error.to_string().contains(part), "{error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
            (got, _) => panic!("{url}: {got:?}"),
        }
    }

    #[test]
    fn the_key_travels_encrypted_or_not_at_all() {
        check("https://api.stripe.com", Ok(()));
        check("https://api.stripe.com/", Ok(()));
        check("https://127.0.0.1:12111", Ok(()));
        check("http://127.0.0.1:12111", Ok(()));
        check("http://127.8.8.8:12111", Ok(()));
        check("http://[::1]:12111", Ok(()));
        check("http://localhost:12111", Ok(()));
        check("http://api.stripe.com", Err("unencrypted"));
        check("http://localhost.example.com", Err("unencrypted"));
        check("http://10.0.0.1", Err("unencrypted"));
        check("http://0.0.0.0", Err("unencrypted"));
        check("ftp://127.0.0.1", Err("no web address"));
        check("file:///tmp/x", Err("no web address"));
        check("https://me:hunter2@api.stripe.com", Err("user or a password"));
        check("https://api.stripe.com/v1", Err("goes on after"));
        check("https://api.stripe.com/?a=b", Err("goes on after"));
    }
}
