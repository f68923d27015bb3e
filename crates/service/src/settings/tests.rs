//! Settings files with every kind of mistake.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::{ChangeError, Changes, EditError, Loaded, NetworkChoice, Settings, create_if_missing};

/// Changes a file; its new settings.
pub(super) fn change(path: &Path, changes: &Changes) -> Result<Loaded, ChangeError> {
    super::change::change(path, None, changes).map(|written| written.loaded)
}

fn check(text: &str, problems: &[(usize, &str, &str)]) -> Settings {
    let loaded = Loaded::from_text(text);
    let lines: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(loaded.problems.len(), problems.len(), "{text}\n{lines:#?}");
    for (problem, (line, key, part)) in loaded.problems.iter().zip(problems) {
        assert_eq!((problem.line, problem.key.as_str()), (Some(*line), *key), "{text}\n{lines:#?}");
        assert!(problem.message.to_string().contains(part), "{:?} lacks {part:?}", problem.message);
    }
    loaded.settings
}

#[test]
fn every_key_is_taken() {
    let text = "port = 0\nallowed_origins = [\"https://app.example\"]\nrequire_token = true\nisolation = \"none\"
        [limits]\ntimeout_ms = 1500\nprocesses = 7\nmemory_bytes = 33_554_432\n[journal]\nmax_age_days = 2\nenabled = false";
    let settings = check(text, &[]);
    assert_eq!((settings.port, settings.require_token, settings.limits.processes), (0, true, 7));
    assert_eq!(settings.allowed_origins[0].as_str(), "https://app.example");
    assert_eq!(settings.default_timeout, Duration::from_millis(1500));
    assert_eq!(settings.journal.max_age, Duration::from_secs(2 * 86_400));
    assert!(!settings.journal.enabled && settings.refuse_to_run.is_none());
}

#[test]
fn every_mistake_is_reported_with_its_line_and_the_rest_holds() {
    let text = "prot = 1\nport = 70000\nstop_grace_ms = \"1\"\n[limit]\nx = 1\n[limits]\ncpu_ms = 1.5\ntimeout_ms = 2000\n\
        memory_bytes = 1\n[journal]\nenabled = \"yes\"\nmax_bytes = 2097152\n[python]\npath = \"python3\"\n";
    let settings = check(
        text,
        &[
            (1, "prot", "did you mean `port`?"),
            (2, "port", "from 0 to 65535, not 70000; using 5000"),
            (3, "stop_grace_ms", "whole number of milliseconds from 0 to 600000, not \"1\"; using 5000"),
            (4, "limit", "did you mean `limits`?"),
            (7, "limits.cpu_ms", "not 1.5"),
            (9, "limits.memory_bytes", "16777216 (16 MiB)"),
            (11, "journal.enabled", "true or false, not \"yes\""),
            (14, "python.path", "whole path"),
        ],
    );
    assert_eq!((settings.default_timeout, settings.journal.max_bytes), (Duration::from_secs(2), 2 << 20));
}

#[test]
fn a_mistake_in_what_closes_something_closes_it() {
    let settings = check(
        "require_token = \"no\"\nallowed_origins = \"http://a\"\nisolation = \"sandbx\"\n",
        &[
            (1, "require_token", "using true"),
            (2, "allowed_origins", "using []"),
            (3, "isolation", "no program is run"),
        ],
    );
    assert!(settings.require_token && settings.allowed_origins.is_empty() && settings.refuse_to_run.is_some());
    let settings =
        check("allowed_origins = [\"http://a\", \"*\", \"http://b/\", \"http://a\"]", &[(1, "allowed_origins", "`*`")]);
    assert_eq!(settings.allowed_origins.len(), 1);
}

#[test]
fn an_isolation_that_cannot_be_given_refuses_to_run() {
    assert_eq!(check("isolation = \"sandbox\"", &[]).isolation, super::IsolationChoice::Sandbox);
    assert_eq!(check("isolation = \"wasm\"", &[]).isolation, super::IsolationChoice::Wasm);
    assert_eq!(check("isolation = \"container\"", &[]).isolation, super::IsolationChoice::Container);
    let settings = check("isolation = \"jail\"\nport = 1", &[(1, "isolation", "no program is run")]);
    assert!(settings.refuse_to_run.is_some_and(|why| why.to_string().contains("jail")) && settings.port == 1);
}

// Windows has other whole paths.
#[cfg(unix)]
#[test]
fn only_whole_paths_of_folders_are_granted() {
    let file = std::env::current_exe().expect("a program").display().to_string();
    for (entry, words) in [
        ("data", "whole path"),
        ("~/data", "whole path"),
        ("/home/me/../you", "`..`"),
        ("/", "no program"),
        ("/proc/1", "no program"),
        ("/dev", "no program"),
        (file.as_str(), "is a file"),
    ] {
        let text = format!("[sandbox]\nread = [\"/srv/data\", \"{entry}\"]");
        assert!(check(&text, &[(2, "sandbox.read", words)]).sandbox_read.is_empty(), "{entry}");
    }
    let granted = check("[sandbox]\nwrite = [\"/srv/data/\"]\nnetwork = \"off\"", &[]);
    assert_eq!(granted.sandbox_write, [std::path::PathBuf::from("/srv/data")]);
}

#[test]
fn the_network_is_off_unless_it_is_asked_for_in_so_many_words() {
    for (value, expected) in [("on", NetworkChoice::On), ("ask", NetworkChoice::Ask), ("off", NetworkChoice::Off)] {
        assert_eq!(check(&format!("[sandbox]\nnetwork = \"{value}\""), &[]).network, expected);
    }
    for (value, words) in [
        ("true", "must be \"off\", \"ask\" or \"on\""),
        ("\"ON\"", "must be"),
        ("\"yes\"", "must be"),
        ("1", "must be"),
        ("[\"on\"]", "must be"),
        ("\"Ask\"", "must be"),
    ] {
        let settings = check(&format!("[sandbox]\nnetwork = {value}"), &[(2, "sandbox.network", words)]);
        assert_eq!(settings.network, NetworkChoice::Off, "{value}");
    }
}

#[test]
fn addresses_are_allowed_whole_or_not_at_all() {
    let allowed = "[sandbox]\nnetwork_allow = [\"192.168.1.20:5432\", \"[::ffff:10.0.0.1]:80\", \"[::1]:9000\"]";
    let expected: Vec<std::net::SocketAddr> =
        ["192.168.1.20:5432", "10.0.0.1:80", "[::1]:9000"].iter().map(|it| it.parse().expect("an address")).collect();
    assert_eq!(check(allowed, &[]).network_allow, expected);
    for entry in [
        "192.168.1.20",
        "nas:445",
        "192.168.1.0/24:80",
        "10.0.0.1:0",
        "0.0.0.0:80",
        "[::]:80",
        "224.0.0.1:80",
        "*:80",
        "",
    ] {
        let text = format!("[sandbox]\nnetwork_allow = [\"10.0.0.2:80\", \"{entry}\"]");
        assert!(check(&text, &[(2, "sandbox.network_allow", "with ports")]).network_allow.is_empty(), "{entry}");
    }
    let many = vec!["\"10.0.0.1:80\""; 65].join(", ");
    let many = check(&format!("[sandbox]\nnetwork_allow = [{many}]"), &[(2, "sandbox.network_allow", "64")]);
    assert!(many.network_allow.is_empty());
}

#[test]
fn the_timeout_stays_within_the_maximum() {
    let settings =
        check("[limits]\ntimeout_ms = 9000\nmax_timeout_ms = 5000", &[(2, "limits.timeout_ms", "using 5000")]);
    assert_eq!(settings.default_timeout, settings.max_timeout);
    assert_eq!(check("[limits]\nmax_timeout_ms = 5000", &[]).default_timeout, Duration::from_secs(5));
}

#[test]
fn a_file_that_is_no_toml_has_one_problem_with_its_line() {
    for (text, line) in
        [("port = 1\nport = 2", 2), ("a = \n", 1), ("\n\n[limits\n", 3), ("port: 1", 1), ("x = \"\n", 1)]
    {
        check(text, &[(line, "", "not valid TOML")]);
    }
}

#[test]
fn any_way_to_write_the_same_toml_is_read() {
    for text in [
        "limits.processes = 3",
        "limits = { processes = 3 }",
        "\u{FEFF}[limits]\r\nprocesses = 3\r\n",
        "\"limits\".'processes' = 0x3",
    ] {
        assert_eq!(check(text, &[]).limits.processes, 3, "{text}");
    }
    check("limits = 3\n[[node]]\n", &[(1, "limits", "write [limits]"), (2, "node", "write [node]")]);
}

#[test]
fn files_that_cannot_be_used_are_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    let problem = |path: &Path| {
        let loaded = Loaded::from_file(path);
        loaded.problems.first().map(|problem| (problem.line, problem.message.to_string()))
    };
    assert_eq!(Loaded::from_file(&path), Loaded { settings: Settings::default(), problems: Vec::new() });
    fs::write(&path, b"port = 5001\nrequire_token = true\nx = \"\xFF\"\n").expect("a file");
    assert!(matches!(problem(&path), Some((Some(3), message)) if message.contains("UTF-8")));
    assert!(Loaded::from_file(&path).settings.require_token, "what it closes stays closed");
    assert!(matches!(problem(folder.path()), Some((None, message)) if message.contains("not a file")));
    let unknown = Loaded::from_file(folder.path()).settings;
    assert!(unknown.require_token && unknown.allowed_origins.is_empty() && unknown.refuse_to_run.is_some());
    let below = problem(&path.join("settings.toml"));
    assert_eq!(below.is_some(), cfg!(unix), "its folder is a file, which Windows calls not found: {below:?}");
    fs::write(&path, " ".repeat(2 << 20)).expect("a file");
    assert!(matches!(problem(&path), Some((None, message)) if message.contains("larger than 1 MiB")));
}

#[test]
fn a_first_file_is_written_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a/b/settings.toml");
    assert!(create_if_missing(&path).expect("written"));
    fs::write(&path, "port = 1").expect("a file");
    assert!(!create_if_missing(&path).expect("left alone"));
    assert_eq!(fs::read_to_string(&path).expect("a file"), "port = 1");
    assert!(create_if_missing(&path.join("settings.toml")).is_err(), "its folder is a file");
    assert_eq!(fs::read_dir(path.parent().expect("a folder")).expect("a folder").count(), 1, "nothing else is left");
}

fn set(path: &Path, key: &str, value: serde_json::Value) -> Result<Loaded, ChangeError> {
    change(path, &BTreeMap::from([(key.to_owned(), Some(value))]))
}

#[test]
fn an_edit_keeps_comments_and_everything_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, "# mine\nport = 1 # why\n\n[limits] # here\nunknown = true\n").expect("a file");
    let loaded = set(&path, "port", json!(2)).expect("an edit");
    assert_eq!((loaded.settings.port, loaded.problems.len()), (2, 1));
    set(&path, "limits.processes", json!(9)).expect("an edit");
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.starts_with("# mine\nport = 2"), "{text}");
    assert!(text.contains("\n[limits] # here\nunknown = true\nprocesses = 9\n"), "{text}");
}

#[test]
fn an_edit_begins_with_the_commented_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    let python = if cfg!(windows) { "C:/python.exe" } else { "/usr/bin/python3" };
    set(&path, "python.path", json!(python)).expect("an edit");
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains(&format!("path = \"{python}\"\n")), "{text}");
    assert!(text.contains("#port = 5000"), "{text}");
}

/// Files with a mistake, and its line.
const SLIPS: [(&[u8], Option<usize>); 17] = [
    (b"require_token = true\n[desktop\n", Some(2)),
    (b"port = = 1 # precious\n", Some(1)),
    (b"\nallowed_origins = [\"http://a\"\n", Some(2)),
    (b"x = \"\n", Some(1)),
    (b"port = 1\nport = 2\n", Some(2)),
    (b"[limits]\n[limits]\n", Some(2)),
    (b"port = 1\0\n", Some(1)),
    (b"port: 1\n", Some(1)),
    (b"allowed_orig", Some(1)),
    (b"\xFF\xFEp\0o\0", Some(1)),
    (b"a = \"\xE9\"", Some(1)),
    (b"", None),
    (b"\0\0\0\0", None),
    (b"port = 1\r\nrequire_token = \"yes\"\r\n", Some(2)),
    (b"allowed_origins = \"http://a\"\n", Some(1)),
    (b"denied_origins = [\"http://a\", 1]\n", Some(1)),
    (b"isolation = 1\n", Some(1)),
];

#[test]
fn a_file_with_a_mistake_that_hides_what_it_closes_is_not_changed() {
    for (broken, line) in SLIPS {
        let text = String::from_utf8_lossy(broken);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, broken).expect("a file");
        for (key, value) in [("desktop.theme", json!("dark")), ("port", json!(2)), ("allowed_origins", json!([]))] {
            let refused = set(&path, key, value).expect_err("a refusal");
            let ChangeError::Edit(EditError::Broken { problem, .. }) = &refused else { panic!("{text:?}: {refused}") };
            assert_eq!(problem.line, line, "{text:?}");
            assert!(refused.to_string().contains("was not changed"), "{refused}");
        }
        assert_eq!(fs::read(&path).expect("the file"), broken, "{text:?} was changed");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "something else was made of {text:?}");
    }
}

#[test]
fn an_isolation_that_cannot_be_given_does_not_lock_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, "isolation = \"jail\"\nprot = 1\n").expect("a file");
    set(&path, "isolation", json!("auto")).expect("a change");
    assert!(Loaded::from_file(&path).settings.refuse_to_run.is_none());
}

#[test]
fn a_closing_key_in_a_wrong_place_closes() {
    let keys = "require_token = true\nallowed_origins = []\ndenied_origins = [\"http://localhost:3000\"]\n";
    let inline = "{ require_token = true, allowed_origins = [], denied_origins = [\"http://localhost:3000\"] }";
    let language = "[[language]]\nname = \"sh\"\ncommand = [\"/bin/sh\"]\nextension = \"sh\"\n";
    for text in [
        format!("[security]\n{keys}"),
        format!("[desktop]\n{keys}"),
        format!("[a.b]\n{keys}"),
        format!("[[access]]\n{keys}"),
        format!("{language}{keys}"),
        format!("access = {inline}\n"),
        format!("access = [{inline}]\n"),
        format!("x.y = [[{inline}]]\nz.w = {inline}\n"),
        format!("[server]\n{}", keys.replace("token", "tokens")),
        "REQUIRE_TOKEN = true\nAllowed-Origins = []\nDENIED_ORIGINS = [\"http://localhost:3000\"]\n".to_owned(),
        "tokenRequired = true\norigins_allowed = []\ndeniedOrigins = [\"http://localhost:3000\"]\n".to_owned(),
    ] {
        let loaded = Loaded::from_text(&text);
        let Settings { require_token, allowed_origins, denied_origins, .. } = loaded.settings;
        assert!(require_token && allowed_origins.is_empty(), "{text}");
        assert_eq!(
            denied_origins.iter().map(|page| page.as_str()).collect::<Vec<_>>(),
            ["http://localhost:3000"],
            "{text}"
        );
        let names = ["token", "allowed", "denied"].map(|word| word.to_owned());
        for word in names {
            let problem = |problem: &&super::Problem| problem.key.to_lowercase().contains(&word);
            assert!(loaded.problems.iter().any(|one| problem(&one)), "{text} says nothing of {word}");
        }
    }
}

#[test]
fn a_closing_key_that_is_misspelt_closes() {
    let settings = check(
        "require_tokne = true\nallowed_origin = [\"http://a\"]\n[limits]\nsame_user_only = false\n",
        &[
            (1, "require_tokne", "did you mean `require_token`?"),
            (2, "allowed_origin", "did you mean `allowed_origins`?"),
            (4, "limits.same_user_only", "did you mean `same_user_only`?"),
        ],
    );
    assert!(settings.require_token && settings.allowed_origins.is_empty() && settings.same_user_only);
    let settings = check("require_tokne = 1\nrequire_token = false\n", &[(1, "require_tokne", "did you mean")]);
    assert!(!settings.require_token, "the key itself is there");
    let settings =
        check("denied_origins = [\"http://a/\", \"HTTP://B.example:80\", \"*\"]", &[(1, "denied_origins", "`*`")]);
    let denied: Vec<_> = settings.denied_origins.iter().map(|origin| origin.as_str()).collect();
    assert_eq!(denied, ["http://b.example", "http://a"]);
}

#[test]
fn an_edit_that_cannot_be_written_says_so_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, "port = 1").expect("a file");
    let below = set(&path.join("settings.toml"), "port", json!(2));
    assert!(matches!(below, Err(ChangeError::Edit(EditError::Read { .. } | EditError::Write { .. }))), "{below:?}");
    let usual = fs::metadata(&path).expect("a file").permissions();
    let mut permissions = usual.clone();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("set");
    let read_only = set(&path, "port", json!(2));
    assert!(matches!(&read_only, Err(error) if error.to_string().contains("read-only")), "{read_only:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "port = 1");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
    fs::set_permissions(&path, usual).expect("set, so that the folder can be deleted");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().expect("a folder");
    let (real, link) = (folder.path().join("dotfiles.toml"), folder.path().join("settings.toml"));
    fs::write(&real, "port = 1").expect("a file");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("set");
    symlink(&real, &link).expect("a link");
    set(&link, "port", json!(2)).expect("an edit");
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::read_to_string(&real).expect("a file").trim(), "port = 2");
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
    fs::remove_file(&real).expect("removed");
    let refused = set(&link, "port", json!(3)).expect_err("a link to nothing");
    assert!(refused.to_string().contains("link to a file that is not there"), "{refused}");
    assert!(Loaded::from_file(&link).settings.require_token, "what it closed is not known");
    let own = folder.path().join("own.toml");
    fs::write(&own, "port = 1").expect("a file");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o666)).expect("set");
    set(&own, "port", json!(2)).expect("an edit");
    assert_eq!(fs::metadata(&own).expect("a file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn only_what_cannot_change_live_needs_a_restart() {
    let text = "port = 5001\nrequire_token = true\n[limits]\ntimeout_ms = 1\n[admission]\nqueue = 1\n";
    let new = Loaded::from_text(text).settings;
    assert_eq!(Settings::default().needs_restart(&new), ["port"]);
    assert!(new.needs_restart(&new).is_empty());
    assert_eq!(new.allowed_origins.len(), 4);
}
