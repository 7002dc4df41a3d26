//! `migrate --undo FILE`: what the file says was moved goes back.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::MigrateArgs;
use super::outcome::{Counts, Undone};
use super::prices::{by_id, check_active};
use super::run::{Move, Runner, Way};
use crate::commands::Outcome;
use crate::commands::subscription::target::Desk;
use crate::error::{Kind, fail};
use crate::store::migration::{Fate, Head, MigrationFile, Row};

pub async fn run(desk: Desk<'_>, args: &MigrateArgs, path: &Path) -> anyhow::Result<Outcome> {
    let ctx = desk.ctx;
    if !path.is_file() {
        return Err(fail(
            Kind::Usage,
            format!("There is no file `{}`; nothing was sent", path.display()),
            "Name the file of results that `billctl subscription migrate` has written",
        ));
    }
    let account = desk.connection.account().await?.id.clone();
    if ctx.settings().dry_run {
        let Some((head, known)) = MigrationFile::look(path)? else { return Err(no_head(path)) };
        check(&desk, &head, &account, path).await?;
        let rows = moved(&known);
        let limit = args.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let counts = Counts { moved: rows.len().min(limit), ..Counts::default() };
        ctx.show(&Undone { head, path: path.to_owned(), counts, ended: None })?;
        return Ok(Outcome::Done);
    }
    let (file, head, known) = MigrationFile::open_again(path)?;
    let to = check(&desk, &head, &account, path).await?;
    let rows = moved(&known);
    let mut runner = Runner::open(desk, file, args).await?;
    let count = rows.len().min(runner.most());
    if count > 0 {
        let noun = if count == 1 { "subscription" } else { "subscriptions" };
        let question = format!("Move {count} {noun} back from {} to {}?", head.to_price, head.from_price);
        if !ctx.confirm(&question)? {
            ctx.ui().status("Nothing was moved");
            return Ok(Outcome::Done);
        }
        runner.open_writer().await?;
    }
    let mut counts = Counts::default();
    // Only those go back that are still where the migration put them: what was changed since stays.
    let back = Move { from: &head.to_price, to: &to, way: Way::Back };
    let ended = runner.send(&rows, back, &mut counts).await?;
    let outcome = ended.outcome(&counts);
    ctx.show(&Undone { head, path: path.to_owned(), counts, ended: Some(ended) })?;
    Ok(outcome)
}

/// Rows that were moved and not moved back, or of which nobody knows whether they were.
fn moved(known: &BTreeMap<String, Row>) -> Vec<Row> {
    let is_moved = |row: &&Row| matches!(row.result, Fate::Moved | Fate::Moving | Fate::Undoing);
    known.values().filter(is_moved).cloned().collect()
}

/// The price that they go back to.
async fn check(desk: &Desk<'_>, head: &Head, account: &str, path: &Path) -> anyhow::Result<Value> {
    if head.account != account {
        return Err(fail(
            Kind::Usage,
            format!(
                "`{}` is of the account {}, and this is {account}; nothing was sent",
                path.display(),
                head.account
            ),
            "Choose the profile of that account with `--profile NAME`",
        ));
    }
    let price = by_id(&desk.reader, &head.from_price).await?;
    check_active(&price)?;
    Ok(price)
}

fn no_head(path: &Path) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("`{}` is empty; nothing was sent", path.display()),
        "Name the file of results that `billctl subscription migrate` has written",
    )
}
