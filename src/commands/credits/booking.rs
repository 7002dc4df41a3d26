//! What all commands that book have in common: their flags, the policy, and how the result is shown.

use serde_json::{Value, json};

use super::allowance;
use super::proposal::{Kept, change_words, ended};
use crate::billing::catalog::file::CreditPolicy;
use crate::billing::credits::{
    Approval, BadRequest, DEFAULT_KIND, Entry, EntryType, Limits, MAX_CREDITS, OverLimit, Request, Wanted,
    check_given_key,
};
use crate::commands::Outcome;
use crate::commands::moment::time;
use crate::context::Context;
use crate::error::{Kind, fail};
use crate::render::{Present, Role, Text, View};
use crate::store::books::{Books, Keep, Posting};

/// Flags of every command that books.
#[derive(Debug, clap::Args)]
pub struct BookingArgs {
    /// Books once, however often it is repeated with this key [default: a new one each time]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// What it follows from: a ticket, an invoice, a session
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,
    /// The kind of credits
    #[arg(long, value_name = "NAME", default_value = DEFAULT_KIND)]
    pub kind: String,
}

/// How long a proposal waits where the policy does not say, in days.
const DEFAULT_APPROVAL_DAYS: u32 = 7;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Who books, and why.
pub struct Author {
    pub actor: String,
    pub reason: String,
}

/// Asks for the reason where none was given, and checks that this person may book.
///
/// # Errors
/// `Refused` by the policy, `Usage` where there is no reason and nobody to ask.
pub fn author(ctx: &Context) -> anyhow::Result<Author> {
    let settings = ctx.settings();
    let given = settings.reason.clone().filter(|reason| !reason.trim().is_empty());
    ctx.check_actor()?;
    let reason = match given {
        Some(reason) => reason,
        None if ctx.ui().options().can_ask => ctx.ask("Why? (kept in the ledger)", "")?,
        None => String::new(),
    };
    if reason.trim().is_empty() {
        ctx.check_policy()?;
        let message = "A booking needs a reason: it is kept in the ledger for whoever looks later";
        return Err(fail(Kind::Usage, message, "Say why, with `--reason TEXT`"));
    }
    Ok(Author { actor: settings.actor.clone(), reason: reason.trim().to_owned() })
}

/// A key for a booking that was given none.
pub fn new_key() -> String {
    format!("cli:{:032x}", fastrand::u128(..))
}

/// Seconds since 1970.
pub fn now(ctx: &Context) -> i64 {
    ctx.clock().now().as_second()
}

/// Opens the ledger of the profile in use, and says whose it is.
///
/// # Errors
/// What [`Context::books`] says.
pub fn ledger(ctx: &Context) -> anyhow::Result<Books> {
    ctx.ui().status(&format!("profile {}", ctx.profile()?.name));
    ctx.books()
}

/// Books what is wanted of a subject's account, or with `--dry-run` says what that would do.
///
/// # Errors
/// `Limit` where it is not covered, `Usage` where it can't be meant, else what the ledger says.
pub fn book(ctx: &Context, subject: &str, wanted: Wanted, flags: BookingArgs) -> anyhow::Result<Outcome> {
    let request = checked(ctx, subject, wanted, flags)?;
    book_checked(ctx, &request)
}

/// What is wanted of a subject's account, once nothing stands against it but what the ledger holds.
///
/// # Errors
/// `Refused` by the policy, `Usage` where it can't be meant.
fn checked(ctx: &Context, subject: &str, wanted: Wanted, flags: BookingArgs) -> anyhow::Result<Request> {
    let Author { actor, reason } = author(ctx)?;
    let BookingArgs { key, reference, kind } = flags;
    if let Some(key) = &key {
        check_given_key(key).map_err(refused)?;
    }
    let key = key.unwrap_or_else(new_key);
    let request = Request { subject: subject.to_owned(), kind, wanted, actor, reason, reference, key };
    request.check(now(ctx)).map_err(refused)?;
    Ok(request)
}

/// Books what [`checked`] made, or with `--dry-run` says what that would do.
///
/// # Errors
/// `Limit` where it is not covered, else what the ledger says.
fn book_checked(ctx: &Context, request: &Request) -> anyhow::Result<Outcome> {
    let now = now(ctx);
    let limits = limits(ctx)?;
    let mut books = ledger(ctx)?;
    let due = due_before(ctx, &books, request)?;
    let posting = books.post_credits_after(&due, request, &limits, keep(ctx), now)?;
    show(ctx, posting, &request.subject)
}

/// The free credits that are booked before a request, where what there is matters to it: the balance is with them, as
/// `credits balance` tells it. Whoever gives something needs no catalog for it.
///
/// # Errors
/// `Usage` where the billing file can't be used; what books and mirror say.
pub fn due_before(ctx: &Context, books: &Books, request: &Request) -> anyhow::Result<Vec<Request>> {
    match request.wanted {
        Wanted::Add { .. } => Ok(Vec::new()),
        Wanted::Take { .. } | Wanted::Set { .. } => {
            allowance::due(ctx, books, &request.subject, &request.kind)
        }
    }
}

/// Whether what is booked stays.
pub fn keep(ctx: &Context) -> Keep {
    if ctx.settings().dry_run { Keep::Nothing } else { Keep::Entry }
}

/// What the policy lets this person book by hand.
///
/// # Errors
/// `Usage` where the billing file can't be used.
pub fn limits(ctx: &Context) -> anyhow::Result<Limits> {
    let policy = ctx.policy()?.and_then(|policy| policy.credits.as_ref());
    Ok(policy.map_or(Limits::default(), |policy| {
        let CreditPolicy {
            max_change,
            max_per_day,
            approval_above,
            approval_days,
            max_money: _,
            max_money_per_day: _,
            approvers: _,
            refunds: _,
        } = policy;
        let days = i64::from(approval_days.unwrap_or(DEFAULT_APPROVAL_DAYS));
        let approval = approval_above.map(|above| Approval { above, within_seconds: days * DAY_SECONDS });
        Limits { max_change: *max_change, max_per_day: *max_per_day, approval }
    }))
}

/// A request that can't be meant, as an error of how the command was called.
pub fn refused(bad: BadRequest) -> anyhow::Error {
    let fix = match bad {
        BadRequest::NotPositive(_) | BadRequest::TooMany(_) => "Amounts are whole credits, such as 600",
        BadRequest::Empty(_) => "Write what there is to say, or leave the flag away",
        BadRequest::TooLong { .. } => "Shorten it; `--reference ID` names where more is written",
        BadRequest::Unprintable(_) => "Write it in one line, without tabs or escapes",
        BadRequest::OwnKey(_) => "Give it a key of your own, such as the ticket's number",
        BadRequest::ExpiresBefore => "Name a later date or time, or a duration such as 90d",
    };
    fail(Kind::Usage, format!("Nothing was booked: {bad}"), fix)
}

/// Shows what became of a booking.
///
/// # Errors
/// What stood against it.
pub fn show(ctx: &Context, posting: Posting, subject: &str) -> anyhow::Result<Outcome> {
    let dry_run = ctx.settings().dry_run;
    match posting {
        Posting::Recorded(entry) => ctx.show(&Booked { entry, recorded: !dry_run, dry_run })?,
        Posting::AlreadyRecorded(entry) => ctx.show(&Booked { entry, recorded: false, dry_run: false })?,
        Posting::Proposed(proposal) => {
            ctx.show(&Kept { proposal, again: false, dry_run })?;
            return Ok(Outcome::Failed(Kind::Refused));
        }
        Posting::StillProposed(proposal) => {
            ctx.show(&Kept { proposal, again: true, dry_run: false })?;
            return Ok(Outcome::Failed(Kind::Refused));
        }
        Posting::Unchanged { available } => {
            ctx.show(&Nothing { subject: subject.to_owned(), balance: available })?;
        }
        refused => return Err(refusal(&refused, subject)),
    }
    Ok(Outcome::Done)
}

/// Why a posting booked nothing, as an error.
pub fn refusal(posting: &Posting, subject: &str) -> anyhow::Error {
    let nothing = "nothing was booked";
    match posting {
        Posting::NotCovered { available } => fail(
            Kind::Limit,
            format!("Not covered: {} of `{subject}` can be taken; {nothing}", credits(*available)),
            format!(
                "See `billctl credits balance {subject}`; `credits grant` gives more, and `credits deduct \
                     --allow-partial` takes what there is"
            ),
        ),
        Posting::Spent { left } => fail(
            Kind::Limit,
            format!("Of what it gave, {} left: what is spent can't be taken back; {nothing}", are(*left)),
            format!("Take what is left with `billctl credits adjust {subject} --remove {left}`"),
        ),
        Posting::Expired { at } => fail(
            Kind::Limit,
            format!("What it gave expired at {}: there is nothing to take back; {nothing}", time(*at)),
            format!("`billctl credits balance {subject}` shows what can be spent"),
        ),
        Posting::TooMany { available } => fail(
            Kind::Usage,
            format!("`{subject}` has {}, and the ledger takes no more; {nothing}", credits(*available)),
            "Check the amount",
        ),
        Posting::Moved { available } => fail(
            Kind::Limit,
            format!("The balance of `{subject}` is {available} and not what was expected; {nothing}"),
            format!(
                "Look at `billctl credits history {subject}`, and say `--expect {available}` if it is still right"
            ),
        ),
        Posting::DiffersIn(field, entry) => fail(
            Kind::Usage,
            format!(
                "The key `{}` was used before, for entry {}, with another {field}; {nothing}",
                entry.key, entry.number
            ),
            "Use a key of its own for each booking; only a repetition of the same one has the same key",
        ),
        Posting::PutBack => fail(
            Kind::Usage,
            format!("What it took was put back since: the money did not go back after all; {nothing}"),
            format!("`billctl credits history {subject}` shows what was booked"),
        ),
        Posting::NoSuchEntry => fail(
            Kind::Usage,
            format!("There is no such entry; {nothing}"),
            "`billctl credits history SUBJECT` shows entries with their numbers",
        ),
        Posting::NotReversible(entry_type) => fail(
            Kind::Usage,
            format!("An entry of type {entry_type} can't be reversed; {nothing}"),
            "Book the difference with `billctl credits adjust`, and say why",
        ),
        Posting::AlreadyReversed(entry) => fail(
            Kind::Usage,
            format!("It was reversed already, by entry {} of {}; {nothing}", entry.number, time(entry.at)),
            "`billctl credits history SUBJECT` shows what was booked",
        ),
        Posting::OverPolicy(limit) => fail(
            Kind::Refused,
            format!("The policy does not allow this: {limit}; {nothing}"),
            match limit {
                OverLimit::Alone { .. } => format!(
                    "Ask for it with `billctl credits adjust {subject} --add N` or `--remove N`: that waits for a second person"
                ),
                OverLimit::Change { .. } | OverLimit::Day { .. } => {
                    "Book less, or have `[policy.credits]` in billing.toml changed: its limits hold for everybody".to_owned()
                }
            },
        ),
        Posting::Proposed(proposal) | Posting::StillProposed(proposal) => fail(
            Kind::Refused,
            format!("A second person has to approve this: {}; {nothing}", change_words(proposal)),
            "Ask for it by itself, with `credits grant` or `credits adjust`: it is kept until somebody approves it",
        ),
        Posting::NotApproved(proposal) => fail(
            Kind::Refused,
            format!(
                "This was asked for before, as proposal {}: {}; {nothing}",
                proposal.number,
                ended(proposal)
            ),
            "Ask for it anew under another key, if it is still wanted",
        ),
        Posting::ProposedOtherwise(field, proposal) => fail(
            Kind::Usage,
            format!(
                "The key `{}` was used before, for proposal {}, with another {field}; {nothing}",
                proposal.request.key, proposal.number
            ),
            "Use a key of its own for each booking; only a repetition of the same one has the same key",
        ),
        Posting::Recorded(_) | Posting::AlreadyRecorded(_) | Posting::Unchanged { .. } => {
            unreachable!("these are results")
        }
    }
}

/// `1 credit`, `600 credits`.
pub fn credits(amount: i64) -> String {
    counted(amount, "credit", "credits")
}

/// `1 entry`, `2 entries`.
pub fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count.abs() == 1 { one } else { many })
}

/// `1 credit is`, `600 credits are`.
fn are(amount: i64) -> String {
    format!("{} {}", credits(amount), if amount == 1 { "is" } else { "are" })
}

/// Reads a whole number of credits.
///
/// # Errors
/// What to write instead.
pub fn whole(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| {
        let digits = text.trim_start_matches('-');
        let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_whole {
            format!("the ledger takes at most {MAX_CREDITS} credits")
        } else {
            "credits are whole numbers without separators, such as 600".to_owned()
        }
    })
}

/// An entry as JSON.
pub fn entry_json(entry: &Entry) -> Value {
    let Entry {
        number,
        subject,
        kind,
        entry_type,
        amount,
        asked,
        balance,
        at,
        expires_at,
        actor,
        approver,
        reason,
        reference,
        key,
        reverses,
    } = entry;
    json!({
        "entry": number,
        "balance": balance,
        "subject": subject,
        "kind": kind,
        "type": entry_type.name(),
        "amount": amount,
        "asked": asked,
        "at": time(*at),
        "expires_at": expires_at.map(time),
        "actor": actor,
        "approver": approver,
        "reason": reason,
        "reference": reference,
        "key": key,
        "reverses": reverses,
    })
}

/// What was booked, now or before.
pub struct Booked {
    pub entry: Entry,
    /// It is in the ledger because of this call.
    pub recorded: bool,
    pub dry_run: bool,
}

impl Booked {
    fn sentence(&self) -> String {
        let Entry { entry_type, amount, subject, number, .. } = &self.entry;
        let many = credits(amount.abs());
        let done = match (entry_type, *amount > 0) {
            (EntryType::Reversal, true) => format!("give {many} back to {subject}"),
            (EntryType::Reversal, false) => format!("take {many} back from {subject}"),
            (_, true) => format!("give {many} to {subject}"),
            (_, false) => format!("take {many} from {subject}"),
        };
        match (self.dry_run, self.recorded) {
            (true, _) => format!("Would {done}"),
            (false, true) => {
                let done = done.replacen("give", "gave", 1).replacen("take", "took", 1);
                let (first, rest) = done.split_at(1);
                format!("{}{rest}", first.to_uppercase())
            }
            (false, false) => {
                let done = done.replacen("give", "gave", 1).replacen("take", "took", 1);
                format!("Booked before, and not again: entry {number} {done}")
            }
        }
    }
}

impl Present for Booked {
    fn json(&self) -> Value {
        let mut document = entry_json(&self.entry);
        if let Value::Object(fields) = &mut document {
            if self.dry_run {
                fields.insert("entry".to_owned(), Value::Null);
            }
            fields.insert("recorded".to_owned(), json!(self.recorded));
        }
        document
    }

    fn view(&self) -> View {
        let Entry {
            number, kind, amount, balance, at, expires_at, actor, approver, reason, key, asked, ..
        } = &self.entry;
        let role = if *amount > 0 { Role::Create } else { Role::Delete };
        let mut fields = vec![("balance", Text::from(format!("{} → {balance}", balance - amount)))];
        if asked != amount {
            fields.push(("asked for", Text::from(asked.abs().to_string())));
        }
        if kind != DEFAULT_KIND {
            fields.push(("kind", Text::from(kind.as_str())));
        }
        if let Some(at) = expires_at {
            fields.push(("expires", Text::from(time(*at))));
        }
        fields.push(("why", Text::from(format!("{reason} ({actor})"))));
        if let Some(approver) = approver {
            fields.push(("approved", Text::from(format!("by {approver}"))));
        }
        if !self.dry_run {
            fields.push(("entry", Text::from(format!("{number} of {}", time(*at)))));
            fields.push(("key", Text::from(key.as_str())));
        }
        let view = View::new().line(Text::new(role, self.sentence())).fields(fields);
        if self.recorded && matches!(self.entry.entry_type, EntryType::Grant | EntryType::Adjustment) {
            return view
                .line(Text::new(Role::Hint, format!("Undo it with `billctl credits reverse {number}`")));
        }
        view
    }
}

struct Nothing {
    subject: String,
    balance: i64,
}

impl Present for Nothing {
    fn json(&self) -> Value {
        json!({"entry": null, "balance": self.balance, "subject": self.subject, "recorded": false})
    }

    fn view(&self) -> View {
        View::new().line(format!("Nothing to book: {} has {}", self.subject, credits(self.balance)))
    }
}
