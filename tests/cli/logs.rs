//! `runtray logs`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, runtray};

const PATIENCE: Duration = Duration::from_secs(60);

fn logs(home: &Home, options: &[&str]) -> Output {
    runtray(home).arg("logs").args(options).output().expect("runtray runs")
}

fn lines(output: &Output) -> Vec<String> {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// Runs a program and waits until its entry in the log is complete.
fn run(service: &Service, code: &str) -> String {
    let id = service.execute(&json!({ "language": "fake", "code": code }))["id"].as_str().expect("an id").to_owned();
    let entry = || service.get(&format!("/executions/{id}")).json()["status"].as_str().map(str::to_owned);
    eventually("the entry", || entry().filter(|status| status != "running"));
    id
}

/// A running `runtray logs --follow`, which is ended on drop.
struct Following {
    child: Child,
    lines: Receiver<String>,
}

impl Following {
    fn start(home: &Home, options: &[&str]) -> Self {
        let mut command = runtray(home);
        let mut child =
            command.args(["logs", "--follow"]).args(options).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let (sender, lines) = channel();
        thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line)).ok();
        });
        Self { child, lines }
    }

    fn next(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        drop(ended);
    }
}

#[test]
fn an_empty_log_is_explained() {
    let home = Home::new("");
    let told = logs(&home, &[]);
    assert!(told.status.success() && told.stdout.is_empty());
    assert!(String::from_utf8_lossy(&told.stderr).contains("nothing has run yet"), "{told:?}");
    assert!(!home.path().join("data").exists(), "looking makes nothing");
}

#[test]
fn the_log_is_read_whether_the_service_runs_or_not() {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    let completed = run(&service, "print needle in the output");
    let failed = run(&service, "# second\nwarn trouble\nexit 3");
    for running in [true, false] {
        let all = lines(&logs(&home, &[]));
        assert!(all.len() == 2 && all[0].contains(&completed) && all[1].contains(&failed), "newest last: {all:#?}");
        assert!(
            all[0].contains("print needle") && all[1].contains("failed") && all[1].contains("# second"),
            "{all:#?}"
        );
        for (options, id) in [
            (["--status", "failed"], &failed),
            (["--search", "NEEDLE"], &completed),
            (["--search", "trouble"], &failed),
            (["-n", "1"], &failed),
        ] {
            let found = lines(&logs(&home, &options));
            assert!(found.len() == 1 && found[0].contains(id), "{options:?}: {found:#?}");
        }
        for options in [["-n", "0"], ["--language", "python"], ["--origin", "http://a.example"], ["--search", "\"*("]] {
            assert_eq!(lines(&logs(&home, &options)), [""; 0], "{options:?}");
        }
        if running {
            service.stop();
        }
    }
}

#[test]
fn one_entry_is_shown_whole() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let code = "print to output\nwarn to errors\nexit 3";
    let id = run(&service, code);
    let lines_of_entry = lines(&logs(&home, &["--id", &id]));
    assert!(
        lines_of_entry[0].starts_with(&id)
            && lines_of_entry[0].contains("failed after")
            && lines_of_entry[0].ends_with("from local"),
        "{lines_of_entry:#?}"
    );
    let rest = "--- code\nprint to output\nwarn to errors\nexit 3\n--- output\nto output\n--- error\nto errors";
    assert_eq!(lines_of_entry[1..].join("\n"), rest);
    let object: Value = serde_json::from_str(&lines(&logs(&home, &["--id", &id, "--json"]))[0]).expect("JSON");
    assert_eq!(object, service.get(&format!("/executions/{id}")).json());
    let summary: Value = serde_json::from_str(&lines(&logs(&home, &["--json"]))[0]).expect("JSON");
    assert_eq!(summary, service.get("/executions").json()["items"][0]);
    let unknown = logs(&home, &["--id", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no execution has the id nobody"), "{unknown:?}");
}

#[test]
fn following_prints_each_execution_when_it_has_ended() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let before = run(&service, "print before");
    let release = home.shared("release");
    let code = format!("wait-for {}", release.display());
    let slow = json!({ "language": "fake", "code": code, "timeout_ms": 120_000 });
    let (_connection, slow) = service.begin(&slow);
    eventually("its beginning to be written", || logs(&home, &["--id", &slow]).status.success().then_some(()));
    let following = Following::start(&home, &[]);
    assert!(following.next().contains(&before));
    let still_runs = following.next();
    assert!(still_runs.contains(&slow) && still_runs.contains("running"), "{still_runs}");
    let quick = run(&service, "print quick");
    assert!(following.next().contains(&quick));
    std::fs::write(&release, "").expect("the release");
    let ended = following.next();
    assert!(ended.contains(&slow) && ended.contains("completed"), "{ended}");
    let last = run(&service, "exit 1");
    assert!(following.next().contains(&last), "each is printed once");
}

#[test]
fn following_applies_the_filter() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    run(&service, "print ready");
    let following = Following::start(&home, &["--status", "failed", "--json"]);
    run(&service, "print not this");
    let failed = run(&service, "exit 9");
    let line: Value = serde_json::from_str(&following.next()).expect("JSON");
    assert_eq!((&line["id"], &line["exit_code"]), (&json!(failed), &json!(9)));
}

#[test]
fn following_finds_executions_that_match_only_once_ended() {
    let home = Home::new("[admission]\nslots = 1\nqueue = 1");
    let service = Service::start_in(&home, &[]);
    let release = home.shared("release");
    let code = format!("wait-for {}\nhex 6e6565646c65\nexit 3", release.display());
    let slow = json!({ "language": "fake", "code": code, "timeout_ms": 120_000 });
    let (_connection, slow) = service.begin(&slow);
    eventually("its beginning to be written", || logs(&home, &["--id", &slow]).status.success().then_some(()));
    let by_status = Following::start(&home, &["--status", "failed", "--json"]);
    let by_search = Following::start(&home, &["--search", "needle", "--json"]);
    // A queued run has an older id than an interactive run that starts meanwhile, but begins after it.
    let later = json!({ "language": "fake", "code": "hex 6e6565646c65\nexit 4" });
    let _waiting = service.ask(&later, "");
    eventually("it to wait", || (service.get("/status").json()["queued"] == 1).then_some(()));
    let mut talk = service.converse(&json!({"language": "fake", "code": "hex 6e6565646c65\nexit 5"}));
    talk.finished();
    let codes = |following: &Following, count: usize| -> Vec<Value> {
        let next = || serde_json::from_str::<Value>(&following.next()).expect("JSON")["exit_code"].take();
        (0..count).map(|_| next()).collect()
    };
    for following in [&by_status, &by_search] {
        assert_eq!(codes(following, 1), [json!(5)]);
    }
    std::fs::write(&release, "").expect("the release");
    for following in [&by_status, &by_search] {
        let mut ended = codes(following, 2);
        ended.sort_by_key(Value::as_i64);
        assert_eq!(ended, [json!(3), json!(4)]);
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    check_reader_goes_away(|service| drop(run(service, "print two")));
}

// On Windows a closed pipe is only noticed by writing to it.
#[test]
#[cfg(unix)]
fn a_closed_pipe_is_noticed_although_nothing_runs() {
    check_reader_goes_away(|_| {});
}

/// Closes the pipe after one line, as `head -1` does, and calls `then`: the command must end successfully.
fn check_reader_goes_away(then: impl FnOnce(&Service)) {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    run(&service, "print one");
    let mut command = runtray(&home);
    command.args(["logs", "--follow"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
    stdout.read_line(&mut String::new()).expect("the first line");
    drop(stdout);
    then(&service);
    eventually("it to notice", || child.try_wait().expect("it can be waited for"));
    let output = child.wait_with_output().expect("it ended");
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
