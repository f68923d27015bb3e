//! User names and paths of every kind: installed, used, removed, and nothing left.

use std::fs;
use std::process::Stdio;

use super::computer::{Computer, ENTRY, LOGIN, VERSION, prefix};
use crate::app::{post, post_python};
use crate::session::{as_windows_sees, until};

/// Installs, updates, uses and removes Runtray for this user.
fn check(user: &str) {
    check_on(&Computer::of(user));
}

fn check_on(computer: &Computer) {
    computer.save_settings();
    assert_eq!(computer.setup(VERSION, &["/LOGIN"]), 0);
    assert!(computer.folder().join("runtray-desktop.exe").exists(), "nothing was installed");
    let program = format!("\"{}\\runtray-desktop.exe\" --hidden", computer.folder_in_windows());
    assert_eq!(computer.value(LOGIN, "Runtray"), Some(program));
    let mut app = computer.start_app();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    assert_eq!(computer.setup(VERSION, &[]), 0);
    app.wait().expect("a child");
    computer.wait_for_service();
    assert_eq!(post(computer.port, "print again")["output"], "again\n");
    let answer = post_python(computer.port, "open('a', 'w').write('b'); print(open('a').read(), 'ä')");
    assert_eq!((&answer["output"], &answer["isolation"]), (&"b ä\n".into(), &"wasm".into()), "{answer}");
    computer.uninstall(&["/PURGE"]);
    computer.check_neighbours();
    assert_eq!(computer.left(), [""; 0]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_user_with_letters_of_many_scripts() {
    check("Jörg Łukasz 王");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_user_with_signs_that_shells_read() {
    check("o'neil & sons 100%");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_folder_of_more_than_200_characters_and_a_usual_profile() {
    let folder = format!(r"C:\{}\{}", "d".repeat(100), "e".repeat(105));
    let computer = Computer::with_folder("user", Some(folder));
    check_on(&computer);
    assert!(!computer.folder().exists());
    fs::remove_dir(computer.folder().parent().expect("a folder")).expect("an empty folder");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_profile_of_more_than_200_characters() {
    let user = "long ".repeat(35) + "name";
    let computer = Computer::of(&user);
    assert!(computer.folder_in_windows().len() > 200);
    check_on(&computer);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_local_folder_that_was_moved() {
    let computer = Computer::of("user");
    let moved = prefix().join("drive_c/moved & kept");
    fs::remove_dir_all(&moved).ok();
    computer.move_local_folder(r"C:\moved & kept\Local");
    computer.save_settings();
    let code = computer.setup(VERSION, &[]);
    let folder = moved.join(r"Local/Programs/Runtray");
    let installed = folder.join("runtray-desktop.exe").exists();
    let app = installed.then(|| computer.command(folder.join("runtray-desktop.exe")).arg("--hidden").spawn());
    let answered = installed.then(|| {
        computer.wait_for_service();
        post(computer.port, "print yes")["output"].clone()
    });
    let data = moved.join("Local/runtray/data").exists();
    let removal = computer.command(folder.join("uninstall.exe")).args(["/S", "/PURGE"]).status();
    until("no entry", || computer.value(ENTRY, "DisplayName").is_none().then_some(()));
    until("nothing that runs", || computer.running().is_empty().then_some(()));
    assert_eq!((code, installed, data), (0, true, true));
    assert_eq!(answered, Some("yes\n".into()));
    app.expect("an app").expect("wine").wait().expect("a child");
    assert!(removal.expect("wine").success());
    assert!(!folder.exists() && !moved.join("Local/runtray").exists());
    fs::remove_dir_all(&moved).expect("a folder");
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_short_name_of_the_temporary_folder() {
    let computer = Computer::of("Jörg Łukasz 王");
    // Wine keeps temporary files in its own folder; Windows keeps them in the user's.
    fs::create_dir_all(computer.home().join("AppData/Local/Temp")).expect("a folder");
    let script = computer.session.folder().join("short.bat");
    fs::write(&script, "@for %%i in (\"%LOCALAPPDATA%\\Temp\") do @echo %%~fsi\r\n").expect("a file");
    let mut ask = computer.command("cmd");
    let asked = ask.arg("/c").arg(as_windows_sees(&script)).stdout(Stdio::piped()).output().expect("wine");
    let short = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    assert!(short.contains('~') && short.is_ascii(), "{short}");
    for name in ["TEMP", "TMP"] {
        computer.set(r"HKCU\Environment", name, "REG_SZ", &short);
    }
    computer.install();
    let mut app = computer.start_app();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    computer.uninstall(&["/PURGE"]);
    app.wait().expect("a child");
    assert_eq!(computer.left(), [""; 0]);
}
