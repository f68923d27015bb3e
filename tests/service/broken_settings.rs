//! A settings file that cannot be parsed: security settings stay closed, at the start and while the service runs.

use std::fs;

use crate::guard::{JSON, request};
use crate::harness::{Home, Service, eventually};

/// The file `closed` with one mistake of each kind, each with a description.
fn slips(closed: &str) -> Vec<(&'static str, Vec<u8>)> {
    let with = |slip: &str| format!("{closed}{slip}").into_bytes();
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    vec![
        ("an unclosed bracket", with("[desktop\n")),
        ("an unclosed quote", with("x = \"\n")),
        ("a key twice", with("stop_grace_ms = 1\nstop_grace_ms = 2\n")),
        ("a section twice", with("[limits]\n[limits]\n")),
        ("a NUL", with("x = 1\0\n")),
        ("a byte that is not UTF-8", [closed.as_bytes(), b"# caf\xE9\n"].concat()),
        ("UTF-16", [&b"\xFF\xFE"[..], &utf16(closed)].concat()),
        ("a mark and CRLF", format!("\u{FEFF}{closed}[desktop\n").replace('\n', "\r\n").into_bytes()),
        ("a wrong type", closed.replace("require_token = true", "require_token = \"no\"").into_bytes()),
        ("a file that was cut off", with("allowed_orig")),
        ("no content", Vec::new()),
        ("zeros", vec![0; 4096]),
    ]
}

const CLOSED: &str = "allowed_origins = []\nrequire_token = true\n";

/// Checks that a page of an origin that is allowed by default is refused, and so is a client without the token.
fn check_closed(service: &Service, slip: &str) {
    let page = |headers: &[(&str, &str)]| {
        let request = request(service, "POST", "/execute").headers(headers).headers(&[JSON]).body("{}");
        service.send(&request).status
    };
    let token = fs::read_to_string(service.home().path().join("data/token")).expect("a token");
    let bearer = format!("Bearer {}", token.trim());
    assert_eq!(page(&[("Origin", "http://localhost:3001"), ("Authorization", &bearer)]), 403, "{slip}");
    assert_eq!(page(&[]), 401, "{slip}");
}

#[test]
fn security_settings_stay_closed_after_a_start_with_a_broken_file() {
    for (slip, broken) in slips(CLOSED) {
        let home = Home::without_settings();
        fs::create_dir(home.path().join("config")).expect("a folder");
        fs::write(home.settings_file(), &broken).expect("settings");
        let service = Service::start_in(&home, &[]);
        check_closed(&service, slip);
        assert_eq!(fs::read(home.settings_file()).expect("the file"), broken, "{slip}: it is the user's");
    }
}

#[test]
fn security_settings_stay_closed_when_the_file_breaks_while_the_service_runs() {
    for (slip, broken) in slips(CLOSED) {
        let home = Home::new(CLOSED);
        let service = Service::start_in(&home, &[]);
        check_closed(&service, "before it");
        fs::write(home.settings_file(), &broken).expect("settings");
        service.says("settings.toml: ");
        check_closed(&service, slip);
    }
}

#[test]
fn a_change_that_closes_a_setting_and_breaks_the_file_closes_it() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    assert_eq!(service.get("/status").status, 200);
    fs::write(home.settings_file(), format!("{CLOSED}[desktop\n")).expect("settings");
    eventually("the token to be asked for", || (service.get("/status").status == 401).then_some(()));
    check_closed(&service, "what the broken file closes");
    home.save_settings("");
    eventually("the settings to be right again", || (service.get("/status").status == 200).then_some(()));
}

#[test]
fn security_settings_stay_closed_when_the_file_or_its_folder_is_removed_while_the_service_runs() {
    type Removal = fn(&Home) -> std::io::Result<()>;
    let removals: [(&str, Removal); 4] = [
        ("the file", |home| fs::remove_file(home.settings_file())),
        ("a moved file", |home| fs::rename(home.settings_file(), home.path().join("moved"))),
        ("its folder", |home| fs::remove_dir_all(home.path().join("config"))),
        ("its moved folder", |home| fs::rename(home.path().join("config"), home.path().join("moved"))),
    ];
    // Windows keeps a folder that is watched in its place.
    let possible = if cfg!(windows) { 2 } else { removals.len() };
    for (removal, remove) in removals.into_iter().take(possible) {
        let home = Home::new(CLOSED);
        let service = Service::start_in(&home, &[]);
        remove(&home).expect("it is removed");
        service.says("its last settings stay in force");
        check_closed(&service, removal);
    }
}

#[test]
#[cfg(unix)]
fn a_change_that_takes_a_grant_back_and_breaks_the_file_takes_it_back() {
    let home = Home::new("isolation = \"none\"\nallow_shells = true");
    let service = Service::start_in(&home, &[]);
    let shell = serde_json::json!({ "language": "sh", "code": "echo ran" });
    assert_eq!(service.execute(&shell)["output"], "ran\n");
    fs::write(home.settings_file(), "isolation = \"none\"\nallow_shells = false\n[desktop\n").expect("settings");
    service.says("settings.toml: ");
    let refused = eventually("the shell to be refused", || {
        Some(service.post("/execute", &shell)).filter(|answer| answer.status == 422)
    });
    assert_eq!(refused.json()["code"], "runtime_not_found", "{}", refused.body);
}

#[test]
fn a_folder_in_place_of_the_file_closes_everything() {
    let home = Home::without_settings();
    fs::create_dir_all(home.settings_file()).expect("a folder");
    let service = Service::start_in(&home, &[]);
    service.says("it is not a file");
    check_closed(&service, "a folder");
}

#[test]
fn limits_and_other_readable_settings_of_a_broken_file_hold() {
    let home = Home::new("");
    let usual = fs::read_to_string(home.settings_file()).expect("settings");
    // Before the first table, so that the keys above it stay where they are.
    let broken = usual.replacen("\n[", "\n[limits]\ntimeout_ms = 150\nmax_timeout_ms = 200\n[desktop\n[", 1);
    assert_ne!(broken, usual);
    fs::write(home.settings_file(), broken).expect("settings");
    let service = Service::start_in(&home, &[]);
    let ran = service.execute(&serde_json::json!({ "language": "fake", "code": "hang" }));
    assert_eq!(ran["status"], "timeout", "{ran}");
}
