//! Every source of Pythons, on simulated machines of each platform.

use crate::interpreter::fixture::Fixture;
use crate::interpreter::machine::Platform;
use crate::interpreter::registry::View;
use crate::interpreter::source::Source;
use crate::interpreter::{BUILT_IN, Found, SCIENCE, pythons, stub};

/// The found Pythons, in order, by the ends of their paths.
async fn check(fixture: &Fixture, expected: &[(&str, Source)]) {
    let discovery = pythons(fixture.machine(), None).await;
    let found: Vec<_> = discovery.found.iter().map(|found| (found.path.clone(), found.source)).collect();
    let expected: Vec<_> = expected.iter().map(|(path, source)| (fixture.path(path), *source)).collect();
    assert_eq!(found, expected, "rejected: {:?}", discovery.rejected);
}

#[tokio::test]
async fn a_machine_without_any_has_none() {
    for platform in [Platform::Linux, Platform::MacOs, Platform::Windows] {
        check(&Fixture::new(platform), &[]).await;
    }
}

#[tokio::test]
async fn environments_come_before_path_and_each_is_its_own() {
    let fixture = Fixture::new(Platform::Linux)
        .folder("VIRTUAL_ENV", "active")
        .folder("CONDA_PREFIX", "conda/envs/work")
        .folder("PATH", "usr/bin")
        .current("code/project/src");
    fixture.environment("active/bin/python", (3, 12, 1));
    fixture.python("conda/envs/work/bin/python", (3, 11, 0));
    fixture.file("code/project/.venv/pyvenv.cfg", "");
    fixture.environment("code/project/.venv/bin/python", (3, 12, 1));
    fixture.file("code/.venv/pyvenv.cfg", "");
    fixture.environment("code/.venv/bin/python", (3, 12, 1));
    fixture.python("usr/bin/python3", (3, 12, 1));
    let expected = [
        ("active/bin/python", Source::VirtualEnv),
        ("conda/envs/work/bin/python", Source::ActiveConda),
        ("code/project/.venv/bin/python", Source::Project),
        ("usr/bin/python3", Source::Path),
    ];
    check(&fixture, &expected).await;
    let discovery = pythons(fixture.machine(), None).await;
    let environments: Vec<bool> = discovery.found.iter().map(|found| found.virtual_environment).collect();
    assert_eq!(environments, [true, false, true, false]);
}

#[tokio::test]
async fn names_on_path_are_tried_in_order_and_links_to_one_are_one() {
    let fixture = Fixture::new(Platform::Linux);
    let path = std::env::join_paths([fixture.path("a"), "relative".into(), fixture.path("b/bin")]).expect("a PATH");
    let fixture = fixture.variable("PATH", path);
    fixture.python("a/python", (3, 9, 0));
    fixture.python("a/python3.10", (3, 10, 2));
    fixture.python("b/bin/python3", (3, 13, 0));
    std::os::unix::fs::symlink("python3", fixture.path("b/bin/python3.13")).expect("a link");
    fixture.python("relative/python3", (3, 13, 0));
    let expected = [("b/bin/python3", Source::Path), ("a/python", Source::Path)];
    // `a` is one prefix with two programs, which count as two interpreters.
    check(&fixture, &[&expected[..], &[("a/python3.10", Source::Path)]].concat()).await;
}

#[tokio::test]
async fn a_version_switcher_s_shim_is_resolved_to_its_interpreter() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "switcher/shims").folder("PYENV_ROOT", "switcher");
    let real = fixture.python("switcher/versions/3.12.1/bin/python", (3, 12, 1));
    fixture.python("switcher/versions/3.9.18/bin/python", (3, 9, 18));
    fixture.python("switcher/versions/2.7.18/bin/python", (2, 7, 18));
    fixture.shim("switcher/shims/python3", &real, (3, 12, 1));
    let expected =
        [("switcher/versions/3.12.1/bin/python", Source::Path), ("switcher/versions/3.9.18/bin/python", Source::Pyenv)];
    check(&fixture, &expected).await;
    let rejected = pythons(fixture.machine(), None).await.rejected;
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert_eq!(rejected[0].reason, "is Python 2.7.18; Runtray needs 3.8 or newer");
}

#[tokio::test]
async fn tools_that_keep_several_are_looked_into() {
    let fixture = Fixture::new(Platform::Linux);
    fixture.python(".local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3", (3, 13, 1));
    fixture.python(".pyenv/versions/3.11.7/bin/python", (3, 11, 7));
    fixture.python("elsewhere/bin/python", (3, 10, 0));
    fixture.file(".conda/environments.txt", format!("{}\n/gone/for/good\n\n", fixture.path("elsewhere").display()));
    fixture.python("miniforge3/bin/python", (3, 12, 3));
    fixture.python("miniforge3/envs/data/bin/python", (3, 9, 0));
    fixture.python("root/opt/conda/bin/python", (3, 8, 0));
    fixture.python(".asdf/installs/python/3.12.0/bin/python", (3, 12, 0));
    fixture.python(".local/share/mise/installs/python/3.14.0/bin/python", (3, 14, 0));
    fixture.python("root/home/linuxbrew/.linuxbrew/opt/python@3.13/bin/python3.13", (3, 13, 5));
    let expected = [
        (".local/share/uv/python/cpython-3.13.1-linux-x86_64-gnu/bin/python3", Source::Uv),
        (".pyenv/versions/3.11.7/bin/python", Source::Pyenv),
        ("elsewhere/bin/python", Source::Conda),
        ("root/opt/conda/bin/python", Source::Conda),
        ("miniforge3/bin/python", Source::Conda),
        ("miniforge3/envs/data/bin/python", Source::Conda),
        (".asdf/installs/python/3.12.0/bin/python", Source::Asdf),
        (".local/share/mise/installs/python/3.14.0/bin/python", Source::Mise),
        ("root/home/linuxbrew/.linuxbrew/opt/python@3.13/bin/python3.13", Source::Homebrew),
    ];
    check(&fixture, &expected).await;
}

#[tokio::test]
async fn variables_move_the_tools_folders() {
    let fixture = Fixture::new(Platform::Linux)
        .folder("UV_PYTHON_INSTALL_DIR", "uv")
        .folder("PYENV_ROOT", "pyenv")
        .folder("CONDA_EXE", "conda/bin/conda")
        .folder("ASDF_DATA_DIR", "asdf")
        .folder("MISE_DATA_DIR", "mise");
    fixture.python("uv/cpython-3.13.1-linux/bin/python3", (3, 13, 1));
    fixture.python("pyenv/versions/3.11.7/bin/python", (3, 11, 7));
    fixture.python("conda/bin/python", (3, 10, 0));
    fixture.python("asdf/installs/python/3.12.0/bin/python", (3, 12, 0));
    fixture.python("mise/installs/python/3.14.0/bin/python", (3, 14, 0));
    let expected = [
        ("uv/cpython-3.13.1-linux/bin/python3", Source::Uv),
        ("pyenv/versions/3.11.7/bin/python", Source::Pyenv),
        ("conda/bin/python", Source::Conda),
        ("asdf/installs/python/3.12.0/bin/python", Source::Asdf),
        ("mise/installs/python/3.14.0/bin/python", Source::Mise),
    ];
    check(&fixture, &expected).await;
}

#[tokio::test]
async fn a_mac_asks_the_login_shell_for_path_and_leaves_apple_s_stub_alone() {
    let fixture =
        Fixture::new(Platform::MacOs).variable("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").folder("SHELL", "shell");
    let path = std::env::join_paths([fixture.path("root/usr/bin"), fixture.path("brew/bin")]).expect("a PATH");
    fixture.script("shell", &format!("echo motd; printf '\\001runtray\\001%s\\001runtray\\001' '{}'", path.display()));
    fixture.python("root/usr/bin/python3", (3, 9, 6));
    fixture.python("brew/bin/python3", (3, 13, 1));
    fixture.python("root/opt/homebrew/opt/python@3.12/bin/python3.12", (3, 12, 4));
    fixture.python("root/Library/Frameworks/Python.framework/Versions/3.11/bin/python3", (3, 11, 9));
    let expected = [
        ("brew/bin/python3", Source::Path),
        ("root/opt/homebrew/opt/python@3.12/bin/python3.12", Source::Homebrew),
        ("root/Library/Frameworks/Python.framework/Versions/3.11/bin/python3", Source::PythonOrg),
    ];
    check(&fixture, &expected).await;
    fixture.file("root/Library/Developer/CommandLineTools/usr/bin/python3", "");
    check(&fixture, &[&[("root/usr/bin/python3", Source::Path)], &expected[..]].concat()).await;
}

#[tokio::test]
async fn windows_registry_is_read_for_the_user_first() {
    let fixture = Fixture::new(Platform::Windows);
    let text = |relative: &str| fixture.path(relative).display().to_string();
    let (of_user, conda, of_all, thirty_two) =
        (text("user/python.exe"), text("c/python.exe"), text("all"), text("x86"));
    let fixture = fixture
        .key(View::User, r"Software\Python\PyLauncher\3.9\InstallPath", "ExecutablePath", "never")
        .key(View::User, r"Software\Python\Conda\py311\InstallPath", "ExecutablePath", conda)
        .key(View::User, r"Software\Python\Other\1\InstallPath", "", "a folder without a known program")
        .key(View::User, r"Software\Python\PythonCore\3.9\InstallPath", "ExecutablePath", "Z:\\gone\\python.exe")
        .key(View::User, r"Software\Python\PythonCore\3.13\InstallPath", "ExecutablePath", of_user)
        .key(View::Machine64, r"Software\Python\PythonCore\3.12\InstallPath", "", of_all)
        .key(View::Machine32, r"Software\Python\PythonCore\3.12-32\InstallPath", "", thirty_two);
    for (path, minor) in [("user/python.exe", 13), ("c/python.exe", 11), ("all/python.exe", 12), ("x86/python.exe", 12)]
    {
        fixture.python(path, (3, minor, 0));
    }
    let expected = ["user/python.exe", "c/python.exe", "all/python.exe", "x86/python.exe"];
    check(&fixture, &expected.map(|path| (path, Source::Registry))).await;
}

#[tokio::test]
async fn windows_launcher_is_asked_where_it_is() {
    let fixture = Fixture::new(Platform::Windows).folder("SystemRoot", "windows");
    fixture.script(
        "windows/py.exe",
        "test \"$1\" = -0p && printf ' -V:3.12 *        C:\\\\Python312\\\\python.exe\\r\\n'",
    );
    let discovery = pythons(fixture.machine(), None).await;
    let rejected = discovery.rejected.iter().map(|rejected| (rejected.path.to_str(), rejected.source));
    assert_eq!(rejected.collect::<Vec<_>>(), [(Some(r"C:\Python312\python.exe"), Source::Launcher)]);
}

#[tokio::test]
async fn the_store_s_stub_is_skipped_and_its_real_python_found() {
    let fixture =
        Fixture::new(Platform::Windows).folder("LOCALAPPDATA", "local").folder("Path", "local/Microsoft/WindowsApps");
    let stub = fixture.python("local/Microsoft/WindowsApps/python.exe", (3, 0, 0));
    let data =
        stub::tests::alias(&["Microsoft.DesktopAppInstaller_x", "App", r"C:\x\AppInstallerPythonRedirector.exe"]);
    fixture.file("local/Microsoft/WindowsApps/python.reparse", data);
    let package = "local/Microsoft/WindowsApps/PythonSoftwareFoundation.Python.3.12_qbz5n2kfra8p0/python.exe";
    fixture.python(package, (3, 12, 8));
    check(&fixture, &[(package, Source::Store)]).await;
    let rejected = pythons(fixture.machine(), None).await.rejected;
    assert_eq!((&rejected[0].path, rejected.len()), (&stub, 1));
    assert!(rejected[0].reason.to_string().starts_with("is the Microsoft Store's stub"), "{rejected:?}");
    assert_eq!(crate::interpreter::fixture::times_probed(&stub), 0);
}

#[tokio::test]
async fn windows_environments_and_tools_have_their_own_layout() {
    let fixture = Fixture::new(Platform::Windows)
        .folder("Virtual_Env", "active")
        .folder("APPDATA", "roaming")
        .folder("LOCALAPPDATA", "local")
        .folder("PATH", "bin")
        .variable("PATHEXT", ".COM;.EXE");
    fixture.environment("active/Scripts/python.exe", (3, 12, 1));
    fixture.python("bin/python.exe", (3, 12, 2));
    fixture.python("bin/python3", (3, 12, 3));
    fixture.python("roaming/uv/python/cpython-3.13.1-windows/python.exe", (3, 13, 1));
    fixture.python(".pyenv/pyenv-win/versions/3.11.7/python.exe", (3, 11, 7));
    fixture.python("local/miniconda3/python.exe", (3, 10, 7));
    let expected = [
        ("active/Scripts/python.exe", Source::VirtualEnv),
        ("bin/python.exe", Source::Path),
        ("roaming/uv/python/cpython-3.13.1-windows/python.exe", Source::Uv),
        (".pyenv/pyenv-win/versions/3.11.7/python.exe", Source::Pyenv),
        ("local/miniconda3/python.exe", Source::Conda),
    ];
    check(&fixture, &expected).await;
}

#[tokio::test]
async fn the_built_in_one_is_last_on_linux_and_first_elsewhere() {
    let (ours, own) = (("app/runtray-python", Source::BuiltIn), ("bin/python3", Source::Path));
    for (platform, expected) in
        [(Platform::Linux, [own, ours]), (Platform::MacOs, [ours, own]), (Platform::Windows, [ours, own])]
    {
        let fixture = Fixture::new(platform).folder("PATH", "bin").built_in("app/runtray-python");
        fixture.python("app/runtray-python", (3, 14, 0));
        fixture.python("bin/python3", (3, 13, 1));
        if platform == Platform::Windows {
            fixture.python("bin/python.exe", (3, 13, 1));
            check(&fixture, &[ours, ("bin/python.exe", Source::Path)]).await;
        } else {
            check(&fixture, &expected).await;
        }
        let found = pythons(fixture.machine(), None).await.found;
        let built_in: Vec<_> = found.iter().filter(|found| found.built_in).map(|found| found.name()).collect();
        assert_eq!(built_in, ["CPython 3.14 (built in)"]);
        assert!(found[0].in_use);
    }
}

#[tokio::test]
async fn the_built_in_one_is_first_on_linux_while_nothing_isolates_own_ones() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin").built_in("app/runtray-python");
    fixture.python("app/runtray-python", (3, 14, 0));
    let own = fixture.python("bin/python3", (3, 13, 1));
    let machine = fixture.machine();
    let clone = machine.clone();
    assert!(machine.may_prefer_built_in());
    for (open, changes) in [(true, true), (true, false), (false, true)] {
        assert_eq!(machine.set_own_are_open(open), changes);
        let found = pythons(clone.clone(), None).await.found;
        assert_eq!((found[0].built_in, found[0].in_use), (open, true));
        let chosen = pythons(clone.clone(), Some(own.clone())).await.found;
        assert_eq!((&chosen[0].path, chosen[0].in_use), (&own, true));
    }
}

#[tokio::test]
async fn the_built_in_one_is_chosen_by_its_name_or_its_path() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin").built_in("app/runtray-python");
    fixture.python("bin/python3", (3, 13, 1));
    let path = fixture.python("app/runtray-python", (3, 14, 0));
    for choice in [BUILT_IN.into(), path.clone()] {
        let found = pythons(fixture.machine(), Some(choice)).await.found;
        assert_eq!((&found[0].path, found[0].built_in, found[0].in_use), (&path, true, true));
        assert_eq!((found[0].choice().to_str(), found[0].source, found.len()), (Some(BUILT_IN), Source::Choice, 2));
    }
}

#[tokio::test]
async fn the_science_pack_is_a_row_of_its_own_that_only_a_choice_uses() {
    let fixture = Fixture::new(Platform::Linux).built_in("app/runtray-python");
    let path = fixture.python("app/runtray-python", (3, 14, 0));
    let machine = fixture.machine().with_packages(fixture.path("packages"));
    let missing = pythons(machine.clone(), Some(SCIENCE.into())).await;
    assert!(!missing.found.iter().any(|found| found.in_use), "{missing:?}");
    assert_eq!(missing.rejected[0].reason.to_string(), "was not added; `runtray packs add science` adds it");
    fixture.file("packages/lock.json", r#"{"site": null, "science": {"image": "ab"}}"#);
    let image = fixture.file("packages/science/ab/image.json", "{}").with_file_name("");
    // Named as a folder, without the separator at its end.
    let image: std::path::PathBuf = image.components().collect();
    let rows = |found: &[Found]| found.iter().map(|row| (row.science.clone(), row.in_use)).collect::<Vec<_>>();
    let found = pythons(machine.clone(), None).await.found;
    assert_eq!(rows(&found), [(None, true), (Some(image.clone()), false)]);
    assert!(found.iter().all(|row| row.built_in && row.path == path));
    assert_eq!(found[1].name(), "CPython 3.14 (built in, science)");
    let found = pythons(machine, Some(SCIENCE.into())).await.found;
    assert_eq!(rows(&found), [(Some(image), true), (None, false)]);
    assert_eq!((found[0].choice().to_str(), found[0].source), (Some(SCIENCE), Source::Choice));
}

#[tokio::test]
async fn a_choice_of_a_built_in_one_that_is_not_there_is_no_other() {
    let fixture = Fixture::new(Platform::Linux).folder("PATH", "bin");
    fixture.python("bin/python3", (3, 13, 1));
    let discovery = pythons(fixture.machine(), Some(BUILT_IN.into())).await;
    assert!(!discovery.found.iter().any(|found| found.in_use || found.built_in), "{discovery:?}");
    assert_eq!(discovery.rejected[0].reason.to_string(), "is not part of this installation of Runtray");
}
