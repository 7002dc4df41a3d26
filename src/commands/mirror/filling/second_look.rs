//! A second look at long lists. What was read and what is in the tables may agree and a part of a list be in neither;
//! so some pages of it are asked for once more, in another way than they were read.

use std::collections::{HashMap, VecDeque};

use tokio::task::JoinSet;

use super::refusals::other_version;
use super::{End, Filling};
use crate::billing::backfill::{Phase, Question, Task};

impl Filling<'_> {
    /// Asks each walk of a list of several pages for what is behind its end and in its middle. Objects in these pages
    /// that no walk gave count as received: they are missing unless events bring them.
    pub(super) async fn look_twice(&mut self) -> anyhow::Result<End> {
        let tasks = self.mirror.done_tasks(&self.fill, Phase::Lists)?.ok_or_else(other_version)?;
        let mut waiting = doubts(&tasks);
        let count = u64::try_from(waiting.len())?;
        self.progress.grow(count);
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.parallel
                && !self.stop.is_asked()
                && let Some((kind, question)) = waiting.pop_front()
            {
                let reader = self.reader.clone();
                running.spawn(async move { (kind, reader.page(&question).await) });
            }
            let Some(joined) = running.join_next().await else { break };
            let (kind, page) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            let objects = page?.value.objects;
            let ids: Vec<&str> = objects.iter().filter_map(|object| object.get("id")?.as_str()).collect();
            self.rechecked += u64::try_from(ids.len())?;
            tokio::task::block_in_place(|| self.mirror.note_listed(&self.fill, kind, &ids))?;
            self.progress.advance(1);
        }
        Ok(if waiting.is_empty() { End::Finished } else { End::Stopped })
    }
}

/// What to ask about lists of which more than a page was read.
fn doubts(tasks: &[Task]) -> VecDeque<(&'static str, Question)> {
    let mut pages: HashMap<&str, u64> = HashMap::new();
    for task in tasks {
        *pages.entry(task.source.name).or_default() += task.pages;
    }
    let is_long =
        |task: &&Task| task.source.is_timed && pages.get(task.source.name).is_some_and(|pages| *pages > 1);
    let asked = tasks.iter().filter(is_long);
    asked.flat_map(|task| task.doubts().into_iter().map(|question| (task.source.kind, question))).collect()
}
