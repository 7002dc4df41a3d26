//! A row of a file → what it asks of the ledger.

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::billing::credits::{BadRequest, DEFAULT_KIND, EntryType, Expiry, Request, Wanted};
use crate::commands::credits::{booking, expiry};
use crate::intake::Row;

/// The columns that there are.
pub const COLUMNS: &[&str] =
    &["subject", "amount", "type", "add", "remove", "reason", "key", "expires", "reference", "kind"];

/// What holds for rows that do not say otherwise.
#[derive(Debug, Clone)]
pub struct Defaults {
    pub actor: String,
    pub reason: Option<String>,
}

/// The keys of rows that have none of their own: made of what a row asks for, and of how many of the same came before it.
///
/// So neither a line in between nor another order makes other keys of them, nor do rows that were added or mended.
#[derive(Debug, Default)]
pub struct Keys(HashMap<[u8; 16], u32>);

impl Keys {
    fn next(&mut self, request: &Request) -> String {
        let digest = digest(request);
        let count = self.0.entry(digest).or_default();
        *count += 1;
        format!("import:{}:{count}", hex::encode(digest))
    }
}

/// The first half of the SHA-256 of what a row asks for: each field with its length before it.
fn digest(request: &Request) -> [u8; 16] {
    let Request { subject, kind, wanted, actor: _, reason, reference, key: _ } = request;
    let (entry_type, amount, expiry) = match *wanted {
        Wanted::Add { entry_type, amount, expiry } => (entry_type, amount, expiry),
        Wanted::Take { entry_type, amount, partial: _ } => (entry_type, -amount, None),
        Wanted::Set { to, expected } => (EntryType::Adjustment, to - expected, None),
    };
    let expiry = match expiry {
        None => String::new(),
        Some(Expiry::At(at)) => format!("at {at}"),
        Some(Expiry::After(seconds)) => format!("after {seconds}"),
    };
    let amount = amount.to_string();
    let reference = reference.as_deref().unwrap_or_default();
    let mut hasher = Sha256::new();
    for text in [subject, kind, entry_type.name(), &amount, &expiry, reason, reference] {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    let whole: [u8; 32] = hasher.finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub line: u64,
    pub column: &'static str,
    pub why: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column `{}`: {}", self.line, self.column, self.why)
    }
}

/// Reads what a row asks for. `now` is in seconds since 1970.
///
/// # Errors
/// The first column that is wrong.
pub fn request(row: &Row, defaults: &Defaults, keys: &mut Keys, now: i64) -> Result<Request, BadRow> {
    let bad = |column: &'static str, why: String| BadRow { line: row.line, column, why };
    let (column, wanted) = wanted(row).map_err(|(column, why)| bad(column, why))?;
    let text = |column: &str, default: &str| row.get(column).unwrap_or(default).to_owned();
    let mut request = Request {
        subject: text("subject", ""),
        kind: text("kind", DEFAULT_KIND),
        wanted,
        actor: defaults.actor.clone(),
        reason: text("reason", defaults.reason.as_deref().unwrap_or_default()),
        reference: row.get("reference").map(str::to_owned),
        key: text("key", ""),
    };
    let good = match row.get("key") {
        Some(_) => request.check(now).and_then(|()| request.check_key_of_file()),
        None => {
            request.key = keys.next(&request);
            request.check(now)
        }
    };
    good.map_err(|wrong| bad(column_of(&wrong, column), wrong.to_string()))?;
    Ok(request)
}

/// What is wanted, and the column that says how much.
fn wanted(row: &Row) -> Result<(&'static str, Wanted), (&'static str, String)> {
    let named = row.get("type");
    let [amount, add, remove] = ["amount", "add", "remove"].map(|column| row.get(column));
    let (column, text, change) = match (amount, add, remove) {
        (Some(text), None, None) => ("amount", text, named.unwrap_or_default()),
        (None, Some(text), None) => ("add", text, "add"),
        (None, None, Some(text)) => ("remove", text, "remove"),
        (None, None, None) => {
            return Err(("amount", "it is empty, and so are `add` and `remove`".to_owned()));
        }
        _ => return Err(("amount", "only one of `amount`, `add` and `remove` says how much".to_owned())),
    };
    if let (true, Some(named)) = (column != "amount", named)
        && !["adjust", change].contains(&named)
    {
        return Err(("type", format!("`{named}` does not go with the column `{column}`")));
    }
    // Signs are for adjustments alone, where both are written.
    let (change, digits) = match (change, text.strip_prefix('+'), text.strip_prefix('-')) {
        ("adjust", Some(digits), _) => ("add", digits),
        ("adjust", _, Some(digits)) => ("remove", digits),
        ("adjust", None, None) => {
            let why = format!(
                "an adjustment says its direction: write `+{text}` or `-{text}`, or the type `add` or `remove`"
            );
            return Err((column, why));
        }
        _ => (change, text),
    };
    let amount = booking::whole(digits).map_err(|why| (column, format!("`{text}`: {why}")))?;
    let expiry = row.get("expires").map(expiry::parse).transpose().map_err(|why| ("expires", why))?;
    let entry_type = EntryType::Adjustment;
    let wanted = match change {
        "grant" => Wanted::Add { entry_type: EntryType::Grant, amount, expiry },
        "add" => Wanted::Add { entry_type, amount, expiry: None },
        "remove" => Wanted::Take { entry_type, amount, partial: false },
        "deduct" => Wanted::Take { entry_type: EntryType::Deduction, amount, partial: false },
        "" => return Err(("type", "it is empty: write grant, add, remove or deduct".to_owned())),
        other => return Err(("type", format!("`{other}` is none of grant, add, remove, adjust and deduct"))),
    };
    if expiry.is_some() && change != "grant" {
        return Err(("expires", "only what is granted expires".to_owned()));
    }
    Ok((column, wanted))
}

fn column_of(wrong: &BadRequest, amount: &'static str) -> &'static str {
    match wrong {
        BadRequest::NotPositive(_) | BadRequest::TooMany(_) => amount,
        BadRequest::ExpiresBefore => "expires",
        BadRequest::OwnKey(_) => "key",
        BadRequest::Empty(what) | BadRequest::Unprintable(what) | BadRequest::TooLong { what, .. } => {
            COLUMNS.iter().find(|column| what.starts_with(*column)).copied().unwrap_or("reason")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::billing::credits::Expiry;

    fn read(fields: &str) -> Result<Request, BadRow> {
        read_after(&mut Keys::default(), fields)
    }

    fn read_after(keys: &mut Keys, fields: &str) -> Result<Request, BadRow> {
        let fields = fields
            .split_whitespace()
            .filter_map(|field| field.split_once('='))
            .map(|(name, text)| (name.to_owned(), text.replace('_', " ")))
            .collect();
        let defaults = Defaults { actor: "ada".to_owned(), reason: Some("import".to_owned()) };
        request(&Row { line: 7, fields }, &defaults, keys, 1_000)
    }

    #[track_caller]
    fn wants(fields: &str, wanted: Wanted) {
        assert_eq!(read(&format!("subject=u {fields}")).unwrap().wanted, wanted, "{fields}");
    }

    #[track_caller]
    fn refused(fields: &str, why: &str) {
        assert_eq!(read(fields).unwrap_err().to_string(), format!("line 7, column {why}"), "{fields}");
    }

    #[test]
    fn a_row_says_what_to_do_by_its_type_or_by_its_column() {
        let entry_type = EntryType::Adjustment;
        let add = Wanted::Add { entry_type, amount: 5, expiry: None };
        let remove = Wanted::Take { entry_type, amount: 5, partial: false };
        for fields in
            ["type=add amount=5", "add=5", "type=add add=5", "type=adjust add=5", "type=adjust amount=+5"]
        {
            wants(fields, add);
        }
        for fields in ["type=remove amount=5", "remove=5", "type=adjust remove=5", "type=adjust amount=-5"] {
            wants(fields, remove);
        }
        let grant = |expiry| Wanted::Add { entry_type: EntryType::Grant, amount: 5, expiry };
        wants("type=grant amount=5", grant(None));
        wants("type=grant amount=5 expires=90d", grant(Some(Expiry::After(90 * 86_400))));
        wants(
            "type=deduct amount=5",
            Wanted::Take { entry_type: EntryType::Deduction, amount: 5, partial: false },
        );
    }

    #[test]
    fn what_a_row_leaves_out_has_its_default() {
        let request = read("subject=u add=1").unwrap();
        assert_eq!(request.reason, "import");
        assert_eq!((request.kind.as_str(), request.reference), ("credits", None));
        let request = read("subject=u add=1 key=k kind=minutes reference=t reason=sorry").unwrap();
        assert_eq!((request.key.as_str(), request.reason.as_str()), ("k", "sorry"));
        assert_eq!((request.kind.as_str(), request.reference.as_deref()), ("minutes", Some("t")));
    }

    #[test]
    fn rows_that_ask_for_the_same_are_counted_and_any_other_has_a_key_of_its_own() {
        let mut keys = Keys::default();
        let mut key = |fields: &str| read_after(&mut keys, fields).unwrap().key;
        let first = key("subject=u add=1");
        assert!(first.starts_with("import:") && first.ends_with(":1"), "{first}");
        let others = [
            "subject=u remove=1",
            "subject=u type=grant amount=1",
            "subject=u add=2",
            "subject=u2 add=1",
            "subject=u add=1 kind=minutes",
            "subject=u add=1 reason=sorry",
            "subject=u add=1 reference=sorry",
            "subject=u type=grant amount=1 expires=90d",
            "subject=u type=grant amount=1 expires=2030-01-01",
        ];
        let mut all: Vec<String> = others.iter().map(|fields| key(fields)).collect();
        assert!(all.iter().all(|key| key.ends_with(":1")), "{all:?}");
        all.sort();
        all.dedup();
        assert_eq!(all.len(), others.len());
        // The same again, written in another way.
        assert_eq!(key("subject=u type=adjust amount=+1"), first.replace(":1", ":2"));
    }

    #[test]
    fn a_bad_row_names_its_column() {
        refused("add=5", "`subject`: the subject is empty");
        refused("subject=u", "`amount`: it is empty, and so are `add` and `remove`");
        refused("subject=u amount=5", "`type`: it is empty: write grant, add, remove or deduct");
        refused(
            "subject=u amount=5 add=5",
            "`amount`: only one of `amount`, `add` and `remove` says how much",
        );
        refused("subject=u type=grant add=5", "`type`: `grant` does not go with the column `add`");
        refused(
            "subject=u type=gift amount=5",
            "`type`: `gift` is none of grant, add, remove, adjust and deduct",
        );
        refused(
            "subject=u type=adjust amount=5",
            "`amount`: an adjustment says its direction: write `+5` or `-5`, or the type `add` or `remove`",
        );
        refused(
            "subject=u add=1.5",
            "`add`: `1.5`: credits are whole numbers without separators, such as 600",
        );
        refused("subject=u remove=-5", "`remove`: -5 credits are not more than zero");
        refused("subject=u type=grant amount=0", "`amount`: 0 credits are not more than zero");
        refused("subject=u add=1 key=expiry:7", "`key`: keys that begin with `expiry:` are the ledger's own");
        refused(
            "subject=u add=99999999999999999999",
            "`add`: `99999999999999999999`: the ledger takes at most 1000000000000000 credits",
        );
        refused("subject=u add=5 expires=90d", "`expires`: only what is granted expires");
        refused(
            "subject=u type=grant amount=5 expires=1970-01-01",
            "`expires`: the credits would expire before they are given",
        );
        refused("subject=u\0 add=5", "`subject`: the subject has control characters in it");
        refused("subject=u add=5 kind=\u{1b}", "`kind`: the kind of credits has control characters in it");
    }
}
