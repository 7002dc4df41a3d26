//! Follows a page as its reader would: writes its files, runs its commands, and holds what they say against the page.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::ops::Range;
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::page::{Block, Command, Page};
use crate::generated::is_refreshing;
use crate::support::{Ids, Shop, without_tails};

/// The ports that pages serve emulators on. Here each page has its own.
const PORTS: [&str; 3] = ["12111", "12112", "12113"];

/// Stands for any text in a line, and on a line of its own for any number of lines.
const ANYTHING: &str = "…";

/// How long a program in the background may take to say its first lines.
const PATIENCE: Duration = Duration::from_secs(60);

/// Follows the page, and fails where a command says something else than the page shows. With `BILLCTL_REFRESH` the
/// page is rewritten instead.
pub fn follow(path: &str) {
    let _writing = writing();
    let page = &Page::read(path);
    let mut reader = Reader::new();
    let mut differences = Vec::new();
    for block in page.blocks() {
        match (block.language.as_str(), &block.name) {
            ("console", None) => {
                for command in page.commands(&block) {
                    differences.extend(reader.run(page, &command));
                }
            }
            ("diff", Some(name)) => reader.edit(page, &block, name),
            (_, Some(name)) => {
                reader.shop.write(name, reader.with_ports(&page.text(block.lines.clone())));
            }
            (_, None) => {}
        }
    }
    reader.finish(page);
    if differences.is_empty() {
        return;
    }
    if is_refreshing() {
        rewrite(page, &differences);
    } else {
        let told: Vec<String> = differences.iter().map(|difference| difference.told(page)).collect();
        panic!(
            "{}\n\nIf that is what it should say: `BILLCTL_REFRESH=1 cargo test --test it docs` writes it",
            told.join("\n\n")
        );
    }
}

/// Pages are rewritten one after the other: a page may have answers and tables.
pub fn writing() -> Option<MutexGuard<'static, ()>> {
    static WRITING: Mutex<()> = Mutex::new(());
    is_refreshing().then(|| WRITING.lock().unwrap_or_else(PoisonError::into_inner))
}

/// What a command says that the page shows otherwise.
pub struct Difference {
    pub shown: Range<usize>,
    pub said: String,
}

impl Difference {
    fn told(&self, page: &Page) -> String {
        let command = page.place(self.shown.start.saturating_sub(1));
        format!("{command} shows:\n{}and is told:\n{}", page.text(self.shown.clone()), self.said)
    }
}

/// Writes a page anew with what was said.
pub fn rewrite(page: &Page, differences: &[Difference]) {
    let mut lines = page.lines.clone();
    for difference in differences.iter().rev() {
        lines.splice(difference.shown.clone(), difference.said.lines().map(str::to_owned));
    }
    fs_err::write(&page.path, lines.join("\n") + "\n").unwrap();
}

struct Reader {
    shop: Shop,
    ids: Ids,
    ports: [String; PORTS.len()],
    /// The exit code of the last command.
    last: i32,
    /// Where that stands, if it failed without saying why.
    unexplained: Option<usize>,
    background: Vec<Child>,
}

impl Reader {
    fn new() -> Reader {
        let shop = Shop::new();
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/billing.toml.example");
        shop.write("billing.toml.example", fs_err::read(example).unwrap());
        // Free now, and asked for by nobody else: systems hand out such ports in turn.
        let listeners = PORTS.map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = listeners.map(|listener| listener.local_addr().unwrap().port().to_string());
        Reader { shop, ids: Ids::default(), ports, last: 0, unexplained: None, background: Vec::new() }
    }

    /// The page's ports as those of this run.
    fn with_ports(&self, text: &str) -> String {
        PORTS.iter().zip(&self.ports).fold(text.to_owned(), |text, (port, own)| text.replace(port, own))
    }

    fn edit(&self, page: &Page, block: &Block, name: &str) {
        let (mut old, mut new) = (String::new(), String::new());
        for line in &page.lines[block.lines.clone()] {
            let (sign, rest) = line.split_at_checked(1).unwrap_or((" ", ""));
            if sign != "+" {
                old.push_str(&format!("{rest}\n"));
            }
            if sign != "-" {
                new.push_str(&format!("{rest}\n"));
            }
        }
        let (old, new) = (self.with_ports(&old), self.with_ports(&new));
        let text = self.shop.read(name);
        assert_eq!(
            text.matches(&old).count(),
            1,
            "{}: {name} has this not exactly once:\n{old}",
            page.place(block.lines.start)
        );
        self.shop.write(name, text.replace(&old, &new));
    }

    fn run(&mut self, page: &Page, command: &Command) -> Option<Difference> {
        let text = self.with_ports(&command.text.replace("cargo run --release -- ", "billctl "));
        let place = page.place(command.line);
        if let Some(settings) = text.strip_prefix("export ") {
            let (said, code) = self.shop.shell(&format!("printf '%s\\n' {settings}"), self.last);
            assert_eq!(code, 0, "{place}: {said}");
            for (name, value) in said.lines().filter_map(|line| line.split_once('=')) {
                self.shop.set(name, value);
            }
            return None;
        }
        self.explained(page, &text);
        let said = match text.strip_suffix(" &") {
            Some(text) => self.begin(text, command.shown.len()),
            None => {
                let (said, code) = self.shop.shell(&text, self.last);
                self.last = code;
                let explains = said.contains("error: ") || said.contains("\"error\"");
                self.unexplained = (code != 0 && !explains).then_some(command.line);
                assert!(
                    code == 0 || !command.shown.is_empty() || !explains,
                    "{place} failed, and the page does not show it:\n{said}"
                );
                said
            }
        };
        let said = self.tidy(&said);
        let shown = page.text(command.shown.clone());
        let differs = !command.shown.is_empty() && !matches(&lines(&shown), &lines(&said));
        differs.then(|| Difference { shown: command.shown.clone(), said })
    }

    /// A page that shows a command fail says so: by the error, or by the exit code that it asks for next.
    fn explained(&mut self, page: &Page, next: &str) {
        if let Some(line) = self.unexplained.take() {
            assert!(
                next.contains("$?"),
                "{} ended with exit code {}, and the page does not say so",
                page.place(line),
                self.last
            );
        }
    }

    /// Starts a program that goes on, and waits for as many lines as the page shows, but for one at least.
    fn begin(&mut self, text: &str, lines: usize) -> String {
        let (reader, writer) = std::io::pipe().unwrap();
        let mut command = self.shop.shell_command(&format!("exec {text}"), self.last);
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        self.background.push(command.spawn().unwrap());
        drop(command);
        let (sender, received) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).lines() {
                // Nobody listens any more once the page's lines have come; the program is still read to its end.
                let _ = sender.send(line.unwrap_or_default());
            }
        });
        let mut said = String::new();
        for _ in 0..lines.max(1) {
            let Ok(line) = received.recv_timeout(PATIENCE) else { break };
            said.push_str(&line);
            said.push('\n');
        }
        self.last = 0;
        said
    }

    /// What differs from run to run is made the same: folders, ports, ids, keys, processes.
    fn tidy(&mut self, said: &str) -> String {
        let mut said = self.shop.without_folders(said, "/home/ada");
        for (port, own) in PORTS.iter().zip(&self.ports) {
            said = said.replace(&format!("127.0.0.1:{own}"), &format!("127.0.0.1:{port}"));
        }
        let said = self.ids.rename(&said, |prefix, count, width| match prefix {
            "whsec_" => format!("{prefix}{ANYTHING}"),
            _ => lookalike(prefix, count, width),
        });
        let said = without_tails(&said, "sk_test_", ANYTHING, |letter| letter.is_ascii_alphanumeric());
        let said = without_tails(&said, "_****", "1234", |letter| letter.is_ascii_alphanumeric());
        let said = without_tails(&said, "  process ", "4242", |letter| letter.is_ascii_digit());
        said.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    fn finish(mut self, page: &Page) {
        self.explained(page, "the end of the page");
        for mut child in self.background.drain(..) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// An id that looks like any other and is the same in every run.
fn lookalike(prefix: &str, count: usize, width: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = prefix.bytes().fold(count as u64 + 1, |state, byte| state * 31 + u64::from(byte));
    let mut id = prefix.to_owned();
    for _ in 0..width {
        // Knuth's constants for a linear congruential generator; the high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        id.push(char::from(LETTERS[(state >> 33) as usize % LETTERS.len()]));
    }
    id
}

fn lines(text: &str) -> Vec<&str> {
    text.trim_end().lines().map(str::trim_end).collect()
}

/// Whether lines are as shown, where `…` on a line of its own stands for any number of them.
fn matches(shown: &[&str], said: &[&str]) -> bool {
    match shown.split_first() {
        None => said.is_empty(),
        Some((&ANYTHING, rest)) => (0..=said.len()).any(|skipped| matches(rest, &said[skipped..])),
        Some((first, rest)) => {
            said.split_first().is_some_and(|(line, said)| is_shown(first, line) && matches(rest, said))
        }
    }
}

/// Whether a line is as shown, where `…` stands for any text.
fn is_shown(shown: &str, said: &str) -> bool {
    match shown.split_once(ANYTHING) {
        None => shown == said,
        Some((start, rest)) => said.strip_prefix(start).is_some_and(|said| {
            said.char_indices().map(|(at, _)| at).chain([said.len()]).any(|at| is_shown(rest, &said[at..]))
        }),
    }
}

#[test]
fn an_ellipsis_stands_for_any_text_and_lines() {
    assert!(is_shown("a … c", "a bbb c"));
    assert!(is_shown("a …", "a "));
    assert!(!is_shown("a … c", "a bbb d"));
    assert!(matches(&["a", "…", "d"], &["a", "b", "c", "d"]));
    assert!(matches(&["…"], &[]));
    assert!(!matches(&["a", "…", "d"], &["a", "b", "c"]));
    assert!(!matches(&["a"], &["a", "b"]));
}

#[test]
fn an_id_looks_the_same_in_every_run() {
    assert_eq!(lookalike("price_", 1, 24), lookalike("price_", 1, 24));
    assert_ne!(lookalike("price_", 1, 24), lookalike("price_", 2, 24));
    assert_eq!(lookalike("price_", 1, 24).len(), 30);
}
