//! Problems of a service that runs: each is a card in the window, in its language, as long as it lasts.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::app::{processes, settings};
use crate::port;
use crate::session::{Session, until};
use crate::webdriver::Page;

#[test]
fn launchers_that_hang_are_a_card_until_programs_can_be_started_again() {
    let session = Session::new();
    let port = port::free();
    settings(&session, port, "[warm]\nmemory_bytes = 0");
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    assert_eq!(page.app.run("print(1)")["output"], "1\n");
    page.go("Status");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| stop_launchers(&session, &is_over));
        let _over = Over(&is_over);
        let url = format!("http://127.0.0.1:{port}/execute");
        ureq::post(&url).send_json(json!({ "code": "print(1)" })).expect_err("it cannot be started");
        page.reads("main", "Programs cannot be started: ");
        page.reads("main", "Runtray tries again every second.");
        speak(&session, "en", "de");
        page.reads("main", "Programme lassen sich nicht starten: ");
        speak(&session, "de", "en");
        page.reads("main", "Programs cannot be started: ");
    });
    until("the card to be gone", || (!page.text("main").contains("Programs cannot be started")).then_some(()));
    assert_eq!(page.app.run("print(2)")["output"], "2\n");
}

/// Ends the stopping of launchers when it is dropped, also by a failed check.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Changes the language in the settings file.
fn speak(session: &Session, from: &str, to: &str) {
    let file = session.home().join("config/settings.toml");
    let text = fs::read_to_string(&file).expect("settings");
    fs::write(&file, text.replace(&format!("language = {from:?}"), &format!("language = {to:?}"))).expect("settings");
}

/// Stops every launcher that the app starts, and ends them all at the end: the app has replaced them.
fn stop_launchers(session: &Session, is_over: &AtomicBool) {
    let mut stopped = BTreeSet::new();
    while !is_over.load(Ordering::SeqCst) {
        for launcher in launchers(session) {
            if stopped.insert(launcher) {
                // It may have ended meanwhile.
                let _ = kill(launcher, Signal::SIGSTOP);
            }
        }
        thread::sleep(Duration::from_millis(2));
    }
    for launcher in stopped.into_iter().filter(|launcher| is_launcher(*launcher)) {
        let _ = kill(launcher, Signal::SIGKILL);
    }
}

/// The app's children that start its programs.
fn launchers(session: &Session) -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).map(Pid::from_raw);
    let found: Vec<Pid> = ids.filter(|pid| is_launcher(*pid)).collect();
    if found.is_empty() {
        return found;
    }
    let ours = processes(session);
    found.into_iter().filter(|pid| parent(*pid).is_some_and(|parent| ours.contains(&parent))).collect()
}

fn is_launcher(pid: Pid) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().starts_with(b"runtray-launcher")
}

fn parent(pid: Pid) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split(' ').nth(1)?.parse().ok()
}
