//! Settings that change while the service runs.

use std::fs;
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, fake_interpreter, runtray};

fn status_once(service: &Service, what: &str, settled: impl Fn(&Value) -> bool) -> Value {
    eventually(what, || Some(service.get("/status").json()).filter(&settled))
}

#[test]
fn an_origin_is_allowed_and_removed() {
    let home = Home::new("allowed_origins = []");
    let service = Service::start_in(&home, &[]);
    let origin = "http://localhost:8123";
    let ask =
        || service.post_with("/execute", &[("Origin", origin), ("Content-Type", "application/json")], b"{}").status;
    assert_eq!(ask(), 403);
    assert_eq!(service.get("/status").json()["pending_origins"][0]["origin"], origin);
    home.save_settings(&format!("allowed_origins = [\"{origin}\"]"));
    eventually("the origin to pass the guard", || (ask() == 400).then_some(()));
    status_once(&service, "the origin to be pending no more", |status| status["pending_origins"] == json!([]));
    home.save_settings("allowed_origins = []");
    eventually("the origin to be refused again", || (ask() == 403).then_some(()));
}

#[test]
fn the_time_limits_change() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let patient = json!({ "language": "fake", "code": "print in time", "timeout_ms": 60_000 });
    assert_eq!(service.execute(&patient)["output"], "in time\n");
    home.save_settings("[limits]\ntimeout_ms = 100\nmax_timeout_ms = 200");
    let refused = eventually("60 s to be too much", || {
        Some(service.post("/execute", &patient)).filter(|answer| answer.status == 400)
    });
    assert!(refused.body.contains("200"), "{}", refused.body);
    let ran = service.execute(&json!({ "language": "fake", "code": "hang" }));
    assert_eq!(ran["status"], "timeout", "{ran}");
}

#[test]
fn more_slots_admit_queued_runs() {
    let home = Home::new("[admission]\nslots = 1");
    let service = Service::start_in(&home, &[]);
    let release = home.shared("release");
    let waiting = json!({ "language": "fake", "code": format!("wait-for {}", release.display()) });
    thread::scope(|scope| {
        let first = scope.spawn(|| service.execute(&waiting));
        status_once(&service, "the first run", |status| status["running"] == 1);
        let second = scope.spawn(|| service.execute(&waiting));
        status_once(&service, "the second to wait", |status| status["queued"] == 1);
        home.save_settings("[admission]\nslots = 2");
        let status = status_once(&service, "both to run", |status| status["running"] == 2);
        assert_eq!((&status["slots"], &status["queued"]), (&json!(2), &json!(0)));
        fs::write(&release, "").expect("the release");
        for run in [first, second] {
            assert_eq!(run.join().expect("a run")["status"], "completed");
        }
    });
}

/// Queues `request` behind a run, changes the settings to `closed` while it waits, and gives its answer.
fn answer_after_the_queue(open: &str, closed: &str, request: &Value) -> (u16, Value) {
    let with_one_slot = |settings: &str| format!("{settings}\n[admission]\nslots = 1");
    let home = Home::new(&with_one_slot(open));
    let service = Service::start_in(&home, &[]);
    let release = home.shared("release");
    let first = json!({ "language": "fake", "code": format!("wait-for {}", release.display()), "timeout_ms": 60_000 });
    thread::scope(|scope| {
        let first = scope.spawn(|| service.execute(&first));
        status_once(&service, "the first run", |status| status["running"] == 1);
        let second = scope.spawn(|| service.post("/execute", request));
        status_once(&service, "the second to wait", |status| status["queued"] == 1);
        // A mistake in the same file shows that it is in effect.
        home.save_settings(&format!("not_a_key = 1\n{}", with_one_slot(closed)));
        let told = |status: &Value| status["problems"].to_string().contains("not_a_key");
        status_once(&service, "the settings to be in effect", told);
        fs::write(&release, "").expect("the release");
        assert_eq!(first.join().expect("a run")["status"], "completed");
        let answer = second.join().expect("an answer");
        (answer.status, answer.json())
    })
}

#[test]
fn what_is_closed_while_a_program_is_queued_holds_for_it() {
    let lower = json!({ "language": "fake", "code": "print ran", "isolation": "none" });
    let (status, answer) = answer_after_the_queue("isolation = \"none\"", "isolation = \"sandbox\"", &lower);
    assert_eq!((status, &answer["code"]), (422, &json!("isolation_unavailable")), "{answer}");
    let plain = json!({ "language": "fake", "code": "print ran" });
    let (status, answer) = answer_after_the_queue("", "isolation = \"sandbx\"", &plain);
    assert_eq!((status, &answer["code"]), (422, &json!("isolation_unavailable")), "{answer}");
    if cfg!(target_os = "linux") {
        let (_, answer) = answer_after_the_queue("isolation = \"none\"", "isolation = \"sandbox\"", &plain);
        assert_eq!((&answer["isolation"], &answer["output"]), (&json!("sandbox"), &json!("ran\n")), "{answer}");
        let shell = json!({ "language": "sh", "code": "echo ran" });
        let (status, answer) =
            answer_after_the_queue("isolation = \"none\"\nallow_shells = true", "isolation = \"none\"", &shell);
        assert_eq!((status, &answer["code"]), (422, &json!("runtime_not_found")), "{answer}");
    }
}

#[test]
fn a_language_is_added_and_removed() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let request = json!({ "language": "another", "code": "print here" });
    assert_eq!(service.post("/execute", &request).json()["code"], "unsupported_language");
    let command = fake_interpreter().expect("a fake interpreter").display().to_string();
    let row = format!(
        "[[language]]\nname = \"Another\"\naliases = [\"other\"]\ncommand = ['{command}']\nextension = \"tx\"\n"
    );
    home.save_settings(&row);
    let named =
        |answer: &Value| answer.as_array().is_some_and(|all| all.iter().any(|one| one["language"] == "another"));
    eventually("the language", || named(&service.get("/languages").json()).then_some(()));
    assert_eq!(service.execute(&request)["output"], "here\n");
    assert_eq!(service.execute(&json!({ "language": "OTHER", "code": "print too" }))["output"], "too\n");
    home.save_settings("");
    eventually("the language to go", || (!named(&service.get("/languages").json())).then_some(()));
}

#[test]
fn the_chosen_python_changes() {
    let home = Home::new("[python]\npath = ''");
    let service = Service::start_in(&home, &[]);
    let before = service.get("/status").json();
    let missing = home.path().join("no-python");
    home.save_settings(&format!("[python]\npath = '{}'", missing.display()));
    let named = |status: &Value| status["python"].as_str().is_some_and(|python| python.contains("no-python"));
    let status = status_once(&service, "the choice to be tried", named);
    assert_eq!(status["python_path"], Value::Null, "{status}");
    let refused = service.post("/execute", &json!({ "code": "" }));
    assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("runtime_not_found")), "{}", refused.body);
    home.save_settings("[python]\npath = ''");
    let same = |status: &Value| status["python"] == before["python"] && status["python_path"] == before["python_path"];
    status_once(&service, "the Python that was found", same);
}

#[test]
fn a_port_waits_for_a_restart() {
    let home = Home::new("port = 0");
    let mut command = runtray(&home);
    command.arg("serve");
    let service = Service::start_by(command, &home);
    home.save_settings("port = 5999");
    let needed = |status: &Value| status["restart_needed"] == json!(["port"]);
    let status = status_once(&service, "the restart to be called for", needed);
    assert_eq!(status["url"], format!("http://localhost:{}", service.port()));
    home.save_settings("port = 0");
    status_once(&service, "no need of a restart", |status| status["restart_needed"] == json!([]));
}

#[test]
fn a_broken_file_leaves_the_last_settings_in_force() {
    let home = Home::new("[journal]\nenabled = false");
    let service = Service::start_in(&home, &[]);
    fs::write(home.settings_file(), "[journal\n").expect("settings");
    let told =
        |status: &Value| status["problems"][0].as_str().is_some_and(|problem| problem.contains("not valid TOML"));
    let status = status_once(&service, "the problem", told);
    assert_eq!(status["journal"], "disabled", "{status}");
    home.save_settings("");
    let healed = |status: &Value| status["problems"] == json!([]) && status["journal"] == "ok";
    status_once(&service, "the settings to be right again", healed);
}

#[test]
fn switching_the_journal_off_and_on_loses_no_running_execution() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let release = |name: &str| home.shared(name);
    let waiting = |name: &str| {
        let code = format!("wait-for {}\nprint done", release(name).display());
        json!({ "language": "fake", "code": code, "timeout_ms": 120_000 })
    };
    let begin = |name: &str| {
        let connection = service.ask(&waiting(name), "");
        let id = || service.running().into_iter().next();
        (connection, eventually("it to run", id))
    };
    let entry = |id: &str| service.get(&format!("/executions/{id}")).json();
    // An export only has entries of the journal; a single entry may come from the registry of running executions.
    let written = |id: &str| {
        let export = || service.get("/executions/export").body;
        eventually("it to be written down", || export().contains(id).then_some(()));
    };
    let (_short, short) = begin("short");
    written(&short);
    home.save_settings("[journal]\nenabled = false\n[admission]\nslots = 2");
    status_once(&service, "no journal", |status| status["journal"] == "disabled");
    fs::write(release("short"), "").expect("the release");
    status_once(&service, "its end", |status| status["running"] == 0);
    let (_long, long) = begin("long");
    home.save_settings("[admission]\nslots = 2");
    status_once(&service, "the journal", |status| status["journal"] == "ok");
    let (_last, last) = begin("last");
    written(&last);
    home.save_settings("[journal]\nenabled = false\n[admission]\nslots = 2");
    status_once(&service, "no journal", |status| status["journal"] == "disabled");
    home.save_settings("[admission]\nslots = 2");
    status_once(&service, "the journal again", |status| status["journal"] == "ok");
    assert_eq!(entry(&last)["status"], "running", "it runs and is taken for lost");
    assert_eq!(entry(&long)["status"], "running");
    ["long", "last"].into_iter().for_each(|name| fs::write(release(name), "").expect("the release"));
    let ended =
        eventually("its end to be written down", || Some(entry(&last)).filter(|one| one["status"] == "completed"));
    assert_eq!((&ended["status"], &ended["output"]), (&json!("completed"), &json!("done\n")), "{ended}");
    eventually("the one that ended unwritten to be lost", || (entry(&short)["status"] == "lost").then_some(()));
}

#[test]
fn a_mistake_and_its_correction_are_each_logged_once() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let count = |text: &str| service.stderr().lines().filter(|line| line.contains(text)).count();
    let mistake = "settings.toml: line 1: `prot`";
    home.save_settings("prot = 1");
    eventually("the mistake in the log", || (count(mistake) == 1).then_some(()));
    home.save_settings("prot = 1\nprto = 2");
    eventually("the second one in the log", || (count("settings.toml: line 2: `prto`") == 1).then_some(()));
    assert_eq!(count(mistake), 1, "the first is said once: {}", service.stderr());
    home.save_settings("");
    eventually("the end of both in the log", || (count("no mistakes are left") == 1).then_some(()));
    let log = fs::read_dir(home.path().join("data/log")).expect("the log").flatten().next().expect("a file");
    let in_the_file = || fs::read_to_string(log.path()).expect("the log").contains(mistake).then_some(());
    eventually("the mistake in the file too", in_the_file);
}
