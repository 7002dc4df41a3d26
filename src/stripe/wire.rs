//! One request, one answer, over reqwest.

use std::error::Error as _;
use std::sync::Once;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::API_VERSION;
use super::error::Fault;
use super::options::{Options, check_base_url, is_loopback};
use super::path::Method;
use super::writer::IdempotencyKey;
use crate::error::{Explain as _, Kind};

/// A page of a hundred objects has about a megabyte. A longer answer is cut here, and then is no JSON.
const LONGEST_BODY: usize = 64 << 20;

/// A request, encoded.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) body: Option<Body>,
    pub(super) idempotency: Option<IdempotencyKey>,
    /// For the stream of meter events, which has a host of its own: what it takes in place of the key.
    pub(super) session: Option<SecretString>,
}

/// `/v1` reads forms, `/v2` reads JSON.
#[derive(Debug)]
pub(super) enum Body {
    Form(String),
    Json(String),
}

/// An answer as it came.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) replayed: bool,
    pub(super) should_retry: Option<bool>,
    pub(super) retry_after: Option<Duration>,
    pub(super) limited_reason: Option<String>,
    /// `Date`, as it came.
    pub(super) date: Option<String>,
    /// The API version that shaped the answer.
    pub(super) version: Option<String>,
    pub(super) body: Vec<u8>,
}

/// Why no whole answer came.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) fault: Fault,
    pub(super) detail: String,
}

/// The connection pool to one base URL, with one key.
pub(super) struct Wire {
    http: reqwest::Client,
    base: Url,
    /// Where the stream of meter events is.
    stream_base: Url,
}

impl Wire {
    /// # Errors
    /// Kind `Usage` for a base URL that the key may not travel to; `Failed` if the machine's CA certificates or
    /// proxy settings cannot be used.
    pub(super) fn open(options: &Options) -> anyhow::Result<Wire> {
        check_base_url(&options.base_url)?;
        let mut headers = HeaderMap::new();
        let mut key = HeaderValue::from_str(&format!("Bearer {}", options.key.expose()))?;
        key.set_sensitive(true);
        headers.insert(AUTHORIZATION, key);
        headers.insert("stripe-version", HeaderValue::from_static(API_VERSION));
        let builder = connections(&options.base_url)
            .user_agent(options.app_info.to_string())
            .default_headers(headers)
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout)
            .pool_max_idle_per_host(options.max_in_flight);
        let http = build(builder)?;
        let base = options.base_url.clone();
        let mut stream_base = base.clone();
        if base.host_str() == Some("api.stripe.com") {
            stream_base.set_host(Some("meter-events.stripe.com"))?;
        }
        Ok(Wire { http, base, stream_base })
    }

    /// Sends a request once and reads the whole answer.
    pub(super) async fn exchange(&self, outgoing: &Outgoing) -> Result<Heard, Broken> {
        let mut url = if outgoing.session.is_some() { self.stream_base.clone() } else { self.base.clone() };
        url.set_path(&outgoing.path);
        if !outgoing.query.is_empty() {
            url.set_query(Some(&outgoing.query));
        }
        let mut request = match outgoing.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url),
            Method::Delete => self.http.delete(url),
        };
        if let Some(key) = &outgoing.idempotency {
            request = request.header("idempotency-key", key.as_str());
        }
        if let Some(token) = &outgoing.session {
            request = request.bearer_auth(token.expose_secret());
        }
        request = match &outgoing.body {
            Some(Body::Form(form)) => {
                request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone())
            }
            Some(Body::Json(json)) => request.header(CONTENT_TYPE, "application/json").body(json.clone()),
            None => request,
        };
        let mut response = request.send().await.map_err(Broken::from)?;
        let headers = response.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let flag = |name: &str| match text(name).as_deref() {
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) | None => None,
        };
        let mut heard = Heard {
            status: response.status().as_u16(),
            request_id: text("request-id"),
            replayed: flag("idempotent-replayed") == Some(true),
            should_retry: flag("stripe-should-retry"),
            // The other form, a date, is not Stripe's.
            retry_after: text("retry-after")
                .and_then(|value| value.trim().parse().ok())
                .map(Duration::from_secs),
            limited_reason: text("stripe-rate-limited-reason"),
            date: text("date"),
            version: text("stripe-version"),
            body: Vec::new(),
        };
        while let Some(chunk) = response.chunk().await.map_err(Broken::from)? {
            heard.body.extend_from_slice(&chunk);
            if heard.body.len() > LONGEST_BODY {
                break;
            }
        }
        Ok(heard)
    }
}

/// Connections to the host of a URL: nothing is tried again and no redirect is followed behind the caller's back, and
/// what is for this machine passes no proxy.
pub(super) fn connections(url: &Url) -> reqwest::ClientBuilder {
    install_crypto();
    // Stripe does not redirect; whoever does is not to get the request again. Retries are ours.
    let builder =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never());
    match (is_loopback(url), url.scheme()) {
        // Reading the machine's CA certificates takes longer than a whole short command.
        (true, "http") => builder.no_proxy().tls_certs_only([]),
        (true, _) => builder.no_proxy(),
        (false, _) => builder,
    }
}

/// # Errors
/// Kind `Failed` if the machine's CA certificates or proxy settings cannot be used.
pub(super) fn build(builder: reqwest::ClientBuilder) -> anyhow::Result<reqwest::Client> {
    builder.build().explain(
        Kind::Failed,
        || "Cannot prepare HTTPS".to_owned(),
        "Check that CA certificates are installed, and the proxy settings (HTTPS_PROXY, NO_PROXY)",
    )
}

impl From<reqwest::Error> for Broken {
    fn from(error: reqwest::Error) -> Broken {
        // The URL is told by whoever shows this, without its query.
        let error = error.without_url();
        let mut causes = Vec::new();
        let mut is_tls = false;
        let mut cause = error.source();
        while let Some(link) = cause {
            is_tls |= is_rustls(link);
            let text = link.to_string();
            if causes.last() != Some(&text) {
                causes.push(text);
            }
            cause = link.source();
        }
        let fault = if error.is_connect() && is_tls {
            Fault::Tls
        } else if error.is_connect() {
            Fault::Connect
        } else if error.is_timeout() {
            Fault::Timeout
        } else {
            Fault::Cut
        };
        let detail = if causes.is_empty() { error.to_string() } else { causes.join(": ") };
        Broken { fault, detail }
    }
}

/// Says whether TLS itself failed; an I/O error does not count what it wraps among its sources.
fn is_rustls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| is_rustls(wrapped))
}

/// Tells rustls, once a process, to use ring.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that another part of the process chose a provider before: that one serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
