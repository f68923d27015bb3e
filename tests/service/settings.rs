//! The settings file: mistakes, the first start, folders that cannot be written.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Home, Service, runtray};

/// Follows a mistake in a file: if it is in effect, `/status` reports the journal as `disabled`.
const REST: &str = "\n[journal]\nenabled = false\n";

fn home_with(settings: &[u8]) -> Home {
    let home = Home::without_settings();
    fs::create_dir(home.path().join("config")).expect("a config folder");
    fs::write(home.settings_file(), settings).expect("settings");
    home
}

/// The problems with the settings in `/status`.
fn problems(service: &Service) -> String {
    service.get("/status").json()["problems"].to_string()
}

/// Starts a service with these settings and checks that every report of the mistake names `line` and `reason`.
fn check(settings: &[u8], line: usize, reason: &str) -> Service {
    let file_text = String::from_utf8_lossy(settings).into_owned();
    let home = home_with(settings);
    let service = Service::start_in(&home, &[]);
    let line_and_reason = |told: &str, place: &str| {
        let told_line = told.contains(&format!("line {line}: "));
        assert!(told_line && told.contains(reason), "{place} of {file_text:?} lacks line {line}, {reason:?}: {told}");
    };
    line_and_reason(&service.says(reason), "standard error");
    line_and_reason(&problems(&service), "/status");
    let checked = runtray(&home).args(["config", "check"]).output().expect("runtray runs");
    assert_eq!(checked.status.code(), Some(1), "{file_text:?}");
    line_and_reason(&String::from_utf8_lossy(&checked.stdout), "config check");
    let checked = runtray(&home).args(["config", "check", "--json"]).output().expect("runtray runs");
    assert_eq!(checked.status.code(), Some(1), "{file_text:?}");
    let report: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!(report["file"], home.settings_file().to_string_lossy().as_ref());
    let says = |problem: &Value| {
        problem["line"] == line && problem["message"].as_str().is_some_and(|why| why.contains(reason))
    };
    assert!(report["problems"].as_array().is_some_and(|problems| problems.iter().any(says)), "{report}");
    assert_eq!(fs::read(home.settings_file()).expect("the file"), settings, "it is the user's");
    service
}

#[test]
fn a_mistake_is_reported_with_its_line_and_resets_only_its_key() {
    let cases = [
        ("prot = 5001", 1, "did you mean `port`?"),
        ("port = \"5001\"", 1, "whole number"),
        ("# mine\nport = 70000", 2, "from 0 to 65535, not 70000; using 5000"),
        ("[limits]\ntimeout_ms = 0", 2, "from 1 to 86400000"),
        ("[limits]\ntimeuot_ms = 5", 2, "did you mean `limits.timeout_ms`?"),
        ("[limit]\ntimeout_ms = 5", 1, "did you mean `limits`?"),
        ("[python]\npath = \"python3\"", 2, "whole path"),
        ("[[language]]\nname = \"bash\"\ncomand = [\"bash\"]\nextension = \"sh\"", 3, "did you mean `command`?"),
    ];
    for (mistake, line, reason) in cases {
        let service = check(format!("{mistake}{REST}").as_bytes(), line, reason);
        assert_eq!(service.get("/status").json()["journal"], "disabled", "the rest of {mistake:?} holds");
    }
}

#[test]
fn a_file_that_cannot_be_parsed_is_reported_and_left_unchanged() {
    let cases: [(&[u8], usize, &str); 3] = [
        (b"stop_grace_ms = 1\nport = = 1\n", 2, "not valid TOML"),
        (b"[journal\nenabled = false\n", 1, "not valid TOML"),
        (b"stop_grace_ms = 1\n# caf\xE9\n", 2, "not UTF-8"),
    ];
    for (settings, line, reason) in cases {
        assert_eq!(check(settings, line, reason).get("/health").status, 200);
    }
}

#[test]
fn a_mistake_in_a_security_key_fails_closed() {
    let home = Home::new("require_token = \"no\"");
    let service = Service::start_in(&home, &[]);
    service.says("line 1: `require_token` must be true or false");
    for answer in [service.get("/status"), service.post("/execute", &json!({ "code": "" }))] {
        assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("token_required")));
    }
    let port = service.port().to_string();
    let status = runtray(&home).args(["status", "--json", "--port", &port]).output().expect("runtray runs");
    let status: Value = serde_json::from_slice(&status.stdout).expect("the command line has the token");
    assert!(status["problems"][0].as_str().is_some_and(|problem| problem.contains("using true")), "{status}");
}

#[test]
fn the_first_start_writes_a_file_that_is_valid_and_has_every_key() {
    let home = Home::without_settings();
    let service = Service::start_in(&home, &[]);
    let text = fs::read_to_string(home.settings_file()).expect("a settings file");
    assert_eq!(service.get("/status").json()["problems"], json!([]));
    let is_key =
        |line: &&str| line.starts_with('#') && line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
    let uncommented: String = text
        .lines()
        .map(|line| line.strip_prefix('#').filter(|_| is_key(&line)).unwrap_or(line).to_owned() + "\n")
        .collect();
    fs::write(home.settings_file(), &uncommented).expect("settings");
    let checked = runtray(&home).args(["config", "check"]).output().expect("runtray runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    assert_eq!(keys(&uncommented), EVERY_KEY);
}

const EVERY_KEY: [&str; 59] = [
    "admission.queue",
    "admission.slots",
    "admission.terminals",
    "admission.waiting_bytes",
    "allow_shells",
    "allowed_hosts",
    "allowed_origins",
    "container.image",
    "container.images",
    "denied_origins",
    "desktop.language",
    "desktop.notifications",
    "desktop.start_hidden",
    "desktop.theme",
    "desktop.welcomed",
    "isolation",
    "journal.enabled",
    "journal.env_values",
    "journal.max_age_days",
    "journal.max_bytes",
    "journal.max_code_bytes",
    "journal.max_input_bytes",
    "journal.max_text_bytes",
    "limits.body_bytes",
    "limits.cpu_ms",
    "limits.file_size_bytes",
    "limits.folder_bytes",
    "limits.kept_output_bytes",
    "limits.max_timeout_ms",
    "limits.memory_bytes",
    "limits.open_files",
    "limits.output_bytes",
    "limits.processes",
    "limits.result_file_bytes",
    "limits.result_files",
    "limits.terminal_idle_ms",
    "limits.terminal_total_ms",
    "limits.timeout_ms",
    "node.path",
    "port",
    "python.path",
    "require_token",
    "same_user_only",
    "sandbox.network",
    "sandbox.network_allow",
    "sandbox.network_always",
    "sandbox.network_never",
    "sandbox.read",
    "sandbox.write",
    "stop_grace_ms",
    "updates.daily",
    "updates.feed",
    "updates.hosts",
    "updates.key",
    "warm.idle_ms",
    "warm.javascript",
    "warm.memory_bytes",
    "warm.python",
    "warm.typescript",
];

/// The keys in a TOML text with their sections, sorted.
fn keys(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().expect("TOML");
    let mut keys: Vec<String> = table
        .iter()
        .flat_map(|(name, value)| match value.as_table() {
            Some(section) => section.keys().map(|key| format!("{name}.{key}")).collect(),
            None => vec![name.clone()],
        })
        .collect();
    keys.sort();
    keys
}

#[test]
fn nothing_runs_if_the_isolation_of_the_settings_is_not_available() {
    let home = Home::new("isolation = \"jail\"");
    let service = Service::start_in(&home, &[]);
    let trace = home.path().join("trace");
    let request = json!({ "language": "fake", "code": format!("save-process {}", trace.display()) });
    let refused = service.post("/execute", &request);
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("isolation_unavailable")), "{}", refused.body);
    let sentence = refused.json()["error"].as_str().expect("a sentence").to_owned();
    assert!(sentence.contains("must be \"auto\"") && sentence.contains("not \"jail\""), "{sentence}");
    assert!(problems(&service).contains("line 1: `isolation` must be"));
    let program = home.path().join("program.txt");
    fs::write(&program, format!("save-process {}", trace.display())).expect("a program");
    let run = runtray(&home).arg("run").arg(&program).output().expect("runtray runs");
    assert_eq!(run.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&run.stderr).contains("must be"));
    assert!(!trace.exists(), "nothing has run");
    service.assert_nothing_ran("a refusal");
}

#[test]
fn the_defaults_hold_if_the_config_folder_cannot_be_used() {
    let home = Home::without_settings();
    fs::write(home.path().join("config"), "a file where a folder belongs").expect("a file");
    let service = Service::start_in(&home, &[]);
    service.says("could not write the settings file; the defaults are used");
    assert_eq!(service.get("/languages").status, 200);
}

#[cfg(target_os = "linux")]
mod read_only {
    //! Folders that even root cannot write: read-only mounts in a mount namespace of the service.

    use super::{fs, home_with, json, problems};
    use crate::harness::mounts;

    #[test]
    fn the_defaults_hold_if_the_read_only_folder_is_empty() {
        let home = home_with(b"");
        let Some(service) = mounts::start(&home, "mount -t tmpfs -o ro none \"$RUNTRAY_HOME/config\"") else { return };
        let told = "could not write the settings file; the defaults are used";
        service.says(told);
        let ran = service.execute(&json!({ "code": "print(6 * 7)" }));
        assert_eq!(ran["output"], "42\n", "{ran}");
    }

    #[test]
    fn a_settings_file_in_a_read_only_folder_is_in_effect() {
        let settings = b"prot = 1\n[journal]\nenabled = false\n";
        let home = home_with(settings);
        let bind = "mount --bind \"$RUNTRAY_HOME/config\" \"$RUNTRAY_HOME/config\"";
        let read_only = "mount -o remount,ro,bind \"$RUNTRAY_HOME/config\"";
        let Some(service) = mounts::start(&home, &format!("{bind} && {read_only}")) else { return };
        assert!(problems(&service).contains("did you mean `port`?"));
        assert_eq!(service.get("/status").json()["journal"], "disabled");
        assert_eq!(fs::read(home.settings_file()).expect("the file"), settings);
    }
}
