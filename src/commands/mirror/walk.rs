//! Walks through lists side by side, within the limiter. They keep nothing: whoever asks for the pages does.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::Value;
use tokio::task::JoinSet;

use super::filling::{lost_its_place, strange, unread};
use crate::billing::backfill::{Page, Phase, Task, Unread, most_left, split};
use crate::context::Stop;
use crate::stripe::lists::Dated;
use crate::stripe::{Reader, StripeError};

/// What came next, in an order in which it can be kept: what a walk says of itself is true of all that came before.
#[derive(Debug)]
pub enum Step {
    /// A walk went on past these objects.
    Page {
        task: Task,
        objects: Vec<Value>,
        /// When they were so, in seconds by Stripe's clock, if it told.
        at: Option<i64>,
    },
    /// A walk's list can't be read, which ends the walk.
    Unread { task: Task, why: Unread },
    /// Half of what a walk had left is another walk's from now on.
    Split { longest: Task, older: Task },
}

/// Walks under way.
#[derive(Debug)]
pub struct Walk {
    reader: Reader,
    parallel: usize,
    /// When the account began, in seconds, if that is known.
    floor: Option<i64>,
    /// Ends it early, if there is one.
    stop: Option<Stop>,
    numbers: Numbers,
    walks: Walks,
    running: JoinSet<(i64, Result<Dated<Page>, StripeError>)>,
    /// What is to be told next.
    told: VecDeque<Step>,
    /// Nothing more is asked for; it is told when all that was asked for has come.
    failure: Option<anyhow::Error>,
}

/// Numbers of walks, given out in order.
#[derive(Debug, Clone)]
pub struct Numbers(Arc<AtomicI64>);

impl Numbers {
    /// Begins behind the highest number that is taken.
    pub fn after(last: i64) -> Numbers {
        Numbers(Arc::new(AtomicI64::new(last)))
    }

    pub fn next(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Walks that are not done, and those of them that wait for a page.
#[derive(Debug, Default)]
struct Walks {
    tasks: BTreeMap<i64, Task>,
    busy: HashSet<i64>,
}

impl Walks {
    /// The walk to go on with: of the list that is read by the fewest, the first.
    fn next(&self) -> Option<&Task> {
        let mut readers: HashMap<&str, usize> = HashMap::new();
        for task in self.busy.iter().filter_map(|number| self.tasks.get(number)) {
            *readers.entry(task.source.route).or_default() += 1;
        }
        let free = self.tasks.values().filter(|task| !self.busy.contains(&task.number));
        free.min_by_key(|task| (readers.get(task.source.route).copied().unwrap_or(0), task.number))
    }

    /// Splits half of the longest walk off. The walk that it was split off comes first.
    fn split(&mut self, numbers: &Numbers, floor: Option<i64>) -> Option<(Task, Task)> {
        let lists = self.tasks.values_mut().filter(|task| task.phase == Phase::Lists);
        let longest = most_left(lists, floor)?;
        let mut older = split(longest, 0, floor)?;
        older.number = numbers.next();
        let longest = longest.clone();
        self.tasks.insert(older.number, older.clone());
        Some((longest, older))
    }

    /// Takes out those of a list that can't be read and of which no page is under way.
    fn take_idle(&mut self, source: &str) -> Vec<Task> {
        let Walks { tasks, busy } = self;
        tasks
            .extract_if(.., |number, task| task.source.name == source && !busy.contains(number))
            .map(|(_, task)| task)
            .collect()
    }
}

impl Walk {
    pub fn new(reader: Reader, parallel: usize, floor: Option<i64>, numbers: Numbers) -> Walk {
        Walk {
            reader,
            parallel,
            floor,
            stop: None,
            numbers,
            walks: Walks::default(),
            running: JoinSet::new(),
            told: VecDeque::new(),
            failure: None,
        }
    }

    /// Goes on with walks until they are done or the person asks to stop.
    pub fn go_on(self, tasks: Vec<Task>, stop: Stop) -> Walk {
        let tasks = tasks.into_iter().map(|task| (task.number, task)).collect();
        Walk { walks: Walks { tasks, ..self.walks }, stop: Some(stop), ..self }
    }

    /// Adds a walk; it gets a number.
    pub fn add(&mut self, task: Task) {
        let number = self.numbers.next();
        self.walks.tasks.insert(number, Task { number, ..task });
    }

    /// Whether nothing is left to be asked for.
    pub fn is_done(&self) -> bool {
        self.walks.tasks.is_empty()
    }

    /// What comes next; `None` when all walks are done, or when it was stopped and what was under way has come.
    ///
    /// # Errors
    /// What Stripe refuses, and a list that can't be trusted; after everything else that was under way.
    pub async fn next(&mut self) -> anyhow::Result<Option<Step>> {
        loop {
            self.ask();
            if let Some(step) = self.told.pop_front() {
                return Ok(Some(step));
            }
            let Some(joined) = self.running.join_next().await else {
                return self.failure.take().map_or(Ok(None), Err);
            };
            // A panic in a walk goes on here: a list must not be missing as if it had been empty.
            let (number, answer) =
                joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            if let Err(error) = self.take(number, answer) {
                self.failure.get_or_insert(error);
            }
        }
    }

    /// Asks for as many pages as may be under way. Where all lists are being read, half of the longest is split off.
    fn ask(&mut self) {
        let is_stopped = self.failure.is_some() || self.stop.as_ref().is_some_and(Stop::is_asked);
        while !is_stopped && self.running.len() < self.parallel {
            let task = match self.walks.next() {
                Some(task) => task.clone(),
                None => match self.walks.split(&self.numbers, self.floor) {
                    Some((longest, older)) => {
                        self.told.push_back(Step::Split { longest, older: older.clone() });
                        older
                    }
                    None => break,
                },
            };
            self.walks.busy.insert(task.number);
            let (reader, question) = (self.reader.clone(), task.question());
            self.running.spawn(async move { (task.number, reader.page(&question).await) });
        }
    }

    /// Takes what came for a walk.
    fn take(&mut self, number: i64, answer: Result<Dated<Page>, StripeError>) -> anyhow::Result<()> {
        self.walks.busy.remove(&number);
        let Some(task) = self.walks.tasks.get_mut(&number) else { return Ok(()) };
        let (objects, at) = match answer {
            Ok(Dated { value: page, at }) => {
                (task.take(page).map_err(|why| strange(task, &why.to_string()))?, at)
            }
            Err(error) if lost_its_place(&error) && task.lose_place() => (Vec::new(), None),
            Err(error) => match unread(task, &error) {
                Some(Some(why)) => {
                    let source = task.source.name;
                    for task in self.walks.take_idle(source) {
                        self.told.push_back(Step::Unread { task: Task { is_done: true, ..task }, why });
                    }
                    return Ok(());
                }
                // What it hangs on is gone, and with it the list.
                Some(None) => {
                    task.is_done = true;
                    (Vec::new(), None)
                }
                None => return Err(error.into()),
            },
        };
        let task = task.clone();
        if task.is_done {
            self.walks.tasks.remove(&number);
        }
        self.told.push_back(Step::Page { task, objects, at });
        Ok(())
    }
}
