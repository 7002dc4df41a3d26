//! What is said on the command line: `cargo bench --bench plan -- prices=1000 rounds=3`.

use anyhow::{Context as _, bail};

/// Sizes and counts of a benchmark.
#[derive(Debug)]
pub struct Options(Vec<(&'static str, u64)>);

impl Options {
    /// Reads `NAME=NUMBER` words over the defaults. Words that start with a dash are cargo's.
    ///
    /// # Errors
    /// A word that is none, or names what the benchmark does not have.
    pub fn read(words: &[String], defaults: &[(&'static str, u64)]) -> anyhow::Result<Options> {
        let mut options = defaults.to_vec();
        for word in words.iter().filter(|word| !word.starts_with('-')) {
            let known = || {
                let all: Vec<String> =
                    defaults.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("`{word}` is no option; there are {}", all.join(" "))
            };
            let (name, value) = word.split_once('=').with_context(known)?;
            match options.iter_mut().find(|(option, _)| *option == name) {
                Some((_, number)) => *number = value.parse().with_context(known)?,
                None => bail!(known()),
            }
        }
        Ok(Options(options))
    }

    /// The value of an option that has a default.
    ///
    /// # Errors
    /// If it has none.
    pub fn get(&self, name: &str) -> anyhow::Result<u64> {
        let found = self.0.iter().find(|(option, _)| *option == name);
        found.map(|(_, value)| *value).with_context(|| format!("There is no option `{name}`"))
    }

    /// # Errors
    /// As [`Options::get`], and for a number that is too large.
    pub fn count(&self, name: &str) -> anyhow::Result<usize> {
        Ok(usize::try_from(self.get(name)?)?)
    }
}
