//! Whole copies while others write.

use billctl::store::books::Books;
use billctl::store::mirror::Mirror;
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
