use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use tar::{Builder, EntryType, Header};

use super::{Found, inside};
use crate::interpreter::Machine;
use crate::job::Job;
use crate::language::{Choices, Images, Languages};
use crate::limits::Limits;
use crate::request::path::RelativePath;
use crate::request::{Request, SourceFile};

/// `request` as a job in a container.
pub(in crate::container) fn job_with(request: Request) -> Job {
    let images = Images { default: Some("python:3.13".into()), ..Images::default() };
    let languages = Languages::new(Choices { images, ..Choices::default() }, Machine::this());
    let python = languages.find("python").expect("Python");
    Job::new(request, languages.container_runtime(python).expect("an image")).expect("a job")
}

fn request() -> Request {
    let file = |path: &str, content: &[u8]| SourceFile {
        path: RelativePath::parse(path).expect("a path"),
        content: content.to_vec(),
    };
    let files = vec![file("same.txt", b"same"), file("changed.txt", b"old!"), file("big.bin", &[7; 200_000])];
    Request::new("code", Duration::from_secs(1)).with_files(files).expect("files")
}

/// An entry whose name is written as it is.
fn entry(archive: &mut Vec<u8>, name: &str, kind: EntryType, size: u64, content: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    archive.extend_from_slice(header.as_bytes());
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}

fn file(archive: &mut Vec<u8>, name: &str, content: &[u8]) {
    entry(archive, name, EntryType::Regular, content.len() as u64, content);
}

/// A path, a size and a content.
type Taken = (String, u64, Option<Vec<u8>>);

/// The paths, sizes and contents that are found in `archive`, and whether all of it was read.
fn found(archive: &[u8], limits: Limits) -> (Vec<Taken>, bool) {
    let job = job_with(request()).with_limits(limits);
    let mut found = Found::new(&job);
    let whole = found.read(archive).is_ok();
    (found.files.into_values().map(|file| (file.path, file.size_bytes, file.content)).collect(), whole)
}

fn paths(archive: &[u8]) -> Vec<String> {
    found(archive, Limits::default()).0.into_iter().map(|(path, ..)| path).collect()
}

#[test]
fn new_and_changed_files_are_results() {
    let mut archive = Vec::new();
    entry(&mut archive, "work/", EntryType::Directory, 0, b"");
    file(&mut archive, "work/main.py", b"code");
    file(&mut archive, "work/same.txt", b"same");
    file(&mut archive, "work/changed.txt", b"new!");
    file(&mut archive, "work/big.bin", &[7; 200_000]);
    file(&mut archive, "./work/b/new.txt", b"new");
    file(&mut archive, "work/__pycache__/x.pyc", b"x");
    let text = |path: &str, text: &str| (path.to_owned(), text.len() as u64, Some(text.as_bytes().to_vec()));
    let small = Limits { result_file_bytes: 1000, ..Limits::default() };
    for limits in [Limits::default(), small] {
        let (files, whole) = found(&archive, limits);
        assert!(whole);
        assert_eq!(files, [text("b/new.txt", "new"), text("changed.txt", "new!")]);
    }
}

#[test]
fn links_devices_and_foreign_names_are_left_out() {
    let mut archive = Vec::new();
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Char, EntryType::Block, EntryType::Fifo] {
        entry(&mut archive, "work/special", kind, 0, b"");
    }
    for name in ["/etc/passwd", "../x", "work/../x", "work/a/../../x", "work", "work/", "other/x", "work//x", ""] {
        file(&mut archive, name, b"hostile");
    }
    file(&mut archive, "work/C:\\x", b"a name");
    assert_eq!(paths(&archive), ["C:\\x"]);
    assert_eq!(inside(b"work/a\0b"), None);
    assert_eq!(inside(b"work/\xff").as_deref(), Some("\u{fffd}"));
}

#[test]
fn long_names_are_read_in_both_formats_and_have_an_end() {
    let name = format!("work/{}", "n".repeat(300));
    let mut archive = Vec::new();
    entry(&mut archive, "././@LongLink", EntryType::GNULongName, name.len() as u64 + 1, format!("{name}\0").as_bytes());
    file(&mut archive, "work/short", b"a");
    let pax = format!("{} path={name}2\n", name.len() + 11);
    entry(&mut archive, "PaxHeaders/x", EntryType::XHeader, pax.len() as u64, pax.as_bytes());
    file(&mut archive, "work/short", b"b");
    assert_eq!(paths(&archive), [name[5..].to_owned(), format!("{}2", &name[5..])]);
    for kind in [EntryType::GNULongName, EntryType::XHeader] {
        let mut archive = Vec::new();
        file(&mut archive, "work/first", b"a");
        entry(&mut archive, "x", kind, 1 << 40, b"a name of a terabyte");
        let (files, whole) = found(&archive, Limits::default());
        assert_eq!((files.len(), whole), (1, false));
    }
}

#[test]
fn broken_archives_give_what_came_before() {
    let mut archive = Vec::new();
    file(&mut archive, "work/first", b"a");
    let good = archive.len();
    file(&mut archive, "work/second", &[1; 5000]);
    for cut in [good + 100, good + 512, good + 2000] {
        let (files, whole) = found(&archive[..cut], Limits::default());
        assert_eq!((files.len(), whole), (1, false), "{cut}");
    }
    let mut lying = archive[..good].to_vec();
    entry(&mut lying, "work/huge", EntryType::Regular, u64::MAX >> 1, b"short");
    let (files, whole) = found(&lying, Limits::default());
    assert!(!whole && files.len() <= 2, "{files:?}");
    assert!(files.iter().all(|(path, _, content)| path != "huge" || content.is_none()));
    assert_eq!(paths(b"no archive at all"), Vec::<String>::new());
}

#[test]
fn the_number_of_files_and_their_contents_are_bounded() {
    let limits = Limits { result_files: 3, result_file_bytes: 100, ..Limits::default() };
    let mut archive = Vec::new();
    for number in (0..40).rev() {
        file(&mut archive, &format!("work/{number:02}"), &[b'x'; 90]);
    }
    file(&mut archive, "work/000", &[b'x'; 101]);
    let (files, _) = found(&archive, limits);
    let names: Vec<_> = files.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(names, ["00", "000", "01"]);
    assert_eq!(files.iter().map(|file| file.2.is_some()).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn an_archive_that_tar_makes_is_read() {
    let mut builder = Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(2);
    header.set_mode(0o644);
    let long = format!("work/{}/x", "d".repeat(150));
    builder.append_data(&mut header, &long, &b"ok"[..]).expect("an entry");
    let archive = builder.into_inner().expect("an archive");
    let mut all = Vec::new();
    archive.as_slice().read_to_end(&mut all).expect("bytes");
    assert_eq!(paths(&all), [long["work/".len()..].to_owned()]);
    assert_eq!(Arc::new(job_with(request())).runtime().image.as_deref(), Some("python:3.13"));
}
