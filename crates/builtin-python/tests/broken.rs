//! Shipped files that are missing, damaged or replaced; folders that cannot be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;

use crate::harness::{Ended, Python, home, identify};

/// The code of a program that cannot be started.
const BROKEN: Option<i32> = Some(126);

/// A copy of the shipped files, not yet unpacked.
fn copy() -> TempDir {
    let copy = TempDir::new().expect("a folder can be made");
    for entry in fs::read_dir(home()).expect("it is there").flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), copy.path().join(entry.file_name())).expect("it can be copied");
    }
    copy
}

fn hello(home: &Path) -> Ended {
    Python::with_home(home).run(&["-c", "print('hi')"])
}

/// The one file whose name has `part`, below `folder`.
fn find(folder: &Path, part: &str) -> PathBuf {
    let entries = fs::read_dir(folder).expect("it can be listed").flatten().map(|entry| entry.path());
    let mut named = entries.filter(|path| path.to_string_lossy().contains(part));
    named.next().unwrap_or_else(|| panic!("there is no {part} in {}", folder.display()))
}

/// The one folder that is unpacked.
fn unpacked(home: &Path) -> PathBuf {
    let mut entries = fs::read_dir(home.join("unpacked")).expect("it is there").flatten().map(|entry| entry.path());
    entries.find(|path| path.is_dir()).expect("a folder is unpacked")
}

/// How many folders are unpacked.
fn folders(home: &Path) -> usize {
    let entries = fs::read_dir(home.join("unpacked")).expect("it is there").flatten();
    entries.filter(|entry| entry.path().is_dir()).count()
}

fn refuses(home: &Path, words: &[&str]) {
    let ended = hello(home);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (BROKEN, ""), "{ended:?}");
    assert!(words.iter().all(|word| ended.stderr.contains(word)), "{ended:?} lacks one of {words:?}");
}

fn works(home: &Path) {
    let ended = hello(home);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("hi\n", ""));
}

#[test]
fn nothing_is_there() {
    refuses(Path::new("/nowhere"), &["cannot read", "about.json"]);
    let empty = TempDir::new().expect("a folder can be made");
    fs::write(empty.path().join("about.json"), "{").expect("it can be written");
    refuses(empty.path(), &["about.json is damaged"]);
}

#[test]
fn what_is_shipped_is_damaged() {
    for (file, cut) in
        [("cwasm.lzma", true), ("cwasm.lzma", false), ("library.tar.lzma", true), ("library.tar.lzma", false)]
    {
        let home = copy();
        let file = find(home.path(), file);
        let mut content = fs::read(&file).expect("it is there");
        let middle = content.len() / 2;
        if cut {
            content.truncate(middle)
        } else {
            content[middle] ^= 0x55
        }
        fs::write(&file, content).expect("it can be written");
        let ended = hello(home.path());
        assert_eq!(ended.status.code(), BROKEN, "{ended:?}");
        assert!(ended.stderr.contains(" is damaged: ") && ended.stderr.contains("install Runtray again"), "{ended:?}");
        assert_eq!(folders(home.path()), 0, "an unfinished folder was left");
    }
}

#[test]
fn machine_code_of_another_build_is_refused_by_its_hash() {
    let home = copy();
    let about = fs::read_to_string(home.path().join("about.json")).expect("it is there");
    let hash = about.split("\"sha256\": \"").nth(1).expect("there is a hash")[..64].to_owned();
    fs::write(home.path().join("about.json"), about.replace(&hash, &"0".repeat(64))).expect("it can be written");
    refuses(home.path(), &["is damaged: its hash is not the one in about.json"]);
}

/// Changes one byte of `file`, and restores everything that a program can restore: its size, mode and time of change.
fn change(file: &Path) -> Vec<u8> {
    let good = fs::read(file).expect("it is there");
    let mut content = good.clone();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    let before = fs::metadata(file).expect("it is there");
    let (mode, time) = (before.permissions(), before.modified().expect("it has a time"));
    let mut open = mode.clone();
    #[expect(clippy::permissions_set_readonly_false, reason = "the mode comes back")]
    open.set_readonly(false);
    fs::set_permissions(file, open).expect("it can be set");
    fs::write(file, &content).expect("it can be written");
    fs::File::options().write(true).open(file).and_then(|file| file.set_modified(time)).expect("it can be set");
    fs::set_permissions(file, mode).expect("it can be set");
    good
}

#[test]
fn unpacked_code_that_was_changed_is_not_run() {
    let home = copy();
    works(home.path());
    let code = unpacked(home.path()).join("python.cwasm");
    let good = change(&code);
    works(home.path());
    assert!(fs::read(&code).expect("it is there") == good, "the changed file was not replaced");
    fs::remove_file(&code).expect("it can be removed");
    works(home.path());
    // Its files are read-only: Wine moves them and removes none.
    fs::rename(code.with_file_name("lib"), home.path().join("moved")).expect("it can be moved");
    assert_eq!(hello(home.path()).stdout, "hi\n");
}

/// The mark of the files holds only as long as nobody changes them.
#[test]
fn what_the_files_were_known_by_says_nothing_of_changed_ones() {
    let home = copy();
    let (folder, known) = identify(home.path());
    let with = |known: &str| Python::with_home(home.path()).run(&["--checked", known, "-c", "print('hi')"]);
    assert_eq!(with(&known).stdout, "hi\n");
    assert_eq!(identify(home.path()), (folder.clone(), known.clone()), "they are known by something else");
    let code = folder.join("python.cwasm");
    let good = change(&code);
    assert_eq!(with(&known).stdout, "hi\n");
    assert!(fs::read(&code).expect("it is there") == good, "the changed file was not replaced");
    assert_ne!(identify(home.path()).1, known);
}

/// The files that earlier versions trusted, with everything that a program can know about the code's file.
#[cfg(unix)]
#[test]
fn nothing_that_lies_beside_the_code_vouches_for_it() {
    use std::os::unix::fs::MetadataExt as _;
    let home = copy();
    works(home.path());
    let code = unpacked(home.path()).join("python.cwasm");
    let good = change(&code);
    let of = fs::metadata(&code).expect("it is there");
    let changed = (of.ctime(), of.ctime_nsec());
    let record = format!("{} {} {} {} {changed:?}", of.dev(), of.ino(), of.size(), of.mtime_nsec());
    fs::write(code.with_file_name("checked"), record).expect("it can be written");
    works(home.path());
    assert!(fs::read(&code).expect("it is there") == good, "the changed file was not replaced");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_the_code_is_replaced() {
    let home = copy();
    works(home.path());
    let code = unpacked(home.path()).join("python.cwasm");
    fs::rename(&code, home.path().join("elsewhere")).expect("it can be moved");
    std::os::unix::fs::symlink(home.path().join("elsewhere"), &code).expect("a link can be made");
    works(home.path());
    assert!(fs::symlink_metadata(&code).expect("it is there").is_file());
    fs::remove_file(&code).expect("it can be removed");
    nix::unistd::mkfifo(&code, nix::sys::stat::Mode::S_IRWXU).expect("a pipe can be made");
    works(home.path());
    assert!(fs::symlink_metadata(&code).expect("it is there").is_file());
}

#[test]
fn a_library_that_was_changed_is_not_used() {
    let home = copy();
    works(home.path());
    let library = unpacked(home.path()).join("lib");
    let import = |name: &str| Python::with_home(home.path()).run(&["-c", &format!("import {name}; print('hi')")]);
    // One that no program has imported before, so that its file is read.
    let module = library.join("colorsys.py");
    let good = change(&module);
    assert_eq!(import("colorsys").stdout, "hi\n");
    assert!(fs::read(&module).expect("it is there") == good, "the changed file was not replaced");
    fs::write(library.join("added.py"), "print('added')").expect("it can be written");
    let ended = import("added");
    assert!(ended.status.code() == Some(1) && ended.stderr.contains("No module named 'added'"), "{ended:?}");
    fs::rename(&module, home.path().join("moved.py")).expect("it can be moved");
    assert_eq!(import("colorsys").stdout, "hi\n");
}

#[cfg(windows)]
#[test]
fn code_that_runs_cannot_be_changed_or_replaced() {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::process::Stdio;
    let home = copy();
    works(home.path());
    let code = unpacked(home.path()).join("python.cwasm");
    let python = Python::with_home(home.path());
    let mut command = python.command(&["-c", "print('begun', flush=True); print(input())"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    output.read_line(&mut line).expect("it prints");
    assert!(fs::File::options().write(true).open(&code).is_err(), "it can be written");
    assert!(fs::remove_file(&code).is_err(), "it can be removed");
    assert!(fs::rename(&code, code.with_extension("old")).is_err(), "it can be moved");
    // A second one is not in the way, nor is it told to unpack.
    works(home.path());
    child.stdin.take().expect("a pipe").write_all(b"end\n").expect("it reads");
    line.clear();
    output.read_line(&mut line).expect("it prints");
    assert_eq!((line.trim_end(), child.wait().expect("it ends").code()), ("end", Some(0)));
    fs::write(&code, "").expect("it can be written");
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = copy();
    works(home.path());
    fs::set_permissions(unpacked(home.path()), fs::Permissions::from_mode(0o777)).expect("it can be set");
    // It is thrown away and made again.
    works(home.path());
    let mode = fs::metadata(unpacked(home.path())).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn the_environment_does_not_choose_what_is_run() {
    let elsewhere = TempDir::new().expect("a folder can be made");
    let place = elsewhere.path().to_string_lossy().into_owned();
    let home = copy();
    let mut python = Python::with_home(home.path());
    for name in [
        "HOME",
        "XDG_CACHE_HOME",
        "LOCALAPPDATA",
        "TMPDIR",
        "RUNTRAY_CACHE",
        "PYTHONHOME",
        "PYTHONPATH",
        "WASMTIME_HOME",
    ] {
        python = python.variable(name, &place);
    }
    assert_eq!(python.run(&["-c", "print('hi')"]).stdout, "hi\n");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("it can be listed").count(), 0);
}

#[test]
fn several_unpack_at_once() {
    let home = copy();
    let place = home.path();
    let ended: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(move || hello(place))).collect();
        running.into_iter().map(|run| run.join().expect("it ends")).collect()
    });
    assert!(ended.iter().all(|run| run.stdout == "hi\n"), "{ended:?}");
    assert_eq!(folders(home.path()), 1);
}

/// A disk that is too small for the code.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_leaves_nothing_half() {
    let place = TempDir::new().expect("a folder can be made");
    let cache = place.path().to_string_lossy().into_owned();
    let on_a_disk = |size: &str| {
        let python = Python::with_home(&home());
        let run = python.command(&["--cache", &cache, "-c", "print('hi')"]);
        let mut small = std::process::Command::new("unshare");
        small.args(["--mount", "sh", "-c"]);
        small.arg("cache=$2; mount -t tmpfs -o size=$1 none \"$cache\" || exit 99; shift 2; \"$@\"; code=$?; ls -A \"$cache\"; exit $code");
        small.args(["sh", size, &cache]).arg(run.get_program()).args(run.get_args()).current_dir(python.folder.path());
        crate::harness::run(&mut small, b"")
    };
    let whole = on_a_disk("300m");
    if whole.status.code() != Some(0) && whole.stdout.is_empty() {
        crate::harness::skip(format_args!("no disk can be made here: {whole:?}"));
        return;
    }
    assert!(whole.stdout.starts_with("hi\n"), "{whole:?}");
    let ended = on_a_disk("8m");
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (BROKEN, "lock\n"), "{ended:?}");
    let words = ["cannot unpack the built-in Python", "No space left on device"];
    assert!(words.iter().all(|word| ended.stderr.contains(word)), "{ended:?}");
}

#[test]
fn a_cache_with_a_long_path_is_used() {
    let home = copy();
    let mut cache = home.path().to_string_lossy().into_owned();
    // The files of the library are then beyond the 260 characters of Windows; `lib/json` is not, which Wine has to name.
    cache += std::path::MAIN_SEPARATOR_STR;
    cache += &"x".repeat(225 - cache.len());
    for turn in ["unpacked", "found"] {
        let ended =
            Python::with_home(home.path()).run(&["--cache", &cache, "-c", "import json, colorsys; print('hi')"]);
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("hi\n", ""), "{turn}");
    }
    assert!(find(Path::new(&cache), "lock").exists());
}

#[test]
fn the_cache_cannot_be_made() {
    let home = copy();
    let file = home.path().join("file");
    fs::write(&file, "").expect("it can be written");
    let cache = file.to_string_lossy().into_owned();
    let ended = Python::with_home(home.path()).run(&["--cache", &cache, "-c", "print('hi')"]);
    assert_eq!(ended.status.code(), BROKEN, "{ended:?}");
    assert!(ended.stderr.contains("cannot unpack the built-in Python"), "{ended:?}");
}
