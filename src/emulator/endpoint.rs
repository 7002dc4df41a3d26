//! Endpoints: what is served, with which parameters, and how a path finds its endpoint.

use super::args::Args;
use super::call::{Answer, Call, Outcome};
use super::form;
use super::kind::Kind;
use super::refusal::Refusal;
use super::resources;
use super::spec::Param;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Delete => "DELETE",
        }
    }

    pub fn read(name: &str) -> Option<Method> {
        [Method::Get, Method::Post, Method::Delete].into_iter().find(|method| method.name() == name)
    }
}

pub type Handler = fn(&mut Call<'_>, &Args) -> Outcome<Answer>;

/// What an endpoint answers with, which says what `expand[]` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// An object of a kind.
    One(Kind),
    /// A list of objects of a kind.
    Many(Kind),
    /// Something without expandable fields.
    Other,
    /// A deleted object's stub: `expand` is no parameter.
    Stub,
}

#[derive(Debug)]
pub struct Endpoint {
    pub method: Method,
    /// With `{…}` for ids, e.g. `/v1/prices/{id}`.
    pub route: &'static str,
    pub params: &'static [&'static [Param]],
    pub answers: Answers,
    pub handler: Handler,
}

/// An endpoint with the ids of the path that led to it.
#[derive(Debug, Clone)]
pub struct Matched {
    pub endpoint: &'static Endpoint,
    pub ids: Vec<String>,
}

/// The endpoint that serves a path.
///
/// # Errors
/// Stripe's 404 for a route that isn't served; 400 for an id that is no UTF-8.
pub fn find(method: &str, path: &str) -> Result<Matched, Refusal> {
    let unknown = || {
        Refusal::status(
            404,
            format!(
                "Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can \
                 help at https://support.stripe.com/."
            ),
        )
    };
    let verb = Method::read(method).ok_or_else(unknown)?;
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    for endpoint in resources::endpoints().filter(|endpoint| endpoint.method == verb) {
        if let Some(raw_ids) = ids(endpoint.route, &parts) {
            let ids: Result<Vec<String>, _> = raw_ids.into_iter().map(path_id).collect();
            return Ok(Matched { endpoint, ids: ids.map_err(|bad| Refusal::status(400, bad.0))? });
        }
    }
    Err(unknown())
}

/// What stands in a path for a route's ids; `None` if it is another route's path.
pub fn ids<'a>(route: &str, parts: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut ids = Vec::new();
    let mut rest = parts.iter();
    for name in route.split('/') {
        let part = rest.next()?;
        if name.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            ids.push(*part);
        } else if name != *part {
            return None;
        }
    }
    rest.next().is_none().then_some(ids)
}

/// Ids are percent-encoded, but `+` stands for itself.
fn path_id(raw: &str) -> Result<String, form::BadForm> {
    form::unescape(&raw.replace('+', "%2B"))
}
