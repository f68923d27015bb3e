//! A computer with one user, on which Runtray is installed and removed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::registry;
use crate::app::{post, settings_text};
use crate::port;
use crate::session::{Session, as_windows_sees, until};

/// The version under test, and those before and after it.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
pub(super) const OLDER: &str = "0.0.9";
pub(super) const NEWER: &str = "99.0.0";

/// The keys of the registry that the installer writes to.
pub(super) const ENTRY: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Runtray";
pub(super) const LOGIN: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run";
pub(super) const VARIABLES: &str = r"HKCU\Environment";

/// Where Windows looks for the user's folder of local data.
const FOLDERS: &str = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders";
const LOCAL: &str = "Local AppData";

/// Parts of the command lines of Runtray's programs and its uninstaller, which runs from a copy.
const PROGRAMS: [&str; 5] = ["runtray-desktop.exe", "runtray.exe", "runtray-python.exe", "uninstall.exe", "~nsu"];

/// Another program's entry in the list of login items, which stays whatever happens.
const NEIGHBOUR: &str = "Neighbour";

/// The user's PATH before the installation. It is longer than the strings of NSIS.
pub(super) fn long_path() -> String {
    (0..60).map(|number| format!(r"%USERPROFILE%\tools\number {number:03}")).collect::<Vec<_>>().join(";")
}

/// The computer. Dropping it ends every Windows program, and removes the user.
pub(super) struct Computer {
    pub(super) session: Session,
    user: String,
    /// The folder of the installation that `/D=` names; it is on the drive `C:`.
    chosen: Option<String>,
    pub(super) port: u16,
}

impl Computer {
    /// A computer with Windows 10, whose user has this name and nothing of Runtray.
    pub(super) fn of(user: &str) -> Self {
        Self::with_folder(user, None)
    }

    /// As [`Computer::of`], with another folder of the installation.
    pub(super) fn with_folder(user: &str, chosen: Option<String>) -> Self {
        let computer = Self { session: Session::new(), user: user.to_owned(), chosen, port: port::free() };
        computer.clear();
        // Wine makes the folders of a new user at the first start, and sets the version of Windows once more when it is done.
        assert!(computer.command("wineboot").arg("--init").status().expect("wine").success());
        computer.set(r"HKCU\Software\Wine", "Version", "REG_SZ", "win10");
        computer.set(VARIABLES, "Path", "REG_EXPAND_SZ", &long_path());
        computer.set(LOGIN, NEIGHBOUR, "REG_SZ", "neighbour.exe");
        computer
    }

    /// Removes the leftovers of an earlier test, perhaps an interrupted one.
    fn clear(&self) {
        fs::remove_dir_all(self.home()).ok();
        if self.chosen.is_some() {
            fs::remove_dir_all(self.folder()).ok();
        }
        for key in [ENTRY, LOGIN, VARIABLES] {
            self.reg(&["delete", key, "/f"]);
        }
        self.reg(&["delete", r"HKCU\Software\Wine", "/v", "Version", "/f"]);
        self.move_local_folder(r"%USERPROFILE%\AppData\Local");
    }

    /// Makes Windows look for the user's local data elsewhere.
    pub(super) fn move_local_folder(&self, folder: &str) {
        self.reg(&["add", FOLDERS, "/v", LOCAL, "/t", "REG_EXPAND_SZ", "/d", folder, "/f"]);
    }

    /// The user's own folder.
    pub(super) fn home(&self) -> PathBuf {
        prefix().join("drive_c/users").join(&self.user)
    }

    /// The folder of the installation, unless another is chosen.
    pub(super) fn folder(&self) -> PathBuf {
        let path = self.folder_in_windows().replace(r"C:\", "drive_c/").replace('\\', "/");
        prefix().join(path)
    }

    /// The folder as Windows names it.
    pub(super) fn folder_in_windows(&self) -> String {
        let usual = || format!(r"C:\users\{}\AppData\Local\Programs\Runtray", self.user);
        self.chosen.clone().unwrap_or_else(usual)
    }

    /// A command for a Windows program that this user starts.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.session.command("wine");
        // Wine would also put the shortcut into the menu of the user that runs the tests, and leave it there.
        command.env("WINEDLLOVERRIDES", "mscoree,mshtml,winemenubuilder.exe=");
        command.arg(program.as_ref()).env("USER", &self.user).env("LOGNAME", &self.user).env("LC_ALL", "C.UTF-8");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs an installer to its end, silently, and gives its exit code.
    pub(super) fn setup(&self, version: &str, options: &[&str]) -> i32 {
        let mut setup = self.command(installer(version));
        setup.arg("/S").args(options).args(self.chosen.iter().map(|folder| format!("/D={folder}")));
        setup.status().expect("wine").code().expect("an exit code")
    }

    /// Runs the uninstaller silently in its own place, where it stays, and gives its exit code.
    pub(super) fn try_to_uninstall(&self) -> i32 {
        let place = format!("_?={}", self.folder_in_windows());
        let status = self.command(self.folder().join("uninstall.exe")).args(["/S", &place]).status();
        status.expect("wine").code().expect("an exit code")
    }

    /// Installs the version under test with a service on a free port, and the interpreter of the tests.
    pub(super) fn install(&self) {
        self.save_settings();
        assert_eq!(self.setup(VERSION, &[]), 0);
        assert!(self.folder().join("runtray-desktop.exe").exists(), "nothing was installed");
    }

    /// Runs the uninstaller silently, and waits until it is done, which is later than the end of the started program.
    pub(super) fn uninstall(&self, options: &[&str]) {
        let status = self.command(self.folder().join("uninstall.exe")).arg("/S").args(options).status();
        assert!(status.expect("wine").success());
        until("no entry", || self.value(ENTRY, "DisplayName").is_none().then_some(()));
        until("no folder", || (!self.folder().exists()).then_some(()));
        until("no uninstaller", || self.running().is_empty().then_some(()));
    }

    /// Starts the installed app in the tray, and waits until it answers.
    pub(super) fn start_app(&self) -> Child {
        let mut app = self.command(self.folder().join("runtray-desktop.exe"));
        let app = app.arg("--hidden").spawn().expect("wine");
        self.wait_for_service();
        app
    }

    /// Waits until the service answers.
    pub(super) fn wait_for_service(&self) {
        until("a healthy answer", || port::answers(self.port).then_some(()));
    }

    /// The user's settings.
    pub(super) fn settings_file(&self) -> PathBuf {
        self.home().join("AppData/Roaming/runtray/config/settings.toml")
    }

    /// Writes the user's settings.
    pub(super) fn save_settings(&self) {
        let file = self.settings_file();
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        // An endless program outlasts an installation on a busy machine.
        let text = settings_text(self.port) + "\n[limits]\ntimeout_ms = 600000\nmax_timeout_ms = 600000\n";
        fs::write(file, text).expect("a file");
    }

    /// Starts a program that never ends, and waits until it runs.
    pub(super) fn endless_run(&self) -> thread::JoinHandle<serde_json::Value> {
        self.run_begun("hang")
    }

    /// Starts a program that runs the command `what`, and waits until the program has begun.
    pub(super) fn run_begun(&self, what: &str) -> thread::JoinHandle<serde_json::Value> {
        let started = self.session.folder().join("started");
        let (port, code) = (self.port, format!("save-process {}\n{what}", as_windows_sees(&started)));
        let run = thread::spawn(move || post(port, &code));
        until("a program that runs", || started.exists().then_some(()));
        run
    }

    /// The Windows processes of Runtray, by their command lines.
    pub(super) fn running(&self) -> Vec<String> {
        // Not "runtray" alone: it is in the path of this test, too.
        let is_ours = |line: &String| PROGRAMS.iter().any(|name| line.contains(name));
        self.session.processes().into_iter().filter(is_ours).collect()
    }

    /// A value of the registry as text.
    pub(super) fn value(&self, key: &str, name: &str) -> Option<String> {
        registry::value(&self.exported(key)?, name)
    }

    /// A key of the registry with everything in it, as a file has it; `None` if it is missing.
    fn exported(&self, key: &str) -> Option<String> {
        let file = self.session.folder().join("registry.reg");
        self.reg(&["export", key, &as_windows_sees(&file), "/y"])?;
        Some(registry::text(&fs::read(&file).expect("a file")))
    }

    /// Sets a value of the registry.
    pub(super) fn set(&self, key: &str, name: &str, kind: &str, value: &str) {
        assert!(self.reg(&["add", key, "/v", name, "/t", kind, "/d", value, "/f"]).is_some(), "{key}: {name}");
    }

    /// The output of `reg`, if it succeeded.
    fn reg(&self, words: &[&str]) -> Option<String> {
        let output = self.command("reg").args(words).stdout(Stdio::piped()).output().expect("wine");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Every file and folder of the user, and every line of the registry, that has to do with Runtray.
    pub(super) fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        walk(&self.home(), &mut |path| {
            let path = path.strip_prefix(self.home()).expect("a path below").display().to_string();
            if path.to_lowercase().contains("runtray") {
                left.push(path);
            }
        });
        for key in ["HKCU", r"HKLM\Software"] {
            let text = self.exported(key).expect("a registry").to_lowercase();
            left.extend(text.lines().filter(|line| line.contains("runtray")).map(str::to_owned));
        }
        left.sort();
        left
    }

    /// Every file and folder that is kept of an app that has run: settings and log, with the token and the locks beside it, and
    /// the place of its window, if it had one.
    pub(super) fn kept(&self) -> Vec<String> {
        let (local, roaming) = ("AppData/Local/runtray", "AppData/Roaming/runtray");
        let data = self.home().join(local).join("data");
        let files = ["", "/app.lock", "/instance.lock", "/journal.lock", "/journal.sqlite3", "/log", "/token"];
        let mut kept = files.map(|name| format!("{local}/data{name}")).to_vec();
        kept.extend(data.join("window.json").exists().then(|| format!("{local}/data/window.json")));
        let log = fs::read_dir(data.join("log")).into_iter().flatten().flatten();
        kept.extend(log.map(|file| format!("{local}/data/log/{}", file.file_name().to_string_lossy())));
        kept.extend([local, roaming].map(str::to_owned));
        kept.extend(["config", "config/settings.toml"].map(|name| format!("{roaming}/{name}")));
        kept.sort();
        kept
    }

    /// Checks that another program's login entry and the other folders of the PATH are as they were.
    pub(super) fn check_neighbours(&self) {
        assert_eq!(self.value(LOGIN, NEIGHBOUR).as_deref(), Some("neighbour.exe"));
        let path = self.value(VARIABLES, "Path").expect("a PATH");
        assert!(path.starts_with(&long_path()), "{path}");
    }
}

impl Drop for Computer {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The installer of a version.
pub(super) fn installer(version: &str) -> PathBuf {
    let folder =
        std::env::var_os("RUNTRAY_TEST_SETUP").map(PathBuf::from).expect("`cargo xtask test` names the folder");
    folder.join(format!("Runtray-Setup-{version}.exe"))
}

/// Wine's prefix.
pub(super) fn prefix() -> PathBuf {
    std::env::var_os("WINEPREFIX").map(PathBuf::from).expect("`cargo xtask test` sets WINEPREFIX")
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        visit(&entry.path());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), visit);
        }
    }
}
