//! Granted files and folders: a run reaches exactly these beside its own files, whatever a request or an earlier
//! program says.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{MODES, SECRET, is_rooted};
use crate::harness::python::base;
use crate::harness::{Home, Service, TempDir};

/// Prints each of the given attempts that succeeded.
const ATTEMPTS: &str = r"
import os, socket, sys
def tried(name, act):
    try:
        act()
        print(name)
    except OSError:
        pass
def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)
def write(path):
    open(path, 'w').write('x')
def read(path):
    open(path).read(1)
";

fn run(service: &Service, code: &str) -> Value {
    service.execute(&json!({"code": format!("{ATTEMPTS}{code}"), "timeout_ms": 60_000}))
}

/// The attempts of `code` that succeeded; all of `code` must have run.
fn done(service: &Service, code: &str) -> Vec<String> {
    let answer = run(service, &format!("{code}\nprint('end')"));
    assert!(!answer.to_string().contains(SECRET), "{answer}");
    let output = answer["output"].as_str().expect("text");
    let (all, end) = output.trim_end().rsplit_once('\n').unwrap_or(("", output.trim_end()));
    assert_eq!((end, &answer["isolation"]), ("end", &json!("sandbox")), "{answer}");
    all.lines().map(str::to_owned).collect()
}

/// A folder of the user's in a folder for temporary files, with a socket of another program.
struct Place {
    folder: tempfile::TempDir,
    _socket: UnixListener,
}

impl Place {
    fn within(folder: &str) -> Self {
        let folder = tempfile::tempdir_in(folder).expect("a folder");
        fs::create_dir_all(folder.path().join("deep/ro")).expect("folders");
        fs::create_dir(folder.path().join("rw")).expect("a folder");
        for name in ["secret", "deep/secret", "deep/ro/a", "rw/a"] {
            fs::write(folder.path().join(name), SECRET).expect("a file");
        }
        let socket = UnixListener::bind(folder.path().join("socket")).expect("a socket");
        Self { folder, _socket: socket }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn nothing_that_a_request_names_is_opened() {
    for mode in MODES {
        let service = Service::start_in_mode(&Home::new("isolation = \"sandbox\"\n[sandbox]\n"), mode);
        for folder in ["/tmp", "/var/tmp"] {
            let (place, links) = (Place::within(folder), tempfile::tempdir_in("/var/tmp").expect("a folder"));
            let link = links.path().join("link");
            symlink(place.folder.path(), &link).expect("a link");
            let base = place.folder.path().display().to_string();
            let name = place.folder.path().file_name().expect("a name").to_string_lossy().into_owned();
            // The run may have an empty folder of that name in a folder of its own.
            let code = format!(
                "{ATTEMPTS}for base in {base:?}, {link:?}:\n    \
                 tried('list', lambda: os.listdir(base) or os.stat('-'))\n    \
                 tried('stat', lambda: os.stat(base + '/secret').st_size and {rooted} or os.stat('-'))\n    \
                 tried('read', lambda: read(base + '/secret'))\n    tried('socket', lambda: connect(base + '/socket'))\n\
                 try:\n    write(base + '/new')\nexcept OSError:\n    pass\n",
                rooted = if is_rooted(&service) { "True" } else { "False" },
            );
            let argument = |text: String| json!({"code": code, "args": [text]});
            let variable = |name: &str, text: String| json!({"code": code, "env": {name: text}});
            for request in [
                argument(base.clone()),
                argument(format!("{base}/socket")),
                argument(format!("{base}/deep/../secret")),
                argument(format!("{folder}/../{folder}/{name}")),
                argument(format!("{folder}//./{name}/")),
                argument(format!("../{name}")),
                argument(format!("../../..{base}")),
                argument(link.display().to_string()),
                argument(folder.to_owned()),
                variable("HOME", base.clone()),
                variable("PATH", format!("{base}:/usr/bin")),
                variable("TMPDIR", base.clone()),
                variable("XDG_RUNTIME_DIR", base.clone()),
            ] {
                let answer = service.execute(&request);
                let shown = request.to_string().replace(&code, "…");
                assert_eq!(
                    (&answer["output"], &answer["error"]),
                    (&json!(""), &json!("")),
                    "{mode}: {shown}: {answer}"
                );
            }
            assert!(!place.path("new").exists());
        }
    }
}

#[test]
fn a_home_that_a_request_names_is_made_nowhere_else() {
    for mode in MODES {
        let service = Service::start_in_mode(&Home::new("isolation = \"sandbox\"\n[sandbox]\n"), mode);
        let folder = TempDir::new().expect("a folder");
        let made = folder.path().join("made");
        for above in ["/..", "/../..", "/x/../..", "/var/tmp/../.."] {
            let home = format!("{above}{}", made.display());
            let answer = service.execute(&json!({"code": "print(1)", "env": {"HOME": home}}));
            assert_eq!(answer["output"], "1\n", "{mode}: {home}: {answer}");
            assert!(!made.exists(), "{mode}: {home}");
        }
        let answer = service.execute(&json!({"code": "import os; print(os.listdir(os.environ['HOME']))",
                                             "env": {"HOME": "/tmp/a/home"}}));
        let is_there = answer["output"] == "[]\n";
        assert_eq!(is_there, is_rooted(&service), "{mode}: {answer}");
    }
}

#[test]
fn a_grant_in_a_folder_for_temporary_files_opens_itself_only() {
    for folder in ["/tmp", "/var/tmp"] {
        let place = Place::within(folder);
        let (ro, rw) = (place.path("deep/ro"), place.path("rw"));
        let settings = format!(
            "isolation = \"sandbox\"\n[sandbox]\nread = ['{}', '{folder}']\nwrite = ['{}']",
            ro.display(),
            rw.display()
        );
        for mode in MODES {
            let service = Service::start_in_mode(&Home::new(&settings.replace(&format!(", '{folder}'"), "")), mode);
            check_place(&service, &place, mode);
            let service = Service::start_in_mode(&Home::new(&settings), mode);
            if is_rooted(&service) {
                check_place(&service, &place, &format!("{mode}, all of {folder}"));
            }
        }
    }
}

fn check_place(service: &Service, place: &Place, what: &str) {
    let code = format!(
        "base = {:?}\nfor name in 'secret', 'deep/secret', 'deep/ro/a', 'rw/a':\n    \
         tried('read ' + name, lambda: read(base + '/' + name))\n\
         for name in 'new', 'deep/new', 'deep/ro/new', 'rw/new', 'deep/ro/a', 'rw/a':\n    \
         tried('write ' + name, lambda: write(base + '/' + name))\n    \
         tried('link ' + name, lambda: os.symlink('/etc', base + '/' + name + '.link'))\n\
         tried('socket', lambda: connect(base + '/socket'))\n\
         tried('rename', lambda: os.rename(base + '/deep/ro', base + '/rw/ro'))\n",
        place.folder.path().display().to_string()
    );
    // The folders above a grant are the run's own, and it may write there.
    let is_machine_s = |done: &String| done.contains("ro") || done.contains("rw") || done.contains("secret");
    let done: Vec<_> = done(service, &code).into_iter().filter(is_machine_s).collect();
    let expected = ["read deep/ro/a", "read rw/a", "write rw/new", "link rw/new", "write rw/a", "link rw/a"];
    assert_eq!(done, expected, "{what}");
    assert!(!place.path("new").exists() && !place.path("deep/new").exists() && !place.path("deep/ro/new").exists());
    assert_eq!(fs::read_to_string(place.path("deep/ro/a")).expect("a file"), SECRET);
    for made in ["new", "new.link", "a.link"] {
        fs::remove_file(place.path("rw").join(made)).expect(made);
    }
    fs::write(place.path("rw/a"), SECRET).expect("a file");
}

/// Settings with the given lists of folders below `base`.
fn settings(base: &Path, read: &[&str], write: &[&str]) -> String {
    let list = |names: &[&str]| {
        names.iter().map(|name| format!("'{}'", base.join(name).display())).collect::<Vec<_>>().join(", ")
    };
    format!("isolation = \"sandbox\"\n[sandbox]\nread = [{}]\nwrite = [{}]", list(read), list(write))
}

#[test]
fn the_most_specific_grant_of_a_path_holds() {
    for mode in MODES {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("w/deep/r/deep/w/in")).expect("folders");
        fs::write(at("w/deep/r/a"), "kept").expect("a file");
        let settings = settings(folder.path(), &["w/deep/r", "w/deep/r/deep/w/in"], &["w", "w/deep/r/deep/w"]);
        let service = Service::start_in_mode(&Home::new(&settings), mode);
        let code = format!(
            "os.chdir({:?})\n\
             for path in 'w/x', 'w/deep/x', 'w/deep/r/x', 'w/deep/r/a', 'w/deep/r/deep/x', 'w/deep/r/deep/w/x', 'w/deep/r/deep/w/in/x':\n    \
             tried('write ' + path, lambda: write(path))\n\
             for path in 'w/deep/r', 'w/deep':\n    tried('rename ' + path, lambda: os.rename(path, 'w/moved'))\n\
             tried('rename a file', lambda: os.rename('w/x', 'w/y'))\n\
             tried('move a file', lambda: __import__('shutil').move('w/y', 'w/deep/y'))\n",
            folder.path().display().to_string()
        );
        if !is_rooted(&service) {
            let refused = service.post("/execute", &json!({"code": code}));
            assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
            assert!(refused.body.contains(&at("w/deep/r").display().to_string()), "{}", refused.body);
            continue;
        }
        let expected = ["write w/x", "write w/deep/x", "write w/deep/r/deep/w/x", "rename a file", "move a file"];
        assert_eq!(done(&service, &code), expected, "{mode}");
        assert_eq!(fs::read_to_string(at("w/deep/r/a")).expect("a file"), "kept");
        assert!(at("w/deep/r/deep/w/x").exists());
    }
}

#[test]
fn a_link_that_a_program_may_have_made_opens_nothing_outside() {
    for mode in MODES {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["private", "open/mine", "elsewhere"] {
            fs::create_dir_all(at(name)).expect("folders");
            fs::write(at(name).join("key"), SECRET).expect("a file");
        }
        // As a program could have left them there before the user granted these paths.
        symlink(at("private"), at("open/out")).expect("a link");
        symlink("../private", at("open/up")).expect("a link");
        symlink("mine", at("open/in")).expect("a link");
        symlink(at("elsewhere"), at("link")).expect("a link");
        for grants in
            [&[&["open/out", "open/up", "link"][..], &["open"]], &[&["link"][..], &["open", "open/out", "open/up"]]]
        {
            let service = Service::start_in_mode(&Home::new(&settings(folder.path(), grants[0], grants[1])), mode);
            let code = format!(
                "os.chdir({:?})\nfor path in 'open/out', 'open/up', 'private', 'link', 'open/in':\n    \
                 tried('read ' + path, lambda: read(path + '/key'))\n    \
                 tried('write ' + path, lambda: write(path + '/new'))\n",
                folder.path().display().to_string()
            );
            assert_eq!(done(&service, &code), ["read link", "read open/in", "write open/in"], "{mode}: {grants:?}");
            assert!(!at("private/new").exists());
        }
    }
}

/// Plants code for the next start of the Python in the folder `venv`, in every way that is open.
const PLANT: &str = r"
import glob, shutil
os.chdir(BASE)
tried('pth', lambda: [write(lib + '/x.pth') for lib in glob.glob('proj/deep/venv/lib/*/site-packages')])
tried('sitecustomize', lambda: [write(lib + '/sitecustomize.py') for lib in glob.glob('proj/deep/venv/lib/*/site-packages')])
tried('bin', lambda: write('proj/deep/venv/bin/python.new'))
tried('pyvenv.cfg', lambda: write('proj/deep/venv/pyvenv.cfg'))
tried('new in the prefix', lambda: write('proj/deep/venv/new'))
tried('unlink', lambda: os.unlink('proj/deep/venv/bin/python'))
for path in 'proj/deep/venv/lib', 'proj/deep/venv', 'proj/deep', 'proj':
    tried('rename ' + path, lambda: os.rename(path, path + '.moved'))
tried('rmtree', lambda: shutil.rmtree('proj/deep/venv'))
tried('beside', lambda: write('proj/deep/beside'))
";

/// A virtual environment at `path`.
fn make_venv(path: &Path) {
    let made = std::process::Command::new(base()).args(["-m", "venv", "--without-pip"]).arg(path).status();
    assert!(made.expect("a Python").success());
}

#[test]
fn no_program_changes_an_interpreter_in_a_granted_folder() {
    for mode in MODES {
        let folder = TempDir::new().expect("a folder");
        let venv = folder.path().join("proj/deep/venv");
        make_venv(&venv);
        let python = venv.join("bin/python");
        let settings = format!(
            "{}\n[python]\npath = '{}'\n[[language]]\nname = \"other\"\ncommand = ['{}']\nextension = \"py\"\n[warm]\npython = 1\n",
            settings(folder.path(), &[], &["proj"]),
            python.display(),
            base().display(),
        );
        let service = Service::start_in_mode(&Home::new(&settings), mode);
        let code =
            format!("{ATTEMPTS}{}", PLANT.replace("BASE", &format!("{:?}", folder.path().display().to_string())));
        // The interpreter of another language must not change it either.
        for language in ["python", "other"] {
            let request = json!({"code": code, "language": language});
            if is_rooted(&service) {
                let answer = service.execute(&request);
                assert_eq!(answer["output"], "beside\n", "{mode}, {language}: {answer}");
            } else {
                let refused = service.post("/execute", &request);
                assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
                assert!(refused.body.contains("venv"), "{}", refused.body);
            }
        }
        assert!(python.exists() && !venv.join("new").exists());
    }
}

/// The project of an editable installation is on the search path, and a `sitecustomize` there runs in every later start.
#[test]
fn no_program_changes_a_project_that_its_interpreter_imports_from() {
    for mode in MODES {
        let folder = TempDir::new().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        make_venv(&at("venv"));
        fs::create_dir_all(at("proj/src")).expect("folders");
        let version = fs::read_dir(at("venv/lib")).expect("a folder").flatten().next().expect("a version").path();
        fs::write(version.join("site-packages/proj.pth"), format!("{}\n", at("proj/src").display())).expect("a file");
        let python = at("venv/bin/python");
        let settings =
            format!("{}\n[python]\npath = '{}'\n", settings(folder.path(), &[], &["proj"]), python.display());
        let service = Service::start_in_mode(&Home::new(&settings), mode);
        let code = format!(
            "os.chdir({:?})\nfor path in 'proj/src/sitecustomize.py', 'proj/beside':\n    tried(path, lambda: write(path))\n",
            at("").display().to_string()
        );
        if is_rooted(&service) {
            assert_eq!(done(&service, &code), ["proj/beside"], "{mode}");
        } else {
            let refused = service.post("/execute", &json!({"code": code}));
            assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
        }
        assert!(!at("proj/src/sitecustomize.py").exists());
    }
}

#[test]
fn a_grant_that_gives_programs_an_interpreter_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    make_venv(&at("proj/venv"));
    symlink("venv", at("proj/current")).expect("a link");
    let library = fs::read_dir(at("proj/venv/lib")).expect("a folder").flatten().next().expect("a version").file_name();
    let library = format!("proj/venv/lib/{}/site-packages", library.to_string_lossy());
    for (python, write) in
        [("proj/venv", "proj/venv"), ("proj/venv", "proj/venv/lib"), ("proj/venv", &*library), ("proj/current", "proj")]
    {
        let python = at(python).join("bin/python");
        let settings = format!("{}\n[python]\npath = '{}'\n", settings(folder.path(), &[], &[write]), python.display());
        let service = Service::start_with(&settings);
        let refused = service.post("/execute", &json!({"code": "print(1)"}));
        assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")), "{write}");
        assert!(refused.body.contains("`[sandbox] write`"), "{}", refused.body);
    }
}

#[test]
fn runtray_s_own_folders_stay_closed_in_a_granted_folder() {
    for mode in MODES {
        for (read, write) in [(true, false), (false, true)] {
            let home = Home::in_sight("");
            let granted = home.path().parent().expect("a folder").to_path_buf();
            let name = granted.file_name().expect("a name").to_string_lossy().into_owned();
            let list = |is: bool| if is { vec![&*name] } else { Vec::new() };
            home.save_settings(&settings(granted.parent().expect("a folder"), &list(read), &list(write)));
            let service = Service::start_in_mode(&home, mode);
            let code = format!(
                "home = {:?}\ntried('token', lambda: read(home + '/data/token'))\n\
                 tried('settings', lambda: read(home + '/config/settings.toml'))\n\
                 tried('write', lambda: write(home + '/config/settings.toml'))\n\
                 tried('rename', lambda: os.rename(home, home + '.moved'))\n\
                 tried('list', lambda: os.listdir(home))\n",
                home.path().display().to_string()
            );
            if is_rooted(&service) {
                assert_eq!(done(&service, &code), ["list"], "{mode}, {read}, {write}");
            } else {
                let refused = service.post("/execute", &json!({"code": code}));
                assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
            }
        }
    }
}
