//! What ARCHITECTURE.md promises of the code: who imports whom, who owns an outside crate, who prints, and that no
//! committed file holds anything that looks like a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

mod code;
mod secrets;
mod table;

use code::{Reference, references};
use table::Table;

/// The source files as (path from the package's root, code without comments and literals).
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs_err::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), code::without_prose(&text)));
            }
        }
    }
    found.sort();
    found
}

/// The room a file belongs to: `src/stripe/wire.rs` and `src/stripe.rs` are both `stripe`. `main` and `lib` are none.
fn room(path: &Path) -> Option<String> {
    let name = path.components().nth(1)?.as_os_str().to_str()?.trim_end_matches(".rs").to_owned();
    (name != "main" && name != "lib").then_some(name)
}

fn table() -> Table {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Table::read(&fs_err::read_to_string(root.join("ARCHITECTURE.md")).unwrap())
}

#[test]
fn every_room_has_a_row_in_the_import_table() {
    let rooms: BTreeSet<String> = sources().iter().filter_map(|(path, _)| room(path)).collect();
    let rows: BTreeSet<String> = table().rooms().map(str::to_owned).collect();
    assert!(rooms.len() > 5, "the rooms were not found: {rooms:?}");
    let missing: Vec<_> = rooms.difference(&rows).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md says nothing of {missing:?}");
    let gone: Vec<_> = rows.difference(&rooms).collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md gives imports to rooms that are not there: {gone:?}");
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let table = table();
    let rooms: BTreeSet<String> = table.rooms().map(str::to_owned).collect();
    let mut seen = 0;
    let mut problems = BTreeSet::new();
    for (path, code) in sources() {
        let Some(own) = room(&path) else { continue };
        for Reference { path: used, line } in references(&code, code::depth(&path)) {
            let target = used.split("::").next().unwrap_or_default();
            if target == own || !rooms.contains(target) {
                continue;
            }
            seen += 1;
            if !table.allows(&own, &path, &used) {
                problems.insert(format!("{}:{line} uses {used}", path.display()));
            }
        }
    }
    assert!(seen > 20, "only {seen} imports between rooms were found");
    assert!(problems.is_empty(), "not in the import table of ARCHITECTURE.md:\n{}", join(&problems));
}

#[test]
fn outside_crates_are_used_by_their_owners_alone() {
    let owners = table().owners();
    for name in ["reqwest", "rusqlite", "axum", "comfy_table", "indicatif", "dialoguer"] {
        assert!(owners.contains_key(name), "ARCHITECTURE.md names no owner of {name}");
    }
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = BTreeSet::new();
    let sources = sources();
    for (path, code) in &sources {
        let Some(own) = room(path) else { continue };
        for (name, owners) in &owners {
            for line in code::uses_of_crate(code, name) {
                *used.entry(name).or_default() += 1;
                if !owners.contains(&own) {
                    problems.insert(format!("{}:{line} uses {name}, which {owners:?} own", path.display()));
                }
            }
        }
    }
    assert!(used.contains_key("reqwest"), "no use of reqwest was found: {used:?}");
    assert!(problems.is_empty(), "{}", join(&problems));
}

#[test]
fn only_the_ui_prints() {
    let mut problems = BTreeSet::new();
    for (path, code) in sources() {
        if room(&path).as_deref() == Some("ui") {
            continue;
        }
        for name in ["print!", "println!", "eprint!", "eprintln!", "dbg!", "stdout()"] {
            for line in code::lines_with_word(&code, name) {
                problems.insert(format!("{}:{line} has {name}", path.display()));
            }
        }
    }
    assert!(problems.is_empty(), "stdout and stderr belong to src/ui.rs:\n{}", join(&problems));
}

fn join(problems: &BTreeSet<String>) -> String {
    problems.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}
