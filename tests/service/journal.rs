//! Faults of the journal: a full disk, a damaged file, a crash.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, runtray};

fn print(text: &str) -> Value {
    json!({ "language": "fake", "code": format!("print {text}") })
}

fn journal_once(service: &Service, state: &str) -> Value {
    let status = || Some(service.get("/status").json()).filter(|status| status["journal"] == state);
    eventually(&format!("the journal to be {state}"), status)
}

/// Waits until the log shows `id` with this status: the entry is written shortly after the response.
fn entry_once(service: &Service, id: &str, status: &str) -> Value {
    let path = format!("/executions/{id}");
    eventually(&format!("{id} to be {status}"), || {
        Some(service.get(&path).json()).filter(|entry| entry["status"] == status)
    })
}

/// Waits until the journal's file has `id`: the service lists a run before it is written.
fn written(home: &Home, id: &str) {
    let read = || runtray(home).args(["logs", "--id", id]).output().expect("runtray runs").status.success();
    eventually(&format!("{id} to be written"), || read().then_some(()));
}

fn id_of(ran: &Value) -> String {
    ran["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_damaged_file_is_kept_aside_and_a_new_one_made() {
    let mut damaged = b"SQLite format 3\0".to_vec();
    damaged.extend([0xA5; 8192]);
    for garbage in [b"this is no journal, but somebody may want it back".to_vec(), vec![0xFF; 100_000], damaged] {
        let home = Home::new("");
        let file = home.path().join("data").join("journal.sqlite3");
        fs::create_dir(home.path().join("data")).expect("a data folder");
        fs::write(&file, &garbage).expect("garbage");
        let service = Service::start_in(&home, &[]);
        let ran = service.execute(&print("on"));
        assert_eq!(ran["output"], "on\n");
        entry_once(&service, &id_of(&ran), "completed");
        let status = journal_once(&service, "recovered");
        let aside = kept_aside(&home);
        assert_eq!(fs::read(&aside).expect("the old file"), garbage, "byte for byte");
        let detail = status["journal_detail"].as_str().expect("a detail");
        assert!(detail.contains(&aside.display().to_string()), "{detail} names {}", aside.display());
    }
}

fn kept_aside(home: &Home) -> PathBuf {
    let entries =
        fs::read_dir(home.path().join("data")).expect("a data folder").map(|entry| entry.expect("an entry").path());
    let mut aside: Vec<_> = entries.filter(|path| path.to_string_lossy().contains("journal.broken-")).collect();
    assert_eq!(aside.len(), 1, "{aside:?}");
    aside.remove(0)
}

#[test]
fn executions_run_although_the_data_folder_cannot_be_used() {
    let home = Home::new("");
    fs::write(home.path().join("data"), "a file where a folder belongs").expect("a file");
    let service = Service::start_in(&home, &[]);
    assert_eq!(service.execute(&print("on"))["output"], "on\n");
    let status = journal_once(&service, "failed");
    assert!(status["journal_detail"].as_str().is_some_and(|detail| detail.contains("journal.sqlite3")), "{status}");
}

#[test]
fn a_run_whose_service_was_killed_is_logged_as_lost() {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    let (connection, id) = service.begin(&json!({ "language": "fake", "code": "hang", "timeout_ms": 120_000 }));
    written(&home, &id);
    service.kill();
    drop(connection);
    let service = Service::start_in(&home, &[]);
    let entry = entry_once(&service, &id, "lost");
    assert_eq!((&entry["duration_ms"], &entry["code"]), (&Value::Null, &json!("hang")));
    assert_eq!(service.running(), Vec::<String>::new());
}

#[test]
fn two_services_share_a_home() {
    let home = Home::new("");
    let first = Service::start_in(&home, &[]);
    let release = home.shared("release");
    let code = format!("wait-for {}", release.display());
    let (_connection, id) = first.begin(&json!({ "language": "fake", "code": code, "timeout_ms": 120_000 }));
    written(&home, &id);
    let second = Service::start_in(&home, &[]);
    // The address file still names the first service, which the second one reports.
    let address = || fs::read_to_string(home.path().join("data/address")).expect("an address");
    assert!(address().trim_end().ends_with(&first.port().to_string()), "the second hides the first: {}", address());
    let status = second.get("/status").json();
    let problems = status["problems"].to_string();
    assert!(problems.contains("another service") && problems.contains(&first.port().to_string()), "{problems}");
    let problem = &status["localized_problems"][0];
    assert_eq!(problem["code"], "service.folder_in_use", "{problem}");
    let named = problem["values"]["address"].as_str().expect("an address");
    assert!(named.ends_with(&first.port().to_string()), "{problem}");
    // Both services see each other's entries, and neither takes the other's run for lost.
    let other = id_of(&second.execute(&print("beside it")));
    for service in [&first, &second] {
        entry_once(service, &other, "completed");
        assert_eq!(service.get(&format!("/executions/{id}")).json()["status"], "running", "it is not lost");
    }
    fs::write(&release, "").expect("the release");
    entry_once(&second, &id, "completed");
    drop(second);
    assert!(address().trim_end().ends_with(&first.port().to_string()), "{}", address());
}

#[test]
fn a_service_is_found_when_the_one_before_it_in_the_same_home_has_ended() {
    for end in [Service::stop, Service::kill] {
        let home = Home::new("");
        let mut first = Service::start_in(&home, &[]);
        let second = Service::start_in(&home, &[]);
        end(&mut first);
        eventually("the second service to be found", || {
            let told = runtray(&home).args(["status"]).output().expect("runtray runs");
            let is_second = String::from_utf8_lossy(&told.stdout).contains(&format!(":{}\n", second.port()));
            (is_second && second.get("/status").json()["problems"] == json!([])).then_some(())
        });
    }
}

#[test]
fn the_oldest_entries_are_deleted_when_the_file_grows_too_large() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let text: String = (0..40_000).map(|number| format!("{number:x} ")).collect();
    let run = |number| id_of(&service.execute(&json!({ "language": "fake", "code": format!("# {number} {text}") })));
    let ids: Vec<String> = (0..16).map(run).collect();
    entry_once(&service, &ids[15], "completed");
    assert_eq!(service.get("/executions").json()["items"].as_array().map(Vec::len), Some(16));
    home.save_settings("[journal]\nmax_bytes = 1048576");
    eventually("the first to go", || (service.get(&format!("/executions/{}", ids[0])).status == 404).then_some(()));
    let left = service.get("/executions").json()["items"].clone();
    let left: Vec<&str> = left.as_array().expect("a list").iter().filter_map(|item| item["id"].as_str()).collect();
    let newest: Vec<&str> = ids.iter().rev().map(String::as_str).take(left.len()).collect();
    assert!(!left.is_empty() && left.len() < 16, "{}", left.len());
    assert_eq!(left, newest, "those that are left are the newest");
}

#[test]
fn a_journal_that_is_switched_off_writes_nothing() {
    let home = Home::new("[journal]\nenabled = false");
    let service = Service::start_in(&home, &[]);
    let ran = service.execute(&print("unseen"));
    assert_eq!(service.get("/executions").json(), json!({ "items": [], "next": null }));
    assert_eq!(service.get(&format!("/executions/{}", id_of(&ran))).status, 404);
    assert_eq!(service.get("/executions/export").body, "");
    assert!(!home.path().join("data").join("journal.sqlite3").exists());
    home.save_settings("");
    journal_once(&service, "ok");
    let ran = service.execute(&print("seen"));
    entry_once(&service, &id_of(&ran), "completed");
}

#[cfg(target_os = "linux")]
mod full_disk {
    //! Small disks that are mounted for the service and filled to the last byte.

    use std::path::Path;

    use super::{Home, Value, entry_once, eventually, fs, id_of, journal_once, json, print};
    use crate::harness::mounts;

    #[test]
    fn under_the_journal() {
        let home = Home::new("");
        fs::create_dir(home.path().join("data")).expect("a data folder");
        let mounted = "mount -t tmpfs -o size=1m none \"$RUNTRAY_HOME/data\"";
        let filled = "{ head -c 2000000 /dev/zero > \"$RUNTRAY_HOME/data/filler\" 2> /dev/null || true; }";
        let Some(service) = mounts::start(&home, &format!("{mounted} && {filled}")) else { return };
        for text in ["one", "two"] {
            assert_eq!(service.execute(&print(text))["output"], format!("{text}\n"));
        }
        let detail = journal_once(&service, "failed")["journal_detail"].clone();
        assert!(detail.as_str().is_some_and(|detail| detail.contains("disk is full")), "{detail}");
    }

    #[test]
    fn under_the_journal_while_it_writes() {
        let home = Home::new("");
        fs::create_dir(home.path().join("data")).expect("a data folder");
        let mounted = "mount -t tmpfs -o size=1m none \"$RUNTRAY_HOME/data\"";
        let Some(service) = mounts::start(&home, mounted) else { return };
        let before = id_of(&service.execute(&print("before")));
        entry_once(&service, &before, "completed");
        fill(&mounts::seen_by(&service, &home.path().join("data/filler")));
        let large = json!({ "language": "fake", "code": "flood 200000" });
        let answers = (0..8).map(|_| service.execute(&large)["status"].clone());
        assert!(answers.collect::<Vec<Value>>().iter().all(|status| status == "completed"));
        let detail = journal_once(&service, "failed")["journal_detail"].clone();
        assert!(detail.as_str().is_some_and(|detail| detail.contains("disk is full")), "{detail}");
        assert_eq!(service.get(&format!("/executions/{before}")).json()["output"], "before\n", "what is there is read");
    }

    #[test]
    fn under_the_runs() {
        let home = Home::new("");
        for folder in ["disk", "runs"] {
            fs::create_dir(home.path().join(folder)).expect("a folder");
        }
        let mounted = "cd \"$RUNTRAY_HOME\" && mount -t tmpfs -o size=1m none disk && mkdir disk/runs";
        let Some(service) = mounts::start(&home, &format!("{mounted} && mount --bind disk/runs runs && cd /")) else {
            return;
        };
        assert_eq!(service.execute(&print("before"))["output"], "before\n");
        let filler = mounts::seen_by(&service, &home.path().join("disk/filler"));
        fill(&filler);
        let code = format!("print during\n# {}", "x".repeat(100_000));
        let refused = service.post("/execute", &json!({ "language": "fake", "code": code }));
        assert_eq!((refused.status, &refused.json()["code"]), (500, &json!("internal")), "{}", refused.body);
        let sentence = refused.json()["error"].as_str().expect("a sentence").to_owned();
        assert!(sentence.contains("full. Free some space and try again."), "{sentence}");
        let runs = mounts::seen_by(&service, &home.path().join("runs"));
        eventually("the refused run's folder to be deleted", || folders(&runs).is_empty().then_some(()));
        fs::remove_file(filler).expect("space again");
        assert_eq!(service.execute(&print("after"))["output"], "after\n");
    }

    fn fill(path: &Path) {
        let full = fs::write(path, vec![1; 2_000_000]);
        assert_eq!(full.expect_err("the disk is small").kind(), std::io::ErrorKind::StorageFull);
    }

    /// The names of the runs' folders.
    fn folders(runs: &Path) -> Vec<String> {
        let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().collect::<Vec<_>>();
        let engines = entries(runs).into_iter().filter(|entry| entry.path().is_dir());
        let runs = engines.flat_map(|engine| entries(&engine.path())).filter(|entry| entry.path().is_dir());
        runs.map(|entry| entry.path().display().to_string()).collect()
    }
}
