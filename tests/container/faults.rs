//! Daemons that are not there, lack the image, refuse, hang, lie or die.

use std::time::{Duration, Instant};

use serde_json::json;
use tar::{Builder, EntryType, Header};

use super::daemon::{FakeDaemon, IMAGE, Manners};
use super::{contained, refused, service_with, settings};
use crate::harness::{Home, Service, eventually, runtray};

#[test]
fn without_a_daemon_the_reason_and_the_remedy_are_told() {
    let daemon = FakeDaemon::start(Manners::default());
    let service = service_with(&daemon, &settings());
    daemon.die();
    let reason = refused(&service, &json!({"code": "print(1)"}));
    assert!(reason.contains("neither Docker nor Podman answers") && reason.contains("podman.socket"), "{reason}");
    service.assert_nothing_ran("a refusal");
}

#[test]
fn no_program_is_sent_over_a_network() {
    let home = Home::new(&settings());
    let mut command = runtray(&home);
    command.args(["serve", "--port", "0"]).env("DOCKER_HOST", "tcp://192.0.2.1:2375");
    let service = Service::start_by(command, &home);
    let reason = refused(&service, &json!({"code": "print(1)"}));
    assert!(reason.contains("tcp://192.0.2.1:2375") && reason.contains("over a network"), "{reason}");
}

#[test]
fn a_missing_image_is_never_downloaded() {
    for (is_podman, command) in [(false, "docker pull other:1"), (true, "podman pull other:1")] {
        let daemon = FakeDaemon::start(Manners { is_podman, ..Manners::default() });
        let service = service_with(&daemon, &settings().replace(IMAGE, "other:1"));
        let reason = refused(&service, &json!({"code": "print(1)"}));
        assert!(reason.contains("other:1 is not on this machine") && reason.contains(command), "{reason}");
        let lines = daemon.requests();
        assert!(!lines.iter().any(|line| line.starts_with("POST")), "{lines:?}");
    }
    let daemon = FakeDaemon::start(Manners::default());
    let service = service_with(&daemon, &settings().replace(IMAGE, ""));
    assert!(refused(&service, &json!({"code": ""})).contains("no image is chosen for python"));
    assert_eq!(daemon.requests(), [""; 0]);
}

#[test]
fn languages_have_images_of_their_own() {
    let daemon = FakeDaemon::start(Manners::default());
    let images = format!("image = \"other:1\"\nimages = [\"python={IMAGE}\"]");
    let service = service_with(&daemon, &settings().replace(&format!("image = \"{IMAGE}\""), &images));
    assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    let reason = refused(&service, &json!({"code": "", "language": "javascript"}));
    assert!(reason.contains("other:1"), "{reason}");
}

#[test]
fn an_image_with_places_to_write_is_refused() {
    let (_daemon, service) = contained(Manners { volumes: json!({"/data": {}}), ..Manners::default() });
    let reason = refused(&service, &json!({"code": ""}));
    assert!(reason.contains("has volumes (/data)"), "{reason}");
}

#[test]
fn a_daemon_that_does_not_hold_a_limit_runs_nothing() {
    for (lacks, word) in [("MemoryLimit", "(memory)"), ("SwapLimit", "(swap)"), ("PidsLimit", "(processes)")] {
        let (daemon, service) = contained(Manners { lacks: Some(lacks), ..Manners::default() });
        let reason = refused(&service, &json!({"code": "print(1)"}));
        assert!(reason.contains("does not hold all limits") && reason.contains(word), "{reason}");
        assert_eq!(daemon.created().len(), 0, "{lacks}");
        let home = Home::new(&settings());
        let output = runtray(&home).arg("doctor").env("DOCKER_HOST", daemon.host()).output().expect("runtray runs");
        assert!(String::from_utf8_lossy(&output.stdout).contains(word), "{output:?}");
        // The fault was corrected.
        daemon.behave(Manners::default());
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n", "{lacks}");
    }
}

#[test]
fn a_warning_that_a_limit_was_left_out_is_a_refusal() {
    for (warning, is_refused) in [
        (
            "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
            true,
        ),
        (
            "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
            true,
        ),
        ("Resource limits are not supported and ignored on cgroups V1 rootless systems", true),
        ("The requested image's platform (linux/arm64) does not match the detected host platform (linux/amd64)", false),
    ] {
        let (daemon, service) = contained(Manners { warns: Some(warning), ..Manners::default() });
        if is_refused {
            let reason = refused(&service, &json!({"code": "print(1)"}));
            assert!(reason.contains(warning.trim_end_matches('.')), "{reason}");
            eventually("no container", || daemon.containers().is_empty().then_some(()));
        } else {
            assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n", "{warning}");
        }
    }
}

#[test]
fn what_the_daemon_refuses_is_told_and_leaves_nothing() {
    for (part, status, message) in [
        ("POST /containers/create", 409, "a conflict"),
        ("/attach", 500, "no attachment"),
        ("/start", 400, "executable file not found in $PATH"),
        ("PUT ", 500, "no space left on device"),
        ("/exec", 404, "no such thing"),
    ] {
        let (daemon, service) = contained(Manners { refuses: Some((part, status, message)), ..Manners::default() });
        let reason = refused(&service, &json!({"code": "print(1)"}));
        assert!(reason.contains("Docker 29.3.1 refused it") && reason.contains(message), "{part}: {reason}");
        eventually("no container", || daemon.containers().is_empty().then_some(()));
        daemon.behave(Manners::default());
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n", "{part}");
    }
}

#[test]
fn an_image_without_the_interpreter_is_told() {
    let daemon = FakeDaemon::start(Manners::default());
    let language = "[[language]]\nname = \"odd\"\ncommand = [\"no-such-interpreter\"]\nextension = \"odd\"\n";
    let service = service_with(&daemon, &format!("{}{language}", settings()));
    let reason = refused(&service, &json!({"code": "", "language": "odd"}));
    assert!(reason.contains("OCI runtime exec failed"), "{reason}");
}

#[test]
fn a_daemon_that_hangs_costs_the_program_its_time_and_nothing_more() {
    for part in ["POST /containers/create", "/attach", "PUT ", "/exec"] {
        let (daemon, service) = contained(Manners { hangs_at: Some(part), ..Manners::default() });
        let began = Instant::now();
        let answer = service.execute(&json!({"code": "print(1)", "timeout_ms": 500}));
        assert_eq!((&answer["status"], &answer["output"]), (&"timeout".into(), &"".into()), "{part}: {answer}");
        assert!(began.elapsed() < Duration::from_secs(40), "{part}: {:?}", began.elapsed());
        daemon.behave(Manners::default());
        assert_eq!(service.execute(&json!({"code": "print(2)"}))["output"], "2\n", "{part}");
    }
}

#[test]
fn a_daemon_that_dies_ends_the_program_with_a_reason() {
    let (daemon, service) = contained(Manners::default());
    std::thread::scope(|scope| {
        let request = json!({"code": "import time\nprint('begun')\ntime.sleep(100)", "timeout_ms": 100_000});
        let run = scope.spawn(move || service.execute(&request));
        eventually("a running program", || {
            daemon.requests().iter().any(|line| line.starts_with("GET /exec/")).then_some(())
        });
        daemon.die();
        let answer = run.join().expect("an answer");
        assert_eq!(answer["status"], "crashed", "{answer}");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains("stopped answering")), "{answer}");
    });
}

#[test]
fn a_lost_exit_code_is_a_crash_and_not_a_success() {
    let (_daemon, service) = contained(Manners { forgets_exit: true, ..Manners::default() });
    let answer = service.execute(&json!({"code": "print('done')"}));
    assert_eq!((&answer["status"], &answer["output"]), (&"crashed".into(), &"done\n".into()), "{answer}");
}

#[test]
fn frames_of_any_size_and_kind_are_read() {
    for frame in [1, 7, 1 << 20] {
        let (_daemon, service) = contained(Manners { frame, ..Manners::default() });
        let answer = service.execute(&json!({"code": "print('é' * 3000)"}));
        assert_eq!(answer["output"].as_str().map(|output| output.chars().count()), Some(3001), "{frame}");
    }
    for (number, bytes) in [(1, Vec::new()), (0, b"zero".to_vec()), (2, vec![b'x'; 3 << 20])] {
        let first_frame = Some((number, bytes));
        let (_daemon, service) = contained(Manners { first_frame, ..Manners::default() });
        let answer = service.execute(&json!({"code": "print('last')"}));
        assert!(answer["output"].as_str().is_some_and(|output| output.ends_with("last\n")), "{number}");
        assert_eq!(answer["status"], "completed");
    }
}

/// An archive with a link that leads out, a device, names that lead out, and a file that says it is larger than it is.
fn hostile() -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    let mut add = |name: &str, kind: EntryType, size: u64, content: &[u8]| {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o4777);
        if kind == EntryType::Symlink {
            header.set_link_name("/").expect("a link");
        }
        header.set_cksum();
        builder.append(&header, content).expect("an entry");
    };
    add("work/good.txt", EntryType::Regular, 4, b"good");
    add("work/out", EntryType::Symlink, 0, b"");
    add("work/out/tmp/runtray-evil", EntryType::Regular, 4, b"evil");
    add("../../evil", EntryType::Regular, 4, b"evil");
    add("/tmp/runtray-evil", EntryType::Regular, 4, b"evil");
    add("work/device", EntryType::Block, 0, b"");
    add("work/huge", EntryType::Regular, 1 << 60, b"short");
    builder.into_inner().expect("an archive")
}

#[test]
fn a_hostile_archive_writes_nothing_here() {
    let (daemon, service) = contained(Manners { archive: Some(hostile()), ..Manners::default() });
    let answer = service.execute(&json!({"code": "print(1)"}));
    assert_eq!(answer["status"], "completed", "{answer}");
    let paths = answer["files"].as_array().expect("files").iter().filter_map(|file| file["path"].as_str());
    assert_eq!(paths.collect::<Vec<_>>(), ["good.txt", "huge", "out/tmp/runtray-evil"], "{answer}");
    assert!(!std::path::Path::new("/tmp/runtray-evil").exists());
    for archive in [b"no archive".repeat(1000), Vec::new()] {
        daemon.behave(Manners { archive: Some(archive), ..Manners::default() });
        let answer = service.execute(&json!({"code": "print(1)"}));
        assert_eq!(
            (&answer["status"], answer["files"].as_array().map(Vec::len)),
            (&"completed".into(), Some(0)),
            "{answer}"
        );
    }
}

#[test]
fn an_archive_beyond_the_limit_is_cut_off() {
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_ustar();
    for (name, size) in [("work/a", 1), ("work/big", 70 << 20)] {
        header.set_path(name).expect("a path");
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, std::io::Read::take(std::io::repeat(b'x'), size)).expect("an entry");
    }
    let archive = Some(builder.into_inner().expect("an archive"));
    let daemon = FakeDaemon::start(Manners { archive, ..Manners::default() });
    let service = service_with(&daemon, &settings().replace("[limits]", "[limits]\nfolder_bytes = 1048576"));
    let answer = service.execute(&json!({"code": "print(1)"}));
    assert_eq!((&answer["status"], &answer["files"][0]["path"]), (&"completed".into(), &"a".into()), "{answer}");
    service.says("could not be fetched");
}

#[test]
fn the_doctor_says_whether_there_is_a_daemon_with_the_image() {
    let daemon = FakeDaemon::start(Manners::default());
    let check = |settings: &str, host: &str| {
        let home = Home::new(settings);
        let output = runtray(&home).args(["doctor", "--json"]).env("DOCKER_HOST", host).output().expect("runtray runs");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let checks = report["checks"].as_array().expect("checks");
        let check = checks.iter().find(|check| check["name"] == "container").expect("a check").clone();
        (check["ok"] == true, check["detail"].as_str().expect("a detail").to_owned(), output.status.code())
    };
    let (ok, detail, code) = check(&settings(), &daemon.host());
    assert_eq!((ok, code), (true, Some(0)), "{detail}");
    assert!(detail.contains("Docker 29.3.1") && detail.contains(IMAGE), "{detail}");
    assert!(daemon.containers().is_empty(), "the doctor leaves a container");
    let (ok, detail, code) = check(&settings().replace(IMAGE, "other:1"), &daemon.host());
    assert!(!ok && code == Some(1) && detail.contains("docker pull other:1"), "{detail}");
    let (ok, detail, _) = check("", &daemon.host());
    assert!(ok && detail.contains("names no image yet"), "{detail}");
    let (ok, detail, _) = check("", "unix:///nowhere/docker.sock");
    assert!(!ok && detail.contains("/nowhere/docker.sock"), "{detail}");
}
