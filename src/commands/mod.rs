//! What a person can type: a folder a noun, a file a verb. This file lists the nouns.

pub mod alerts;
mod amount;
pub mod catalog;
pub mod checkout;
pub mod completions;
pub mod credits;
pub mod customer;
pub mod doctor;
pub mod emulator;
mod env_lines;
pub mod events;
pub mod init;
mod links;
pub mod man;
pub mod mirror;
mod moment;
mod newest; // the newest objects of a list of Stripe's
mod once; // a write that is carried out once
mod pair;
pub mod payment;
pub mod payment_link;
pub mod portal;
pub mod report;
mod result_file; // what became of the rows of an import
mod secret_out;
mod set_off; // time that was paid for and given back by a change of plan
mod stripe_time; // the time by which something in Stripe lives
mod subject;
pub mod subscription;
pub mod transactions;
pub mod usage;

use crate::context::Context;
use crate::error::Kind;

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// Exit code 3: a difference was found, and that is what was asked.
    Difference,
    /// Exit code 4: refused by a limit or a balance.
    Limit,
    /// Exit code 7: stopped part-way; the same command finishes the rest.
    Partial,
    /// The exit code of a failure that the result itself tells about.
    Failed(Kind),
}

impl Outcome {
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Difference => Kind::Difference.exit_code(),
            Outcome::Limit => Kind::Limit.exit_code(),
            Outcome::Partial => Kind::Partial.exit_code(),
            Outcome::Failed(kind) => kind.exit_code(),
        }
    }
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Init(init::InitArgs),
    Doctor(doctor::DoctorArgs),
    Catalog(catalog::CatalogArgs),
    Checkout(checkout::CheckoutArgs),
    Portal(portal::PortalArgs),
    Customer(customer::CustomerArgs),
    PaymentLink(payment_link::PaymentLinkArgs),
    Payment(payment::PaymentArgs),
    Subscription(subscription::SubscriptionArgs),
    Transactions(transactions::TransactionsArgs),
    Usage(usage::UsageArgs),
    Events(events::EventsArgs),
    Credits(credits::CreditsArgs),
    Report(report::ReportArgs),
    Alerts(alerts::AlertsArgs),
    Emulator(emulator::EmulatorArgs),
    Mirror(mirror::MirrorArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// What the command says; `error::kind_of` tells the exit code.
    pub async fn run(self, ctx: &Context) -> anyhow::Result<Outcome> {
        match self {
            Command::Init(args) => init::run(ctx, args).await,
            Command::Doctor(args) => doctor::run(ctx, args).await,
            Command::Catalog(args) => catalog::run(ctx, args).await,
            Command::Checkout(args) => checkout::run(ctx, args).await,
            Command::Portal(args) => portal::run(ctx, args).await,
            Command::Customer(args) => customer::run(ctx, args).await,
            Command::PaymentLink(args) => payment_link::run(ctx, args).await,
            Command::Payment(args) => payment::run(ctx, args).await,
            Command::Subscription(args) => subscription::run(ctx, args).await,
            Command::Transactions(args) => transactions::run(ctx, args).await,
            Command::Usage(args) => usage::run(ctx, args).await,
            Command::Events(args) => events::run(ctx, args).await,
            Command::Credits(args) => credits::run(ctx, args).await,
            Command::Report(args) => report::run(ctx, args).await,
            Command::Alerts(args) => alerts::run(ctx, args).await,
            Command::Emulator(args) => emulator::run(ctx, args).await,
            Command::Mirror(args) => mirror::run(ctx, args).await,
            Command::Completions(args) => completions::run(ctx, args).await,
            Command::Man(args) => man::run(ctx, args).await,
        }
    }
}
