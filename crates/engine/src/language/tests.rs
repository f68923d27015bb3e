//! Languages on simulated machines: runtimes, number of probes, and the errors.

use std::sync::Arc;

use super::{Choices, Interpreter, Language, Languages, Runtime, Unavailable};
use crate::interpreter::Platform;
use crate::interpreter::fixture::{Fixture, times_probed};

async fn runtime(languages: &Languages, name: &str) -> Result<Arc<Runtime>, Unavailable> {
    languages.runtime(languages.find(name).expect("a language")).await
}

async fn check_unavailable(choices: Choices, fixture: &Fixture, name: &str, expected: &str) {
    let languages = Languages::new(choices, fixture.machine());
    let Unavailable(reason) = runtime(&languages, name).await.expect_err("no runtime");
    assert!(reason.to_string().contains(expected), "{reason:?} does not contain {expected:?}");
}

fn of_user(command: &[&str]) -> Choices {
    let interpreter = Interpreter::Command(command.iter().map(ToString::to_string).collect());
    let language = Language { name: "bash".into(), aliases: vec!["sh".into()], extension: "sh".into(), interpreter };
    Choices { languages: vec![language], ..Choices::default() }
}

#[tokio::test]
async fn names_and_aliases_are_found_whatever_their_case() {
    let languages = Languages::new(of_user(&["bash"]), Fixture::new(Platform::Linux).machine());
    for (name, expected) in [
        ("python", Some("python")),
        ("PY", Some("python")),
        ("Node", Some("javascript")),
        ("TypeScript", Some("typescript")),
        ("SH", Some("bash")),
        ("", None),
        ("cobol", None),
    ] {
        assert_eq!(languages.find(name).map(|language| language.name.as_str()), expected, "{name}");
    }
    for (extension, expected) in [("PY", Some("python")), ("sh", Some("bash")), ("", None), ("txt", None)] {
        let found = languages.by_extension(extension).map(|language| language.name.as_str());
        assert_eq!(found, expected, "{extension}");
    }
}

#[tokio::test]
async fn what_is_not_there_says_how_to_get_it() {
    let nothing = Fixture::new(Platform::Linux);
    let missing = Choices { python: Some("/no/python".into()), node: Some("/no/node".into()), ..Choices::default() };
    check_unavailable(Choices::default(), &nothing, "python", "no Python was found: install Python 3.8 or newer").await;
    check_unavailable(Choices::default(), &nothing, "js", "no Node.js was found: install Node.js").await;
    check_unavailable(Choices::default(), &nothing, "ts", "no Node.js was found: install Node.js").await;
    check_unavailable(of_user(&["bash"]), &nothing, "bash", "`bash` is not on PATH").await;
    check_unavailable(of_user(&[]), &nothing, "bash", "`` is not on PATH").await;
    check_unavailable(of_user(&["./bash"]), &nothing, "bash", "is a relative path").await;
    check_unavailable(of_user(&["/no/bash"]), &nothing, "bash", "/no/bash does not exist").await;
    check_unavailable(missing.clone(), &nothing, "python", "chosen Python cannot be used: /no/python does not exist")
        .await;
    check_unavailable(missing, &nothing, "ts", "chosen Node.js cannot be used: /no/node does not exist").await;
}

#[tokio::test]
async fn a_bad_choice_is_never_replaced_by_another_python() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let other = fixture.python("bin/python3", (3, 12, 0));
    let choices = Choices { python: Some(fixture.python("old", (2, 7, 18))), ..Choices::default() };
    check_unavailable(choices, &fixture, "python", "is Python 2.7.18").await;
    assert_eq!(times_probed(&other), 0);
}

#[tokio::test]
async fn one_question_serves_every_call_until_the_file_changes() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let path = fixture.python("bin/python3", (3, 12, 0));
    let languages = Languages::new(Choices::default(), fixture.machine());
    assert_eq!(times_probed(&path), 0, "asked before anybody wanted it");
    let calls = (0..20).map(|_| runtime(&languages, "python"));
    for found in futures_util::future::join_all(calls).await {
        assert_eq!(found.expect("a runtime").name, "CPython 3.12.0");
    }
    // One probe asks for the version, the other for the files.
    assert_eq!(times_probed(&path), 2);
    fixture.python("bin/python3", (3, 13, 10));
    assert_eq!(runtime(&languages, "python").await.expect("a runtime").version, "3.13.10");
    assert_eq!(times_probed(&path), 4);
    std::fs::remove_file(&path).expect("a file to remove");
    let Unavailable(reason) = runtime(&languages, "python").await.expect_err("no runtime");
    assert!(reason.to_string().starts_with("no Python was found"), "{reason}");
}

#[tokio::test]
async fn a_changed_choice_probes_the_chosen_interpreter_only() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let (python, node) = (fixture.python("bin/python3", (3, 12, 0)), fixture.node("bin/node", "24.4.1"));
    let chosen = fixture.python("chosen", (3, 13, 0));
    let probed = || [&python, &node, &chosen].map(|path| times_probed(path));
    let languages = Languages::new(Choices::default(), fixture.machine());
    languages.list().await;
    assert_eq!(probed(), [2, 1, 0]);
    let languages = languages.with(Choices { python: Some(chosen.clone()), ..Choices::default() });
    languages.list().await;
    assert_eq!(runtime(&languages, "python").await.expect("a runtime").path, chosen);
    assert_eq!(probed(), [2, 1, 2]);
    let languages = languages.with(Choices::default());
    assert_eq!(runtime(&languages, "python").await.expect("a runtime").path, python);
    assert_eq!(probed(), [2, 1, 2], "their answers are known");
}

#[tokio::test]
async fn python_runs_as_it_was_found() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let path = fixture.python("bin/python3", (3, 12, 0));
    let languages = Languages::new(Choices::default(), fixture.machine());
    let found = runtime(&languages, "py").await.expect("a runtime");
    assert_eq!((found.language.as_str(), found.entry().as_str(), &found.path), ("python", "main.py", &path));
    assert!(found.args.is_empty(), "{found:?}");
}

#[tokio::test]
async fn both_languages_of_node_share_one_question_where_it_can_do_both() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let path = fixture.node("bin/node", "22.17.1");
    let languages = Languages::new(Choices::default(), fixture.machine());
    let (script, types) = (runtime(&languages, "js").await, runtime(&languages, "ts").await);
    let (script, types) = (script.expect("JavaScript"), types.expect("TypeScript"));
    assert_eq!((script.args.len(), script.extension.as_str()), (0, "js"));
    assert_eq!(types.args, ["--experimental-strip-types"]);
    assert_eq!(types.transform_args, Some(vec!["--experimental-transform-types".into()]));
    assert!(types.announces && !types.transforms, "{types:?}");
    assert_eq!((types.extension.as_str(), times_probed(&path)), ("ts", 1));
}

#[tokio::test]
async fn typescript_takes_a_newer_node_than_javascript_unless_one_was_chosen() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let old = fixture.node("bin/node", "20.20.2");
    let expected = "is Node.js 20.20.2, and TypeScript needs Node.js 22.6.0 or newer: install a newer one";
    check_unavailable(Choices::default(), &fixture, "ts", expected).await;
    let new = fixture.node(".nvm/versions/node/v24.4.1/bin/node", "24.4.1");
    let languages = Languages::new(Choices::default(), fixture.machine());
    assert_eq!(runtime(&languages, "js").await.expect("JavaScript").path, old);
    assert_eq!(runtime(&languages, "ts").await.expect("TypeScript").path, new);
    let choices = Choices { node: Some(old), ..Choices::default() };
    check_unavailable(choices, &fixture, "ts", expected).await;
}

#[tokio::test]
async fn a_row_of_the_user_s_runs_with_its_arguments_first() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let path = fixture.script("bin/bash", ":");
    for program in ["bash", path.to_str().expect("a path in UTF-8")] {
        let languages = Languages::new(of_user(&[program, "--norc", "-e"]), fixture.machine());
        let found = runtime(&languages, "sh").await.expect("a runtime");
        assert_eq!((&found.path, found.name.as_str(), found.version.as_str()), (&path, "bash", ""));
        assert_eq!(found.args, ["--norc", "-e"]);
    }
}

#[tokio::test]
async fn on_windows_a_name_is_completed_by_pathext() {
    let fixture = Fixture::new(Platform::Windows).folder("Path", "bin").variable("PATHEXT", ".COM;.EXE;.CMD");
    fixture.script("bin/deno", ":");
    let path = fixture.script("bin/deno.exe", ":");
    for name in ["deno", "deno.exe"] {
        let languages = Languages::new(of_user(&[name, "run"]), fixture.machine());
        assert_eq!(runtime(&languages, "bash").await.expect("a runtime").path, path);
    }
}

#[tokio::test]
async fn the_list_has_every_row_with_what_runs_it_or_why_nothing_does() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    fixture.python("bin/python3", (3, 12, 0));
    let entries = Languages::new(of_user(&["bash"]), fixture.machine()).list().await;
    let rows: Vec<_> = entries.iter().map(|entry| (entry.language.name.as_str(), entry.runtime.is_ok())).collect();
    let off = ["javascript", "typescript", "bash", "powershell", "cmd"].map(|name| (name, false));
    let expected = [[("python", true)].as_slice(), &off].concat();
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn a_language_that_is_not_in_the_table_does_not_run() {
    let fixture = Fixture::new(Platform::Linux);
    let languages = Languages::new(Choices::default(), fixture.machine());
    let stranger = of_user(&["bash"]).languages.remove(0);
    assert!(languages.runtime(&stranger).await.is_err());
}
