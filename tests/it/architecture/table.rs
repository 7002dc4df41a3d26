//! The import table of ARCHITECTURE.md, read as the rule that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What one row says of each of its rooms.
#[derive(Debug)]
struct Row {
    room: String,
    /// Paths below the crate's root that may be imported; `None` stands for all rooms of the rows above.
    may: Option<Vec<String>>,
    /// A room that may be imported from these places alone, as paths below `src`.
    only_from: Vec<(String, Vec<String>)>,
    owns: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Table(Vec<Row>);

impl Table {
    pub(super) fn read(page: &str) -> Table {
        let lines = page.lines().skip_while(|line| !line.starts_with("| module"));
        let rows: Vec<Row> =
            lines.skip(2).take_while(|line| line.starts_with('|')).flat_map(rows_of).collect();
        assert!(rows.len() > 5, "ARCHITECTURE.md has no import table");
        Table(rows)
    }

    pub(super) fn rooms(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|row| row.room.as_str())
    }

    /// Whether code of `room`, at `file`, may name `used`.
    pub(super) fn allows(&self, room: &str, file: &Path, used: &str) -> bool {
        let target = used.split("::").next().unwrap_or_default();
        let below = |path: &str| {
            file.starts_with(format!("src/{path}")) || file == Path::new(&format!("src/{path}.rs"))
        };
        let mut places = self.0.iter().flat_map(|row| &row.only_from).filter(|(name, _)| name == target);
        if let Some((_, places)) = places.next() {
            return places.iter().any(|place| below(place));
        }
        let Some(row) = self.0.iter().find(|row| row.room == room) else { return false };
        match &row.may {
            None => self.0.iter().take_while(|above| above.room != room).any(|above| above.room == target),
            Some(paths) => paths.iter().any(|path| used == path || used.starts_with(&format!("{path}::"))),
        }
    }

    /// Outside crates, spelt as in code, and the rooms that may use them.
    pub(super) fn owners(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in &self.0 {
            for name in &row.owns {
                owners.entry(name.replace('-', "_")).or_default().insert(row.room.clone());
            }
        }
        owners
    }
}

/// `| a, b | imports | crates of a; crates of b |`; crates without a semicolon belong to every room of the row.
fn rows_of(line: &str) -> Vec<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [rooms, imports, crates] = cells.as_slice() else { panic!("not three cells: {line}") };
    let (imports, exceptions) = imports.split_once(';').unwrap_or((imports, ""));
    let may = (!imports.contains("all of the above")).then(|| quoted(imports));
    let rooms = quoted(rooms);
    let parts: Vec<&str> = crates.split(';').collect();
    assert!(parts.len() == 1 || parts.len() == rooms.len(), "one list of crates a room: {line}");
    rooms
        .into_iter()
        .enumerate()
        .map(|(index, room)| Row {
            room,
            may: may.clone(),
            only_from: only_from(exceptions),
            owns: quoted(parts.get(index).or(parts.first()).unwrap()),
        })
        .collect()
}

/// "`emulator` only from `commands/emulator` and `context`"
fn only_from(text: &str) -> Vec<(String, Vec<String>)> {
    text.split_once(" only from ").map_or_else(Vec::new, |(name, places)| {
        let name = quoted(name).pop().expect("a room in backticks before `only from`");
        vec![(name, quoted(places))]
    })
}

/// What stands in backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_table_allows_what_it_says_and_no_more() {
    let table = Table::read(
        "| module | may import | owns |\n|---|---|---|\n| `pure` | nothing | `toml` |\n| `door`, `disk` | `pure::money` | `reqwest`; `sqlite-x` |\n\
         | `fake` | nothing | |\n| `a` | nothing | |\n| `b` | nothing | |\n| `top` | all of the above; `fake` only from `top/fake` and `a` | |",
    );
    let check = |room: &str, file: &str, used: &str, allowed: bool| {
        assert_eq!(table.allows(room, Path::new(file), used), allowed, "{file} using {used}");
    };
    check("pure", "src/pure/x.rs", "door", false);
    check("door", "src/door.rs", "pure::money::Money", true);
    check("door", "src/door.rs", "pure::money", true);
    check("door", "src/door.rs", "pure::moneybag", false);
    check("door", "src/door.rs", "pure", false);
    check("top", "src/top/x.rs", "disk::File", true);
    check("top", "src/top/x.rs", "fake::Server", false);
    check("top", "src/top/fake/start.rs", "fake::Server", true);
    check("a", "src/a.rs", "fake::Server", true);
    check("b", "src/b.rs", "fake::Server", false);
    let owners = table.owners();
    assert!(
        owners["reqwest"].contains("door")
            && owners["sqlite_x"].contains("disk")
            && owners["toml"].len() == 1
    );
}
