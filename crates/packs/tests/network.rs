//! The index: its address, and indexes that cannot be reached.

use std::fs;
use std::net::TcpListener;

use runtray_wire::PackFault;
use serde_json::json;

use crate::fake_index::{FakeIndex, wheel};
use crate::harness::{Machine, told};

#[test]
fn the_index_is_that_of_pip_s_configuration() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    let config = machine.path("home/.config/pip");
    fs::create_dir_all(&config).expect("a folder");
    let text = format!("[global]\nindex-url = {}\n", index.address());
    fs::write(config.join("pip.conf"), &text).expect("a file");
    fs::write(machine.path("other.conf"), &text).expect("a file");
    let variables = [
        ("NOTHING", String::new()),
        ("PIP_CONFIG_FILE", machine.path("other.conf").display().to_string()),
        ("UV_INDEX_URL", index.address()),
    ];
    for (number, (name, value)) in variables.iter().enumerate() {
        let (_, packs) = machine.run(machine.command("add").env(name, value).arg("a"));
        assert_eq!(told(&packs.expect("it is added")), ["a 1 +"], "{name}");
        if number == 0 {
            fs::remove_dir_all(&config).expect("a folder");
        }
    }
}

#[test]
fn no_index_is_used_where_pip_must_not() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    let mut add = machine.command("add");
    let (_, refused) = machine.run(add.env("PIP_INDEX_URL", index.address()).env("PIP_NO_INDEX", "1").arg("a"));
    assert_eq!((refused, index.asked()), (Err(PackFault::NoIndex), vec![]));
}

#[test]
fn an_own_pip_tells_its_default() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    let pip = machine.path("own-python");
    let help = format!("#!/bin/sh\necho '-i, --index-url <url>  Base URL (default\n  {}). It'\n", index.address());
    fs::write(&pip, help).expect("a program");
    fs::set_permissions(&pip, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    let (_, packs) = machine.run(machine.command("add").arg("--own-python").arg(&pip).arg("a"));
    assert_eq!(told(&packs.expect("it is added")), ["a 1 +"]);
}

#[test]
fn an_index_that_is_not_reached_is_named() {
    let port = TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port();
    let machine = Machine::new();
    let refused = machine.add(&format!("http://127.0.0.1:{port}/simple"), &["a"]);
    assert!(matches!(&refused, Err(PackFault::Offline { host, .. }) if host == "127.0.0.1"), "{refused:?}");
    machine.check_empty();
    for address in ["http://index.invalid/simple", "ftp://127.0.0.1/simple", "simple"] {
        let refused = machine.add(address, &["a"]);
        assert_eq!(refused, Err(PackFault::BadIndex { address: address.to_owned() }));
    }
    let refused = machine.add("http://me:secret@index.invalid/simple", &["a"]);
    assert_eq!(refused, Err(PackFault::BadIndex { address: "http://index.invalid/simple".into() }));
}

#[test]
fn an_interrupted_download_leaves_nothing_half() {
    let index = FakeIndex::new(vec![wheel("a", "1", &["b"]), wheel("b", "1", &[])], &["b-1-py3-none-any.whl"]);
    let machine = Machine::new();
    let refused = machine.add(&index.address(), &["a"]);
    assert!(matches!(refused, Err(PackFault::Offline { .. })), "{refused:?}");
    assert_eq!(machine.lock(), json!(null));
    machine.list();
    machine.check_empty();
}

#[test]
fn an_index_without_json_is_named() {
    let index = FakeIndex::new(vec![wheel("a", "1", &[]).with("hashes", json!("none"))], &[]);
    let machine = Machine::new();
    let refused = machine.add(&index.address(), &["a"]);
    assert!(matches!(&refused, Err(PackFault::Refused { cause, .. }) if cause.contains("691")), "{refused:?}");
}

#[test]
fn the_proxy_and_the_password_of_the_index_are_used() {
    let proxy = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let machine = Machine::new();
    let mut add = machine.command("add");
    add.env("PIP_INDEX_URL", "http://me:secret@index.invalid/simple").env("PIP_TRUSTED_HOST", "index.invalid");
    add.env("PIP_PROXY", format!("http://127.0.0.1:{}", proxy.port)).arg("a");
    machine.run(&mut add).1.ok();
    let asked = proxy.asked();
    assert!(asked.first().is_some_and(|line| line.contains("index.invalid")), "{asked:?}");
    let index = FakeIndex::new(vec![wheel("a", "1", &[])], &[]);
    let address = index.address().replace("http://", "http://me:secret@");
    machine.add(&address, &["a"]).expect("it is added");
    let asked = index.asked();
    assert!(
        asked.iter().all(|line| line.to_ascii_lowercase().ends_with("authorization: basic bwu6c2vjcmv0")),
        "{asked:?}"
    );
}

#[test]
fn metadata_beside_a_wheel_saves_its_download_until_it_is_chosen() {
    let a = wheel("a", "1", &[]);
    let index = FakeIndex::new(vec![a.clone().with("core-metadata", json!({"sha256": "0"}))], &[]);
    let machine = Machine::new();
    // The fake index has none, so the wheel's own is read.
    assert_eq!(told(&machine.add(&index.address(), &["a"]).expect("it is added")), ["a 1 +"]);
    assert!(index.asked().iter().any(|line| line.contains("a-1-py3-none-any.whl.metadata")));
}
