//! Operations that are refused to programs, and packs that cannot be used.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::{image, run};
use crate::harness::{Ended, Python};

#[test]
fn the_machine_is_out_of_reach() {
    for (code, words) in [
        ("open('/etc/passwd')", "FileNotFoundError"),
        ("open('../out', 'w')", "Error"),
        ("open('/usr/local/lib/python315.zip', 'ab')", "Error"),
        ("open('/python/site-packages/a.py', 'w')", "Error"),
        ("open('/usr/local/lib/python315.zip/matplotlib/mpl-data/matplotlibrc', 'a')", "Error"),
        ("import socket; socket.create_connection(('127.0.0.1', 80))", "gaierror"),
        ("import subprocess; subprocess.run(['ls'])", "OSError"),
        ("import threading; threading.Thread(target=print).start()", "RuntimeError"),
        ("import torch", "ModuleNotFoundError"),
    ] {
        let Some(ended) = run(&Python::new(), &["-c", code]) else { return };
        assert_eq!(ended.status.code(), Some(1), "{code}: {ended:?}");
        assert!(ended.stderr.contains(words), "{code}: {ended:?}");
    }
    let python = Python::new();
    symlink("/etc", python.folder.path().join("link")).expect("a link");
    let Some(ended) = run(&python, &["-c", "open('link/passwd')"]) else { return };
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
}

/// A copy of the pack whose large files are shared with it.
fn copy() -> Option<TempDir> {
    let (from, copy) = (image()?, TempDir::new().expect("a folder"));
    for name in ["python.cwasm", "memory"] {
        fs::hard_link(from.join(name), copy.path().join(name))
            .or_else(|_| fs::copy(from.join(name), copy.path().join(name)).map(drop))
            .expect("a file");
    }
    fs::copy(from.join("image.json"), copy.path().join("image.json")).expect("a file");
    for name in ["library", "data", "empty"] {
        symlink(from.join(name), copy.path().join(name)).expect("a link");
    }
    Some(copy)
}

fn with(folder: &Path) -> Ended {
    Python::new().run(&["--image", folder.to_str().expect("a path"), "-c", "print('hi')"])
}

fn refuses(folder: &Path, words: &str) {
    let ended = with(folder);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(126), ""), "{ended:?}");
    assert!(ended.stderr.contains(words), "{ended:?} lacks {words}");
}

/// Replaces a text of the description.
fn describe(folder: &Path, from: &str, to: &str) {
    let file = folder.join("image.json");
    let text = fs::read_to_string(&file).expect("a text");
    assert!(text.contains(from), "{text}");
    fs::write(file, text.replacen(from, to, 1)).expect("a file");
}

#[test]
fn a_pack_of_another_version_says_how_to_make_it_again() {
    const AGAIN: &str = "`runtray packs add science` compiles it again";
    let Some(pack) = copy() else { return };
    assert_eq!(with(pack.path()).stdout, "hi\n");
    describe(pack.path(), "\"start\": \"", "\"start\": \"0");
    refuses(pack.path(), AGAIN);
    let pack = copy().expect("a pack");
    describe(pack.path(), "x86_64-unknown-linux-gnu", "aarch64-apple-darwin");
    refuses(pack.path(), AGAIN);
    // Code of another wasmtime: its hash is right.
    let pack = copy().expect("a pack");
    fs::remove_file(pack.path().join("python.cwasm")).expect("a file");
    fs::write(pack.path().join("python.cwasm"), "other").expect("a file");
    let text = fs::read(pack.path().join("image.json")).expect("a text");
    let mut description: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let hash = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";
    description["code"] = serde_json::json!({"file": "python.cwasm", "sha256": hash, "size": 5});
    fs::write(pack.path().join("image.json"), description.to_string()).expect("a file");
    refuses(pack.path(), AGAIN);
}

#[test]
fn a_damaged_pack_is_not_run() {
    let Some(pack) = copy() else { return };
    fs::remove_file(pack.path().join("memory")).expect("a file");
    refuses(pack.path(), "is damaged");
    fs::write(pack.path().join("memory"), vec![0; 1 << 16]).expect("a file");
    refuses(pack.path(), "is damaged");
    fs::write(pack.path().join("image.json"), "{").expect("a file");
    refuses(pack.path(), "`runtray packs add science` makes it again");
    refuses(Path::new("/nowhere"), "is damaged");
    let pack = copy().expect("a pack");
    fs::set_permissions(pack.path(), fs::Permissions::from_mode(0o777)).expect("a folder");
    refuses(pack.path(), "can be written to by other users");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_used() {
    let Some(pack) = copy() else { return };
    fs::set_permissions(pack.path(), fs::Permissions::from_mode(0o500)).expect("a folder");
    assert_eq!(with(pack.path()).stdout, "hi\n");
    fs::set_permissions(pack.path(), fs::Permissions::from_mode(0o700)).expect("a folder");
}
