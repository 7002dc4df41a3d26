//! The side that changes nothing: single objects, whole lists, lists page by page.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::client::Client;
use super::error::{AnswerError, Call, Outcome, RequestError, StripeError, Unsendable};
use super::form;
use super::judge::Answer;
use super::lists::looked_up_at;
use super::paging::{self, Next};
use super::path::Method;
use super::wire::Outgoing;
use crate::billing::event::elements;

/// Stripe's largest page.
const PAGE_SIZE: u32 = 100;

/// No list has this many pages: a server that pages for ever is stopped here.
const MOST_PAGES: u32 = 100_000;

/// The side of Stripe that changes nothing: all that planning is given.
#[derive(Debug, Clone)]
pub struct Reader {
    client: Client,
}

impl Reader {
    pub(super) fn new(client: Client) -> Reader {
        Reader { client }
    }

    /// Reads one object; `params` go into the query (`{"expand": ["tiers"]}`, or `null` for none).
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn get(&self, path: &str, params: &Value) -> Result<Value, StripeError> {
        let query = form::encode(params).map_err(|why| unsendable(path, why.into()))?;
        Ok(self.fetch(path, query).await?.body)
    }

    /// Reads one object, with the lists in it to their ends, and when it was so by Stripe's clock.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn fetch_object(&self, path: &str) -> Result<Fetched, StripeError> {
        let mut answer = self.fetch(path, String::new()).await?;
        self.complete(&mut answer.body).await?;
        // What is gone stays gone, whenever Stripe looked.
        let is_gone = answer.body.get("deleted") == Some(&Value::Bool(true));
        let answered_at = clock(answer.date.as_deref()).map(Timestamp::as_second);
        let second = if is_gone { answered_at } else { looked_up_at(&answer) };
        let at = second.and_then(|second| Timestamp::from_second(second).ok());
        Ok(Fetched { at, object: answer.body, bytes: answer.bytes })
    }

    /// Stripe's clock, to the second, as the answer at a path tells it; none where the answer had no date.
    ///
    /// # Errors
    /// [`StripeError`].
    pub async fn now(&self, path: &str) -> Result<Option<Timestamp>, StripeError> {
        Ok(clock(self.fetch(path, String::new()).await?.date.as_deref()))
    }

    /// Reads the account that the key opens, with what the answer tells about Stripe itself.
    ///
    /// # Errors
    /// [`StripeError`]; a restricted key may have no permission to ask.
    pub async fn account(&self) -> Result<Greeting, StripeError> {
        let answer = self.fetch("/v1/account", String::new()).await?;
        let answered_at = clock(answer.date.as_deref());
        Ok(Greeting { account: answer.body, answered_at, version: answer.version })
    }

    /// Reads a whole list, in Stripe's order: pages of 100, unless `params` name a `limit`.
    ///
    /// # Errors
    /// [`StripeError`]; a page that contradicts itself is an error too, never a shorter list.
    pub async fn list(&self, path: &str, params: &Value) -> Result<Vec<Value>, StripeError> {
        let mut pages = self.pages(path, params);
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await? {
            objects.extend(page);
        }
        Ok(objects)
    }

    /// Reads a list page by page, for lists too long to hold: `/v1` lists and searches, and `/v2` lists.
    pub fn pages(&self, path: &str, params: &Value) -> Pages {
        let at = At::Start { params: params.clone() };
        Pages { reader: self.clone(), path: path.to_owned(), at, pages_left: MOST_PAGES, answered_at: None }
    }

    pub(super) async fn fetch(&self, path: &str, query: String) -> Result<Answer, StripeError> {
        let outgoing = Outgoing {
            method: Method::Get,
            path: path.to_owned(),
            query,
            body: None,
            idempotency: None,
            session: None,
        };
        self.send(&outgoing).await
    }

    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<Answer, StripeError> {
        self.client.send(outgoing).await
    }
}

/// An object, and when it was so.
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    pub object: Value,
    /// The answer as it came, with the lists in the object as they were cut.
    pub bytes: Vec<u8>,
    /// The second by Stripe's clock at which it was so, at the earliest; see [`super::lists::Dated`].
    pub at: Option<Timestamp>,
}

/// The account that a key opens, and how Stripe answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Greeting {
    /// Stripe's account object.
    pub account: Value,
    /// Stripe's clock, to the second.
    pub answered_at: Option<Timestamp>,
    /// The API version that shaped the answer.
    pub version: Option<String>,
}

/// A list on its way, one page at a time.
#[derive(Debug)]
pub struct Pages {
    reader: Reader,
    path: String,
    at: At,
    pages_left: u32,
    answered_at: Option<Timestamp>,
}

/// A page that was read.
struct Turned {
    objects: Vec<Value>,
    /// The answer as it came.
    bytes: Vec<u8>,
    request_id: Option<String>,
}

#[derive(Debug, Clone)]
enum At {
    Start {
        params: Value,
    },
    /// `/v1`: the same parameters, and where to go on.
    Within {
        params: Map<String, Value>,
    },
    /// `/v2`: as the last page said.
    Follow {
        path: String,
        query: String,
    },
    End,
}

impl Pages {
    /// Reads the next page; `None` after the last one. After an error it may be called again, and asks for the
    /// same page.
    ///
    /// # Errors
    /// As for [`Reader::list`].
    pub async fn next(&mut self) -> Result<Option<Vec<Value>>, StripeError> {
        Ok(self.turn().await?.map(|turned| turned.objects))
    }

    /// Reads the next page, each object with its bytes as they stand in it; `None` after the last one.
    ///
    /// # Errors
    /// As for [`Reader::list`].
    pub(super) async fn next_with_bytes(&mut self) -> Result<Option<Vec<(Value, Vec<u8>)>>, StripeError> {
        let Some(Turned { objects, bytes, request_id }) = self.turn().await? else { return Ok(None) };
        let bodies = elements(&bytes).filter(|bodies| bodies.len() == objects.len());
        let bodies = bodies
            .ok_or_else(|| strange(&self.path, request_id, "the elements of its list can't be told apart"))?;
        Ok(Some(objects.into_iter().zip(bodies.into_iter().map(<[u8]>::to_vec)).collect()))
    }

    async fn turn(&mut self) -> Result<Option<Turned>, StripeError> {
        let (path, query, params) = match self.at.clone() {
            At::End => return Ok(None),
            At::Start { params } => {
                let params = self.first_params(params)?;
                (self.path.clone(), self.encode(&params)?, params)
            }
            At::Within { params } => (self.path.clone(), self.encode(&params)?, params),
            At::Follow { path, query } => (path, query, Map::new()),
        };
        let answer = self.reader.fetch(&path, query.clone()).await?;
        self.answered_at = clock(answer.date.as_deref());
        let (request_id, bytes) = (answer.request_id, answer.bytes);
        let page = paging::read(answer.body).map_err(|why| strange(&path, request_id.clone(), &why))?;
        let at = match page.next {
            Next::End => At::End,
            Next::With(name, value) => {
                let mut params = params;
                params.insert(name.to_owned(), json!(value));
                At::Within { params }
            }
            Next::Follow { path, query } => At::Follow { path, query },
        };
        self.pages_left -= 1;
        let stands_still = match &at {
            At::End | At::Start { .. } => false,
            At::Within { params } => self.encode(params)? == query,
            At::Follow { path: next_path, query: next_query } => *next_path == path && *next_query == query,
        };
        if stands_still || self.pages_left == 0 {
            return Err(strange(&path, request_id, "the list does not come to an end"));
        }
        self.at = at;
        Ok(Some(Turned { objects: page.objects, bytes, request_id }))
    }

    /// Stripe's clock, to the second, when it gave the last page that was read.
    pub fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }

    /// Whether the last page has been read.
    pub fn is_at_end(&self) -> bool {
        matches!(self.at, At::End)
    }

    fn first_params(&self, params: Value) -> Result<Map<String, Value>, StripeError> {
        let mut params = match params {
            Value::Null => Map::new(),
            Value::Object(params) => params,
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                return Err(unsendable(&self.path, form::FormError::NotAnObject.into()));
            }
        };
        // It walks towards newer objects, with the order reversed: nothing here needs it.
        if params.contains_key("ending_before") {
            return Err(unsendable(&self.path, Unsendable::Paging("ending_before")));
        }
        // `/v2` lists have smaller largest pages here and there, so theirs are left alone.
        if self.path.starts_with("/v1/") && !params.contains_key("limit") {
            params.insert("limit".to_owned(), json!(PAGE_SIZE));
        }
        Ok(params)
    }

    fn encode(&self, params: &Map<String, Value>) -> Result<String, StripeError> {
        form::encode_fields(params).map_err(|why| unsendable(&self.path, why.into()))
    }
}

/// Stripe's clock, from a `Date` header: `Sat, 21 Nov 2026 10:36:28 GMT`, as HTTP and e-mail write it.
pub(super) fn clock(date: Option<&str>) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(date?).ok()?.timestamp())
}

pub(super) fn unsendable(path: &str, why: Unsendable) -> StripeError {
    let call = Call { method: Method::Get, path: path.to_owned() };
    StripeError::Request(Box::new(RequestError { call, why }))
}

pub(super) fn strange(path: &str, request_id: Option<String>, why: &str) -> StripeError {
    StripeError::Answer(Box::new(AnswerError {
        call: Call { method: Method::Get, path: path.to_owned() },
        status: 200,
        request_id,
        why: why.to_owned(),
        attempts: 1,
        outcome: Outcome::NotDone,
        raw: String::new(),
    }))
}
