//! Refused commands, which change nothing.

use std::fs;

use runtray_wire::PackFault;
use serde_json::json;

use crate::fake_index::{FakeIndex, listed, wheel, wheel_with};
use crate::harness::Machine;

#[test]
fn packages_that_cannot_be_added_are_named() {
    let index = FakeIndex::new(
        vec![
            wheel("numbers", "1", &[]),
            listed("numbers-2-cp314-cp314-manylinux_2_17_x86_64.whl"),
            wheel("needs_numbers", "1", &["numbers>1"]),
            listed("sources-1.tar.gz"),
            wheel("needs_nobody", "1", &["nobody"]),
            wheel("left", "1", &["low<2"]),
            wheel("right", "1", &["low>=2"]),
            wheel("low", "1", &[]),
            wheel("low", "2", &[]),
            wheel_with("hidden", "1", &[], &[("hidden/core.so", "code")]),
        ],
        &[],
    );
    let machine = Machine::new();
    let text = |text: &str| text.to_owned();
    let native = |name: &str, version: &str, by: &str| PackFault::Native {
        name: text(name),
        version: text(version),
        by: text(by),
    };
    let conflict = "left 1 asks for <2, right 1 asks for >=2";
    for (names, expected) in [
        (&["nothing"][..], PackFault::Unknown { name: text("nothing"), by: text("") }),
        (&["needs-nobody"], PackFault::Unknown { name: text("nobody"), by: text("needs-nobody 1") }),
        (&["numbers"], native("numbers", "2", "")),
        (&["needs_numbers"], native("numbers", "2", "needs-numbers 1")),
        (&["hidden"], native("hidden", "1", "")),
        (&["sources"], PackFault::NoWheel { name: text("sources"), version: text("1") }),
        (&["left", "right"], PackFault::Conflict { name: text("low"), wanted: text(conflict) }),
        (&["low>2"], PackFault::Conflict { name: text("low"), wanted: text("you ask for >2") }),
    ] {
        assert_eq!(machine.add(&index.address(), names), Err(expected), "{names:?}");
        machine.check_empty();
    }
    machine.add(&index.address(), &["numbers<2"]).expect("an older version is pure");
}

#[test]
fn names_that_are_none_are_refused_before_anything_is_asked() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    for name in ["../a", "a b", "a @ http://127.0.0.1/a.whl", "a>"] {
        let refused = machine.add(&index.address(), &[name]);
        assert!(matches!(refused, Err(PackFault::BadName { .. })), "{name}: {refused:?}");
    }
    assert_eq!(index.asked(), Vec::<String>::new());
}

#[test]
fn a_file_with_another_hash_is_not_kept() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[]).with("hashes", json!({"sha256": "0".repeat(64)}))], &[]);
    let machine = Machine::new();
    let refused = machine.add(&index.address(), &["a"]);
    assert!(matches!(refused, Err(PackFault::Damaged { .. })), "{refused:?}");
    machine.check_empty();
}

#[test]
fn a_wheel_that_reaches_out_of_its_folder_is_refused() {
    for path in ["../out.py", "/out.py", "a/../../out.py", "a/con.py"] {
        let index = FakeIndex::new(vec![wheel_with("a", "1", &[], &[(path, "x")])], &[]);
        let machine = Machine::new();
        let refused = machine.add(&index.address(), &["a"]);
        assert!(matches!(refused, Err(PackFault::BadWheel { .. })), "{path}: {refused:?}");
        assert_eq!(machine.lock(), serde_json::Value::Null);
        assert!(!machine.path("packs/sites/out.py").exists() && !machine.path("packs/out.py").exists());
    }
}

#[test]
fn files_that_are_no_wheels_are_refused() {
    let machine = Machine::new();
    let (text, damaged) = (machine.path("a.txt"), machine.path("a-1-py3-none-any.whl"));
    for file in [&text, &damaged] {
        fs::write(file, "no archive").expect("a file");
        let (_, refused) = machine.run(machine.command("add").arg("--from").arg(file));
        assert!(matches!(refused, Err(PackFault::BadWheel { .. })), "{refused:?}");
    }
    for missing in [machine.path("nowhere"), machine.path("packs")] {
        let (_, refused) = machine.run(machine.command("add").arg("--from").arg(missing));
        assert!(matches!(refused, Err(PackFault::Disk { .. })), "{refused:?}");
    }
    machine.check_empty();
}

#[test]
fn one_change_is_made_at_a_time() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    machine.list();
    let busy = fs::File::open(machine.path("packs/busy")).expect("a file");
    busy.try_lock().expect("it is free");
    assert_eq!(machine.add(&index.address(), &["a"]), Err(PackFault::Busy));
    assert_eq!(machine.remove(&["a"]), Err(PackFault::Busy));
    // It can be looked at meanwhile.
    assert!(machine.list().packages.is_empty());
    drop(busy);
    machine.add(&index.address(), &["a"]).expect("it is added");
}

#[test]
fn a_python_that_does_not_start_changes_nothing() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    fs::write(machine.path("python"), "#!/bin/sh\necho broken >&2\nexit 126\n").expect("a program");
    let refused = machine.add(&index.address(), &["a"]);
    assert_eq!(refused, Err(PackFault::NoPython { cause: "broken".into() }));
    machine.check_empty();
}

#[test]
fn a_damaged_lock_file_is_reported_and_kept() {
    let machine = Machine::new();
    machine.list();
    fs::write(machine.path("packs/lock.json"), "{").expect("a file");
    let (_, refused) = machine.run(&mut machine.command("list"));
    assert!(matches!(refused, Err(PackFault::Disk { .. })), "{refused:?}");
    assert_eq!(fs::read_to_string(machine.path("packs/lock.json")).expect("a file"), "{");
}
