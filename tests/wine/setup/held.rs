//! Files that are in use while they should be replaced or removed: by an assistant, by a service in a terminal, by other
//! programs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use super::computer::{Computer, ENTRY, NEWER, VERSION, installer};
use crate::app::post;
use crate::port;
use crate::session::{as_windows_sees, until};

/// The files of an installation with their contents, without the files that its Python has unpacked.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut contents = BTreeMap::new();
    for below in ["", "builtin-python"] {
        for entry in
            fs::read_dir(folder.join(below)).expect("a folder").flatten().filter(|entry| entry.path().is_file())
        {
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            contents.insert(name, fs::read(entry.path()).expect("a file"));
        }
    }
    contents
}

/// The process that an assistant starts: it runs as long as its input is open.
fn assistant(computer: &Computer) -> Child {
    let mut mcp = computer.command(computer.folder().join("runtray.exe"));
    let mcp = mcp.arg("mcp").stdin(Stdio::piped()).spawn().expect("wine");
    until("an assistant's program", || computer.running().iter().any(|line| line.contains("mcp")).then_some(()));
    mcp
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_removal_beside_an_assistant_is_refused_before_any_run_ends() {
    let computer = Computer::of("user");
    computer.install();
    let (mut app, mut mcp) = (computer.start_app(), assistant(&computer));
    let run = computer.endless_run();
    assert_eq!(computer.try_to_uninstall(), 4);
    assert!(!run.is_finished() && app.try_wait().expect("a child").is_none(), "the app was asked to quit");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    drop(mcp.stdin.take());
    mcp.wait().expect("a child");
    computer.uninstall(&["/PURGE"]);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success());
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn an_update_leaves_an_assistant_and_a_service_in_a_terminal_running() {
    let computer = Computer::of("user");
    computer.install();
    let mut service = computer.command(computer.folder().join("runtray.exe"));
    let mut service = service.arg("serve").spawn().expect("wine");
    computer.wait_for_service();
    let mut mcp = assistant(&computer);
    let run = computer.run_begun("sleep 4000\nprint whole");
    assert_eq!(computer.setup(NEWER, &[]), 0);
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(NEWER));
    let answer = run.join().expect("a run");
    assert_eq!((&answer["status"], &answer["output"]), (&"completed".into(), &"whole\n".into()), "{answer}");
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    assert!(mcp.try_wait().expect("a child").is_none(), "the assistant's program has ended");
    let old = computer.folder().join(".old");
    assert!(old.join("1/runtray.exe").exists(), "the running program is gone");
    assert_eq!(computer.try_to_uninstall(), 4, "its file would be left");
    drop(mcp.stdin.take());
    mcp.wait().expect("a child");
    service.kill().expect("a child");
    service.wait().expect("a child");
    until("the end of the service", || (!port::answers(computer.port)).then_some(()));
    // The app deletes files that are not in use any more.
    let mut app = computer.start_app();
    until("no old files", || (!old.exists()).then_some(()));
    computer.uninstall(&["/PURGE"]);
    app.wait().expect("a child");
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_file_that_another_program_holds_stops_an_update_before_any_run_ends() {
    let computer = Computer::of("user");
    computer.install();
    let mut app = computer.start_app();
    let run = computer.endless_run();
    // An earlier installation was interrupted while it replaced this file: the old one comes back in any case.
    let licence = computer.folder().join("LICENSE.txt");
    let good = fs::read(&licence).expect("a file");
    fs::create_dir_all(computer.folder().join(".old/1")).expect("a folder");
    fs::create_dir_all(computer.folder().join(".new/builtin-python")).expect("a folder");
    for (name, content) in contents(&computer.folder()) {
        fs::write(computer.folder().join(".new").join(name.trim_start_matches('/')), content).expect("a file");
    }
    fs::rename(computer.folder().join(".new/LICENSE.txt"), computer.folder().join(".old/1/LICENSE.txt"))
        .expect("a file");
    fs::write(computer.folder().join(".old/replacing"), "1").expect("a file");
    fs::write(&licence, "of the other version").expect("a file");
    let before = contents(&computer.folder());
    let held = format!("ping -n 600 127.0.0.1 < \"{}\\WebView2Loader.dll\"", computer.folder_in_windows());
    let script = computer.session.folder().join("hold.bat");
    fs::write(&script, format!("@{held}\r\n")).expect("a file");
    let mut holder = computer.command("cmd").arg("/c").arg(as_windows_sees(&script)).spawn().expect("wine");
    until("a program that holds the file", || {
        let lines = computer.session.processes();
        lines.iter().any(|line| line.contains("ping")).then_some(())
    });
    assert_eq!(computer.setup(NEWER, &[]), 4);
    assert!(!run.is_finished() && app.try_wait().expect("a child").is_none(), "the app was asked to quit");
    let mut after = contents(&computer.folder());
    assert_eq!(after.insert("/LICENSE.txt".to_owned(), b"of the other version".to_vec()), Some(good));
    assert!(before == after, "a file was replaced");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    for folder in [".new", ".old"] {
        assert!(!computer.folder().join(folder).exists(), "{folder} is left");
    }
    // The end of the shell is not the end of the program that it started with the file.
    assert!(computer.command("taskkill").args(["/F", "/IM", "ping.exe"]).status().expect("wine").success());
    holder.wait().expect("a child");
    computer.uninstall(&["/PURGE"]);
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    app.wait().expect("a child");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn files_that_were_replaced_come_back_when_one_cannot_be() {
    let computer = Computer::of("user");
    computer.install();
    let before = contents(&computer.folder());
    let mut app = computer.start_app();
    let end = computer.session.folder().join("end");
    let run = computer.run_begun(&format!("wait-for {}", as_windows_sees(&end)));
    let mut setup = computer.command(installer(NEWER)).args(["/S", "/WAIT"]).spawn().expect("wine");
    // The uninstaller is unpacked last.
    let new = computer.folder().join(".new");
    until("unpacked files", || new.join("uninstall.exe").exists().then_some(()));
    until("one of the last files", || fs::remove_file(new.join("runtray.exe")).ok());
    fs::write(&end, "").expect("a file");
    assert_eq!(setup.wait().expect("a child").code(), Some(2));
    assert_eq!(run.join().expect("a run")["status"], "completed");
    app.wait().expect("the installer has ended the app");
    assert!(before == contents(&computer.folder()), "the old version is not whole");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    // The installer has started it again.
    computer.wait_for_service();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    for folder in [".new", ".old"] {
        assert!(!computer.folder().join(folder).exists(), "{folder} is left");
    }
}
