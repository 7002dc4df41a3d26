//! `billctl mirror verify`: whether the mirror is what Stripe has, object by object.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::compare::{Difference, Differs, Known, Standing};
use super::filling::{find_each, first_tasks, wanted_kinds};
use super::read::{Opened, open};
use super::walk::{Numbers, Step, Walk};
use crate::billing::backfill::{Phase, Span, Task, Unread, kinds, route_of_one};
use crate::commands::Outcome;
use crate::context::Context;
use crate::error::Kind;
use crate::render::{Column, Present, Role, Table, Text, View};
use crate::store::mirror::{Page as Snapshots, Scope};
use crate::stripe::lists::{Dated, Found};
use crate::ui::Progress;

/// How many objects of the mirror are looked at together.
const AT_ONCE: usize = 500;

/// Compare the mirror with Stripe, object by object
///
/// All lists are read and compared field by field, or a random sample is read one by one. What seems to differ is read
/// once more before it is told, as things change meanwhile. Differences end with exit code 3; kinds that the key may not read
/// are told, and end with exit code 5.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl mirror update && billctl mirror verify
  billctl mirror verify --sample 100 -o json
  billctl mirror verify --repair")]
pub struct VerifyArgs {
    /// Compare only so many objects of the mirror, chosen at random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: Option<u32>,
    /// Keep Stripe's version of each object that differs
    #[arg(long)]
    pub repair: bool,
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallel: u16,
}

pub async fn run(ctx: &Context, args: VerifyArgs) -> anyhow::Result<Outcome> {
    let opened = open(ctx).await?;
    let progress = ctx.ui().progress(0, "Comparing");
    let mut check = Check {
        opened,
        progress: &progress,
        parallel: usize::from(args.parallel),
        checked: 0,
        doubtful: BTreeMap::new(),
        unread: BTreeMap::new(),
    };
    let looked = match args.sample {
        Some(size) => check.sample(usize::try_from(size)?).await,
        None => check.all().await,
    };
    let differences = match looked {
        Ok(()) => check.look_again().await,
        Err(error) => Err(error),
    };
    progress.finish();
    let mut verified = Verified {
        checked: check.checked,
        differences: differences?,
        unread: std::mem::take(&mut check.unread),
    };
    if args.repair && !ctx.settings().dry_run {
        check.repair(&mut verified.differences)?;
    }
    ctx.show(&verified)?;
    Ok(verified.outcome())
}

/// Comparing under way.
#[derive(Debug)]
struct Check<'a> {
    opened: Opened,
    progress: &'a Progress,
    parallel: usize,
    checked: u64,
    /// Ids by kind of what is to be looked at once more, with what a list gave where it can't be read alone.
    doubtful: BTreeMap<String, BTreeMap<String, Option<Value>>>,
    /// Kinds that could not be compared, or not all of them, with the reason.
    unread: BTreeMap<&'static str, Unread>,
}

impl Check<'_> {
    /// Compares objects chosen at random.
    async fn sample(&mut self, size: usize) -> anyhow::Result<()> {
        // What is read only with the object that it is under can't be compared alone.
        let kinds: Vec<&str> = kinds().into_iter().filter(|kind| route_of_one(kind).is_some()).collect();
        let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (kind, id) in self.opened.mirror.sample(&kinds, size)? {
            by_kind.entry(kind).or_default().push(id);
        }
        self.progress.grow(u64::try_from(by_kind.values().map(Vec::len).sum::<usize>())?);
        for (kind, ids) in by_kind {
            let Some(route) = route_of_one(&kind) else { continue };
            for ids in ids.chunks(AT_ONCE) {
                let reader = self.opened.connection.reader();
                for (id, found) in find_each(&reader, Some(&route), ids.to_vec(), self.parallel).await? {
                    self.compare(&kind, &id, &found.value)?;
                    self.progress.advance(1);
                }
            }
        }
        Ok(())
    }

    /// Compares everything: what the lists give, and what of the mirror no list gives.
    async fn all(&mut self) -> anyhow::Result<()> {
        let per_customer = self.opened.mirror.whole_fill()?.is_some_and(|filled| filled.per_customer);
        let scope =
            Scope { account: self.opened.account.clone(), since: None, per_customer, kinds: Vec::new() };
        let tasks = first_tasks(&scope, self.opened.now, self.opened.is_live());
        // One walk a list: what was made since is not there to be compared.
        let lists = tasks.into_iter().filter(|task| task.phase == Phase::Lists);
        let features = self.opened.mirror.objects_of("entitlements.feature", "", 1)?;
        let reader = self.opened.connection.reader();
        let mut walk = Walk::new(reader, self.parallel, self.opened.began_at, Numbers::after(0));
        for task in lists {
            walk.add(Task { span: Span::default(), ..task });
            self.progress.grow(1);
        }
        let mut seen: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        while let Some(step) = walk.next().await? {
            let (task, objects) = match step {
                Step::Page { task, objects, at: _ } => (task, objects),
                Step::Unread { task, why } => {
                    self.unread.insert(task.source.kind, why);
                    self.progress.advance(1);
                    continue;
                }
                Step::Split { .. } => {
                    self.progress.grow(1);
                    continue;
                }
            };
            for object in objects {
                let Some(id) = object.get("id").and_then(Value::as_str).map(str::to_owned) else { continue };
                for child in Task::under(task.source.kind, &object, per_customer) {
                    let needs = child.source.under.as_ref().and_then(|under| under.needs);
                    if needs.is_none() || !features.is_empty() {
                        walk.add(child);
                        self.progress.grow(1);
                    }
                }
                let found = Found::Object(object);
                self.compare(task.source.kind, &id, &found)?;
                seen.entry(task.source.kind).or_default().insert(id);
            }
            if task.is_done {
                self.progress.advance(1);
            }
        }
        for kind in wanted_kinds(&scope) {
            if self.unread.contains_key(kind) {
                continue;
            }
            let mut after = String::new();
            loop {
                let known = self.opened.mirror.objects_of(kind, &after, AT_ONCE)?;
                let Some(last) = known.last() else { break };
                after.clone_from(&last.id);
                let seen = seen.get(kind);
                for known in known.iter().filter(|known| seen.is_none_or(|seen| !seen.contains(&known.id))) {
                    self.checked += 1;
                    self.doubtful.entry(kind.to_owned()).or_default().insert(known.id.clone(), None);
                }
            }
        }
        Ok(())
    }

    /// Compares one object with what the mirror has; what differs is doubtful.
    fn compare(&mut self, kind: &str, id: &str, found: &Found) -> anyhow::Result<()> {
        self.checked += 1;
        let known = Known::of(&self.opened.mirror, kind, id)?;
        if known.standing(found) == Standing::Same {
            return Ok(());
        }
        let listed = match found {
            Found::Object(object) if route_of_one(kind).is_none() => Some(object.clone()),
            Found::Object(_) | Found::Gone => None,
        };
        self.doubtful.entry(kind.to_owned()).or_default().insert(id.to_owned(), listed);
        Ok(())
    }

    /// Reads what is doubtful once more, and compares it with what the mirror has by then.
    async fn look_again(&mut self) -> anyhow::Result<Vec<Difference>> {
        let mut differences = Vec::new();
        let reader = self.opened.connection.reader();
        for (kind, doubtful) in std::mem::take(&mut self.doubtful) {
            let route = route_of_one(&kind);
            let ids: Vec<String> = doubtful.keys().cloned().collect();
            for ids in ids.chunks(AT_ONCE) {
                for (id, found) in find_each(&reader, route.as_deref(), ids.to_vec(), self.parallel).await? {
                    let found = match doubtful.get(&id).and_then(Option::as_ref) {
                        Some(listed) => Dated { value: Found::Object(listed.clone()), at: found.at },
                        None => found,
                    };
                    let known = Known::of(&self.opened.mirror, &kind, &id)?;
                    if let Standing::Differs(differs) = known.standing(&found.value) {
                        // Made since: an event is on its way.
                        if differs == Differs::Missing && is_younger(&found.value, self.opened.now) {
                            continue;
                        }
                        differences.push(Difference {
                            kind: kind.clone(),
                            id,
                            differs,
                            found,
                            is_repaired: false,
                        });
                    }
                }
            }
        }
        Ok(differences)
    }

    /// Keeps Stripe's version of what differs.
    fn repair(&mut self, differences: &mut [Difference]) -> anyhow::Result<()> {
        for difference in differences {
            let object = match &difference.found.value {
                Found::Object(object) => object.clone(),
                Found::Gone => json!({"id": difference.id, "object": difference.kind, "deleted": true}),
            };
            let second = difference.found.at.unwrap_or(self.opened.now);
            let fetched_at = Timestamp::from_second(second).context("Stripe's clock gave no time")?;
            let page = Snapshots { kind: &difference.kind, objects: &[object], fetched_at, cursor: None };
            self.opened.mirror.put_snapshots(&self.opened.books, page)?;
            let known = Known::of(&self.opened.mirror, &difference.kind, &difference.id)?;
            difference.is_repaired = known.standing(&difference.found.value) == Standing::Same;
        }
        Ok(())
    }
}

fn is_younger(found: &Found, second: i64) -> bool {
    match found {
        Found::Object(object) => object.get("created").and_then(Value::as_i64).is_some_and(|at| at >= second),
        Found::Gone => false,
    }
}

/// The result.
#[derive(Debug)]
struct Verified {
    checked: u64,
    differences: Vec<Difference>,
    unread: BTreeMap<&'static str, Unread>,
}

impl Verified {
    fn left(&self) -> usize {
        self.differences.iter().filter(|difference| !difference.is_repaired).count()
    }

    /// Kinds that the key may not read.
    fn forbidden(&self) -> Vec<&'static str> {
        self.unread.iter().filter(|(_, why)| **why == Unread::Forbidden).map(|(kind, _)| *kind).collect()
    }

    /// The exit code: a difference is what was asked for, and what was not compared is no agreement.
    fn outcome(&self) -> Outcome {
        if self.left() > 0 {
            Outcome::Difference
        } else if !self.forbidden().is_empty() {
            Outcome::Failed(Kind::Refused)
        } else {
            Outcome::Done
        }
    }
}

impl Present for Verified {
    fn json(&self) -> Value {
        json!({
            "checked": self.checked,
            "different": self.differences.len(),
            "repaired": self.differences.len() - self.left(),
            "differences": self.rows(),
            "not_compared": self.forbidden(),
        })
    }

    fn rows(&self) -> Vec<Value> {
        self.differences.iter().map(Difference::json).collect()
    }

    fn view(&self) -> View {
        let view = self.compared();
        match self.forbidden().as_slice() {
            [] => view,
            forbidden => view.line(
                Text::new(Role::Delete, "Not compared, as the key may not read them: ")
                    .plain(forbidden.join(", ")),
            ),
        }
    }
}

impl Verified {
    /// What comparing came to.
    fn compared(&self) -> View {
        let checked =
            if self.checked == 1 { "1 object".to_owned() } else { format!("{} objects", self.checked) };
        if self.differences.is_empty() {
            return View::new().line(Text::new(Role::Create, format!("{checked} compared, no difference")));
        }
        let mut table = Table::new([
            Column::id("kind"),
            Column::id("id"),
            Column::words("difference"),
            Column::words("repaired"),
        ]);
        for difference in &self.differences {
            let repaired = if difference.is_repaired { "yes" } else { "" };
            table.row([
                Text::from(difference.kind.as_str()),
                Text::from(difference.id.as_str()),
                Text::from(difference.words()),
                Text::from(repaired),
            ]);
        }
        let count = self.differences.len();
        let differ = if count == 1 { "1 differs".to_owned() } else { format!("{count} differ") };
        let view =
            View::new().table(table).line(Text::new(Role::Strong, format!("{checked} compared, {differ}")));
        match (self.left(), count) {
            (0, _) => view.line(Text::new(Role::Create, "All of them are repaired")),
            (left, all) if left == all => view.line(Text::new(
                Role::Hint,
                "`billctl mirror update` may explain them; `--repair` keeps Stripe's version",
            )),
            (left, _) => view.line(Text::new(Role::Delete, format!("{left} could not be repaired"))),
        }
    }
}
