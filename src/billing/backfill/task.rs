//! One walk through a list: what to ask next, and what a page says about going on.
//!
//! Stripe lists the newest objects first. Nothing relies on it but guesses of how much is left: what a test clock made
//! is as old as the clock has it.

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::source::{ENTITLEMENTS_ROUTE, SOURCES, Source};

/// What is read first. A later phase begins when the one before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// What was there when the backfill began.
    Lists = 0,
    /// What was made from that second on.
    Tail = 1,
    /// What is listed under objects that were read.
    Children = 2,
}

impl Phase {
    pub const ALL: [Phase; 3] = [Phase::Lists, Phase::Tail, Phase::Children];
}

/// Times of creation, in seconds: `from` is within, `until` is not. `None` is as far as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<i64>,
    pub until: Option<i64>,
}

impl Span {
    fn holds(&self, created: i64) -> bool {
        self.from.is_none_or(|from| created >= from) && self.until.is_none_or(|until| created < until)
    }
}

/// Where a walk is: the last object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: String,
    /// `None` for a kind that does not tell.
    pub created: Option<i64>,
}

/// A list, or a slice of one, on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its own within a backfill.
    pub number: i64,
    pub source: &'static Source,
    pub phase: Phase,
    /// The id of the object that it is listed under.
    pub parent: Option<String>,
    /// What the list is told of that object.
    pub params: Vec<(String, String)>,
    pub span: Span,
    pub place: Option<Place>,
    pub is_done: bool,
    /// Pages and objects that were read. An object that was read again counts again.
    pub pages: u64,
    pub objects: u64,
    /// How many seconds the last page spans; it tells how much there may be yet.
    pub page_seconds: i64,
    /// Whether a part was split off since the last page.
    pub is_halved: bool,
    /// The place that was lost last.
    pub lost: Option<String>,
}

/// The next page to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// `{}` stands for the parent's id.
    pub route: &'static str,
    pub parent: Option<String>,
    pub params: Value,
}

/// What to ask for to learn what a customer is entitled to.
pub fn entitlements_of(customer: &str) -> Question {
    Question { route: ENTITLEMENTS_ROUTE, parent: None, params: json!({"customer": customer}) }
}

impl Question {
    /// Whose entitlements it is about, if it is: the whole list is one object then.
    pub fn sums_up(&self) -> Option<&str> {
        self.params.get("customer").and_then(Value::as_str).filter(|_| self.route == ENTITLEMENTS_ROUTE)
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub objects: Vec<Value>,
    pub has_more: bool,
}

/// A page that cannot be of the list that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unlikely {
    #[error("it lists an object without an id")]
    NoId,
    #[error("it lists {id}, which is a `{got}`")]
    OtherKind { id: String, got: String },
    #[error("it lists {id}, which was created at another time than was asked for")]
    OtherTime { id: String },
}

impl Task {
    /// The walk through all of a source that is a list of the account's, up to a time.
    pub fn whole(source: &'static Source, number: i64, phase: Phase, span: Span) -> Task {
        let span = if source.is_timed { span } else { Span::default() };
        Task {
            number,
            source,
            phase,
            parent: None,
            params: Vec::new(),
            span,
            place: None,
            is_done: false,
            pages: 0,
            objects: 0,
            page_seconds: 0,
            is_halved: false,
            lost: None,
        }
    }

    /// The walks through what is listed under an object, without numbers yet.
    pub fn under(kind: &str, object: &Value, per_customer: bool) -> Vec<Task> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let mut tasks = Vec::new();
        for source in SOURCES {
            let Some(under) = source.under.as_ref().filter(|under| under.kind == kind) else { continue };
            if under.is_per_customer && !per_customer {
                continue;
            }
            let params = under.params.iter().filter_map(|(name, pointer)| Some((*name, text(pointer)?)));
            let params = params.map(|(name, value)| (name.to_owned(), value)).collect();
            let parent = text("/id");
            tasks.push(Task { parent, params, ..Task::whole(source, 0, Phase::Children, Span::default()) });
        }
        tasks
    }

    /// What to ask for next.
    pub fn question(&self) -> Question {
        let mut params = Map::new();
        let fixed = self.source.params.iter().map(|(name, value)| (*name, *value));
        let told = self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in fixed.chain(told) {
            params.insert(name.to_owned(), json!(value));
        }
        let bounds = [("gte", self.span.from), ("lt", self.span.until)];
        let created: Map<String, Value> =
            bounds.into_iter().filter_map(|(name, at)| Some((name.to_owned(), json!(at?)))).collect();
        if !created.is_empty() {
            params.insert("created".to_owned(), Value::Object(created));
        }
        if let Some(place) = &self.place {
            params.insert("starting_after".to_owned(), json!(place.id));
        }
        let params = Value::Object(params);
        Question { route: self.source.route, parent: self.parent.clone(), params }
    }

    /// What to ask once it is done, so that a part which was not read would show: for what is older than the last
    /// object, and for the middle of its time.
    pub fn doubts(&self) -> Vec<Question> {
        let Span { from, until } = self.span;
        let last = self.place.as_ref().and_then(|place| place.created);
        let middle = last.zip(until).map(|(last, until)| last + (until - last) / 2);
        let mut ends: Vec<Option<i64>> = match last {
            Some(_) => vec![last, middle],
            None => vec![until],
        };
        ends.dedup();
        let asked =
            ends.into_iter().map(|until| Task { span: Span { from, until }, place: None, ..self.clone() });
        asked.map(|task| task.question()).collect()
    }

    /// Goes on past a page that was asked for by [`Task::question`], and gives what of it belongs to this walk: a part
    /// may have been split off since.
    ///
    /// The walk is done when Stripe says that nothing follows, and at no object before: whatever order a list is in,
    /// it is read to its end.
    ///
    /// # Errors
    /// [`Unlikely`]; nothing has changed then.
    pub fn take(&mut self, page: Page) -> Result<Vec<Value>, Unlikely> {
        let Page { mut objects, has_more } = page;
        let mut places = Vec::with_capacity(objects.len());
        for object in &objects {
            let place = self.place_of(object)?;
            match place.created.filter(|_| self.source.is_timed) {
                Some(created) if !self.span.holds(created) => {
                    // What the other walk reads was not to be asked for when this page was.
                    let is_the_others = self.is_halved && self.span.until.is_none_or(|until| created < until);
                    if !is_the_others {
                        return Err(Unlikely::OtherTime { id: place.id });
                    }
                    places.push(None);
                }
                Some(_) | None => places.push(Some(place)),
            }
        }
        let mut belongs = places.iter().map(Option::is_some);
        objects.retain(|_| belongs.next().unwrap_or_default());
        let created = || places.iter().flatten().filter_map(|place| place.created);
        // A page without any tells nothing of how dense the list is.
        if let Some((newest, oldest)) = created().max().zip(created().min()) {
            self.page_seconds = newest - oldest;
        }
        // Behind the last of its own, the other walk's are asked for no more.
        if let Some(last) = places.into_iter().flatten().last() {
            self.place = Some(last);
        }
        self.is_done = !has_more;
        self.is_halved = false;
        self.pages += 1;
        self.objects += u64::try_from(objects.len()).unwrap_or(u64::MAX);
        Ok(objects)
    }

    /// Goes on although the object that the walk is at was deleted meanwhile, so that no page can begin behind it: from
    /// the beginning, as nothing else tells for sure what came before it.
    ///
    /// Says whether there is another way to ask; there is none where the same place is lost again, as a list does not
    /// give what is deleted.
    pub fn lose_place(&mut self) -> bool {
        let Some(place) = self.place.take() else { return false };
        let lost = Some(place.id);
        if self.lost == lost {
            return false;
        }
        self.lost = lost;
        true
    }

    fn place_of(&self, object: &Value) -> Result<Place, Unlikely> {
        let text = |name: &str| object.get(name).and_then(Value::as_str);
        let id = text("id").ok_or(Unlikely::NoId)?.to_owned();
        match text("object") {
            Some(kind) if kind == self.source.kind => {}
            got => return Err(Unlikely::OtherKind { id, got: got.unwrap_or("?").to_owned() }),
        }
        Ok(Place { id, created: object.get("created").and_then(Value::as_i64) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::backfill::source_of;

    fn customers(from: Option<i64>, until: Option<i64>) -> Task {
        Task::whole(source_of("customer").unwrap(), 1, Phase::Lists, Span { from, until })
    }

    fn page(created: &[i64], has_more: bool) -> Page {
        let object = |at: &i64| json!({"id": format!("cus_{at}"), "object": "customer", "created": at});
        Page { objects: created.iter().map(object).collect(), has_more }
    }

    #[test]
    fn a_walk_asks_for_its_slice_and_goes_on_behind_the_last_object() {
        let mut task = customers(Some(100), Some(200));
        assert_eq!(task.question().params, json!({"created": {"gte": 100, "lt": 200}}));
        assert_eq!(task.take(page(&[199, 180], true)).unwrap().len(), 2);
        assert_eq!(
            task.question().params,
            json!({"created": {"gte": 100, "lt": 200}, "starting_after": "cus_180"})
        );
        assert!(!task.is_done);
        task.take(page(&[], false)).unwrap();
        assert!(task.is_done);
        assert_eq!((task.pages, task.objects, task.page_seconds), (2, 2, 19));
    }

    #[test]
    fn what_is_listed_under_an_object_is_told_which() {
        let grant = json!({"id": "credgr_1", "customer": "cus_1"});
        let [task] = &Task::under("billing.credit_grant", &grant, false)[..] else { panic!() };
        assert_eq!(task.question().params, json!({"credit_grant": "credgr_1", "customer": "cus_1"}));
        let [task] = &Task::under("product", &json!({"id": "prod_1"}), false)[..] else { panic!() };
        assert_eq!((task.question().parent.as_deref(), task.question().params), (Some("prod_1"), json!({})));
        assert!(Task::under("customer", &json!({"id": "cus_1"}), false).is_empty());
        assert_eq!(Task::under("customer", &json!({"id": "cus_1"}), true).len(), 3);
    }

    #[test]
    fn a_walk_that_is_done_is_doubted_where_it_ended_and_in_its_middle() {
        let created = |task: &Task| -> Vec<Value> {
            task.doubts().into_iter().map(|question| question.params["created"].clone()).collect()
        };
        let mut task = customers(Some(100), Some(200));
        assert_eq!(created(&task), [json!({"gte": 100, "lt": 200})]);
        task.take(page(&[190, 120], false)).unwrap();
        assert_eq!(created(&task), [json!({"gte": 100, "lt": 120}), json!({"gte": 100, "lt": 160})]);
        assert!(task.doubts().iter().all(|question| question.params.get("starting_after").is_none()));
    }

    #[test]
    fn a_walk_whose_place_is_gone_begins_again() {
        let mut task = customers(None, Some(200));
        assert!(!task.lose_place());
        // The list need not be in order of time, so any object may be behind the one that is gone.
        task.take(page(&[120, 180], true)).unwrap();
        assert!(task.lose_place());
        assert_eq!(task.question().params, json!({"created": {"lt": 200}}));
        task.take(page(&[120, 170], true)).unwrap();
        assert!(task.lose_place());
        // A list that gives what it does not know would be read for ever.
        task.take(page(&[120, 170], true)).unwrap();
        assert!(!task.lose_place());
    }

    #[test]
    fn what_was_split_off_belongs_to_another_walk() {
        let mut task = customers(None, Some(200));
        task.take(page(&[199], true)).unwrap();
        task.span.from = Some(150);
        task.is_halved = true;
        let kept = task.take(page(&[160, 149, 150, 120], true)).unwrap();
        assert_eq!(kept.len(), 2);
        // More of its own may follow behind the other's.
        assert!(!task.is_done);
        assert_eq!(
            task.question().params,
            json!({"created": {"gte": 150, "lt": 200}, "starting_after": "cus_150"})
        );
        // What was asked for since is its own alone.
        assert!(task.take(page(&[149], true)).is_err());
        task.take(page(&[151], false)).unwrap();
        assert!(task.is_done);
    }

    #[test]
    fn a_page_of_something_else_is_refused_and_changes_nothing() {
        let mut task = customers(None, Some(200));
        let before = task.clone();
        let other = json!({"id": "in_1", "object": "invoice", "created": 1});
        for (object, why) in [
            (json!({"object": "customer"}), Unlikely::NoId),
            (other, Unlikely::OtherKind { id: "in_1".to_owned(), got: "invoice".to_owned() }),
            (
                json!({"id": "cus_1", "object": "customer", "created": 200}),
                Unlikely::OtherTime { id: "cus_1".to_owned() },
            ),
        ] {
            assert_eq!(task.take(Page { objects: vec![object], has_more: true }), Err(why));
            assert_eq!(task, before);
        }
    }
}
