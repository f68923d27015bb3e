//! Updates from a server on this machine: good ones, and every fault of a server, a package or an installation.

mod publisher;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use semver::Version;
use tempfile::TempDir;

use crate::installation::Installation;
use crate::package::Installed;
use crate::updater::Updater;
use crate::workplace::{Workplace, sweep, sweep_replaced};
use crate::{Result, Timeouts};
use publisher::{Entry, Publisher, archive, archive_target, manifest};
use server::{Reply, Server};

/// An installation of version 1.0.0, and a server that offers 2.0.0.
struct World {
    server: Server,
    publisher: Publisher,
    root: TempDir,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        fs::create_dir(root.path().join("runtray")).expect("a folder");
        fs::write(root.path().join("runtray/runtray"), "old").expect("a file");
        Self { server: Server::start(), publisher: Publisher::new(), root }
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("runtray")
    }

    fn program(&self) -> String {
        fs::read_to_string(self.folder().join("runtray")).expect("the program")
    }

    fn updater(&self) -> Updater {
        self.updater_of(Installation::Archive(self.folder()))
    }

    fn updater_of(&self, installation: Installation) -> Updater {
        let second = Duration::from_secs(1);
        Updater {
            feed: self.publisher.feed(&self.server.url("/latest.json"), &[]),
            installation,
            current: Version::new(1, 0, 0),
            timeouts: Timeouts { connect: second, silence: second, whole: 20 * second },
            cache: self.root.path().to_owned(),
        }
    }

    /// Offers a package under a version, with its signature.
    fn offer(&self, version: &str, package: Reply, signature: &str) {
        self.server.set("/latest.json", Reply::Whole(manifest(version, &archive_target(), "/package", signature)));
        self.server.set("/package", package);
    }

    /// Offers an archive as version 2.0.0, signed as it should be.
    fn offer_archive(&self, entries: &[Entry<'_>]) {
        let package = archive(entries);
        let signature = self.publisher.sign(&package, "2.0.0", &archive_target());
        self.offer("2.0.0", Reply::Whole(package), &signature);
    }

    /// Looks for a version, fetches and installs it.
    fn update(&self) -> Result<Installed> {
        let updater = self.updater();
        let release = updater.check()?.release.expect("a newer version");
        updater.fetch(&release, |_, _| {})?.install(false)
    }

    /// The update fails with that code, and everything is as it was.
    fn check_refused(&self, code: &str) {
        let error = self.update().expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(names(self.root.path()), ["runtray"], "{code} left something");
        assert_eq!(self.program(), "old", "{code}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A program that says that it is version 2.0.0.
const NEW: &[u8] = b"#!/bin/sh\necho runtray 2.0.0\n";

#[cfg(unix)]
#[test]
fn a_good_package_replaces_the_folder_and_leaves_nothing_else() {
    let world = World::new();
    fs::write(world.folder().join("LICENSE"), "of the old version").expect("a file");
    world.offer_archive(&[("runtray-2/runtray", 0o755, NEW), ("runtray-2/man/runtray.1", 0o644, b"page")]);
    let updater = world.updater();
    let answer = updater.check().expect("an answer");
    let release = answer.release.expect("a newer version");
    assert_eq!((answer.newest, &*release.notes, &*release.date), (Version::new(2, 0, 0), "Better.", "2026-11-26"));
    let mut steps = Vec::new();
    let package = updater.fetch(&release, |read, size| steps.push((read, size))).expect("a package");
    let (last, size) = *steps.last().expect("steps");
    assert_eq!((steps[0].0, Some(last)), (0, size));
    assert_eq!(world.program(), "old", "it was installed before it was asked for");
    assert!(matches!(package.install(false).expect("an installation"), Installed::Replaced));
    assert_eq!(world.program().as_bytes(), NEW);
    assert_eq!(
        (names(world.root.path()), names(&world.folder())),
        (vec!["runtray".into()], vec!["man".into(), "runtray".into()])
    );
}

#[cfg(unix)]
#[test]
fn an_app_image_is_replaced_and_can_still_be_started() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let image = world.root.path().join("Runtray.AppImage");
    fs::write(&image, "old").expect("a file");
    fs::set_permissions(&image, fs::Permissions::from_mode(0o755)).expect("a mode");
    let updater = world.updater_of(Installation::AppImage(image.clone()));
    let target = updater.target().expect("a target");
    let signature = world.publisher.sign(b"new", "2.0.0", &target);
    world.server.set("/latest.json", Reply::Whole(manifest("2.0.0", &target, "/image", &signature)));
    world.server.set("/image", Reply::Whole(b"new".to_vec()));
    let release = updater.check().expect("an answer").release.expect("a newer version");
    updater.fetch(&release, |_, _| {}).expect("a package").install(false).expect("an installation");
    assert_eq!(fs::read_to_string(&image).expect("a file"), "new");
    assert_eq!(fs::metadata(&image).expect("a file").permissions().mode() & 0o777, 0o755);
    assert_eq!(names(world.root.path()), ["Runtray.AppImage", "runtray"]);
}

#[test]
fn a_package_that_the_key_did_not_sign_is_deleted() {
    let world = World::new();
    let package = archive(&[("runtray-2/runtray", 0o755, NEW)]);
    let stranger = Publisher::new().sign(&package, "2.0.0", &archive_target());
    let good = world.publisher.sign(&package, "2.0.0", &archive_target());
    let mut changed = package.clone();
    changed[20] ^= 1;
    let shorter = package[..package.len() - 1].to_vec();
    for (package, signature) in
        [(&package, &*stranger), (&changed, &*good), (&shorter, &*good), (&package, "AAAA"), (&package, "")]
    {
        world.offer("2.0.0", Reply::Whole(package.clone()), signature);
        world.check_refused("update.bad_signature");
    }
}

#[test]
fn an_older_version_is_no_update_even_if_the_feed_calls_it_new() {
    let world = World::new();
    let old = archive(&[("runtray-0/runtray", 0o755, b"#!/bin/sh\necho runtray 0.9.0\n")]);
    let signature = world.publisher.sign(&old, "0.9.0", &archive_target());
    for (version, newer) in [("0.9.0", false), ("1.0.0", false), ("1.0.0-rc.1", false), ("1.0.1", true)] {
        world.offer(version, Reply::Whole(old.clone()), &signature);
        let answer = world.updater().check().expect("an answer");
        assert_eq!((answer.newest.to_string(), answer.release.is_some()), (version.to_owned(), newer));
    }
    world.offer("2.0.0", Reply::Whole(old), &signature);
    world.check_refused("update.other_package");
    let foreign = archive(&[("runtray-2/runtray", 0o755, NEW)]);
    world.offer(
        "2.0.0",
        Reply::Whole(foreign.clone()),
        &world.publisher.sign(&foreign, "2.0.0", "windows-x86_64-nsis"),
    );
    world.check_refused("update.other_package");
}

#[test]
fn a_server_that_breaks_off_sends_too_much_or_leads_astray_changes_nothing() {
    let world = World::new();
    let package = archive(&[("runtray-2/runtray", 0o755, NEW)]);
    let signature = world.publisher.sign(&package, "2.0.0", &archive_target());
    let elsewhere = Reply::Redirect(format!("http://localhost:{}/package", world.server.port));
    for (reply, code) in [
        (Reply::Cut(package.len() as u64 * 2, package.clone()), "update.cut_off"),
        (Reply::Cut(1 << 40, Vec::new()), "update.too_large"),
        (Reply::Status(500), "update.status"),
        (Reply::Status(206), "update.status"),
        (Reply::Redirect("/package".to_owned()), "update.too_many_redirects"),
        (elsewhere, "update.other_host"),
        (Reply::Silent, "update.no_answer"),
    ] {
        world.offer("2.0.0", reply, &signature);
        world.check_refused(code);
    }
}

#[test]
fn a_feed_that_is_wrong_is_refused_in_time() {
    let world = World::new();
    for (reply, code) in [
        (Reply::Endless, "update.too_large"),
        (Reply::Cut(1 << 20, Vec::new()), "update.too_large"),
        (Reply::Cut(100, b"{".to_vec()), "update.cut_off"),
        (Reply::Whole(b"<html>".to_vec()), "update.not_a_feed"),
        (Reply::Whole(manifest("2.0.0", "other", "/p", "")), "update.no_package"),
        (Reply::Status(404), "update.status"),
        (Reply::Redirect("http://192.0.2.1/latest.json".to_owned()), "update.other_host"),
        (Reply::Redirect("ftp://127.0.0.1/latest.json".to_owned()), "update.other_host"),
        (Reply::Silent, "update.no_answer"),
    ] {
        let start = Instant::now();
        world.server.set("/latest.json", reply);
        let error = world.updater().check().expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert!(start.elapsed() < Duration::from_secs(15), "{code} took {:?}", start.elapsed());
    }
    let mut updater = world.updater();
    updater.feed = world.publisher.feed("http://127.0.0.1:1/latest.json", &[]);
    assert_eq!(updater.check().expect_err("nobody listens").code(), "update.not_reached");
}

#[test]
fn a_listed_host_may_send_the_feed() {
    let world = World::new();
    world.server.set("/latest.json", Reply::Redirect(format!("http://localhost:{}/other.json", world.server.port)));
    world.server.set("/other.json", Reply::Whole(manifest("1.0.0", "x", "/p", "")));
    assert_eq!(world.updater().check().expect_err("not listed").code(), "update.other_host");
    let mut updater = world.updater();
    updater.feed = world.publisher.feed(&world.server.url("/latest.json"), &["localhost".to_owned()]);
    assert_eq!(updater.check().expect("an answer").newest, Version::new(1, 0, 0));
}

#[test]
fn an_archive_that_cannot_be_the_new_version_changes_nothing() {
    let world = World::new();
    for (entries, code) in [
        (&[("runtray-2/runtray", 0o755, &b"#!/bin/sh\necho runtray 1.5.0\n"[..])][..], "update.does_not_start"),
        (&[("runtray-2/runtray", 0o755, &b"\x7fELF nonsense"[..])][..], "update.does_not_start"),
        (&[("runtray-2/other", 0o755, NEW)][..], "update.does_not_start"),
        (&[("one/runtray", 0o755, NEW), ("two/runtray", 0o755, NEW)][..], "update.bad_archive"),
        (&[("runtray", 0o755, NEW)][..], "update.bad_archive"),
        (&[("../runtray-2/runtray", 0o755, NEW)][..], "update.bad_archive"),
    ] {
        world.offer_archive(entries);
        world.check_refused(code);
    }
    let nonsense = b"not an archive".to_vec();
    let signature = world.publisher.sign(&nonsense, "2.0.0", &archive_target());
    world.offer("2.0.0", Reply::Whole(nonsense), &signature);
    world.check_refused("update.bad_archive");
}

#[cfg(unix)]
#[test]
fn files_of_others_in_the_folder_stay() {
    let world = World::new();
    fs::write(world.folder().join("my-notes.txt"), "mine").expect("a file");
    world.offer_archive(&[("runtray-2/runtray", 0o755, NEW)]);
    let error = world.update().expect_err("a refusal");
    assert_eq!(error.code(), "update.foreign_files");
    assert_eq!(error.value("files").as_deref(), Some("my-notes.txt"));
    assert_eq!(
        (world.program(), names(&world.folder())),
        ("old".into(), vec!["my-notes.txt".into(), "runtray".into()])
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_a_later_version_leaves_out_is_not_one_of_others() {
    let world = World::new();
    // The files that `cargo xtask package` puts into the archive.
    for name in ["runtray-python", "runtray-python-compile", "runtray-packs", "builtin-python", "completions", "man"] {
        fs::write(world.folder().join(name), "old").expect("a file");
    }
    world.offer_archive(&[("runtray-2/runtray", 0o755, NEW)]);
    world.update().expect("an update");
    assert_eq!(names(&world.folder()), ["runtray"]);
}

#[test]
fn one_update_at_a_time_and_an_interrupted_one_is_swept() {
    let world = World::new();
    let package = archive(&[("runtray-2/runtray", 0o755, NEW)]);
    let signature = world.publisher.sign(&package, "2.0.0", &archive_target());
    world.offer("2.0.0", Reply::Whole(package), &signature);
    let other = Workplace::claim(world.root.path()).expect("a folder");
    assert_eq!(world.update().expect_err("two at once").code(), "update.running");
    sweep(world.root.path());
    assert!(names(world.root.path()).contains(&".runtray-update".to_owned()), "one that is in use was swept");
    // As if its process had been killed.
    other.keep();
    fs::create_dir_all(world.root.path().join(".runtray-update/new/runtray-2")).expect("a folder");
    sweep(world.root.path());
    assert_eq!(names(world.root.path()), ["runtray"]);
}

#[cfg(unix)]
#[test]
fn a_fetched_package_is_accessible_to_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let cache = world.root.path().join("updates");
    fs::create_dir(&cache).expect("a folder");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("a mode");
    let updater = Updater { cache: cache.clone(), ..world.updater_of(Installation::Setup) };
    let target = updater.target().expect("a target");
    let signature = world.publisher.sign(b"new", "2.0.0", &target);
    world.server.set("/latest.json", Reply::Whole(manifest("2.0.0", &target, "/setup", &signature)));
    world.server.set("/setup", Reply::Whole(b"new".to_vec()));
    let release = updater.check().expect("an answer").release.expect("a newer version");
    let _package = updater.fetch(&release, |_, _| {}).expect("a package");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let work = cache.join(".runtray-update");
    assert_eq!((mode(&cache), mode(&work)), (0o700, 0o700));
    for file in ["lock", "Runtray-Setup.exe"] {
        assert_eq!(mode(&work.join(file)), 0o600, "{file}");
    }
}

#[test]
fn replaced_files_are_swept_unless_the_installer_still_needs_them() {
    let root = tempfile::tempdir().expect("a folder");
    let old = root.path().join(".old");
    fs::create_dir_all(old.join("1/builtin-python")).expect("a folder");
    fs::write(old.join("1/runtray.exe"), "old").expect("a file");
    fs::write(root.path().join("runtray.exe"), "new").expect("a file");
    fs::write(old.join("replacing"), "1").expect("a file");
    sweep_replaced(root.path());
    assert!(old.join("1/runtray.exe").exists(), "the only copy of the old version is gone");
    fs::remove_file(old.join("replacing")).expect("a file");
    sweep_replaced(root.path());
    sweep_replaced(root.path());
    assert_eq!(names(root.path()), ["runtray.exe"]);
}
