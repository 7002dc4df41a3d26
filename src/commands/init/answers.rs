//! What is asked for a first billing file, and the file made of it.

use std::path::Path;

use crate::billing::money::Rate;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::ui::NobodyToAsk;

/// How a first price is charged.
const INTERVALS: [&str; 4] = ["month", "year", "week", "once"];

/// What the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answers {
    project: String,
    product: String,
    amount: String,
    interval: String,
}

impl Answers {
    /// Asks; `--yes` takes what is proposed.
    ///
    /// # Errors
    /// `Usage` where nobody can be asked.
    pub(super) fn ask(ctx: &Context) -> anyhow::Result<Answers> {
        Ok(Answers {
            project: answer(ctx, "Name of the project", &proposed_name(&ctx.settings().folder), is_name)?,
            product: answer(ctx, "What do you sell first?", "Pro", |text| {
                Some(text.to_owned()).filter(|text| !slug(text).is_empty())
            })?,
            amount: answer(ctx, "At what price, with its currency?", "49.00 usd", is_amount)?,
            interval: answer(ctx, "Charged how often: month, year, week or once?", "month", |text| {
                INTERVALS.into_iter().find(|interval| *interval == text).map(str::to_owned)
            })?,
        })
    }

    /// The text of the billing file.
    pub(super) fn billing_file(&self) -> String {
        let Answers { project, product, amount, interval } = self;
        let key = slug(product);
        let product = toml::Value::String(product.clone());
        let (price, every) = match interval.as_str() {
            "once" => ("once".to_owned(), String::new()),
            interval => (format!("{interval}ly"), format!("every = \"{interval}\"\n")),
        };
        format!(
            r#"# What is sold, and to which Stripe accounts it goes.
# `billctl catalog plan` shows what would change, `billctl catalog sync` changes it.

[project]
name = "{project}" # marks in Stripe what is ours
default_profile = "emulator" # the offline Stripe inside billctl: no account, no network

[profiles.test]
secret_key = {{ env = "STRIPE_SECRET_KEY" }}

# [profiles.live]
# secret_key = {{ env = "STRIPE_LIVE_SECRET_KEY" }}
# account = "acct_…" # a key of another account is refused
# live = true

[products.{key}]
name = {product}

[products.{key}.prices.{price}]
amount = "{amount}"
{every}"#
        )
    }
}

/// Asks until the answer means something.
fn answer(
    ctx: &Context,
    question: &str,
    proposed: &str,
    read: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<String> {
    if ctx.settings().yes {
        return Ok(proposed.to_owned());
    }
    loop {
        let typed = ctx.ask(question, proposed).map_err(|error| {
            if error.is::<NobodyToAsk>() {
                fail(
                    Kind::Usage,
                    "Nobody can be asked here what the billing file should say",
                    "Add `--yes` to take the proposed answers, or `--template NAME`",
                )
            } else {
                error
            }
        })?;
        match read(typed.trim()) {
            Some(answer) => return Ok(answer),
            None => ctx.ui().warn(&format!("`{typed}` is no answer to this: write it like `{proposed}`")),
        }
    }
}

/// A project's name as the billing file takes it.
fn is_name(text: &str) -> Option<String> {
    let plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    let starts = text.starts_with(|first: char| first.is_ascii_lowercase());
    let sound =
        text.len() <= 40 && text.chars().all(|character| plain(character) || "-_".contains(character));
    (starts && sound).then(|| text.to_owned())
}

fn is_amount(text: &str) -> Option<String> {
    text.parse::<Rate>().is_ok().then(|| text.to_owned())
}

fn proposed_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| slug(&name.to_string_lossy())).unwrap_or_default();
    is_name(&name).unwrap_or_else(|| "shop".to_owned())
}

/// A short name made of a long one: `Pro & more` gives `pro_more`.
fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|character: char| !character.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::catalog::load;

    #[track_caller]
    fn check(product: &str, amount: &str, interval: &str, price: &str) {
        let text = |text: &str| text.to_owned();
        let answers = Answers {
            project: text("shop"),
            product: text(product),
            amount: text(amount),
            interval: text(interval),
        };
        let written = answers.billing_file();
        let loaded = load(&|_| Ok(written.clone().into_bytes()), Path::new("billing.toml"), None).unwrap();
        assert_eq!(loaded.warnings.list, Vec::new(), "{written}");
        let (_, product) = loaded.catalog.products.first_key_value().unwrap();
        assert_eq!(product.prices.keys().collect::<Vec<_>>(), [price], "{written}");
    }

    #[test]
    fn every_answer_gives_a_valid_file() {
        check("Pro", "49.00 usd", "month", "monthly");
        check("Pro", "500 jpy", "year", "yearly");
        check("Pro", "0.05 usd", "week", "weekly");
        check("Der \"große\" Plan\\", "1.230 kwd", "once", "once");
        check("1,000 credits", "1.00 usd", "once", "once");
    }

    #[test]
    fn a_folders_name_becomes_a_project_or_is_left() {
        assert_eq!(proposed_name(Path::new("/home/ada/My Shop")), "my_shop");
        assert_eq!(proposed_name(Path::new("/home/ada/2026")), "shop");
        assert_eq!(proposed_name(Path::new("/")), "shop");
    }
}
