//! Discovery as a whole: choices, rejections, started processes.

use std::path::Path;
use std::time::Duration;

use super::discovery::first;
use super::fixture::{Fixture, times_probed};
use super::kind::Kind;
use super::machine::{Machine, Platform};
use super::source::Source;
use super::{pythons, test_python, trees};

/// A chosen Python is rejected for this reason.
async fn check_refused(machine: &Machine, choice: &Path, expected: &str) {
    let refused = first(Kind::Python, machine, Some(choice), |_| Ok(())).await.expect_err("a refusal");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].source, Source::Choice);
    assert!(
        refused[0].reason.to_string().starts_with(expected),
        "{:?} does not start with {expected:?}",
        refused[0].reason
    );
}

#[tokio::test]
async fn every_refusal_says_what_is_wrong() {
    let fixture = Fixture::new(Platform::Linux);
    let machine = fixture.machine();
    let plain = fixture.file("plain", "text");
    fixture.python("prefix/bin/python", (3, 12, 0));
    std::os::unix::fs::symlink("/gone/python", fixture.path("broken")).expect("a link");
    let inside = format!("is a directory; the interpreter in it is {}", fixture.path("prefix/bin/python").display());
    for (choice, expected) in [
        (Path::new("python3.99"), "is neither an absolute path nor the name of a program on PATH"),
        (&fixture.path("missing"), "does not exist"),
        (&fixture.path("broken"), "is a link to /gone/python, which does not exist any more"),
        (&fixture.path(""), "is a directory"),
        (&fixture.path("prefix"), &inside),
        (Path::new("/dev/null"), "is not a file"),
        (&plain, "is not executable"),
        (&fixture.script("mute", ":"), "printed no description of itself, as a Python would"),
        (
            &fixture.script("ill", "echo 'library not found' >&2; exit 1"),
            "printed no description of itself, but \"library",
        ),
        (&fixture.script("flood", "while :; do echo 0123456789; done"), "printed no description of itself"),
        (&fixture.script("lost", "exec /no/such/program"), "printed no description of itself"),
        (&fixture.python("old", (2, 7, 18)), "is Python 2.7.18; Runtray needs 3.8 or newer"),
        (&fixture.python("older", (3, 7, 16)), "is Python 3.7.16; Runtray needs 3.8 or newer"),
        (&fixture.node("node", "24.4.1"), "printed no description of itself"),
    ] {
        check_refused(&machine, choice, expected).await;
    }
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_what_it_started() {
    let fixture = Fixture::new(Platform::Linux);
    let machine = Machine { patience: Duration::from_millis(1500), ..fixture.machine() };
    let script =
        "/bin/sleep 1000 & echo $! > \"$0.pids\"; echo $$ >> \"$0.pids\"; trap '' TERM; while :; do wait; done";
    let hangs = fixture.script("hangs", script);
    check_refused(&machine, &hangs, "did not answer within 1.5 s").await;
    let ids = std::fs::read_to_string(fixture.path("hangs.pids")).expect("what it started");
    assert_eq!(ids.lines().count(), 2, "{ids}");
    for id in ids.lines() {
        wait_until_gone(id).await;
    }
}

/// The system reaps an orphan at its own time.
async fn wait_until_gone(id: &str) {
    let status = format!("/proc/{id}/stat");
    let lives = || std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z "));
    let gone = async {
        while lives() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap_or_else(|_| panic!("{id} still runs"));
}

#[tokio::test]
async fn a_good_choice_is_in_use_and_a_bad_one_leaves_none_in_use() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let on_path = fixture.python("bin/python3", (3, 12, 0));
    let chosen = fixture.python("chosen/bin/python", (3, 11, 0));
    let missing = fixture.path("missing");
    for (choice, in_use) in [(None, Some(&on_path)), (Some(&chosen), Some(&chosen)), (Some(&missing), None)] {
        let discovery = pythons(fixture.machine(), choice.cloned()).await;
        let used = discovery.found.iter().find(|found| found.in_use).map(|found| &found.path);
        assert_eq!(used, in_use, "{choice:?}");
        assert!(discovery.found.iter().any(|found| found.path == on_path));
    }
}

#[tokio::test]
async fn a_chosen_name_is_looked_up_and_a_chosen_wrapper_stays_what_runs() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let real = fixture.python("real/bin/python", (3, 12, 0));
    let wrapper = fixture.shim("bin/wrapped-python", &real, (3, 12, 0));
    let found = first(Kind::Python, &fixture.machine(), Some(Path::new("wrapped-python")), |_| Ok(())).await;
    assert_eq!(found.expect("the wrapper").path, wrapper);
}

#[tokio::test]
async fn looking_ends_with_the_first_that_will_do() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let old = fixture.python("bin/python3", (3, 6, 0));
    let good = fixture.python("bin/python", (3, 12, 0));
    let later = fixture.python(".pyenv/versions/3.13.0/bin/python", (3, 13, 0));
    let found = first(Kind::Python, &fixture.machine(), None, |_| Ok(())).await.expect("one that will do");
    assert_eq!((&found.path, found.in_use), (&good, true));
    assert_eq!([&old, &good, &later].map(|path| times_probed(path)), [1, 1, 0]);
}

#[tokio::test]
async fn the_user_s_python_variables_and_folder_do_not_reach_the_question() {
    let fixture = Fixture::new(Platform::Linux).variable("PYTHONHOME", "/nowhere").folder("PYTHONPATH", "").current("");
    let shadowed = fixture.path("shadowed");
    fixture.file("json.py", format!("open({:?}, 'w')", shadowed.display().to_string()));
    let found = first(Kind::Python, &fixture.machine(), Some(Path::new("/usr/bin/python3")), |_| Ok(())).await;
    let found = found.expect("the system's Python");
    assert_eq!((found.implementation.as_str(), found.prefix.as_path()), ("CPython", Path::new("/usr")));
    assert!(found.version.starts_with("3."), "{found:?}");
    let trees = trees::of_python(&fixture.machine(), &found).await;
    assert!(trees.readable.iter().any(|tree| tree.ends_with("dist-packages")), "{trees:?}");
    assert!(!shadowed.exists(), "a file of the current folder ran");
}

#[tokio::test]
async fn a_real_virtual_environment_is_told_from_its_base() {
    let fixture = Fixture::new(Platform::Linux);
    let environment = fixture.path("environment");
    let made = tokio::process::Command::new("/usr/bin/python3")
        .args(["-m", "venv", "--without-pip"])
        .arg(&environment)
        .status()
        .await
        .expect("the system's Python");
    assert!(made.success(), "no virtual environment could be made");
    let found = test_python(&fixture.machine(), &environment.join("bin/python")).await.expect("its Python");
    assert!(found.virtual_environment);
    assert_eq!((found.prefix, found.path), (environment.clone(), environment.join("bin/python")));
}

#[tokio::test]
async fn testing_a_python_says_which_file_is_wrong() {
    let refused = test_python(&Fixture::new(Platform::Linux).machine(), Path::new("/no/such/python"))
        .await
        .expect_err("a refusal");
    assert_eq!(refused, "/no/such/python does not exist");
}

#[tokio::test]
async fn searches_share_one_probe_until_the_file_changes() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    let machine = fixture.machine();
    let on_path = fixture.python("bin/python3", (3, 12, 0));
    let chosen = fixture.python("chosen/bin/python", (3, 11, 0));
    let probed = || [&on_path, &chosen].map(|path| times_probed(path));
    tokio::join!(pythons(machine.clone(), None), pythons(machine.clone(), None));
    assert_eq!(probed(), [1, 0]);
    let discovery = pythons(machine.clone(), Some(chosen.clone())).await;
    assert_eq!((discovery.found[0].source, discovery.found[0].in_use), (Source::Choice, true));
    first(Kind::Python, &machine, Some(&chosen), |_| Ok(())).await.expect("the chosen one");
    assert_eq!(probed(), [1, 1]);
    fixture.python("chosen/bin/python", (3, 13, 0));
    let found = first(Kind::Python, &machine, Some(&chosen), |_| Ok(())).await.expect("the chosen one");
    assert_eq!((found.version.as_str(), probed()), ("3.13.0", [1, 2]));
    test_python(&machine, &chosen).await.expect("the chosen one");
    assert_eq!(probed(), [1, 3], "a test starts it");
    pythons(fixture.machine(), None).await;
    assert_eq!(probed(), [2, 3], "another machine knows nothing");
}

#[tokio::test]
async fn a_shim_and_a_failure_are_probed_again() {
    let fixture = Fixture::new(Platform::Linux);
    let machine = fixture.machine();
    let real = fixture.python("real/bin/python", (3, 12, 0));
    for program in [fixture.shim("shims/python", &real, (3, 12, 0)), fixture.python("old", (2, 7, 18))] {
        for _ in 0..2 {
            pythons(machine.clone(), Some(program.clone())).await;
        }
        assert_eq!(times_probed(&program), 2, "{program:?}");
    }
}

#[tokio::test]
async fn what_programs_may_have_planted_is_not_probed_unless_the_user_chose_it() {
    let fixture = Fixture::new(Platform::Linux).current("proj/deep").folder("PATH", "proj/bin");
    fixture.file("proj/.venv/pyvenv.cfg", "");
    let (venv, on_path) =
        (fixture.python("proj/.venv/bin/python", (3, 12, 0)), fixture.python("proj/bin/python3", (3, 12, 0)));
    let node = fixture.node("proj/bin/node", "24.0.0");
    let machine = fixture.machine();
    machine.set_writable(&[fixture.path("proj")]);
    let discovery = pythons(machine.clone(), None).await;
    assert_eq!((discovery.found.len(), discovery.rejected.len()), (0, 2), "{discovery:?}");
    let reason = format!("because programs may write to {}", fixture.path("proj").display());
    assert!(discovery.rejected.iter().all(|rejected| rejected.reason.to_string().contains(&reason)), "{discovery:?}");
    check_refused(&machine, Path::new("python3"), "is not used: a program may have put it there").await;
    first(Kind::Node, &machine, None, |_| Ok(())).await.expect_err("a refusal");
    assert_eq!([&venv, &on_path, &node].map(|path| times_probed(path)), [0, 0, 0]);
    first(Kind::Python, &machine, Some(&venv), |_| Ok(())).await.expect("the chosen one");
    machine.set_writable(&[fixture.path("proj/bin")]);
    let found = pythons(machine, None).await.found;
    assert_eq!(found.iter().map(|found| &found.path).collect::<Vec<_>>(), [&venv], "what is beside the folder is used");
}
