//! The view Connect: settings of assistants are shown as they would change, changed, and restored.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::session::{Session, until};
use crate::webdriver::Page;

/// As an editor on Windows writes it.
const CODEX: &str = "\u{feff}# mine\r\nmodel = \"m\"  # small\r\n\r\n[mcp_servers.other]\r\ncommand = \"npx\"\r\n\r\n[tui]\r\ntheme = \"x\"\r\n";
const WINDSURF: &str = r#"{"mcpServers": {"runtray": {"command": "/old/runtray", "args": ["mcp"], "env": {"KEY": "a long value that must stay where it is, whatever else changes"}}}}"#;

#[test]
fn an_assistant_is_connected_and_its_settings_come_back() {
    let session = Session::new();
    let codex = file(&session, ".codex/config.toml", CODEX);
    let page = Page::open(&session);
    page.go("Connect");

    page.click("Connect… Codex");
    page.reads("dialog", "Connect Codex?");
    assert_eq!(page.script("return document.querySelectorAll('dialog .removed').length", &[]), json!(0));
    page.click("Write the file");
    page.reads("main", "uses this Runtray");
    let connected = text(&codex);
    assert!(connected.contains("[mcp_servers.runtray]\r\ncommand = "), "{connected:?}");
    assert!(CODEX.lines().all(|line| connected.contains(&format!("{line}\r\n"))), "{connected:?}");
    assert!(!connected.replace("\r\n", "").contains('\n'), "{connected:?}");

    page.click("Undo… Codex");
    page.reads("dialog", "Undo the last change for Codex?");
    page.click("Write the file");
    page.reads("main", "not connected");
    assert_eq!(text(&codex), CODEX);
}

#[test]
fn an_entry_is_updated_and_all_of_the_change_can_be_read() {
    let session = Session::new();
    let windsurf = file(&session, ".codeium/windsurf/mcp_config.json", WINDSURF);
    let page = Page::open(&session);
    page.go("Connect");
    page.click("Update… Windsurf");
    page.reads("dialog", "Update the entry of Windsurf?");
    let hidden = "const shown = document.querySelector('.difference'); return shown.scrollWidth - shown.clientWidth";
    assert_eq!(page.script(hidden, &[]), json!(0), "part of the change is beside the dialog");
    page.click("Write the file");
    page.reads("main", "uses this Runtray");
    let servers: Value = serde_json::from_str(&text(&windsurf)).expect("JSON");
    let entry = &servers["mcpServers"]["runtray"];
    let old: Value = serde_json::from_str(WINDSURF).expect("JSON");
    assert_eq!(entry["env"], old["mcpServers"]["runtray"]["env"]);
    assert!(entry["command"].as_str().is_some_and(|command| command.ends_with("/runtray")), "{entry}");
    assert_ne!(entry["command"], "/old/runtray");
}

#[test]
fn a_failure_covers_no_control() {
    let session = Session::new();
    let cursor = file(&session, ".cursor/mcp.json", "{}\n");
    let page = Page::open(&session);
    page.go("Connect");
    page.click("Connect… Cursor");
    page.reads("dialog", "Connect Cursor?");
    fs::write(&cursor, "{ \"mcpServers\": {} }\n").expect("a file");
    page.click("Write the file");
    page.reads(".failures", "mcp.json");
    let below = "return document.querySelector('.failures').getBoundingClientRect().top >= \
                 document.querySelector('main').getBoundingClientRect().bottom";
    assert_eq!(page.script(below, &[]), json!(true));
    page.click("Dismiss");
    until("no failure", || page.text(".failures").is_empty().then_some(()));
}

/// A settings file of an assistant in the home of the session.
fn file(session: &Session, name: &str, text: &str) -> PathBuf {
    let path = session.folder().join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(&path, text).expect("a file");
    path
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a file")
}
