//! What a person clicks in a browser: the page of a checkout session, of a payment link, of the customer portal.
//!
//! Plain HTML forms without a script. Whoever knows an address may use it, as in Stripe: its last part can't be guessed.
//! A page of another site can neither post here nor be made to lead here under another name.

mod checkout;
mod html;
mod parts;
mod plan_change;
mod portal;

use axum::http::HeaderMap;
use serde_json::Value;

use super::control::is_this_machine;
use super::dispatch::Shared;
use super::endpoint::Endpoint;
use super::form::{self, Form};
use super::own;
use super::resources::payment_links;

use html::{classed, element, page};

/// What the pages' addresses begin with.
const CHECKOUT: &str = "/c/pay/";
const LINK: &str = "/b/";
const PORTAL: &str = "/p/session/";

/// The address of a session's page, on a server at `base_url`.
pub fn checkout_url(base_url: &str, session: &str) -> String {
    format!("{base_url}{CHECKOUT}{session}")
}

/// The address of a payment link, which ends with its code.
pub fn link_url(base_url: &str, code: &str) -> String {
    format!("{base_url}{LINK}{code}")
}

/// The address of a portal session, which ends with its secret.
pub fn portal_url(base_url: &str, secret: &str) -> String {
    format!("{base_url}{PORTAL}{secret}")
}

/// Has the `url` of an object lead to where its page is served now: the port may be another than when it was made.
pub fn refresh(base_url: &str, body: &mut Value) {
    let Some(url) = body["url"].as_str() else { return };
    let found = [CHECKOUT, LINK].iter().find_map(|start| url.get(url.find(start)?..));
    if let Some(path) = found {
        body["url"] = Value::String(format!("{base_url}{path}"));
    }
}

/// A browser's request.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a str,
}

/// What the browser gets.
#[derive(Debug)]
pub enum Page {
    Shown {
        status: u16,
        html: String,
    },
    /// It goes to this address.
    GoTo(String),
}

/// Whether a path is a page's.
pub fn is_page(path: &str) -> bool {
    [CHECKOUT, LINK, PORTAL].iter().any(|start| path.starts_with(start))
}

/// Serves a page.
pub async fn serve(shared: &Shared, visit: Visit<'_>) -> Page {
    let header = |name: &str| visit.headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").unwrap_or_default();
    let is_own = header("origin").is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
    if !is_this_machine(host) || !is_own {
        return plain(403, "Not from here", "This page is served to a browser on this machine only.");
    }
    if let Some(rest) = visit.path.strip_prefix(CHECKOUT) {
        return checkout::serve(shared, &visit, rest).await;
    }
    if let Some(code) = visit.path.strip_prefix(LINK) {
        return open_link(shared, &visit, code).await;
    }
    if let Some(rest) = visit.path.strip_prefix(PORTAL) {
        return portal::serve(shared, &visit, rest).await;
    }
    missing()
}

impl Visit<'_> {
    /// The posted form; fields that were left empty are left out.
    fn form(&self) -> Form {
        let mut form = form::decode(self.body).unwrap_or_default();
        form.retain(|_, value| value != "");
        form
    }

    /// What stands behind the question mark.
    fn query(&self) -> Form {
        form::decode(self.query).unwrap_or_default()
    }
}

/// A payment link leads each visitor to a session of its own.
async fn open_link(shared: &Shared, visit: &Visit<'_>, code: &str) -> Page {
    if !matches!(visit.method, "GET" | "HEAD") {
        return missing();
    }
    let mut query = visit.query();
    let known = ["client_reference_id", "prefilled_email", "prefilled_promo_code"];
    // Whatever else stands there is for others: links are posted with campaign marks.
    query.retain(|name, value| {
        known.contains(&name.as_str()) && value.as_str().is_some_and(|text| !text.is_empty())
    });
    let (status, answer) = ask(shared, &payment_links::open::OPEN, code, &query).await;
    match status {
        200 => Page::GoTo(format!("{CHECKOUT}{}", parts::text(&answer, "/id"))),
        404 => missing(),
        _ => plain(status, "This link can't be used", parts::text(&answer, "/error/message")),
    }
}

/// Runs an endpoint of a page.
async fn ask(shared: &Shared, endpoint: &'static Endpoint, id: &str, form: &Form) -> (u16, Value) {
    own::ask(shared, endpoint, id, form).await
}

fn missing() -> Page {
    plain(404, "There is nothing here", "The address is not complete, or what it was for has been deleted.")
}

/// A page that only says something.
fn plain(status: u16, title: &str, text: &str) -> Page {
    let body = element("body")
        .add(classed("main", "single").add(element("h2").text(title)).add(element("p").text(text)));
    Page::Shown { status, html: page(title, body) }
}
