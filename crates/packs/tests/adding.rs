//! Packages that are added, updated and removed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use runtray_wire::{PackFault, PackStep};
use serde_json::json;

use crate::fake_index::{FakeIndex, listed, wheel, wheel_with};
use crate::harness::{Machine, names, told, unmasked};

#[test]
fn a_package_comes_with_what_it_needs_here() {
    let index = FakeIndex::new(
        vec![
            wheel("top", "2.0", &["middle>=1,<3", "elsewhere; sys_platform == 'win32'", "extra; extra == 'more'"]),
            wheel("top", "1.0", &[]),
            wheel("middle", "1.5", &["Low_Name"]),
            wheel("middle", "3.0", &[]),
            wheel("low_name", "1", &[]),
            wheel("extra", "1", &[]),
        ],
        &[],
    );
    let machine = Machine::new();
    let (progress, packs) = machine.run(machine.command("add").env("PIP_INDEX_URL", index.address()).args(["top"]));
    let packs = packs.expect("it is added");
    assert_eq!(told(&packs), ["low-name 1", "middle 1.5", "top 2.0 +"]);
    let steps: Vec<_> = progress.iter().map(|step| step.step).collect();
    for step in [PackStep::Resolve, PackStep::Download, PackStep::Unpack, PackStep::Compile] {
        assert!(steps.contains(&step), "{step:?} of {progress:?}");
    }
    let last = progress.iter().rev().find(|step| step.step == PackStep::Download).expect("a download");
    assert!(last.done > 0 && last.done == last.total, "{last:?}");
    assert!(packs.bytes > 0 && packs.packages.iter().all(|pack| pack.bytes > 0 && pack.sha256.len() == 64));
    let site = machine.site();
    assert_eq!(fs::read_to_string(site.join("middle.py")).expect("a module"), "version = '1.5'\n");
    assert!(site.join("compiled").is_file(), "it was not compiled");
    assert_eq!(machine.list(), packs);
    let packs = machine.add(&index.address(), &["top[more]"]).expect("it is added");
    assert_eq!(told(&packs), ["extra 1", "low-name 1", "middle 1.5", "top 2.0 +"]);
}

#[test]
fn withdrawn_unfinished_and_unsuitable_versions_are_passed_over() {
    let index = FakeIndex::new(
        vec![
            wheel("a", "1.0", &[]),
            wheel("a", "1.1", &[]).with("yanked", json!("it is broken")),
            wheel("a", "1.2", &[]).with("requires-python", json!("<3.10")),
            wheel("a", "2.0rc1", &[]),
            listed("a-1.0.tar.gz"),
        ],
        &[],
    );
    let machine = Machine::new();
    assert_eq!(told(&machine.add(&index.address(), &["a"]).expect("it is added")), ["a 1.0 +"]);
    assert_eq!(told(&machine.add(&index.address(), &["a>=2.0rc0"]).expect("it is added")), ["a 2.0rc1 +"]);
}

#[test]
fn a_range_that_is_found_late_counts() {
    let index = FakeIndex::new(
        vec![
            wheel("one", "1", &["shared"]),
            wheel("two", "1", &["shared<2"]),
            wheel("shared", "1", &["of_old"]),
            wheel("shared", "2", &["of_new"]),
            wheel("of_old", "1", &[]),
            wheel("of_new", "1", &[]),
        ],
        &[],
    );
    let machine = Machine::new();
    let packs = machine.add(&index.address(), &["one", "two"]).expect("they are added");
    assert_eq!(told(&packs), ["of-old 1", "one 1 +", "shared 1", "two 1 +"]);
}

#[test]
fn others_stay_as_they_are_and_what_nobody_needs_goes() {
    let old = FakeIndex::new(vec![wheel("a", "1", &["low"]), wheel("low", "1", &[])], &[]);
    let new = FakeIndex::new(vec![wheel("a", "2", &["low"]), wheel("low", "2", &[]), wheel("b", "1", &["low"])], &[]);
    let machine = Machine::new();
    machine.add(&old.address(), &["a"]).expect("it is added");
    let before = machine.site();
    let packs = machine.add(&new.address(), &["b"]).expect("it is added");
    assert_eq!(told(&packs), ["a 1 +", "b 1 +", "low 1"]);
    assert!(machine.site() != before && !before.exists(), "programs would see the old folder");
    let packs = machine.add(&new.address(), &["a"]).expect("it is updated");
    assert_eq!(told(&packs), ["a 2 +", "b 1 +", "low 1"]);
    assert_eq!(machine.remove(&["low"]), Err(PackFault::Needed { name: "low".into(), by: "a".into() }));
    assert_eq!(told(&machine.remove(&["A"]).expect("it is removed")), ["b 1 +", "low 1"]);
    assert!(machine.site().join("low.py").exists() && !machine.site().join("a.py").exists());
    assert_eq!(told(&machine.remove(&["b"]).expect("it is removed")), Vec::<String>::new());
    assert_eq!((&machine.lock()["site"], names(&machine.path("packs/sites"))), (&json!(null), vec![]));
    assert_eq!(names(&machine.path("packs/wheels")), Vec::<String>::new());
    assert_eq!(machine.remove(&["b"]), Err(PackFault::NotAdded { name: "b".into() }));
}

#[test]
fn what_is_there_already_is_not_made_again() {
    let index = FakeIndex::new(vec![wheel("a", "1", &["low"]), wheel("low", "1", &[])], &[]);
    let machine = Machine::new();
    machine.add(&index.address(), &["a"]).expect("it is added");
    let site = machine.site();
    fs::write(site.join("mark"), "").expect("a file");
    let packs = machine.add(&index.address(), &["a", "low"]).expect("it is there");
    assert_eq!(told(&packs), ["a 1 +", "low 1 +"]);
    assert!(packs.packages.iter().all(|pack| pack.bytes > 0), "{packs:?}");
    assert!(machine.site() == site && site.join("mark").exists(), "programs would miss their modules for a moment");
}

#[test]
fn a_folder_that_a_python_uses_stays_until_it_is_free() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    machine.add(&index.address(), &["a"]).expect("it is added");
    let site = machine.site();
    let used = fs::File::open(site.with_extension("lock")).expect("a lock");
    used.try_lock_shared().expect("it is free");
    machine.remove(&["a"]).expect("it is removed");
    assert!(site.join("a.py").exists());
    drop(used);
    machine.list();
    assert_eq!(names(&machine.path("packs/sites")), Vec::<String>::new());
}

#[test]
fn files_are_added_without_an_index() {
    let machine = Machine::new();
    let folder = machine.path("given");
    fs::create_dir(&folder).expect("a folder");
    let (a, b) = (wheel("a", "1", &["b"]), wheel("b", "1", &[]));
    fs::write(folder.join(&a.file), &a.content).expect("a file");
    let file = folder.join(&a.file);
    let (_, refused) = machine.run(machine.command("add").arg("--from").arg(&file));
    assert_eq!(refused, Err(PackFault::NotGiven { name: "b".into(), by: "a 1".into() }));
    machine.check_empty();
    fs::write(folder.join(&b.file), &b.content).expect("a file");
    let (_, packs) = machine.run(machine.command("add").arg("--from").arg(&folder).arg("a"));
    assert_eq!(told(&packs.expect("they are added")), ["a 1 +", "b 1"]);
    assert_eq!(machine.lock()["packages"][0]["sha256"], json!(a.sha256()));
    let (_, packs) = machine.run(machine.command("add").arg("--from").arg(&folder));
    assert_eq!(told(&packs.expect("they are added")), ["a 1 +", "b 1 +"]);
}

#[test]
fn what_a_killed_change_left_is_removed() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    for folder in ["sites/unfinished/x", "sites/0123456789abcdef", "downloads", "wheels"] {
        fs::create_dir_all(machine.path("packs").join(folder)).expect("a folder");
    }
    for file in ["downloads/abc.part", "wheels/b-1-py3-none-any.whl", "wheels/b.unfinished"] {
        fs::write(machine.path("packs").join(file), "half").expect("a file");
    }
    machine.add(&index.address(), &["a"]).expect("it is added");
    assert_eq!(names(&machine.path("packs/wheels")), ["a-1-py3-none-any.whl"]);
    assert_eq!(names(&machine.path("packs/sites")).len(), 2, "the folder and its lock");
    assert_eq!(names(&machine.path("packs")), ["busy", "lock.json", "sites", "wheels"]);
}

#[test]
fn modules_of_the_data_folder_are_in_their_place() {
    let files = [("a-1.data/purelib/inner/b.py", "1"), ("a-1.data/scripts/tool", "2")];
    let index = FakeIndex::new(vec![wheel_with("a", "1", &[], &files)], &[]);
    let machine = Machine::new();
    machine.add(&index.address(), &["a"]).expect("it is added");
    assert_eq!(names(&machine.site()), ["a-1.dist-info", "a.py", "compiled", "inner"]);
}

#[test]
fn no_file_is_accessible_to_others_with_a_umask_of_zero() {
    let index = FakeIndex::new(vec![wheel_with("a", "1", &["b"], &[("a/inner.py", "1")]), wheel("b", "1", &[])], &[]);
    let machine = Machine::new();
    let given = machine.path("c-1-py3-none-any.whl");
    fs::write(&given, wheel("c", "1", &[]).content).expect("a file");
    for folder in ["packs", "packs/wheels", "packs/sites"] {
        fs::create_dir_all(machine.path(folder)).expect("a folder");
        fs::set_permissions(machine.path(folder), fs::Permissions::from_mode(0o777)).expect("a mode");
    }
    let mut from_index = unmasked(machine.command("add").env("PIP_INDEX_URL", index.address()).arg("a"));
    assert_eq!(told(&machine.run(&mut from_index).1.expect("they are added")), ["a 1 +", "b 1"]);
    let mut from_file = unmasked(machine.command("add").arg("--from").arg(given));
    assert_eq!(told(&machine.run(&mut from_file).1.expect("it is added")), ["a 1 +", "b 1", "c 1 +"]);
    // The stand-in for the built-in Python writes one file itself.
    let mut open = open_to_others(&machine.path("packs"));
    open.retain(|(path, _)| !path.ends_with("compiled"));
    assert!(open.is_empty(), "others may use {open:x?}");
    let mode = fs::metadata(machine.path("packs")).expect("a folder").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// All files and folders below `folder` that other users have access to, with their permissions.
fn open_to_others(folder: &Path) -> Vec<(PathBuf, u32)> {
    let mut open = Vec::new();
    for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        let found = fs::symlink_metadata(&path).expect("it is there");
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            open.push((path.clone(), mode));
        }
        if found.is_dir() {
            open.extend(open_to_others(&path));
        }
    }
    open
}
