//! The state's folder: one server that others find, any number of users.

use std::path::PathBuf;

use billctl::emulator::{self, Attached, Options, system_clock};

fn folder() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::TempDir::new().unwrap();
    let folder = home.path().join(".billctl/emulator");
    (home, folder)
}

#[tokio::test]
async fn a_running_server_is_found_and_used() {
    let (_home, folder) = folder();
    assert_eq!(emulator::running(&folder), None);
    let started = emulator::start(&folder, Options::new("")).await.unwrap();
    let running = emulator::running(&folder).unwrap();
    assert_eq!((&running.base_url, &running.api_key), (&started.server.base_url, &started.server.api_key));
    assert_eq!(running.pid, std::process::id());
    let attached = emulator::attach_or_serve(&folder, system_clock()).await.unwrap();
    assert!(matches!(attached, Attached::Running(_)));
    assert_eq!(attached.base_url(), started.server.base_url);
    let refused = emulator::start(&folder, Options::new("")).await.unwrap_err();
    assert!(refused.to_string().contains(&started.server.base_url), "{refused}");
    started.stop().await.unwrap();
    assert_eq!(emulator::running(&folder), None);
}

#[tokio::test]
async fn an_address_without_its_lock_means_nothing() {
    let (_home, folder) = folder();
    fs_err::create_dir_all(&folder).unwrap();
    let stale = r#"{"base_url": "http://127.0.0.1:1", "api_key": "sk_test_billctl_stale", "pid": 1}"#;
    fs_err::write(folder.join("server.json"), stale).unwrap();
    fs_err::write(folder.join("server.lock"), "").unwrap();
    assert_eq!(emulator::running(&folder), None);
    let attached = emulator::attach_or_serve(&folder, system_clock()).await.unwrap();
    assert!(matches!(attached, Attached::Own(_)));
    attached.stop().await;
    let started = emulator::start(&folder, Options::new("")).await.unwrap();
    assert_eq!(emulator::running(&folder).unwrap().base_url, started.server.base_url);
    started.stop().await.unwrap();
}

#[tokio::test]
async fn a_newer_state_is_left_alone() {
    let (_home, folder) = folder();
    fs_err::create_dir_all(&folder).unwrap();
    emulator::attach_or_serve(&folder, system_clock()).await.unwrap().stop().await;
    let file = rusqlite::Connection::open(folder.join("emulator.db")).unwrap();
    file.pragma_update(None, "user_version", 999).unwrap();
    drop(file);
    let refused = emulator::attach_or_serve(&folder, system_clock()).await.unwrap_err();
    assert!(format!("{refused:#}").contains("newer billctl"), "{refused:#}");
}

#[tokio::test]
async fn what_is_no_state_is_not_overwritten() {
    let (_home, folder) = folder();
    fs_err::create_dir_all(&folder).unwrap();
    let text = "not a database, but long enough to be looked at as one: ".repeat(40);
    fs_err::write(folder.join("emulator.db"), &text).unwrap();
    let refused = emulator::attach_or_serve(&folder, system_clock()).await.unwrap_err();
    assert!(format!("{refused:#}").contains("emulator.db"), "{refused:#}");
    assert_eq!(fs_err::read_to_string(folder.join("emulator.db")).unwrap(), text);
}
