//! What the benchmarks share: whole processes timed from outside, an emulator, catalogs of any size, tables.
//!
//! Every benchmark is a program of its own: `cargo bench --bench NAME -- [OPTION=VALUE]…`. Tools are compared in one
//! run, one after the other in each round, so that a slow moment of the machine strikes them all.
#![allow(dead_code, reason = "each benchmark uses its part")]

pub mod books; // stored events, of any number
pub mod catalog; // billing files of any size
pub mod emulator; // `billctl emulator start` and what it counted
pub mod http; // requests over plain sockets
pub mod load; // many clients at once
pub mod numbers; // medians and ratios, without floats
pub mod options; // `rounds=20`
pub mod process; // wall time and peak memory of one process
pub mod table; // what is printed
pub mod tools; // Stripe's CLI, Stripe's Python SDK, localstripe

use std::process::ExitCode;

pub use options::Options;

/// Runs a benchmark with its options and their defaults. A benchmark starts itself again as the parent of each process
/// that it measures: see [`process`].
pub fn run(
    defaults: &[(&'static str, u64)],
    benchmark: impl FnOnce(&Options) -> anyhow::Result<()>,
) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    if arguments.next_if(|first| first == process::MEASURE).is_some() {
        return process::measure(arguments);
    }
    let words: Vec<String> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    match Options::read(&words, defaults).and_then(|options| benchmark(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::line(&format!("The benchmark failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
