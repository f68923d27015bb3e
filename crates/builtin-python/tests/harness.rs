//! Starts the program, and reads its output.

#[cfg(target_os = "linux")]
#[path = "../../../tests/harness/skip.rs"]
mod skip;

#[cfg(target_os = "linux")]
pub(crate) use skip::skip;

use std::fs;
#[cfg(target_os = "linux")]
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A test that takes longer has hung.
const DEADLINE: Duration = Duration::from_secs(120);

/// The files that are shipped beside the program.
pub(crate) fn home() -> PathBuf {
    let folder = program().parent().expect("it is in a folder").join("builtin-python");
    assert!(
        folder.join("about.json").exists(),
        "there is no built-in Python in {}: `cargo xtask builtin-python` makes it",
        folder.display()
    );
    folder
}

/// The program.
pub(crate) fn program() -> PathBuf {
    // In a cross-build, the path from cargo has no drive and would be one of the drive of the run's folder.
    std::path::absolute(env!("CARGO_BIN_EXE_runtray-python")).expect("the current folder is there")
}

/// The mark of the unpacked files of [`home`], as the program tells it the service.
fn checked() -> &'static str {
    static CHECKED: OnceLock<String> = OnceLock::new();
    CHECKED.get_or_init(|| identify(&home()).1)
}

/// The folder that the files of `home` are unpacked in, and their fingerprint.
pub(crate) fn identify(home: &Path) -> (PathBuf, String) {
    let mut command = Command::new(program());
    let ended = run(command.arg("--home").arg(home).args(["--identify", "-c", "print('hi')"]), b"");
    let (told, printed) = ended.stdout.split_once('\n').unwrap_or_else(|| panic!("{ended:?}"));
    assert_eq!(printed, "hi\n", "{ended:?}");
    let told: serde_json::Value = serde_json::from_str(told).expect("JSON");
    let text = |name: &str| told[name].as_str().expect("a text").to_owned();
    (text("folder").into(), text("checked"))
}

/// A folder, and the input and variables of the program that runs in it.
pub(crate) struct Python {
    pub(crate) folder: TempDir,
    input: Vec<u8>,
    variables: Vec<(String, String)>,
    home: PathBuf,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Python {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        Self { folder, input: Vec::new(), variables: Vec::new(), home: home() }
    }

    pub(crate) fn with_home(home: &Path) -> Self {
        Self { home: home.to_owned(), ..Self::new() }
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("folders can be made");
        fs::write(path, content).expect("a file can be written");
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The name that `file` in the folder has inside.
    pub(crate) fn inside(&self, file: &str) -> String {
        if cfg!(windows) {
            return format!("/work/{file}");
        }
        self.folder.path().canonicalize().expect("it is there").join(file).display().to_string()
    }

    /// The program with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.arg("--home").arg(&self.home);
        if self.home == home() && !arguments.contains(&"--image") {
            command.arg("--checked").arg(checked());
        }
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.envs(self.variables.iter().cloned());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(&mut self.command(arguments), &self.input)
    }
}

/// Starts the program, once more if Wine fails to: now and then a process ends there before it was ready, and Wine reports
/// that as `ERROR_INTERNAL_ERROR`, which Windows does not.
fn start(command: &mut Command) -> io::Result<Child> {
    let started = command.spawn();
    match &started {
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(1359) => {
            let _ = writeln!(io::stderr(), "Wine did not start the program: {error}");
            command.spawn()
        }
        _ => started,
    }
}

/// Runs to the end, or fails at the deadline.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = start(command).expect("the program can be started");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    let input = input.to_owned();
    // A program may end without reading its input.
    let writer = thread::spawn(move || stdin.write_all(&input).ok());
    let id = child.id();
    let reader = thread::spawn(move || child.wait_with_output());
    let start = Instant::now();
    while !reader.is_finished() {
        assert!(start.elapsed() < DEADLINE, "process {id} has not ended after {DEADLINE:?}");
        thread::sleep(Duration::from_millis(2));
    }
    let output = reader.join().expect("the reader ends").expect("the output can be read");
    writer.join().expect("the writer ends");
    let text = |bytes| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    Ended { status: output.status, stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// Runs `-c CODE` in an empty folder.
pub(crate) fn code(code: &str) -> Ended {
    Python::new().run(&["-c", code])
}

/// The output of `code`, which must succeed.
pub(crate) fn prints(code: &str) -> String {
    let ended = self::code(code);
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{code}\nprinted {}", ended.stdout);
    ended.stdout
}

/// Fails unless `code` prints `expected` and succeeds.
pub(crate) fn check(code: &str, expected: &str) {
    assert_eq!(prints(code), expected, "{code}");
}

/// Fails unless `code` ends with an exception whose message and note, its last two lines, have all of `words`.
pub(crate) fn raises(code: &str, words: &[&str]) {
    let ended = self::code(code);
    let lines: Vec<_> = ended.stderr.trim_end().lines().collect();
    let last = lines[lines.len().saturating_sub(2)..].join("\n");
    assert_eq!(ended.status.code(), Some(1), "{code}: {ended:?}");
    assert!(words.iter().all(|word| last.contains(word)), "{code} ends with {last:?}, which lacks one of {words:?}");
}

/// A Python that waits for its program, `main.py`: a pipe lies in the place of the file, as in a service.
#[cfg(target_os = "linux")]
pub(crate) struct Waiting {
    child: Child,
    writer: File,
}

#[cfg(target_os = "linux")]
impl Waiting {
    /// Starts one, and returns when it waits.
    pub(crate) fn start(python: &Python) -> Self {
        use std::os::unix::fs::OpenOptionsExt as _;
        let pipe = python.folder.path().join("main.py");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        let mut command = python.command(&["main.py"]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut options = File::options();
        options.write(true).custom_flags(nix::libc::O_NONBLOCK);
        // There is somebody to write to when it has opened its program.
        let start = Instant::now();
        let writer = loop {
            match options.open(&pipe) {
                Ok(writer) => break writer,
                Err(error) => assert!(start.elapsed() < DEADLINE, "it does not wait: {error}"),
            }
            thread::yield_now();
        };
        Self { child, writer }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Gives it `program`, and returns it while that runs.
    pub(crate) fn begin(mut self, program: &str) -> Child {
        self.writer.write_all(program.as_bytes()).expect("it reads");
        self.child
    }

    /// Gives it `program`, and returns the output.
    pub(crate) fn run(self, program: &str) -> String {
        let output = self.begin(program).wait_with_output().expect("it ends");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
