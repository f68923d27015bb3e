//! The tray's menu, used over the bus as a panel does.

use std::net::TcpStream;
use std::process::Command;

use crate::app::{App, PROGRAM, settings};
use crate::port;
use crate::session::{Session, until};
use crate::tray::{Line, Panel};
use crate::webdriver::Page;

#[test]
fn the_service_is_stopped_and_started_and_the_icon_follows() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    tray.says(&format!("Running on localhost:{}", app.port));
    let running = tray.icon();
    tray.click("Stop Service");
    tray.says("Stopped");
    assert!(TcpStream::connect(("127.0.0.1", app.port)).is_err(), "the port is still open");
    let stopped = until("another icon", || Some(tray.icon()).filter(|icon| *icon != running));
    assert!(!tray.menu().find("Restart").expect("a line").is_enabled, "what is stopped cannot be restarted");
    tray.click("Start Service");
    tray.says("Running on");
    assert!(app.is_healthy());
    until("the first icon's state", || (tray.icon() != stopped).then_some(()));
    tray.click("Restart");
    until("a healthy answer", || app.is_healthy().then_some(()));
}

#[test]
fn running_programs_are_counted_and_recent_ones_listed() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    tray.says("Running on");
    assert!(tray.menu().find("Nothing has run yet").is_some());
    let idle = tray.icon();
    let waiting = session.folder().join("waiting");
    let code = format!("import os\nwhile not os.path.exists({:?}): pass", waiting.display().to_string());
    std::thread::scope(|scope| {
        let run = scope.spawn(|| app.run(&code));
        tray.says("1 program is running on");
        until("another icon", || (tray.icon() != idle).then_some(()));
        std::fs::write(&waiting, "").expect("a file");
        assert_eq!(run.join().expect("a run")["status"], "completed");
    });
    tray.says("Running on");
    tray.line("● python  import os");
    app.run("raise SystemExit(3)");
    tray.line("▲ python  raise SystemExit(3)");
}

#[test]
fn another_python_runs_the_next_program() {
    let session = Session::new();
    let venv = session.folder().join("venv");
    let made = Command::new("python3").args(["-m", "venv", "--without-pip"]).arg(&venv).status().expect("python3");
    assert!(made.success(), "there is no virtual environment");
    let panel = Panel::new(&session);
    let mut command = session.command(PROGRAM);
    command.arg("--hidden").env("VIRTUAL_ENV", &venv);
    let app = App::start(&session, command).serving();
    let tray = panel.tray();
    let prefix = || app.run("import sys; print(sys.prefix)")["output"].as_str().expect("output").trim().to_owned();
    let in_venv = venv.display().to_string();
    assert_eq!(prefix(), in_venv);
    let pythons = || tray.menu().find("Python").expect("a submenu").children.clone();
    let others = until("two Pythons", || Some(pythons()).filter(|lines| lines.len() > 2));
    assert!(tray.line("Choose automatically").is_checked);
    let own = session.folder().file_name().and_then(|name| name.to_str()).expect("a name");
    let is_other = |line: &&Line| line.label.contains("CPython") && !line.label.starts_with(own);
    let other = others.iter().find(is_other).expect("another one");
    tray.click(&other.label);
    until("the other Python's prefix", || (prefix() != in_venv).then_some(()));
    until("the mark on it", || pythons().iter().any(|line| line.label == other.label && line.is_checked).then_some(()));
    tray.click("Choose automatically");
    until("the first Python's prefix", || (prefix() == in_venv).then_some(()));
}

#[test]
fn a_port_in_use_is_reported_and_a_retry_works_once_it_is_free() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let (holder, port) = port::held();
    settings(&session, port, "");
    let mut command = session.command(PROGRAM);
    let app = App::start_as_it_is(&session, command.arg("--hidden"), port);
    let tray = panel.tray();
    tray.says(&format!("Not running: port {port} is in use on 127.0.0.1"));
    drop(holder);
    tray.click("Start Service");
    tray.says("Running on");
    assert!(app.is_healthy());
}

#[test]
fn start_at_login_shows_the_state_of_the_system() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let _app = App::hidden(&session).serving();
    let tray = panel.tray();
    let entry = login_entry(&session);
    assert!(!tray.line("Start at Login").is_checked && !entry.exists(), "it was not asked for");
    tray.click("Start at Login");
    until("a mark", || tray.line("Start at Login").is_checked.then_some(()));
    let text = std::fs::read_to_string(&entry).expect("an entry");
    assert!(text.contains(&format!("Exec=\"{PROGRAM}\" --hidden\n")), "{text}");
    let icon = text.lines().find_map(|line| line.strip_prefix("Icon=")).expect("an icon");
    assert!(std::fs::metadata(icon).expect("a picture").len() > 0);
    tray.click("Start at Login");
    until("no mark", || (!tray.line("Start at Login").is_checked).then_some(()));
    assert!(!entry.exists());
}

#[test]
fn about_shows_the_version_in_the_window() {
    let session = Session::new();
    let page = Page::open(&session);
    page.panel.tray().click("About Runtray");
    page.reads("main", "Copy diagnostics");
    page.reads("main", env!("CARGO_PKG_VERSION"));
    let focus = || page.script("return document.activeElement ? document.activeElement.id : null", &[]);
    until("the focus on it", || (focus() == "field-about").then_some(()));
}

#[test]
fn an_old_login_entry_is_replaced_unless_it_was_disabled() {
    const OLD: &str =
        "[Desktop Entry]\nType=Application\nName=Runtray\nComment=Runtray startup script\nExec=/a b --hidden\n";
    const OFF: &str = "[Desktop Entry]\nType=Application\nName=Runtray\nExec=/a --hidden\nHidden=true\n";
    for (text, is_kept) in [(OLD, false), (OFF, true)] {
        let session = Session::new();
        let panel = Panel::new(&session);
        let entry = login_entry(&session);
        std::fs::create_dir_all(entry.parent().expect("a folder")).expect("a folder");
        std::fs::write(&entry, text).expect("an entry");
        let _app = App::hidden(&session).serving();
        assert_eq!(panel.tray().line("Start at Login").is_checked, !is_kept);
        let present = std::fs::read_to_string(&entry).expect("an entry");
        assert_eq!(present == text, is_kept, "{present}");
    }
}

#[test]
fn programs_are_counted_while_a_stopping_service_waits_for_them() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    let (started, go) = (session.folder().join("started"), session.folder().join("go"));
    let code = format!(
        "import os, time\nopen({:?}, 'w').close()\nwhile not os.path.exists({:?}): time.sleep(0.01)\nprint('done')",
        started.display().to_string(),
        go.display().to_string()
    );
    std::fs::write(
        session.home().join("config/settings.toml"),
        format!("port = {}\nisolation = \"none\"\nstop_grace_ms = 60000\n", app.port),
    )
    .expect("settings");
    std::thread::scope(|scope| {
        let run = scope.spawn(|| app.run(&code));
        until("a program that runs", || started.exists().then_some(()));
        tray.click("Stop Service");
        tray.says("Stopping: 1 program");
        std::fs::write(&go, "").expect("a file");
        assert_eq!(run.join().expect("a run")["output"], "done\n");
    });
    tray.says("Stopped");
}

fn login_entry(session: &Session) -> std::path::PathBuf {
    session.folder().join(".config/autostart/Runtray.desktop")
}

#[test]
fn the_menu_changes_its_language_at_once() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    tray.says("Running on");
    let file = session.home().join("config/settings.toml");
    let text = std::fs::read_to_string(&file).expect("the settings");
    std::fs::write(&file, text.replace("language = \"en\"", "language = \"de\"")).expect("the settings");
    tray.says("Läuft auf");
    for line in
        ["Runtray öffnen", "Dienst anhalten", "Neu starten", "Adresse kopieren", "Letzte Läufe", "Runtray beenden"]
    {
        tray.line(line);
    }
    for line in ["Automatisch wählen", "Beim Anmelden starten"] {
        tray.line(line);
    }
    // The line is disabled, so `line` would not find it.
    until("the empty list in German", || tray.menu().find("Noch nichts gelaufen").is_some().then_some(()));
    drop(app);
}
