//! `billctl mirror backup`: a whole copy of books and mirror, while others write to them.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Outcome, bytes};
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Column, Present, Table, View};
use crate::store::backup::Copied;

/// Copy books and mirror as they are now, while events go on coming in
///
/// The copies are whole and checked. To use them, stop what runs and put them in the place of the originals.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// Where to put books.db and mirror.db [default: .billctl/PROFILE/backups/TIME]
    #[arg(value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

pub async fn run(ctx: &Context, args: BackupArgs) -> anyhow::Result<Outcome> {
    let folder = match args.folder {
        Some(folder) => ctx.settings().folder.join(folder),
        // A name that every file system takes.
        None => ctx
            .state_dir()?
            .join("backups")
            .join(ctx.clock().now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string()),
    };
    let (books, mirror) = (ctx.books()?, ctx.mirror()?);
    // The mirror first: so the books that are copied have all events that it was made of, or more.
    let targets = [folder.join("mirror.db"), folder.join("books.db")];
    if let Some(taken) = targets.iter().find(|target| target.exists()) {
        return Err(fail(
            Kind::Usage,
            format!("There is a file `{}` already", taken.display()),
            "Name another folder: a backup is never written over",
        ));
    }
    let [mirror_copy, books_copy] = targets;
    let sizes = if ctx.settings().dry_run {
        [mirror.size(), books.size()]
    } else {
        fs_err::create_dir_all(&folder).explain(
            Kind::Failed,
            || "Cannot make the folder for the copies".to_owned(),
            "Name a folder that can be written to",
        )?;
        let bar = ctx.ui().progress(0, "Copying");
        let mut show = |Copied { done, total }: Copied| bar.set(done / 1024, total / 1024);
        bar.say("KiB of the mirror");
        let mirror_size = mirror.back_up(&mirror_copy, &mut show)?;
        bar.say("KiB of the books");
        let books_size = books.back_up(&books_copy, &mut show)?;
        bar.finish();
        [mirror_size, books_size]
    };
    let folder = ctx.settings().folder.clone();
    ctx.show(&Copies { folder, files: vec![(books_copy, sizes[1]), (mirror_copy, sizes[0])] })?;
    if ctx.settings().dry_run {
        ctx.ui().status("Nothing was copied: this is a dry run");
    }
    Ok(Outcome::Done)
}

struct Copies {
    /// Where the command was called.
    folder: PathBuf,
    files: Vec<(PathBuf, u64)>,
}

impl Present for Copies {
    fn json(&self) -> Value {
        json!({"files": self.rows()})
    }

    fn rows(&self) -> Vec<Value> {
        self.files
            .iter()
            .map(|(path, size)| json!({"path": path.display().to_string(), "bytes": size}))
            .collect()
    }

    fn view(&self) -> View {
        let mut table = Table::new([Column::id("copy"), Column::number("size")]);
        for (path, size) in &self.files {
            let path = path.strip_prefix(&self.folder).unwrap_or(path);
            table.row([path.display().to_string(), bytes(*size)]);
        }
        View::new().table(table)
    }
}
