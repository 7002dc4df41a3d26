//! A page of any list and a single object of any kind, for the mirror: each with the second at which it was true.

use std::time::Duration;

use serde_json::{Value, json};

use super::error::StripeError;
use super::form;
use super::judge::Answer;
use super::paging::{self, Next};
use super::path::segment;
use super::reader::{Reader, clock, strange, unsendable};
use crate::billing::backfill::{ENTITLEMENTS, ENTITLEMENTS_ROUTE, Page, Question};

/// Stripe's largest page.
const PAGE_SIZE: u32 = 100;

/// What Stripe gave, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Dated<T> {
    pub value: T,
    /// The second by Stripe's clock at which it was looked up, at the earliest: what happened before is in it.
    /// `None` where the answer had no date.
    pub at: Option<i64>,
}

/// A single object that was asked for by its id.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    Object(Value),
    /// It was deleted, or never was.
    Gone,
}

impl Reader {
    /// Reads one page of a list, with the lists in its objects to their ends.
    ///
    /// # Errors
    /// [`StripeError`]; a page that contradicts itself is an error too.
    pub async fn page(&self, question: &Question) -> Result<Dated<Page>, StripeError> {
        let parent = question.parent.as_deref().unwrap_or_default();
        let path = question.route.replace("{}", &segment(parent).to_string());
        let mut params = question.params.clone();
        params["limit"] = json!(PAGE_SIZE);
        let query = form::encode(&params).map_err(|why| unsendable(&path, why.into()))?;
        let answer = self.fetch(&path, query).await?;
        let (at, request_id) = (looked_up_at(&answer), answer.request_id);
        if let Some(customer) = question.sums_up() {
            let mut summary = entitlements(customer, answer.body);
            self.complete(&mut summary).await?;
            return Ok(Dated { value: Page { has_more: false, objects: vec![summary] }, at });
        }
        let mut page = paging::read(answer.body).map_err(|why| strange(&path, request_id, &why))?;
        for object in &mut page.objects {
            self.complete(object).await?;
        }
        Ok(Dated { value: Page { has_more: page.next != Next::End, objects: page.objects }, at })
    }

    /// Reads a single object at a route in which `{}` stands for its id, with the lists in it to their ends.
    ///
    /// # Errors
    /// [`StripeError`]; that the object does not exist is none.
    pub async fn find(&self, route: &str, id: &str) -> Result<Dated<Found>, StripeError> {
        let path = route.replace("{}", &segment(id).to_string());
        match self.fetch(&path, String::new()).await {
            Ok(mut answer) => {
                let at = looked_up_at(&answer);
                self.complete(&mut answer.body).await?;
                let is_gone = answer.body.get("deleted") == Some(&Value::Bool(true));
                let value = if is_gone { Found::Gone } else { Found::Object(answer.body) };
                Ok(Dated { value, at })
            }
            // An error's date is not kept; what is gone stays gone, whenever that was.
            Err(error) if error.is_missing() => Ok(Dated { value: Found::Gone, at: None }),
            Err(error) => Err(error),
        }
    }
}

/// What a customer is entitled to, as events tell it, of the first page of the list. It goes by the customer's id.
fn entitlements(customer: &str, mut list: Value) -> Value {
    list["url"] = json!(format!("{ENTITLEMENTS_ROUTE}?customer={customer}"));
    json!({"id": customer, "object": ENTITLEMENTS, "customer": customer, "entitlements": list})
}

/// `Date` is the second in which the answer was given, and Stripe looked no earlier than the request was sent.
pub(super) fn looked_up_at(answer: &Answer) -> Option<i64> {
    let answered_at = clock(answer.date.as_deref())?;
    Some(answered_at.as_second().saturating_sub(whole_seconds(answer.took)))
}

/// Seconds, rounded up.
fn whole_seconds(time: Duration) -> i64 {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(date: Option<&str>, took_ms: u64) -> Answer {
        Answer {
            bytes: Vec::new(),
            body: Value::Null,
            replayed: false,
            request_id: None,
            already_gone: false,
            date: date.map(str::to_owned),
            took: Duration::from_millis(took_ms),
            version: None,
        }
    }

    #[test]
    fn an_answer_is_as_old_as_its_request() {
        let date = Some("Sat, 21 Nov 2026 10:36:28 GMT");
        let second = 1_795_257_388;
        assert_eq!(looked_up_at(&answer(date, 0)), Some(second));
        assert_eq!(looked_up_at(&answer(date, 1)), Some(second - 1));
        assert_eq!(looked_up_at(&answer(date, 1_000)), Some(second - 1));
        assert_eq!(looked_up_at(&answer(date, 2_300)), Some(second - 3));
        assert_eq!(looked_up_at(&answer(None, 0)), None);
        assert_eq!(looked_up_at(&answer(Some("yesterday"), 0)), None);
    }
}
