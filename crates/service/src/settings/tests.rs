//! The settings file as users write it, wrong in every way.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{EditError, Loaded, Settings, create_if_missing, edit};

fn check(text: &str, problems: &[(usize, &str, &str)]) -> Settings {
    let loaded = Loaded::from_text(text);
    let lines: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
    assert_eq!(loaded.problems.len(), problems.len(), "{text}\n{lines:#?}");
    for (problem, (line, key, part)) in loaded.problems.iter().zip(problems) {
        assert_eq!((problem.line, problem.key.as_str()), (Some(*line), *key), "{text}\n{lines:#?}");
        assert!(problem.message.contains(part), "{:?} lacks {part:?}", problem.message);
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
    for level in ["sandbox", "wasm"] {
        let settings =
            check(&format!("isolation = \"{level}\"\nport = 1"), &[(1, "isolation", "this version cannot give")]);
        assert!(settings.refuse_to_run.is_some_and(|why| why.contains(level)) && settings.port == 1);
    }
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
        assert_eq!(check(text, &[(line, "", "not valid TOML")]), Settings::default(), "{text}");
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
        loaded.problems.first().map(|problem| (problem.line, problem.message.clone()))
    };
    assert_eq!(Loaded::from_file(&path), Loaded { settings: Settings::default(), problems: Vec::new() });
    fs::write(&path, b"port = 5001\nrequire_token = true\nx = \"\xFF\"\n").expect("a file");
    assert!(matches!(problem(&path), Some((Some(3), message)) if message.contains("UTF-8")));
    assert!(Loaded::from_file(&path).settings.require_token, "what it closes stays closed");
    assert!(matches!(problem(folder.path()), Some((None, message)) if message.contains("not a file")));
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

#[test]
fn an_edit_keeps_comments_and_everything_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, "# mine\nport = 1 # why\n\n[limits] # here\nunknown = true\n").expect("a file");
    let loaded = edit(&path, |document| document["port"] = toml_edit::value(2)).expect("an edit");
    assert_eq!((loaded.settings.port, loaded.problems.len()), (2, 1));
    edit(&path, |document| document["limits"]["processes"] = toml_edit::value(9)).expect("an edit");
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.starts_with("# mine\nport = 2"), "{text}");
    assert!(text.contains("\n[limits] # here\nunknown = true\nprocesses = 9\n"), "{text}");
}

#[test]
fn an_edit_begins_with_the_commented_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    let change =
        |document: &mut toml_edit::DocumentMut| document["python"]["path"] = toml_edit::value("/usr/bin/python3");
    edit(&path, change).expect("an edit");
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains("[python]\npath = \"/usr/bin/python3\"\n"), "{text}");
    assert!(text.contains("#port = 5000"), "{text}");
}

#[test]
fn a_broken_file_is_kept_aside_before_an_edit() {
    for broken in [&b"port = = 1 # precious\n"[..], b"\xFF\xFEp\0o\0"] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, broken).expect("a file");
        let loaded = edit(&path, |document| document["port"] = toml_edit::value(2)).expect("an edit");
        assert_eq!((loaded.settings.port, loaded.problems), (2, Vec::new()));
        let files = fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("an entry").path());
        let aside: Vec<_> = files.filter(|file| *file != path).collect();
        assert!(aside.len() == 1 && aside[0].to_string_lossy().contains("settings.broken-"), "{aside:?}");
        assert_eq!(fs::read(&aside[0]).expect("the old file"), broken);
    }
}

#[test]
fn an_edit_that_cannot_be_written_says_so_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("settings.toml");
    fs::write(&path, "port = 1").expect("a file");
    let below = edit(&path.join("settings.toml"), |_| {});
    assert!(matches!(below, Err(EditError::Read { .. } | EditError::Write { .. })), "{below:?}");
    let usual = fs::metadata(&path).expect("a file").permissions();
    let mut permissions = usual.clone();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("set");
    let read_only = edit(&path, |document| document["port"] = toml_edit::value(2));
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
    edit(&link, |document| document["port"] = toml_edit::value(2)).expect("an edit");
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(fs::read_to_string(&real).expect("a file").trim(), "port = 2");
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[test]
fn only_what_cannot_change_live_needs_a_restart() {
    let text = "port = 5001\nrequire_token = true\n[limits]\ntimeout_ms = 1\n[admission]\nqueue = 1\n";
    let new = Loaded::from_text(text).settings;
    assert_eq!(Settings::default().needs_restart(&new), ["port"]);
    assert!(new.needs_restart(&new).is_empty());
    assert_eq!(new.allowed_origins.len(), 4);
}
