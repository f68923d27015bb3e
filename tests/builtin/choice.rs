//! Which Python runs: the built-in one, an own one, none; and where that is reported.

use serde_json::{Value, json};

use super::{Bare, NAME, program, start};
#[cfg(unix)]
use crate::harness::TempDir;
#[cfg(target_os = "linux")]
use crate::harness::old_kernel::without_landlock;
use crate::harness::{BUILTIN_PYTHON, Home, Service, eventually, runtray};

#[test]
fn it_runs_where_none_is_found_and_says_so_everywhere() {
    let Some(bare) = Bare::new("") else { return };
    let service = bare.start();
    let answer = service.execute(&json!({"code": "import sys; print(sys.platform)"}));
    assert_eq!((&answer["output"], &answer["isolation"]), (&json!("wasi\n"), &json!("wasm")), "{answer}");
    let status = service.get("/status").json();
    assert_eq!((&status["python"], &status["isolation"]), (&json!(NAME), &json!("wasm")), "{status}");
    let languages = service.get("/languages").json();
    let python = &languages[0];
    assert_eq!(
        (&python["runtime"], &python["isolation"], &python["available"]),
        (&json!(NAME), &json!("wasm"), &json!(true))
    );
    let id = answer["id"].as_str().expect("an id");
    let row = eventually("the log's row", || {
        let row = service.get(&format!("/executions/{id}"));
        (row.status == 200 && row.json()["status"] == "completed").then(|| row.json())
    });
    assert_eq!((&row["runtime"], &row["isolation"]), (&json!(NAME), &json!("wasm")), "{row}");
}

#[test]
fn it_is_a_row_of_the_list() {
    let Some(bare) = Bare::new("") else { return };
    let output = bare.runtray().args(["pythons", "--json"]).output().expect("runtray runs");
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = listed["found"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "{listed}");
    let row = &found[0];
    assert_eq!(
        (&row["built_in"], &row["in_use"], &row["source"]),
        (&json!(true), &json!(true), &json!("built in")),
        "{row}"
    );
}

#[test]
fn it_is_chosen_by_name_and_another_by_path() {
    let Some(program) = program() else { return };
    let service = |settings: &str| {
        let home = Home::new(settings);
        let mut command = runtray(&home);
        command.env(BUILTIN_PYTHON, &program).args(["serve", "--port", "0"]);
        Service::start_by(command, &home)
    };
    let runtime =
        |service: &Service| service.execute(&json!({"code": ""}))["runtime"].as_str().unwrap_or_default().to_owned();
    assert_eq!(runtime(&service("[python]\npath = 'builtin'\n")), NAME);
    // On Linux an own Python comes first, so that nothing changes for users with one.
    let own = runtime(&service(""));
    assert!(cfg!(not(target_os = "linux")) || !own.contains("built in"), "{own}");
}

/// A service with `settings` on a machine with own Pythons, where nothing isolates them.
#[cfg(target_os = "linux")]
fn without_sandbox(settings: &str) -> Option<(Service, Home)> {
    let program = program()?;
    let home = Home::without_interpreters(settings);
    let mut command = runtray(&home);
    command.env(BUILTIN_PYTHON, &program).args(["serve", "--port", "0"]);
    without_landlock(&mut command);
    Some((Service::start_by(command, &home), home))
}

#[cfg(target_os = "linux")]
#[test]
fn auto_takes_it_where_nothing_isolates_an_own_one() {
    let Some((service, home)) = without_sandbox("[warm]\npython = 1\n") else { return };
    for _ in 0..2 {
        let answer = service.execute(&json!({"code": "import sys; print(sys.platform)"}));
        assert_eq!((&answer["output"], &answer["isolation"]), (&json!("wasi\n"), &json!("wasm")), "{answer}");
        assert_eq!(answer["runtime"], NAME, "{answer}");
        let status = service.get("/status").json();
        assert_eq!((&status["python"], &status["isolation"]), (&json!(NAME), &json!("wasm")), "{status}");
    }
    let languages = service.get("/languages").json();
    assert_eq!((&languages[0]["runtime"], &languages[0]["isolation"]), (&json!(NAME), &json!("wasm")), "{languages}");
    // Without a service too, and in the list.
    let mut list = runtray(&home);
    list.env(BUILTIN_PYTHON, program().expect("it is there")).args(["pythons", "--json"]);
    let output = without_landlock(&mut list).output().expect("runtray runs");
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let found = listed["found"].as_array().expect("a list");
    assert_eq!((&found[0]["built_in"], &found[0]["in_use"]), (&json!(true), &json!(true)), "{listed}");
    assert!(found.len() > 1, "there is an own Python to choose: {listed}");
}

#[cfg(target_os = "linux")]
#[test]
fn no_isolation_and_an_own_python_are_what_a_person_chooses() {
    let own = crate::harness::python::base();
    for settings in ["isolation = 'none'\n".to_owned(), format!("[python]\npath = '{}'\n", own.display())] {
        let Some((service, _home)) = without_sandbox(&settings) else { return };
        let answer = service.execute(&json!({"code": "import sys; print(sys.platform)"}));
        assert_eq!(
            (&answer["output"], &answer["isolation"]),
            (&json!("linux\n"), &json!("none")),
            "{settings}: {answer}"
        );
    }
    let Some((service, _home)) = without_sandbox("isolation = 'sandbox'\n") else { return };
    let reply = service.post("/execute", &json!({"code": ""}));
    assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("isolation_unavailable")), "{}", reply.body);
}

#[cfg(target_os = "linux")]
#[test]
fn what_nothing_isolates_is_refused_with_the_remedy_and_never_open_by_itself() {
    let start = |settings: &str| {
        let home = Home::without_interpreters(settings);
        let mut command = runtray(&home);
        without_landlock(command.args(["serve", "--port", "0"]));
        Service::start_by(command, &home)
    };
    let service = start("[[language]]\nname = \"other\"\ncommand = ['/bin/cat']\nextension = \"txt\"\n");
    for language in ["javascript", "other"] {
        let reply = service.post("/execute", &json!({"code": "console.log(1)", "language": language}));
        assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("isolation_unavailable")), "{}", reply.body);
        for words in [language, "no Landlock", r#"the isolation \"none\" in the settings"#] {
            assert!(reply.body.contains(words), "{words}: {}", reply.body);
        }
    }
    let languages = service.get("/languages").json();
    let row = languages.as_array().expect("rows").iter().find(|row| row["language"] == "javascript").expect("a row");
    assert!(
        row["available"] == false && row["detail"].as_str().is_some_and(|why| why.contains("no Landlock")),
        "{row}"
    );
    // A user may choose the level `none`.
    let answer = start("isolation = 'none'\n").execute(&json!({"code": "console.log(1)", "language": "javascript"}));
    assert_eq!((&answer["output"], &answer["isolation"]), (&json!("1\n"), &json!("none")), "{answer}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_own_python_that_nobody_chose_is_not_run_open_where_there_is_no_built_in_one() {
    let home = Home::without_interpreters("[warm]\npython = 1\n");
    let file = home.path().join("hello.py");
    std::fs::write(&file, "print('ran')").expect("a program");
    let words = ["nothing here isolates programs of your own Python", "no Landlock", "built-in one"];
    let mut command = runtray(&home);
    without_landlock(command.args(["serve", "--port", "0"]));
    let service = Service::start_by(command, &home);
    let reply = service.post("/execute", &json!({"code": "print('ran')"}));
    assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("isolation_unavailable")), "{}", reply.body);
    assert!(words.iter().all(|word| reply.body.contains(word)), "{}", reply.body);
    assert_ne!(service.get("/status").json()["isolation"], "none");
    service.assert_nothing_ran("a refusal");
    drop(service);
    // Without a service, and by the doctor.
    for arguments in [vec!["run", file.to_str().expect("a path")], vec!["doctor"]] {
        let mut command = runtray(&home);
        let output = without_landlock(command.args(&arguments)).output().expect("runtray runs");
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
    }
}

/// An own Python with a module, in a virtual environment.
#[cfg(unix)]
fn environment_with(module: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let mut make = std::process::Command::new(crate::harness::python::base());
    let made = make.args(["-m", "venv", "--without-pip"]).arg(folder.path()).status().expect("a Python");
    assert!(made.success(), "the environment cannot be made");
    let libraries = std::fs::read_dir(folder.path().join("lib")).expect("libraries").flatten();
    let site = libraries.map(|version| version.path().join("site-packages")).find(|site| site.is_dir());
    std::fs::write(site.expect("a library").join(format!("{module}.py")), "").expect("a module");
    folder
}

#[cfg(unix)]
#[test]
fn a_missing_import_names_the_own_python_that_has_it() {
    let Some(program) = program() else { return };
    let environment = environment_with("only_in_this_one");
    let home = Home::without_interpreters("[python]\npath = 'builtin'\n");
    let mut command = runtray(&home);
    command.env(BUILTIN_PYTHON, &program).env("VIRTUAL_ENV", environment.path()).args(["serve", "--port", "0"]);
    let service = Service::start_by(command, &home);
    let last = |code: &str| {
        let answer = service.execute(&json!({"code": code}));
        let error = answer["error"].as_str().expect("text").trim_end().to_owned();
        error.lines().last().unwrap_or_default().to_owned()
    };
    // An answer waits 3 s for the search. A busy machine needs longer to start every Python once, and knows them afterwards.
    let said = eventually("the search to end in time", || {
        Some(last("import only_in_this_one")).filter(|said| said.contains(" has only_in_this_one."))
    });
    let python = environment.path().join("bin/python");
    assert!(said.contains(&python.display().to_string()), "{said}");
    assert!(said.ends_with(" has only_in_this_one. Choose it in Settings to run this program."), "{said}");
    let advice = "not available in the built-in Python; choose your own Python in Settings";
    assert!(last("import surely_in_none").ends_with(advice));
    // A program that catches the error sees CPython's own message.
    let caught = "try: import only_in_this_one\nexcept ImportError as error: raise SystemExit(str(error))";
    assert_eq!(last(caught), "No module named 'only_in_this_one'");
}

#[cfg(target_os = "linux")]
#[test]
fn a_request_asks_for_it_whatever_the_settings_choose() {
    let Some(program) = program() else { return };
    let home = Home::new("isolation = 'none'\n");
    let mut command = runtray(&home);
    command.env(BUILTIN_PYTHON, &program).args(["serve", "--port", "0"]);
    let service = Service::start_by(command, &home);
    let run = |level: &str| service.execute(&json!({"code": "import sys; print(sys.platform)", "isolation": level}));
    // One after the other, so that neither gets an interpreter that waited for the other.
    for _ in 0..2 {
        let (inside, own) = (run("wasm"), run("none"));
        assert_eq!((&inside["output"], &inside["isolation"]), (&json!("wasi\n"), &json!("wasm")), "{inside}");
        assert_eq!(inside["runtime"], NAME, "{inside}");
        assert_eq!(own["isolation"], "none", "{own}");
        assert!(own["output"] != "wasi\n" && own["runtime"] != NAME, "{own}");
    }
    let reply = service.post("/execute", &json!({"code": "print ran", "language": "fake", "isolation": "wasm"}));
    assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("isolation_unavailable")), "{}", reply.body);
    assert!(reply.body.contains("does not run fake. Send the program in Python"), "{}", reply.body);
}

#[test]
fn settings_ask_for_it_whatever_python_they_choose() {
    let Some(program) = program() else { return };
    let home = Home::new("isolation = 'wasm'\n[python]\npath = '/nowhere/python'\n");
    let mut command = runtray(&home);
    command.env(BUILTIN_PYTHON, &program).args(["serve", "--port", "0"]);
    let service = Service::start_by(command, &home);
    for level in ["wasm", "auto"] {
        let answer = service.execute(&json!({"code": "", "isolation": level}));
        assert_eq!((&answer["runtime"], &answer["isolation"]), (&json!(NAME), &json!("wasm")), "{answer}");
    }
    let status = service.get("/status").json();
    assert_eq!((&status["python"], &status["isolation"]), (&json!(NAME), &json!("wasm")), "{status}");
    for (request, words) in [
        (json!({"code": "", "isolation": "sandbox"}), "never lower it"),
        (json!({"code": "", "language": "fake"}), "does not run fake"),
    ] {
        let reply = service.post("/execute", &request);
        assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("isolation_unavailable")), "{}", reply.body);
        assert!(reply.body.contains(words), "{}", reply.body);
    }
    let languages = service.get("/languages").json();
    for row in languages.as_array().expect("rows") {
        assert_eq!(row["available"], json!(row["language"] == "python"), "{row}");
    }
}

#[test]
fn the_command_line_asks_for_it() {
    let Some(program) = program() else { return };
    let home = Home::new("isolation = 'none'\n");
    let file = home.path().join("where.py");
    std::fs::write(&file, "import sys; print(sys.platform)").expect("a program");
    let mut command = runtray(&home);
    command.env(BUILTIN_PYTHON, &program).args(["run", "--isolation", "wasm"]).arg(&file);
    let output = command.output().expect("runtray runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "wasi\n", "{output:?}");
    // Without a built-in Python nothing runs at a lower level.
    let output = runtray(&home).args(["run", "--isolation", "wasm"]).arg(&file).output().expect("runtray runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("not part of this installation"), "{output:?}");
}

#[test]
fn a_choice_that_is_not_installed_runs_nothing() {
    let service = Service::start_with("[python]\npath = 'builtin'\n");
    let reply = service.post("/execute", &json!({"code": "print(1)"}));
    assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("runtime_not_found")), "{}", reply.body);
    assert!(reply.body.contains("is not part of this installation of Runtray"), "{}", reply.body);
}

#[test]
fn other_languages_are_as_they_were() {
    let Some(service) = start("") else { return };
    let reply = service.post("/execute", &json!({"language": "javascript", "code": "1"}));
    assert_eq!(reply.status, 422, "{}", reply.body);
}
