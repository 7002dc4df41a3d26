//! No secret in any output or file.

use std::path::{Path, PathBuf};

pub(super) fn assert_absent(secrets: &[String], outputs: &[String], root: &Path, known: &[PathBuf]) {
    let mut files = Vec::new();
    collect(root, &mut files);
    for secret in secrets {
        for output in outputs {
            assert!(!output.contains(secret.as_str()), "a secret was shown:\n{output}");
        }
        for (path, bytes) in files.iter().filter(|(path, _)| !known.contains(path)) {
            assert!(!holds(bytes, secret.as_bytes()), "a secret was written into {}", path.display());
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs_err::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            collect(&path, files);
        } else if kind.is_file() {
            files.push((path.clone(), fs_err::read(&path).unwrap()));
        }
    }
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret)
}

#[test]
#[should_panic(expected = "a secret was shown")]
fn a_secret_in_an_output_is_found() {
    let folder = tempfile::tempdir().unwrap();
    assert_absent(&["hunter2".to_owned()], &["said hunter2".to_owned()], folder.path(), &[]);
}

#[test]
#[should_panic(expected = "a secret was written")]
fn a_secret_in_a_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("state.db"), b"\0\xffhunter2\0").unwrap();
    assert_absent(&["hunter2".to_owned()], &[], folder.path(), &[]);
}
