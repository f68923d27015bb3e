//! The life of an installation.

use std::fs;

use super::computer::{Computer, ENTRY, LOGIN, NEWER, OLDER, VARIABLES, VERSION, long_path};
use crate::app::post;
use crate::session::until;

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
    assert_eq!(post(computer.port, "print before")["output"], "before\n");
    let run = computer.endless_run();
    assert_eq!(computer.setup(NEWER, &[]), 0);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success(), "the old app did not end by itself");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(NEWER));
    computer.wait_for_service();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    let log = logged(computer.port);
    assert!(log.contains("print before") && log.contains("print yes"), "the log of the old version is gone: {log}");
    for folder in [".new", ".old"] {
        assert!(!computer.folder().join(folder).exists(), "{folder} is left");
    }
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
    let run = computer.endless_run();
    // The list of folders that the sandbox has access to. Taking it away ends with the list, even an empty one.
    let access = computer.home().join("AppData/Local/runtray/data/sandbox-access.json");
    fs::write(&access, "[]").expect("a file");
    computer.uninstall(&[]);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success());
    assert!(!access.exists(), "the sandbox keeps its access");
    assert_eq!(computer.left(), computer.kept());
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

/// The programs in the log.
fn logged(port: u16) -> String {
    let answer = ureq::get(format!("http://127.0.0.1:{port}/executions")).call().expect("an answer");
    answer.into_body().read_to_string().expect("text")
}
