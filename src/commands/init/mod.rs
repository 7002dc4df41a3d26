//! `billctl init`: a billing file to start from.

mod answers;
mod templates;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::answers::Answers;
use self::templates::Template;
use super::Outcome;
use crate::context::Context;
use crate::error::{Explain as _, Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::settings::{CONFIG_NAME, Origin};

/// Write a billing.toml, from answers or from a template
///
/// Nothing is ever overwritten. Without a template it asks; with `--yes` it takes the proposed answers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  billctl init
  billctl init --template nexus
  billctl init --yes --dry-run")]
pub struct InitArgs {
    /// Start from the catalog of a whole product instead of answers
    #[arg(long, value_name = "NAME")]
    pub template: Option<Template>,
}

pub async fn run(ctx: &Context, args: InitArgs) -> anyhow::Result<Outcome> {
    let root = root(ctx);
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    let files: Vec<NewFile> = match args.template {
        Some(template) => {
            let place = |name: &str| if name == CONFIG_NAME { root.clone() } else { folder.join(name) };
            template.files().into_iter().map(|(name, text)| NewFile { path: place(name), text }).collect()
        }
        None => {
            refuse_existing(std::slice::from_ref(&root))?;
            vec![NewFile { path: root.clone(), text: Answers::ask(ctx)?.billing_file() }]
        }
    };
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    refuse_existing(&paths)?;
    let written = !ctx.settings().dry_run;
    if written {
        files.iter().try_for_each(NewFile::write)?;
    }
    ctx.show(&Started { files, written })?;
    if written {
        ctx.ui().hint("`billctl catalog plan` shows what it makes in the emulator; keep `.billctl/` out of version control");
    }
    Ok(Outcome::Done)
}

/// Where the billing file goes: where a flag or the environment says, else into this folder, whatever lies above it.
fn root(ctx: &Context) -> PathBuf {
    let settings = ctx.settings();
    match (&settings.config, settings.config_origin) {
        (Some(path), Origin::Flag | Origin::Environment) => {
            path.strip_prefix(&settings.folder).unwrap_or(path).to_owned()
        }
        (Some(_) | None, _) => PathBuf::from(CONFIG_NAME),
    }
}

fn refuse_existing(paths: &[PathBuf]) -> anyhow::Result<()> {
    match paths.iter().find(|path| path.exists()) {
        Some(path) => Err(exists(path)),
        None => Ok(()),
    }
}

fn exists(path: &Path) -> anyhow::Error {
    fail(
        Kind::Usage,
        format!("{} exists already, and init never overwrites", path.display()),
        "Edit it, or name another file with `--config PATH`",
    )
}

struct NewFile {
    path: PathBuf,
    text: String,
}

impl NewFile {
    fn write(&self) -> anyhow::Result<()> {
        let NewFile { path, text } = self;
        // Whoever made it in the meantime keeps theirs.
        let created = fs_err::OpenOptions::new().write(true).create_new(true).open(path);
        if created.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::AlreadyExists) {
            return Err(exists(path));
        }
        let cannot = || "Cannot write the billing file".to_owned();
        let advice = "Call it in a folder that exists and that you may write in";
        created.and_then(|mut file| file.write_all(text.as_bytes())).explain(Kind::Failed, cannot, advice)
    }
}

struct Started {
    files: Vec<NewFile>,
    written: bool,
}

impl Present for Started {
    fn json(&self) -> Value {
        let file = |file: &NewFile| match self.written {
            true => json!({"path": file.path}),
            false => json!({"path": file.path, "text": file.text}),
        };
        json!({"written": self.written, "files": self.files.iter().map(file).collect::<Vec<_>>()})
    }

    fn view(&self) -> View {
        self.files.iter().fold(View::new(), |view, NewFile { path, text }| {
            let path = path.display();
            if self.written {
                return view.line(Text::new(Role::Create, "wrote ").plain(path.to_string()));
            }
            let heading = Text::new(Role::Create, "would write ").plain(path.to_string());
            text.lines().fold(view.line(heading), |view, line| view.line(format!("  {line}")))
        })
    }
}
