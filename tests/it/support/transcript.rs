//! What a command said, as one text, with everything that differs from run to run taken out.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitStatus;

use serde_json::Value;

/// A command's stdout, stderr and exit code.
///
/// `Display` is for snapshots: folders, ports and random ids are replaced, ids by names of the same length that
/// count up, so that tables stay aligned.
#[derive(Debug)]
pub struct Transcript {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
    root: PathBuf,
}

impl Transcript {
    pub(super) fn new(stdout: String, stderr: String, status: ExitStatus, root: PathBuf) -> Transcript {
        Transcript { stdout, stderr, code: status.code(), root }
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("stdout is no JSON document ({error}):\n{self}"),
        }
    }

    /// The JSON error on stderr: its last line.
    #[track_caller]
    pub fn json_error(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        match serde_json::from_str::<Value>(line) {
            Ok(value) => value["error"].clone(),
            Err(error) => panic!("stderr does not end with a JSON error ({error}):\n{self}"),
        }
    }

    /// Fails unless the command ended with this exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Transcript {
        assert_eq!(self.code, Some(code), "\n{self}");
        self
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.stdout.clone();
        if !self.stderr.is_empty() {
            text.push_str("[stderr]\n");
            text.push_str(&self.stderr);
        }
        match self.code {
            Some(code) => text.push_str(&format!("[exit {code}]\n")),
            None => text.push_str("[killed]\n"),
        }
        f.write_str(&sealed(&text.replace(&self.root.display().to_string(), "[ROOT]")))
    }
}

/// Ids that the emulator makes up at random. One that another begins with comes after it.
const RANDOM: [&str; 34] = [
    "acct_",
    "price_",
    "mtr_test_",
    "mtr_",
    "feat_test_",
    "feat_",
    "prod_",
    "prodft_",
    "promo_",
    "txr_",
    "bpc_",
    "we_",
    "evt_",
    "req_",
    "prv_",
    "whsec_",
    "bps_",
    "ch_",
    "cs_test_",
    "cus_",
    "di_",
    "ii_",
    "inpay_",
    "in_",
    "pi_",
    "plink_",
    "pm_",
    "re_",
    "seti_",
    "si_",
    "sub_sched_",
    "sub_",
    "txn_",
    "upcoming_in_",
];

/// A text without what differs from run to run.
fn sealed(text: &str) -> String {
    let text = Ids::default().rename(text, |prefix, count, width| format!("{prefix}{count:X>width$}"));
    let text = without_tails(&text, "127.0.0.1:", "[PORT]", |end| end.is_ascii_digit());
    let text = without_tails(&text, "; took ", "[TIME]", |end| end.is_ascii_digit() || end == '.');
    without_tails(&text, "_****", "XXXX", |end| end.is_ascii_alphanumeric())
}

/// The random ids that were seen, each with another name for it.
#[derive(Debug, Default)]
pub struct Ids {
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Ids {
    /// Replaces every random id: the same one by the same name, a new one by that of its prefix, its number among
    /// those of its prefix, and the width of what follows the prefix.
    pub fn rename(&mut self, text: &str, name: impl Fn(&str, usize, usize) -> String) -> String {
        let mut out = String::new();
        let mut word = String::new();
        for character in text.chars().chain(['\0']) {
            if character.is_ascii_alphanumeric() || character == '_' {
                word.push(character);
                continue;
            }
            match RANDOM.into_iter().find(|prefix| is_random(&word, prefix)) {
                Some(prefix) => {
                    let counts = &mut self.counts;
                    let name = self.names.entry(word.clone()).or_insert_with(|| {
                        let count = counts.entry(prefix).or_default();
                        *count += 1;
                        name(prefix, *count, word.len() - prefix.len())
                    });
                    out.push_str(name);
                }
                None => out.push_str(&word),
            }
            word.clear();
            out.push(character);
        }
        out.pop();
        out
    }
}

fn is_random(word: &str, prefix: &str) -> bool {
    word.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() >= 12
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && rest.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    })
}

/// Replaces what follows each `head`: a port, or the end of a masked key.
pub fn without_tails(text: &str, head: &str, tail: &str, is_tail: fn(char) -> bool) -> String {
    let mut parts = text.split(head);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(is_tail);
        out.push_str(head);
        out.push_str(if rest.len() < part.len() { tail } else { "" });
        out.push_str(rest);
    }
    out
}

#[test]
fn ids_ports_and_keys_are_taken_out_and_widths_stay() {
    assert_eq!(
        sealed("price_1QyHrZ2eZvKYlo2C price_1QyHrZ2eZvKYlo2D price_1QyHrZ2eZvKYlo2C"),
        "price_XXXXXXXXXXXXXXX1 price_XXXXXXXXXXXXXXX2 price_XXXXXXXXXXXXXXX1"
    );
    assert_eq!(sealed("http://127.0.0.1:40123/v1"), "http://127.0.0.1:[PORT]/v1");
    assert_eq!(sealed("key sk_test_****Ab9d"), "key sk_test_****XXXX");
    assert_eq!(sealed("key sk_test_********"), "key sk_test_********");
    assert_eq!(sealed("prod_subscriptions price_list"), "prod_subscriptions price_list");
}
