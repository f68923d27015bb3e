//! Problems of a service that runs: each is a card in the window, in its language, as long as it lasts.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::app::{PROGRAM, processes, settings};
use crate::port;
use crate::session::{Session, until};
use crate::webdriver::Page;

#[test]
fn launchers_that_die_are_a_card_until_programs_can_be_started_again() {
    let session = Session::new();
    let port = port::free();
    settings(&session, port, "[warm]\nmemory_bytes = 0");
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    assert_eq!(page.app.run("print(1)")["output"], "1\n");
    page.go("Status");
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| kill_launchers(&session, &is_over));
        let _over = Over(&is_over);
        let url = format!("http://127.0.0.1:{port}/execute");
        // A supervisor may have been ready before its launcher was killed.
        until("a refusal", || ureq::post(&url).send_json(json!({ "code": "print(1)" })).err());
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

/// Ends the killing of launchers when it is dropped, also by a failed check.
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

/// Kills every launcher that the app starts. One that is stopped would be continued by the app.
fn kill_launchers(session: &Session, is_over: &AtomicBool) {
    // The first launcher is a fork of the app, so that both have its name.
    let app = processes(session).into_iter().find(|pid| is_ours(*pid) && !is_ours(parent(*pid))).expect("the app");
    while !is_over.load(Ordering::SeqCst) {
        for launcher in children(app).into_iter().filter(|pid| is_ours(*pid)) {
            // It may have ended meanwhile.
            let _ = kill(Pid::from_raw(launcher.cast_signed()), Signal::SIGKILL);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Whether the process runs the app's program.
fn is_ours(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|program| program == Path::new(PROGRAM))
}

fn parent(pid: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    after_name.split(' ').nth(1).and_then(|id| id.parse().ok()).unwrap_or_default()
}
