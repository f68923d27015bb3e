use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Workspaces, size};
use crate::limits::Limits;
use crate::request::path::RelativePath;
use crate::request::{Request, SourceFile};

fn request(code: &str, files: &[(&str, &str)]) -> Request {
    let files = files.iter().map(|(path, content)| SourceFile {
        path: RelativePath::parse(path).expect(path),
        content: content.as_bytes().to_vec(),
    });
    Request::new(code, Duration::from_secs(1)).with_files(files.collect()).expect("files")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("folder").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn a_folder_is_too_long_when_a_program_s_folder_below_it_is_and_says_by_how_much() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let folder = spaces.create(&request("code", &[]), "main.py").expect("create").folder();
    let more = folder.as_os_str().len() - base.path().as_os_str().len();
    for (length, expected) in [(10, None), (258 - more, None), (259 - more, Some(1)), (300, Some(42 + more))] {
        assert_eq!(super::excess(Path::new(&"x".repeat(length))), expected, "{length}");
    }
    // Windows counts code units of UTF-16.
    assert_eq!(super::excess(Path::new(&"\u{1f600}".repeat(118))), Some(1));
}

#[test]
fn only_what_the_run_made_or_changed_is_listed() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let request = request("code", &[("same.txt", "same"), ("changed.txt", "one"), ("d/in.txt", "x")]);
    let space = spaces.create(&request, "main.py").expect("create");
    let folder = space.folder();
    fs::write(folder.join("changed.txt"), "two").expect("write");
    fs::create_dir_all(folder.join("new/__pycache__")).expect("mkdir");
    fs::write(folder.join("new/__pycache__/m.pyc"), "x").expect("write");
    fs::write(folder.join("new/big.bin"), vec![0; 5000]).expect("write");
    fs::write(folder.join("new/a.txt"), "a").expect("write");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", folder.join("link")).expect("symlink");
    let limits = Limits { result_file_bytes: 1000, ..Limits::default() };
    let results: Vec<_> =
        space.results(&request, &limits).into_iter().map(|f| (f.path, f.size_bytes, f.content)).collect();
    assert_eq!(
        results,
        [
            ("changed.txt".into(), 3, Some(b"two".to_vec())),
            ("new/a.txt".into(), 1, Some(b"a".to_vec())),
            ("new/big.bin".into(), 5000, None),
        ]
    );
}

#[test]
fn nothing_is_left_when_the_engine_goes() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let space = spaces.create(&request("", &[]), "main.py").expect("create");
    let mut deep = space.folder();
    for _ in 0..200 {
        deep.push("a-name-that-makes-the-path-longer-than-the-system-takes");
        if fs::create_dir(&deep).is_err() {
            break;
        }
    }
    drop(space);
    drop(spaces);
    assert_eq!(names(base.path()), ["gate"]);
}

#[cfg(unix)]
#[test]
fn deeper_than_any_path_and_closed_folders_are_deleted_too() {
    let base = tempfile::tempdir().expect("tempdir");
    let script = "import os\nfor i in range(3000):\n os.mkdir('d'); os.chdir('d')\nos.mkdir('shut', 0)";
    let made = std::process::Command::new("python3").args(["-c", script]).current_dir(base.path()).status();
    assert!(made.expect("python3").success());
    super::cleaner::remove(&base.path().join("d")).expect("remove");
    assert!(names(base.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn deep_folders_need_neither_stack_nor_open_files() {
    let base = tempfile::tempdir().expect("tempdir");
    let script = "import os\nfor i in range(2000):\n os.mkdir('d'); os.chdir('d')";
    let made = std::process::Command::new("python3").args(["-c", script]).current_dir(base.path()).status();
    assert!(made.expect("python3").success());
    let folder = base.path().join("d");
    let small = std::thread::Builder::new().stack_size(128 << 10);
    let removed = small.spawn(move || super::cleaner::remove(&folder)).expect("a thread").join().expect("no overflow");
    removed.expect("remove");
    assert!(names(base.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_in_a_folders_place_leads_nowhere() {
    let base = tempfile::tempdir().expect("tempdir");
    let (elsewhere, secret) = (base.path().join("elsewhere"), base.path().join("elsewhere/secret.txt"));
    fs::create_dir(&elsewhere).expect("mkdir");
    fs::write(&secret, "secret").expect("write");
    let spaces = Workspaces::open(&base.path().join("runs")).expect("open");
    let request = request("code", &[]);
    for replaced in ["work", ""] {
        let space = spaces.create(&request, "main.py").expect("create");
        let place = space.root().join(replaced);
        fs::rename(&place, base.path().join(format!("moved-{replaced}"))).expect("rename");
        std::os::unix::fs::symlink(&elsewhere, space.root().join(replaced).components().as_path()).expect("symlink");
        assert_eq!(space.results(&request, &Limits::default()), [], "{place:?}");
        assert!(!space.is_untouched(&request), "{place:?}");
    }
    drop(spaces);
    assert_eq!(fs::read_to_string(secret).expect("still there"), "secret");
}

#[test]
fn a_taken_file_is_not_written_through() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let space = spaces.reserve("main.py").expect("reserve");
    fs::write(space.root().join("main.py"), "another's").expect("write");
    assert!(space.fill(&request("code", &[])).is_err());
    assert_eq!(fs::read_to_string(space.root().join("main.py")).expect("read"), "another's");
}

#[test]
fn what_a_dead_engine_left_is_swept_and_a_living_one_is_left_alone() {
    let base = tempfile::tempdir().expect("tempdir");
    let living = Workspaces::open(base.path()).expect("open");
    let kept = living.create(&request("", &[]), "main.py").expect("create");
    fs::create_dir_all(base.path().join("01DEAD/01RUN/work")).expect("mkdir");
    fs::write(base.path().join("01DEAD.lock"), "").expect("write");
    fs::create_dir_all(base.path().join("01OLD.stale/x")).expect("mkdir");
    drop(Workspaces::open(base.path()).expect("open"));
    assert!(kept.folder().exists());
    assert!(
        names(base.path()).iter().all(|name| !name.contains("DEAD") && !name.contains("OLD")),
        "{:?}",
        names(base.path())
    );
}

/// Runs `work` on its own thread, and fails if it hangs.
#[cfg(unix)]
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("{what} hangs"))
}

#[cfg(unix)]
fn pipe(path: &Path) {
    nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR).expect("a pipe");
}

#[cfg(unix)]
#[test]
fn whatever_lies_in_the_runs_folder_an_engine_starts_and_touches_nothing_behind_a_link() {
    use std::os::unix::fs::symlink;
    type Put = fn(&Path, &Path);
    let cases: [(&str, Put); 10] = [
        ("a link in place of the claim lock", |base, user| {
            symlink(user.join("file"), base.join("gate")).expect("a link")
        }),
        ("a link to nothing there", |base, user| symlink(user.join("none"), base.join("gate")).expect("a link")),
        ("a pipe in place of the claim lock", |base, _| pipe(&base.join("gate"))),
        ("a folder in place of the claim lock", |base, _| fs::create_dir_all(base.join("gate/x")).expect("a folder")),
        ("a pipe in the place of a lock", |base, _| {
            fs::create_dir(base.join("DEAD")).expect("a folder");
            pipe(&base.join("DEAD.lock"));
        }),
        ("a link in the place of a lock", |base, user| {
            fs::create_dir(base.join("DEAD")).expect("a folder");
            symlink(user.join("file"), base.join("DEAD.lock")).expect("a link");
        }),
        ("a taken name for what is stale", |base, _| {
            fs::create_dir(base.join("DEAD")).expect("a folder");
            fs::write(base.join("DEAD.stale"), "").expect("a file");
        }),
        ("pipes and files with any name", |base, _| {
            pipe(&base.join("pipe"));
            fs::write(base.join("file.txt"), "").expect("a file");
            fs::create_dir_all(base.join("moved/work")).expect("a folder");
        }),
        ("links to a folder", |base, user| {
            symlink(user, base.join("link")).expect("a link");
            symlink(user, base.join("link.stale")).expect("a link");
        }),
        ("links in what is stale", |base, user| {
            fs::create_dir(base.join("DEAD")).expect("a folder");
            symlink(user, base.join("DEAD/link")).expect("a link");
        }),
    ];
    for (what, put) in cases {
        let top = tempfile::tempdir().expect("tempdir");
        let (base, user) = (top.path().join("runs"), top.path().join("user"));
        fs::create_dir(&base).expect("mkdir");
        fs::create_dir(&user).expect("mkdir");
        fs::write(user.join("file"), "the user's").expect("write");
        put(&base, &user);
        let opened = base.clone();
        let spaces = in_time(what, move || Workspaces::open(&opened)).unwrap_or_else(|error| panic!("{what}: {error}"));
        in_time(what, move || drop(spaces));
        assert_eq!(names(&base), ["gate"], "{what}: what no run has is swept");
        assert_eq!(fs::read_to_string(user.join("file")).expect(what), "the user's", "{what}");
        assert_eq!(names(&user), ["file"], "{what}");
    }
}

#[cfg(unix)]
#[test]
fn a_held_claim_lock_does_not_block_a_start_for_ever() {
    let base = tempfile::tempdir().expect("tempdir");
    let held = fs::File::create(base.path().join("gate")).expect("a file");
    held.lock().expect("a lock");
    let path = base.path().to_path_buf();
    drop(in_time("a held claim lock", move || Workspaces::open(&path)).expect("open"));
}

#[test]
fn what_cannot_be_made_is_named() {
    let base = tempfile::tempdir().expect("tempdir");
    let runs = base.path().join("runs");
    fs::write(&runs, "a file").expect("write");
    let error = Workspaces::open(&runs).err().expect("a file is no folder").to_string();
    assert!(error.contains(&runs.display().to_string()), "{error}");
}

#[test]
fn a_folder_that_its_program_renamed_is_swept_while_the_engine_lives() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let (space, other) = (spaces.reserve("main.py").expect("reserve"), spaces.reserve("main.py").expect("reserve"));
    let moved = spaces.shared().join("moved");
    fs::rename(space.root(), &moved).expect("rename");
    drop(space);
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    while moved.exists() {
        assert!(std::time::Instant::now() < deadline, "it is kept");
        std::thread::yield_now();
    }
    assert!(other.folder().exists(), "a run's own folder is left alone");
}

#[test]
fn a_folder_to_which_something_was_added_is_not_as_made() {
    let base = tempfile::tempdir().expect("tempdir");
    let spaces = Workspaces::open(base.path()).expect("open");
    let space = spaces.reserve("main.py").expect("reserve");
    assert!(space.is_pristine());
    fs::write(space.folder().join("json.py"), "another's").expect("write");
    assert!(!space.is_pristine());
}

#[test]
fn size_counts_what_lies_below() {
    let base = tempfile::tempdir().expect("tempdir");
    fs::create_dir(base.path().join("d")).expect("mkdir");
    fs::write(base.path().join("d/f"), vec![1; 100_000]).expect("write");
    assert!((100_000..300_000).contains(&size(base.path(), u64::MAX)));
    assert!(size(base.path(), 10) > 10);
}
