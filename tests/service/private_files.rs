//! Runtray's own folders and files are accessible to their owner only, whatever the umask and their earlier permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Home, Service, runtray};

/// Starts a service with a umask of 0 and runs a program in it.
fn start_unmasked(home: &Home) -> Service {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" serve --port 0"]).arg(runtray(home).get_program());
    command.env("RUNTRAY_HOME", home.path());
    let service = Service::start_by(command, home);
    let ran = service.execute(&serde_json::json!({ "code": "print(1)" }));
    assert_eq!(ran["output"], "1\n", "{ran}");
    service
}

/// All files and folders below `folder` that other users have access to, with their permissions.
fn open_to_others(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut open = Vec::new();
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        let metadata = fs::symlink_metadata(&path).expect("it is there");
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 && !metadata.is_symlink() {
            open.push((path.clone(), mode));
        }
        if metadata.is_dir() {
            open.extend(open_to_others(&path));
        }
    }
    open
}

fn check_private(home: &Home) {
    for name in ["config", "data", "data/log", "runs"] {
        let mode = fs::metadata(home.path().join(name)).expect(name).permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{name}: {mode:o}");
    }
    for name in ["config", "data"] {
        let open = open_to_others(&home.path().join(name));
        assert!(open.is_empty(), "others may use {open:x?}");
    }
    // The folder of a run is private; its content belongs to the program.
    let in_run =
        |path: &Path| path.strip_prefix(home.path().join("runs")).is_ok_and(|path| path.components().count() > 2);
    let mut open = open_to_others(&home.path().join("runs"));
    open.retain(|(path, _)| !in_run(path));
    assert!(open.is_empty(), "others may use {open:x?}");
    let files = ["config/settings.toml", "data/token", "data/address", "data/journal.sqlite3", "data/journal.lock"];
    for name in files {
        let mode = fs::metadata(home.path().join(name)).expect(name).permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}: {mode:o}");
    }
}

#[test]
fn no_file_is_accessible_to_others_with_a_umask_of_zero() {
    let home = Home::without_settings();
    let _service = start_unmasked(&home);
    check_private(&home);
}

#[test]
fn permissions_of_existing_files_are_corrected_at_the_start() {
    let home = Home::without_settings();
    let mut service = start_unmasked(&home);
    service.kill();
    open_all(home.path());
    fs::write(home.path().join("data/log/runtray.2020-01-01.log"), "old").expect("an old log");
    let _service = start_unmasked(&home);
    check_private(&home);
}

fn open_all(folder: &Path) {
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        let kind = fs::symlink_metadata(&path).expect("it is there").file_type();
        if kind.is_dir() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("set");
            open_all(&path);
        } else if kind.is_file() {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("set");
        }
    }
}
