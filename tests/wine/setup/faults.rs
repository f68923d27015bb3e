//! Installations that fail restore the earlier files, and give the reason by their exit code.

use std::fs;
use std::process::{Command, Stdio};

use super::computer::{Computer, ENTRY, NEWER, VARIABLES, VERSION, installer, prefix};
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
fn a_folder_that_cannot_be_written_is_refused() {
    let computer = Computer::of("user");
    // A file in its place: permissions do not stop root, as which tests may run.
    let blocked = computer.session.folder().join("blocked");
    fs::write(&blocked, "").expect("a file");
    let option = format!("/D={}\\Runtray", as_windows_sees(&blocked));
    assert_eq!(computer.setup(VERSION, &[&option]), 6);
    assert_eq!(computer.value(ENTRY, "DisplayName"), None);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_disk_that_cannot_be_written_is_refused() {
    check_disk("ro", 6);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_second_installation_elsewhere_is_refused_and_the_first_one_stays() {
    let computer = Computer::of("user");
    computer.install();
    assert_eq!(computer.setup(VERSION, &[r"/D=C:\elsewhere"]), 6);
    assert!(!prefix().join("drive_c/elsewhere").exists(), "it was installed twice");
    assert_eq!(computer.setup(VERSION, &[&format!("/D={}", computer.folder_in_windows())]), 0);
    computer.uninstall(&["/PURGE"]);
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_removal_that_cannot_undo_all_removes_the_rest_and_says_so() {
    let computer = Computer::of("user");
    computer.install();
    fs::write(computer.folder().join("runtray.exe"), "broken").expect("a file");
    assert_eq!(computer.try_to_uninstall(), 2);
    assert!(!computer.folder().join("runtray-desktop.exe").exists());
    assert_eq!(computer.value(ENTRY, "DisplayName"), None);
    let path = computer.value(VARIABLES, "Path").expect("a PATH");
    assert!(path.ends_with(r"\Runtray"), "it said without need that PATH is not as it was: {path}");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_disk_without_room_is_refused() {
    check_disk(&format!("size={}k", payload_kib() / 2), 7);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_disk_that_becomes_full_is_left_as_it_was() {
    // Enough for the declared size, which does not count the uninstaller.
    check_disk(&format!("size={}k", payload_kib() + 64), 2);
}

/// The size of the installed files in KiB, which the installer asks of a disk.
fn payload_kib() -> u64 {
    let size = fs::read_to_string(installer(VERSION).with_extension("kib")).expect("a size");
    size.parse().expect("a number")
}

/// Installs onto a disk that is mounted with these options, which must fail with this exit code and leave nothing.
fn check_disk(options: &str, code: i32) {
    let computer = Computer::of("user");
    let disk = computer.session.folder().join("disk");
    fs::create_dir(&disk).expect("a folder");
    // Wine's server opens the files, so that it must start where the disk is.
    assert!(Command::new("wineserver").arg("-k").stderr(Stdio::null()).status().is_ok());
    let script = "mount -t tmpfs -o \"$4\" none \"$1\" && wine \"$2\" /S \"/D=$3\" 2>/dev/null; code=$?
                  ls -A \"$1\"; wineserver -k; exit $code";
    let mut alone = computer.session.command("unshare");
    alone.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&disk).arg(installer(VERSION));
    alone.arg(format!("{}\\Runtray", as_windows_sees(&disk))).arg(options);
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
