//! No file of the repository holds what looks like a secret or where a developer's packages come from.

use std::path::{Path, PathBuf};

/// How a secret looks.
struct Shape {
    start: &'static str,
    /// How many characters follow at least.
    least: usize,
    may_follow: fn(char) -> bool,
}

const fn shape(start: &'static str, least: usize, may_follow: fn(char) -> bool) -> Shape {
    Shape { start, least, may_follow }
}

const SHAPES: [Shape; 11] = [
    shape("sk_live_", 16, alphanumeric),
    shape("sk_test_", 16, alphanumeric),
    shape("rk_live_", 16, alphanumeric),
    shape("rk_test_", 16, alphanumeric),
    shape("whsec_", 20, base64),
    shape("AKIA", 16, upper),
    shape("ghp_", 30, alphanumeric),
    shape("github_pat_", 20, alphanumeric),
    shape("npm_", 36, alphanumeric),
    shape("pypi-AgE", 20, base64),
    shape("xoxb-", 10, |letter| letter.is_ascii_digit() || letter == '-'),
];

fn alphanumeric(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
}

fn base64(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '+' || letter == '/'
}

fn upper(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit()
}

/// The first thing in a text that looks like a secret. Keys made up for tests have `_` after their mode.
fn suspicious(text: &str) -> Option<String> {
    let shaped = SHAPES.iter().find_map(|Shape { start, least, may_follow }| {
        text.match_indices(start).find_map(|(at, _)| {
            let rest = text.get(at + start.len()..).unwrap_or_default();
            let follows: String = rest.chars().take_while(|letter| may_follow(*letter)).collect();
            (follows.len() >= *least).then(|| format!("{start}{}…", follows.get(..4).unwrap_or_default()))
        })
    });
    shaped.or_else(|| private_key(text))
}

/// `-----BEGIN … PRIVATE KEY-----`
fn private_key(text: &str) -> Option<String> {
    text.split("-----BEGIN ").skip(1).find_map(|rest| {
        let kind = rest.split("PRIVATE KEY-----").next().unwrap_or_default();
        let is_key = kind.len() < rest.len() && kind.chars().all(|letter| upper(letter) || letter == ' ');
        is_key.then(|| format!("a {kind}private key"))
    })
}

/// All files but what is built, installed or kept by git.
fn repository_files() -> Vec<PathBuf> {
    let kept_out = ["target", ".git", ".billctl", "node_modules", "__pycache__", ".idea", ".vscode"];
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let kind = fs_err::symlink_metadata(&path).unwrap().file_type();
            if kind.is_dir() && !kept_out.contains(&name) {
                folders.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn no_file_holds_a_secret() {
    let files = repository_files();
    assert!(files.iter().any(|path| path.ends_with("Cargo.toml")), "the repository's files were not found");
    for path in files {
        let text = String::from_utf8_lossy(&fs_err::read(&path).unwrap()).into_owned();
        assert_eq!(suspicious(&text), None, "{}", path.display());
    }
}

#[test]
fn the_lock_of_the_proofs_names_no_registry() {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/proofs/package-lock.json");
    let text = fs_err::read_to_string(lock).unwrap();
    assert!(text.contains("\"integrity\""), "the packages are held by their hashes");
    assert!(
        !text.contains("\"resolved\""),
        "`npm install --omit-lockfile-registry-resolved` leaves the hosts out"
    );
}

#[test]
fn what_looks_like_a_secret_is_told_from_what_does_not() {
    let check = |parts: [&str; 2], expected: bool| {
        let text = format!("key = \"{}{}\"", parts[0], parts[1]);
        assert_eq!(suspicious(&text).is_some(), expected, "{text}");
    };
    check(["sk_live_", "51MqLiJLkdIwHu7ix"], true);
    check(["rk_test_", "51MqLiJLkdIwHu7ix"], true);
    check(["whsec_", "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH"], true);
    check(["AKIA", "IOSFODNN7EXAMPLE"], true);
    check(["-----BEGIN ", "RSA PRIVATE KEY-----"], true);
    check(["-----BEGIN ", "CERTIFICATE-----"], false);
    check(["sk_test_", "billctl_0123456789abcdef"], false);
    check(["sk_live_", "short"], false);
    check(["whsec_", "test"], false);
}
