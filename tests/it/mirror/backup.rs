//! Whole copies while others write.

use billctl::store::books::Books;
use billctl::store::mirror::{EVENTS_AGAIN, EVENTS_READ, Mirror};
use serde_json::{Value, json};

use super::world::{NOW, World, add, event};

fn customer(number: usize) -> Value {
    // More than a page each, so that the copy takes several steps.
    let object =
        json!({"id": format!("cus_{number}"), "object": "customer", "description": "x".repeat(20_000)});
    event(&format!("evt_{number}"), "customer.created", 10, object)
}

#[test]
fn a_copy_is_the_files_of_one_moment_though_others_go_on_writing() {
    let mut world = World::new();
    world.receive(&(0..2_000).map(customer).collect::<Vec<_>>());
    let mut writer = Books::open(world.books.path()).unwrap();
    let copy = world.folder.path().join("copy");
    fs_err::create_dir(&copy).unwrap();
    let (mirror_copy, books_copy) = (copy.join("mirror.db"), copy.join("books.db"));

    world.mirror.back_up(&mirror_copy, &mut |_| {}).unwrap();
    let mut steps = 0;
    let size = world
        .books
        .back_up(&books_copy, &mut |copied| {
            assert!(copied.done <= copied.total, "{copied:?}");
            steps += 1;
            add(&mut writer, &[customer(10_000 + steps)]);
        })
        .unwrap();
    assert!(steps > 2, "only {steps} steps: nothing was written meanwhile");
    assert_eq!(size, fs_err::metadata(&books_copy).unwrap().len());
    assert!(world.books.event("evt_10001").unwrap().is_some());

    // What was whole when the copying began is there, and nothing of what came later is half there.
    let books = Books::open(&books_copy).unwrap();
    assert_eq!(books.last_seq().unwrap(), 2_000);
    let mut mirror = Mirror::open(&mirror_copy, true).unwrap();
    assert_eq!(mirror.counts().unwrap(), [("customer".to_owned(), 2_000)]);
    assert_eq!(mirror.apply_pending(&books, 10, NOW).unwrap().applied, 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_copy() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = World::new();
    world.receive(&[customer(1)]);
    let copy = world.folder.path().join("copy.db");
    world.books.back_up(&copy, &mut |_| {}).unwrap();
    assert_eq!(fs_err::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_copy_is_never_written_over() {
    let mut world = World::new();
    world.receive(&[customer(1)]);
    let copy = world.folder.path().join("copy.db");
    fs_err::write(&copy, "precious").unwrap();
    let refused = world.books.back_up(&copy, &mut |_| {}).unwrap_err().to_string();
    assert!(refused.contains("There is a file"), "{refused}");
    assert_eq!(fs_err::read_to_string(&copy).unwrap(), "precious");
}

#[test]
fn older_books_put_in_the_place_of_newer_ones_leave_no_event_out() {
    let mut world = World::new();
    world.receive(&(0..10).map(customer).collect::<Vec<_>>());
    world.mirror.set_cursor(EVENTS_READ, Some("10"), 1).unwrap();
    let copy = world.folder.path().join("copy.db");
    world.books.back_up(&copy, &mut |_| {}).unwrap();
    world.receive(&(10..20).map(customer).collect::<Vec<_>>());
    world.mirror.set_cursor(EVENTS_READ, Some("5000"), 1).unwrap();
    restore(&mut world, &copy);

    // Numbers are given out once more: these have those of events that are gone.
    world.add(&(20..35).map(customer).collect::<Vec<_>>());
    assert_eq!(world.mirror.totals(&world.books).unwrap().waiting, 25);
    let applied = world.apply(7);
    assert!(applied.started_over, "{applied:?}");
    for number in 20..35 {
        let id = format!("cus_{number}");
        assert_eq!(world.body("customer", &id)["id"], json!(id));
        let event = world.books.event(&format!("evt_{number}")).unwrap().unwrap();
        assert_eq!(world.mirror.outcome(event.seq).unwrap().unwrap().attempts, 1, "of this event alone");
    }
    // What came after the copy is asked for again, from the last event that is left.
    assert_eq!(world.mirror.cursor(EVENTS_READ).unwrap().as_deref(), Some("10"));
    assert!(world.mirror.cursor(EVENTS_AGAIN).unwrap().is_some());
    assert!(!world.apply(7).started_over, "once");
}

#[test]
fn books_that_end_before_what_was_applied_are_noticed_though_nothing_new_came() {
    let mut world = World::new();
    world.receive(&[customer(1)]);
    let copy = world.folder.path().join("copy.db");
    world.books.back_up(&copy, &mut |_| {}).unwrap();
    world.receive(&[customer(2)]);
    restore(&mut world, &copy);
    assert!(world.mirror.begin_with(&world.books, NOW).unwrap());
    assert_eq!(world.mirror.outcome(2).unwrap(), None, "there is no such event");
    let applied = world.apply(10);
    assert_eq!((applied.applied, applied.older), (1, 0), "it is the version that stands: {applied:?}");
}

/// Puts a copy in the place of the books, as a person does.
fn restore(world: &mut World, copy: &std::path::Path) {
    let path = world.books.path().clone();
    world.books = Books::open(&world.folder.path().join("other.db")).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs_err::remove_file(format!("{}{suffix}", path.display()));
    }
    fs_err::copy(copy, &path).unwrap();
    world.books = Books::open(&path).unwrap();
}
