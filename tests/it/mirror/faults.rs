//! A disk that is full, a file that is locked, damaged, read-only or newer: said clearly, and nothing lost.

use billctl::error::fix_of;
use billctl::store::books::Books;
use billctl::store::mirror::{EventOutcome, Mirror, Outcome, Span};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::world::{NOW, World, event, try_add};

fn customer(number: usize) -> Value {
    let object =
        json!({"id": format!("cus_{number}"), "object": "customer", "description": "x".repeat(5_000)});
    event(&format!("evt_{number}"), "customer.created", 10, object)
}

fn failures(world: &World) -> Vec<EventOutcome> {
    world.mirror.events_with(Outcome::Failed, Span::default(), 10).unwrap()
}

fn says(error: &anyhow::Error, message: &str, fix: &str) {
    assert!(error.to_string().contains(message), "{error:#}");
    let told = fix_of(error).unwrap_or_default();
    assert!(told.contains(fix), "{told}");
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let world = World::new();
    for path in [world.books.path(), world.mirror.path()] {
        Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    }
    let refused = Books::open(world.books.path()).unwrap_err();
    says(&refused, "A newer billctl wrote the books `", "nothing was changed");
    let refused = Mirror::open(world.mirror.path(), true).unwrap_err();
    says(&refused, "A newer billctl wrote the mirror `", "Use that version of billctl or a newer one");
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db");
    let text = "this is a text and no database, and somebody may want it ".repeat(100);
    fs_err::write(&path, &text).unwrap();
    says(&Books::open(&path).unwrap_err(), "is damaged, or no database of billctl", "billctl mirror backup");
    says(&Mirror::open(&path, true).unwrap_err(), "is damaged", "billctl mirror backfill");
    assert_eq!(fs_err::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_damaged_page_is_told_and_the_other_file_stands() {
    let mut world = World::new();
    world.receive(&(0..50).map(customer).collect::<Vec<_>>());
    let path = world.mirror.path().clone();
    let World { folder, books, mirror } = world;
    drop(mirror);
    let mut bytes = fs_err::read(&path).unwrap();
    let end = bytes.len();
    bytes[4_096..end].fill(0xa5);
    fs_err::write(&path, bytes).unwrap();
    let damaged = Mirror::open(&path, true).and_then(|mut mirror| {
        mirror.counts()?;
        mirror.apply_pending(&books, 10, NOW)
    });
    says(&damaged.unwrap_err(), "is damaged", "Delete the file");
    // What to do, done.
    for name in ["mirror.db", "mirror.db-wal", "mirror.db-shm"] {
        let _ = fs_err::remove_file(folder.path().join(name));
    }
    let mut mirror = Mirror::open(&path, true).unwrap();
    assert_eq!(mirror.apply_pending(&books, 100, NOW).unwrap().applied, 50);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_told_and_can_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = World::new();
    world.receive(&[customer(1)]);
    // Root may write all the same, so it is opened to read as well.
    let path = world.books.path().clone();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    let mut books = Books::open_to_read(&path).unwrap();
    assert!(books.event("evt_1").unwrap().is_some());
    says(
        &try_add(&mut books, &[customer(2)]).unwrap_err(),
        "Cannot write to the books",
        "the right to write",
    );
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    for path in [world.books.path(), world.mirror.path()] {
        assert_eq!(fs_err::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn an_event_that_cannot_be_applied_holds_up_no_other_and_is_tried_again() {
    let mut world = World::new();
    // Deeper than what can be read into memory, but an event all the same.
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let body = format!(
        r#"{{"id":"evt_deep","type":"customer.updated","created":20,"data":{{"object":{{"id":"cus_1","object":"customer","x":{deep}}}}}}}"#
    );
    super::world::add_bytes(&mut world.books, &[body.into_bytes()]).unwrap();
    world.add(&[customer(1), customer(2)]);
    let applied = world.apply(10);
    assert_eq!((applied.applied, applied.failed), (2, 1));
    assert_eq!(world.mirror.object("customer", "cus_1").unwrap().unwrap().at, 10, "as far as can be read");
    let failure = failures(&world).pop().unwrap();
    assert_eq!((failure.seq, failure.attempts), (1, 1));
    assert!(failure.error.unwrap().contains("recursion limit"));

    let again = world.mirror.retry_failed(&world.books, 10, NOW).unwrap();
    assert_eq!(again.failed, 1);
    assert_eq!(failures(&world)[0].attempts, 2);
}

#[test]
fn what_is_only_read_has_to_be_up_to_date() {
    let world = World::new();
    Connection::open(world.books.path()).unwrap().pragma_update(None, "user_version", 1).unwrap();
    let refused = Books::open_to_read(world.books.path()).unwrap_err();
    says(&refused, "An older billctl wrote the books", "Run `billctl mirror status`");
}

#[test]
fn many_that_open_new_books_at_once_wait_for_each_other() {
    for _ in 0..20 {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("books.db");
        let gate = std::sync::Barrier::new(12);
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    gate.wait();
                    Books::open(&path).unwrap();
                });
            }
        });
    }
}
