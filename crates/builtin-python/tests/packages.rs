//! `--packages`: modules of the user's own choice, which a program reads and cannot change.

use std::fs;

use tempfile::TempDir;

use crate::harness::Python;

/// The attempts of a program on a folder, and on a file in it.
const ATTEMPTS: &str = "\
import os, shutil
folder = '/python/site-packages'
attempts = {
    'write': lambda: open(folder + '/mine.py', 'w'),
    'append': lambda: open(folder + '/mine.py', 'a'),
    'update': lambda: open(folder + '/mine.py', 'r+'),
    'create': lambda: open(folder + '/new.py', 'x'),
    'truncate': lambda: os.truncate(folder + '/mine.py', 0),
    'remove': lambda: os.remove(folder + '/mine.py'),
    'rename': lambda: os.rename(folder + '/mine.py', folder + '/other.py'),
    'take': lambda: os.rename(folder + '/mine.py', 'mine.py'),
    'put': lambda: os.rename('main.py', folder + '/main.py'),
    'link': lambda: os.link(folder + '/mine.py', folder + '/hard.py'),
    'symlink': lambda: os.symlink('mine.py', folder + '/soft.py'),
    'folder': lambda: os.mkdir(folder + '/new'),
    'empty': lambda: os.rmdir(folder + '/inner'),
    'times': lambda: os.utime(folder + '/mine.py', (0, 0)),
    'leave': lambda: open(folder + '/../../secret'),
}
for name, attempt in attempts.items():
    try:
        attempt()
        print(name, 'worked')
    except OSError:
        pass
shutil.rmtree(folder, ignore_errors=True)
import mine
print(mine.name, sorted(os.listdir(folder)))
";

fn packages() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("inner")).expect("a folder");
    fs::write(folder.path().join("mine.py"), "name = 'mine'\n").expect("a file");
    folder
}

#[test]
fn they_are_imported_and_cannot_be_changed() {
    let folder = packages();
    let python = Python::new().file("main.py", ATTEMPTS);
    let path = folder.path().to_str().expect("a path");
    let ended = python.run(&["--packages", path, "main.py"]);
    assert_eq!(ended.stdout, "mine ['inner', 'mine.py']\n", "{ended:?}");
    assert_eq!(fs::read_to_string(folder.path().join("mine.py")).expect("a file"), "name = 'mine'\n");
    assert!(folder.path().join("inner").is_dir() && fs::read_dir(folder.path()).expect("a folder").count() == 2);
}

#[test]
fn a_module_of_the_library_or_of_the_program_goes_before_them() {
    let folder = packages();
    fs::write(folder.path().join("json.py"), "name = 'theirs'\n").expect("a file");
    let path = folder.path().to_str().expect("a path");
    let python = Python::new().file("mine.py", "name = 'own'\n");
    let ended = python.file("main.py", "import json, mine; print(mine.name, hasattr(json, 'loads'))");
    let ended = ended.run(&["--packages", path, "main.py"]);
    assert_eq!(ended.stdout, "own True\n", "{ended:?}");
}

#[test]
fn the_lock_beside_them_is_held_while_a_program_runs() {
    let outer = TempDir::new().expect("a folder");
    let site = outer.path().join("site");
    fs::create_dir(&site).expect("a folder");
    let lock = fs::File::create(site.with_extension("lock")).expect("a file");
    let python = Python::new();
    let mut command =
        python.command(&["--packages", site.to_str().expect("a path"), "-c", "print(1, flush=True); input()"]);
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut first = [0; 1];
    std::io::Read::read_exact(&mut child.stdout.take().expect("a pipe"), &mut first).expect("it runs");
    assert!(lock.try_lock().is_err(), "the folder could be removed");
    drop(child.stdin.take());
    child.wait().expect("it ends");
    lock.try_lock().expect("it is free");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let ended = Python::new().run(&["--packages", "/nowhere/at/all", "-c", "print(1)"]);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(126), ""), "{ended:?}");
}
