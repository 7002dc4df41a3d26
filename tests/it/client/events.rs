//! Walks through /v1/events: none is left out, whatever arrives or expires meanwhile.

use std::collections::BTreeSet;

use billctl::stripe::events::Step;
use serde_json::{Value, json};

use super::client;
use super::fake::{Act, Asked, Fake, answer, ok};

/// `Sun, 01 Nov 2026 00:00:00 GMT`
const NOW: i64 = 1_793_491_200;

/// An account's events, newest first, in pages of three.
#[derive(Clone, Default)]
struct Account {
    events: Vec<(String, i64)>,
}

impl Account {
    /// One event for each second that is named.
    fn of(seconds: impl IntoIterator<Item = i64>) -> Account {
        let mut account = Account::default();
        seconds.into_iter().for_each(|created| account.happens(created));
        account
    }

    fn happens(&mut self, created: i64) {
        let id = format!("evt_{}", self.events.len());
        let place = self.events.iter().position(|(_, other)| *other <= created).unwrap_or(self.events.len());
        self.events.insert(place, (id, created));
    }

    fn ids(&self) -> BTreeSet<String> {
        self.events.iter().map(|(id, _)| id.clone()).collect()
    }

    fn list(&self, asked: &Asked) -> Act {
        let query = asked.target.split_once('?').map_or("", |(_, query)| query);
        let field = |name: &str| {
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find_map(|(key, value)| (key == name).then_some(value))
        };
        let bound = |name: &str, usual: i64| field(name).map_or(usual, |value| value.parse().unwrap());
        let (from, until) = (bound("created[gte]", i64::MIN), bound("created[lt]", i64::MAX));
        let after = match field("starting_after") {
            None => 0,
            Some(id) => match self.events.iter().position(|(known, _)| known == id) {
                Some(place) => place + 1,
                None => {
                    return answer(
                        400,
                        json!({"error": {"type": "invalid_request_error", "code": "resource_missing", "param": "starting_after"}}),
                    );
                }
            },
        };
        let rest: Vec<Value> = self.events[after..]
            .iter()
            .filter(|(_, created)| (from..until).contains(created))
            .map(|(id, created)| json!({"id": id, "created": created}))
            .collect();
        let page = rest.iter().take(3).cloned().collect::<Vec<_>>();
        ok(json!({"object": "list", "data": page, "has_more": rest.len() > 3}))
            .with("date", "Sun, 01 Nov 2026 00:00:00 GMT")
    }
}

/// What a walk told: the ids it came upon, with repetitions, and each second up to which it said to be through.
struct Told {
    ids: Vec<String>,
    through: Vec<i64>,
    requests: usize,
}

impl Told {
    fn set(&self) -> BTreeSet<String> {
        self.ids.iter().cloned().collect()
    }
}

/// Walks to the end; `before` is told each request's number before it is answered.
async fn walk(
    mut account: Account,
    from: Option<i64>,
    mut before: impl FnMut(&mut Account, usize) + Send + 'static,
) -> (Told, Account) {
    let shared = std::sync::Arc::new(std::sync::Mutex::new(account.clone()));
    let seen = std::sync::Arc::clone(&shared);
    let mut count = 0;
    let fake = Fake::play(move |asked| {
        count += 1;
        before(&mut account, count);
        *shared.lock().unwrap() = account.clone();
        account.list(asked)
    })
    .await;
    let mut walk = client(&fake).reader().events(from);
    let mut told = Told { ids: Vec::new(), through: Vec::new(), requests: 0 };
    while let Some(step) = walk.next().await.unwrap() {
        match step {
            Step::Events(events) => told.ids.extend(events.into_iter().map(|event| event.id.unwrap())),
            Step::Through(second) => told.through.push(second),
        }
    }
    told.requests = fake.lines().len();
    let end = seen.lock().unwrap().clone();
    (told, end)
}

fn nothing(_: &mut Account, _: usize) {}

#[tokio::test]
async fn an_account_where_nothing_happened_is_through_at_once() {
    let (told, _) = walk(Account::default(), None, nothing).await;
    assert_eq!((told.ids.len(), told.through, told.requests), (0, vec![NOW], 1));
}

#[tokio::test]
async fn a_few_events_take_one_request() {
    let account = Account::of([NOW - 3, NOW - 2, NOW - 2]);
    let (told, _) = walk(account.clone(), None, nothing).await;
    assert_eq!((told.ids.len(), told.set(), told.requests), (3, account.ids(), 1));
    assert_eq!(told.through, [NOW]);
}

#[tokio::test]
async fn the_first_second_is_part_of_the_walk() {
    let account = Account::of([NOW - 11, NOW - 10, NOW - 10, NOW - 9]);
    let (told, _) = walk(account, Some(NOW - 10), nothing).await;
    assert_eq!(told.set(), ["evt_1", "evt_2", "evt_3"].map(str::to_owned).into());
}

#[tokio::test]
async fn many_events_are_read_in_slices_from_the_oldest() {
    let account = Account::of((0..400).map(|number| NOW - 4_000 + number * 10));
    let (told, _) = walk(account.clone(), Some(NOW - 5_000), nothing).await;
    assert_eq!(told.set(), account.ids());
    assert!(told.through.len() > 2 && told.through.is_sorted(), "{:?}", told.through);
    assert_eq!(told.through.last(), Some(&NOW));
    // The look at how much there is costs one page.
    assert!(told.ids.len() <= 403, "{} events were read", told.ids.len());
}

#[tokio::test]
async fn what_a_walk_is_through_with_is_complete_at_every_slice() {
    let account = Account::of((0..400).map(|number| NOW - 4_000 + (number * number) % 4_000));
    let fake = {
        let account = account.clone();
        Fake::play(move |asked| account.list(asked)).await
    };
    let mut walk = client(&fake).reader().events(None);
    let mut read = BTreeSet::new();
    while let Some(step) = walk.next().await.unwrap() {
        match step {
            Step::Events(events) => {
                read.extend(events.into_iter().map(|event| event.id.unwrap()));
            }
            Step::Through(second) => {
                let due = account.events.iter().filter(|(_, created)| *created <= second);
                let missing: Vec<_> = due.filter(|(id, _)| !read.contains(id)).collect();
                assert!(missing.is_empty(), "not read up to {second}: {missing:?}");
            }
        }
    }
    assert_eq!(read, account.ids());
}

#[tokio::test]
async fn each_event_comes_in_the_bytes_that_it_has_in_the_list() {
    let odd = "{ \"id\": \"evt_1\",\n  \"created\":1700000000 , \"amount\":1.50e1,\"name\":\"Zo\\u00eb\", \"name\":\"twice\"}";
    let usual = r#"{"id":"evt_0","created":1700000000}"#;
    let list = format!("{{\"has_more\" : false, \"data\":[\n{odd} ,\n\t{usual}\n] }}\n");
    let fake = Fake::script([ok(list)]).await;
    let mut walk = client(&fake).reader().events(None);
    let Some(Step::Events(events)) = walk.next().await.unwrap() else { panic!("no events") };
    let bodies: Vec<String> =
        events.into_iter().map(|event| String::from_utf8(event.body).unwrap()).collect();
    assert_eq!(bodies, [usual, odd]);
}

#[tokio::test]
async fn events_of_one_second_are_all_read() {
    let account = Account::of(std::iter::repeat_n(NOW - 5, 100));
    let (told, _) = walk(account.clone(), Some(NOW - 5), nothing).await;
    assert_eq!((told.ids.len(), told.set()), (100, account.ids()));
}

#[tokio::test]
async fn what_happens_during_a_walk_moves_nothing_out_of_it() {
    let account = Account::of((0..60).map(|number| NOW - 600 + number * 10));
    let (told, end) = walk(account, Some(NOW - 600), |account, _| account.happens(NOW)).await;
    // What came after the last slice began is for the next walk, which reads this second again.
    let before: BTreeSet<String> =
        end.events.iter().filter(|(_, created)| *created < NOW).map(|(id, _)| id.clone()).collect();
    assert!(told.set().is_superset(&before));
    assert_eq!(told.through.last(), Some(&NOW));
}

#[tokio::test]
async fn an_event_of_a_time_to_come_does_not_hide_those_before_it() {
    // A test clock may be ahead of the account.
    let account = Account::of((0..20).map(|number| NOW - 20 + number).chain([NOW + 1_000_000]));
    let (told, _) = walk(account.clone(), Some(NOW - 20), nothing).await;
    assert_eq!(told.set(), account.ids());
    assert_eq!(told.through.last(), Some(&NOW));
}

#[tokio::test]
async fn an_event_that_expires_between_two_pages_ends_nothing() {
    let account = Account::of((0..9).map(|number| NOW - 9 + number));
    let (told, end) = walk(account, None, |account, request| {
        // The last one of the first page goes, and the page behind it can't be named by it any more.
        if request == 2 {
            account.events.remove(2);
        }
    })
    .await;
    assert!(told.set().is_superset(&end.ids()));
}

#[tokio::test]
async fn a_refusal_that_is_about_something_else_is_told() {
    let refusal = json!({"error": {"type": "invalid_request_error", "param": "created"}});
    let fake = Fake::script([answer(400, refusal)]).await;
    let error = client(&fake).reader().events(None).next().await.unwrap_err();
    assert_eq!(error.api().unwrap().param.as_deref(), Some("created"));
}
