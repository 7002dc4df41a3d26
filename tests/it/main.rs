//! Everything that is tested from outside, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod alerts; // thresholds, and who is told
mod architecture; // what ARCHITECTURE.md promises, checked against the code
mod catalog_files; // billing.toml: every problem with its place
mod checkouts; // links to pages where somebody pays
mod client; // the Stripe client against a server that answers by script
mod credits; // the ledger: commands, a model, races, tampering
mod customers; // who they are, which plan holds, what support is told
#[cfg(unix)]
mod docs; // every page followed, command by command
mod emulator; // the emulator over raw HTTP: what it serves, refuses, forgets and survives
mod events; // events pulled, listed, shown and replayed
mod generated; // committed files that the binary writes
mod guard; // profile, key, --live, account and policy have to agree
mod init; // a first billing file, and never over another
mod keys; // where a key may be, and that nothing shows it
mod listen; // webhooks: signed, verified, received
mod mirror; // the books and the mirror: any order, any number of times, and nothing lost
mod mirror_fill; // objects from Stripe into the mirror: all of them, whatever happens meanwhile
mod mistakes; // what people are told who do the usual wrong things
mod payments; // what was paid, declined, charged, tried again and given back
mod pull; // an account becomes a catalog
mod reports; // what was used, in figures: by hand, against raw rows, on a page
mod shell; // what every command has in common: formats, errors, exit codes
mod subscriptions; // made once, changed with a look at the cost, ended with the money that is due
mod support; // the real binary in a sealed world
mod sync; // syncing a catalog: everything once, whatever goes wrong
mod systems; // the five systems, synced, pulled and planned to nothing
mod usage; // usage: recorded once, counted right, never over a limit that is held
