//! Installations that fail leave what was there before, and say why by their exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use super::computer::{Computer, ENTRY, NEWER, VERSION, installer};
use crate::session::{as_windows_sees, until};

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn windows_7_is_refused() {
    let computer = Computer::of("user");
    computer.set(r"HKCU\Software\Wine", "Version", "REG_SZ", "win7");
    assert_eq!(computer.setup(VERSION, &[]), 3);
    assert!(!computer.folder().exists());
    assert_eq!(computer.value(ENTRY, "DisplayName"), None);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_program_that_does_not_quit_is_left_as_it_is() {
    let computer = Computer::of("user");
    computer.install();
    // Not the app, so that `--quit` does not reach it.
    let mut service = computer.command(computer.folder().join("runtray.exe"));
    let mut service = service.arg("serve").spawn().expect("wine");
    computer.wait_for_service();
    assert_eq!(computer.setup(NEWER, &[]), 4);
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    assert!(!computer.folder().join(".new").exists());
    computer.wait_for_service();
    service.kill().expect("a child");
    service.wait().expect("a child");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_folder_that_cannot_be_written_is_refused() {
    let computer = Computer::of("user");
    // A file in its place: permissions do not stop root, as which tests may run.
    let blocked = computer.session.folder().join("blocked");
    fs::write(&blocked, "").expect("a file");
    let option = format!("/D={}\\Runtray", as_windows_sees(&blocked));
    assert_eq!(computer.setup(VERSION, &[&option]), 6);
    let closed = computer.session.folder().join("closed");
    fs::create_dir(&closed).expect("a folder");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).expect("permissions");
    if fs::write(closed.join("probe"), "").is_err() {
        assert_eq!(computer.setup(VERSION, &[&format!("/D={}\\Runtray", as_windows_sees(&closed))]), 6);
    }
    assert_eq!(computer.value(ENTRY, "DisplayName"), None);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_disk_without_room_is_refused() {
    check_small_disk(payload_kib() / 2, 7);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_disk_that_becomes_full_is_left_as_it_was() {
    // Enough for what is declared, which does not count the uninstaller.
    check_small_disk(payload_kib() + 64, 2);
}

/// The size of the installed files in KiB, which the installer asks of a disk.
fn payload_kib() -> u64 {
    let size = fs::read_to_string(installer(VERSION).with_extension("kib")).expect("a size");
    size.parse().expect("a number")
}

/// Installs onto a disk of this size in KiB, which must fail with this exit code and leave nothing.
fn check_small_disk(kib: u64, code: i32) {
    let computer = Computer::of("user");
    let disk = computer.session.folder().join("disk");
    fs::create_dir(&disk).expect("a folder");
    // Wine's server opens the files, so that it must start where the small disk is.
    assert!(Command::new("wineserver").arg("-k").stderr(Stdio::null()).status().is_ok());
    let script = "mount -t tmpfs -o size=\"$4\"k none \"$1\" && wine \"$2\" /S \"/D=$3\" 2>/dev/null; code=$?
                  ls -A \"$1\"; wineserver -k; exit $code";
    let mut alone = computer.session.command("unshare");
    alone.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&disk).arg(installer(VERSION));
    alone.arg(format!("{}\\Runtray", as_windows_sees(&disk))).arg(kib.to_string());
    let output = alone.output().expect("unshare");
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "", "files are left on the disk");
    assert_eq!(computer.value(ENTRY, "DisplayName"), None);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn an_interrupted_update_leaves_the_old_version_working() {
    let computer = Computer::of("user");
    computer.install();
    let unpacked = computer.folder().join(".new");
    let mut update = computer.command(installer(NEWER)).arg("/S").spawn().expect("wine");
    until("unpacked files", || unpacked.exists().then_some(()));
    assert!(Command::new("wineserver").arg("-k").status().expect("wineserver").success());
    update.wait().expect("a child");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    let mut app = computer.start_app();
    assert_eq!(computer.setup(NEWER, &[]), 0);
    app.wait().expect("a child");
    assert!(!unpacked.exists());
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(NEWER));
    computer.wait_for_service();
}
