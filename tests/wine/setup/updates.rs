//! An update from a server, as `runtray update` makes it: programs that run end by themselves.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Stdio};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minisign::KeyPair;
use serde_json::json;

use super::computer::{Computer, ENTRY, NEWER, VERSION, installer};
use crate::app::{log_below, post};
use crate::session::{as_windows_sees, until};

/// The kind of the package, as the feed names it.
const TARGET: &str = "windows-x86_64-nsis";

/// Serves the newer version's installer with a feed, and writes settings that name it.
fn publish(computer: &Computer) {
    let keys = KeyPair::generate_unencrypted_keypair().expect("keys");
    let comment = format!("version:{NEWER}\ttarget:{TARGET}");
    let package = fs::File::open(installer(NEWER)).expect("an installer");
    let signature = minisign::sign(Some(&keys.pk), &keys.sk, package, Some(&comment), None).expect("a signature");
    let signature = BASE64_STANDARD.encode(signature.into_string());
    let place = json!({ "url": "package", "signature": signature });
    let feed = json!({ "version": NEWER, "notes": "Much better.", "platforms": { TARGET: place } });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || serve(&listener, feed.to_string().as_bytes()));
    computer.save_settings();
    let file = computer.settings_file();
    let text = fs::read_to_string(&file).expect("settings");
    let key = keys.pk.to_base64();
    let updates = format!("[updates]\nfeed = 'http://127.0.0.1:{port}/latest.json'\nkey = '{key}'\n");
    fs::write(file, format!("{text}\n{updates}")).expect("settings");
}

/// Serves the feed, and the installer under every other path; ends with the test program.
fn serve(listener: &TcpListener, feed: &[u8]) {
    for mut stream in listener.incoming().flatten() {
        let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        let package = || fs::read(installer(NEWER)).expect("an installer");
        let body = if first.contains("/latest.json ") { feed.to_vec() } else { package() };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        // A client that has seen enough hangs up.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
    }
}

fn update(computer: &Computer, options: &[&str]) -> Child {
    let mut update = computer.command(computer.folder().join("runtray.exe"));
    update.args(["update", "--yes"]).args(options).stderr(Stdio::piped()).spawn().expect("wine")
}

/// Waits until the newer version is installed and serves, and removes it.
fn check_updated(computer: &Computer) {
    until("the newer version", || computer.value(ENTRY, "DisplayVersion").filter(|version| version == NEWER));
    computer.wait_for_service();
    assert_eq!(post(computer.port, "print yes")["output"], "yes\n");
    computer.uninstall(&["/PURGE"]);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn an_update_waits_until_no_program_runs_and_ends_none() {
    let computer = Computer::of("user");
    computer.install();
    publish(&computer);
    let mut app = computer.start_app();
    let end = computer.session.folder().join("end");
    let run = computer.run_begun(&format!("wait-for {}\nprint whole", as_windows_sees(&end)));
    let mut update = update(&computer, &[]);
    let mut told = [0; 64];
    let mut said = String::new();
    let mut stderr = update.stderr.take().expect("a pipe");
    while !said.contains("waiting for the end") {
        let read = stderr.read(&mut told).expect("its words");
        assert_ne!(read, 0, "it did not wait: {said}");
        said += &String::from_utf8_lossy(&told[..read]);
    }
    assert!(said.contains("runs 1 program;"), "{said}");
    // The app accepts programs meanwhile.
    assert_eq!(post(computer.port, "print meanwhile")["output"], "meanwhile\n");
    assert_eq!(computer.value(ENTRY, "DisplayVersion").as_deref(), Some(VERSION));
    fs::write(&end, "").expect("a file");
    let answer = run.join().expect("a run");
    assert_eq!((&answer["status"], &answer["output"]), (&"completed".into(), &"whole\n".into()), "{answer}");
    assert!(update.wait().expect("a child").success());
    assert!(app.wait().expect("a child").success(), "the old app did not end by itself");
    check_updated(&computer);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_program_that_starts_while_the_installer_unpacks_is_waited_for() {
    let computer = Computer::of("user");
    computer.install();
    let mut app = computer.start_app();
    let end = computer.session.folder().join("end");
    let run = computer.run_begun(&format!("wait-for {}\nprint whole", as_windows_sees(&end)));
    let mut setup = computer.command(installer(NEWER)).args(["/S", "/WAIT"]).spawn().expect("wine");
    let uninstaller = computer.folder().join(".new/uninstall.exe");
    until("unpacked files", || uninstaller.exists().then_some(()));
    let log = || log_below(&computer.home().join("AppData/Local/runtray"));
    until("the installer's request in the app's log", || log().contains("asked to end").then_some(()));
    assert_eq!(post(computer.port, "print meanwhile")["output"], "meanwhile\n");
    assert!(!run.is_finished() && setup.try_wait().expect("a child").is_none());
    fs::write(&end, "").expect("a file");
    let answer = run.join().expect("a run");
    assert_eq!((&answer["status"], &answer["output"]), (&"completed".into(), &"whole\n".into()), "{answer}");
    assert!(setup.wait().expect("a child").success());
    assert!(app.wait().expect("a child").success(), "the old app did not end by itself");
    check_updated(&computer);
}

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn an_update_that_is_to_be_made_now_ends_the_programs() {
    let computer = Computer::of("user");
    computer.install();
    publish(&computer);
    let mut app = computer.start_app();
    let run = computer.endless_run();
    assert!(update(&computer, &["--now"]).wait().expect("a child").success());
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    assert!(app.wait().expect("a child").success());
    check_updated(&computer);
}
