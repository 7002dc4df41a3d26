//! Walks through lists side by side that keep nothing: for comparing.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use tokio::task::JoinSet;

use super::filling::{lost_its_place, strange, unread};
use crate::billing::backfill::{Page, Task, Unread, most_left, split};
use crate::stripe::lists::Dated;
use crate::stripe::{Reader, StripeError};

/// What came next.
#[derive(Debug)]
pub enum Wait {
    Page {
        task: Task,
        objects: Vec<Value>,
    },
    /// Its list can't be read.
    Unread {
        task: Task,
        why: Unread,
    },
}

/// Walks under way.
#[derive(Debug)]
pub struct Walk {
    reader: Reader,
    parallel: usize,
    floor: Option<i64>,
    walks: Walks,
    running: JoinSet<(i64, Result<Dated<Page>, StripeError>)>,
}

/// Walks that are not done, and those of them that wait for a page.
#[derive(Debug, Default)]
pub struct Walks {
    pub tasks: BTreeMap<i64, Task>,
    pub busy: HashSet<i64>,
}

impl Walks {
    /// The walk to go on with: of the list that is read by the fewest, the first.
    pub fn next(&self) -> Option<&Task> {
        let mut readers: HashMap<&str, usize> = HashMap::new();
        for task in self.busy.iter().filter_map(|number| self.tasks.get(number)) {
            *readers.entry(task.source.route).or_default() += 1;
        }
        let free = self.tasks.values().filter(|task| !self.busy.contains(&task.number));
        free.min_by_key(|task| (readers.get(task.source.route).copied().unwrap_or(0), task.number))
    }

    /// Splits half of the longest walk off, under this number. The walk that it was split off comes first.
    pub fn split(&mut self, number: i64, floor: Option<i64>) -> Option<(Task, Task)> {
        let longest = most_left(self.tasks.values_mut(), floor)?;
        let older = split(longest, number, floor)?;
        let longest = longest.clone();
        self.tasks.insert(number, older.clone());
        Some((longest, older))
    }
}

impl Walk {
    pub fn new(reader: Reader, parallel: usize, floor: Option<i64>) -> Walk {
        Walk { reader, parallel, floor, walks: Walks::default(), running: JoinSet::new() }
    }

    /// Adds a walk; it gets a number.
    pub fn add(&mut self, task: Task) {
        let number = self.number();
        self.walks.tasks.insert(number, Task { number, ..task });
    }

    fn number(&self) -> i64 {
        self.walks.tasks.last_key_value().map_or(1, |(last, _)| last + 1)
    }

    /// What comes next; `None` when all walks are done.
    ///
    /// # Errors
    /// What Stripe refuses, and a list that can't be trusted.
    pub async fn next(&mut self) -> anyhow::Result<Option<Wait>> {
        loop {
            while self.running.len() < self.parallel {
                let next = self.walks.next().map(|task| task.number);
                let split = || {
                    let number = self.number();
                    self.walks.split(number, self.floor).map(|_| number)
                };
                let Some(number) = next.or_else(split) else { break };
                let Some(task) = self.walks.tasks.get(&number) else { break };
                self.walks.busy.insert(number);
                let (reader, question) = (self.reader.clone(), task.question());
                self.running.spawn(async move { (number, reader.page(&question).await) });
            }
            let Some(joined) = self.running.join_next().await else { return Ok(None) };
            let (number, answer) =
                joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            self.walks.busy.remove(&number);
            let Some(task) = self.walks.tasks.get_mut(&number) else { continue };
            let step = match answer {
                Ok(Dated { value: page, at: _ }) => {
                    let objects = task.take(page).map_err(|why| strange(task, &why.to_string()))?;
                    Wait::Page { task: task.clone(), objects }
                }
                Err(error) if lost_its_place(&error) && task.lose_place() => continue,
                Err(error) => match unread(task, &error) {
                    Some(why) => {
                        task.is_done = true;
                        match why {
                            Some(why) => Wait::Unread { task: task.clone(), why },
                            None => Wait::Page { task: task.clone(), objects: Vec::new() },
                        }
                    }
                    None => return Err(error.into()),
                },
            };
            if task.is_done {
                self.walks.tasks.remove(&number);
            }
            return Ok(Some(step));
        }
    }
}
