//! The life of an installation.

use std::fs;
use std::thread;

use super::computer::{Computer, ENTRY, LOGIN, NEWER, OLDER, VARIABLES, VERSION, long_path};
use crate::app::post;
use crate::session::{as_windows_sees, until};

/// The files that a used Runtray leaves: settings, and the log with its files.
const KEPT: [&str; 2] = ["AppData/Roaming/runtray", "AppData/Local/runtray"];

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn the_first_installation_and_the_removal() {
    let computer = Computer::of("user");
    computer.install();
    let folder = computer.folder_in_windows();
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    assert_eq!(computer.value(ENTRY, "Publisher").as_deref(), Some("Runtray"));
    assert_eq!(computer.value(ENTRY, "InstallLocation"), Some(folder.clone()));
    let paths = r"HKCU\Software\Microsoft\Windows\CurrentVersion\App Paths\runtray-desktop.exe";
    assert_eq!(computer.value(paths, "(Default)"), Some(format!(r"{folder}\runtray-desktop.exe")));
    assert_eq!(computer.value(VARIABLES, "Path"), Some(format!("{};{folder}", long_path())));
    assert_eq!(computer.value(LOGIN, "Runtray"), None, "start at login is the user's choice");
    let menu = computer.home().join("AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Runtray.lnk");
    assert!(menu.exists());
    assert!(computer.running().is_empty(), "nothing starts unasked: {:?}", computer.running());
    computer.uninstall(&[]);
    assert!(!menu.exists());
    assert_eq!(computer.value(VARIABLES, "Path"), Some(long_path()));
    computer.check_neighbours();
    let config =
        ["AppData/Roaming/runtray", "AppData/Roaming/runtray/config", "AppData/Roaming/runtray/config/settings.toml"];
    assert_eq!(computer.left(), config);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_second_installation_repairs() {
    let computer = Computer::of("user");
    computer.install();
    for file in ["runtray.exe", "WebView2Loader.dll"] {
        fs::remove_file(computer.folder().join(file)).expect("a file");
    }
    fs::write(computer.folder().join("runtray-desktop.exe"), "broken").expect("a file");
    computer.install();
    let mut app = computer.start_app();
    assert_eq!(computer.value(VARIABLES, "Path"), Some(format!("{};{}", long_path(), computer.folder_in_windows())));
    computer.uninstall(&["/PURGE"]);
    app.wait().expect("the uninstaller ends the app");
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn the_options_are_kept_by_an_update() {
    let computer = Computer::of("user");
    assert_eq!(computer.setup(OLDER, &["/NOPATH", "/LOGIN"]), 0);
    let login = computer.value(LOGIN, "Runtray");
    assert_eq!(login, Some(format!("\"{}\\runtray-desktop.exe\" --hidden", computer.folder_in_windows())));
    assert_eq!(computer.setup(VERSION, &[]), 0);
    assert_eq!(computer.value(LOGIN, "Runtray"), login);
    assert_eq!(computer.value(VARIABLES, "Path"), Some(long_path()));
    computer.uninstall(&[]);
    computer.check_neighbours();
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn an_update_ends_the_app_and_its_runs_and_starts_it_again() {
    let computer = Computer::of("user");
    computer.install();
    let mut app = computer.start_app();
    let run = endless_run(&computer);
    assert_eq!(computer.setup(NEWER, &[]), 0);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success(), "the old app did not end by itself");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(NEWER));
    computer.wait_for_service();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    assert!(!computer.folder().join(".new").exists());
    computer.uninstall(&[]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_downgrade_is_refused() {
    let computer = Computer::of("user");
    assert_eq!(computer.setup(NEWER, &[]), 0);
    let before = fs::metadata(computer.folder().join("runtray.exe")).expect("a file").modified().expect("a time");
    assert_eq!(computer.setup(VERSION, &[]), 5);
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(NEWER));
    let after = fs::metadata(computer.folder().join("runtray.exe")).expect("a file").modified().expect("a time");
    assert_eq!(before, after);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_removal_ends_the_app_and_its_runs_and_keeps_settings_and_log() {
    let computer = Computer::of("user");
    computer.install();
    let mut app = computer.start_app();
    let run = endless_run(&computer);
    // The list of folders that the sandbox has access to. Taking it away ends with the list, even an empty one.
    let access = computer.home().join("AppData/Local/runtray/data/sandbox-access.json");
    fs::write(&access, "[]").expect("a file");
    computer.uninstall(&[]);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success());
    assert!(!access.exists(), "the sandbox keeps its access");
    let left = computer.left();
    assert!(left.iter().all(|path| KEPT.iter().any(|kept| path.starts_with(kept))), "{left:?}");
    assert!(left.iter().any(|path| path.ends_with("settings.toml")), "{left:?}");
    assert!(left.iter().any(|path| path.ends_with("journal.sqlite3")), "{left:?}");
    assert!(!left.iter().any(|path| path.contains("cache") || path.contains("runs")), "{left:?}");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn files_of_others_stay_in_the_folder() {
    let computer = Computer::of("user");
    computer.install();
    let own = computer.folder().join("notes.txt");
    fs::write(&own, "mine").expect("a file");
    let status = computer.command(computer.folder().join("uninstall.exe")).arg("/S").status();
    assert!(status.expect("wine").success());
    until("no program", || (!computer.folder().join("runtray-desktop.exe").exists()).then_some(()));
    until("no entry", || computer.value(ENTRY, "DisplayName").is_none().then_some(()));
    assert_eq!(fs::read_to_string(own).expect("a file"), "mine");
}

/// Starts a program that never ends, and waits until it runs.
fn endless_run(computer: &Computer) -> thread::JoinHandle<serde_json::Value> {
    let started = computer.session.folder().join("started");
    let (port, code) = (computer.port, format!("save-process {}\nhang", as_windows_sees(&started)));
    let run = thread::spawn(move || post(port, &code));
    until("a program that runs", || started.exists().then_some(()));
    run
}
