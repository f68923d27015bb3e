//! The commands of `runtray` and their exit codes.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::harness::{Home, Service, runtray};

fn output(home: &Home, arguments: &[&str]) -> Output {
    runtray(home).args(arguments).env_remove("COLUMNS").stdin(Stdio::null()).output().expect("runtray runs")
}

/// Runs a command with `stdin` as its standard input.
fn output_with(command: &mut Command, stdin: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("runtray starts");
    // A program may end without reading its input, which breaks the pipe.
    child.stdin.take().expect("stdin is piped").write_all(stdin).ok();
    child.wait_with_output().expect("runtray ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

/// The standard output of a command that must have succeeded.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{:?}: {}", output.status, text(&output.stderr));
    text(&output.stdout)
}

fn object(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

fn save(home: &Home, name: &str, program: &str) -> String {
    let path = home.path().join(name);
    fs::write(&path, program).expect("a program");
    path.display().to_string()
}

#[test]
fn every_command_has_help() {
    let home = Home::new("");
    let commands: [&[&str]; 11] = [
        &[],
        &["serve"],
        &["run"],
        &["pythons"],
        &["logs"],
        &["status"],
        &["update"],
        &["config"],
        &["config", "path"],
        &["config", "check"],
        &["completions"],
    ];
    let mut all = String::new();
    for command in commands {
        let help = printed(&output(&home, &[command, &["--help"]].concat())).replace("runtray.exe", "runtray");
        // Windows has one command more.
        let help: String = help.split_inclusive('\n').filter(|line| !line.starts_with("  sandbox ")).collect();
        all.push_str(&format!("$ runtray {}\n{help}\n", [command, &["--help"]].concat().join(" ")));
    }
    insta::assert_snapshot!("help", all);
    assert_eq!(printed(&output(&home, &["--version"])), format!("runtray {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_exits_with_2_and_an_explanation() {
    let home = Home::new("");
    let cases: [(&[&str], &str); 10] = [
        (&[], "Usage"),
        (&["run", "--jsn", "x.py"], "--json"),
        (&["srve"], "serve"),
        (&["serve", "--port", "70000"], "70000"),
        (&["serve", "--prot", "1"], "--port"),
        (&["run"], "FILE"),
        (&["run", "--timeout-ms", "soon", "x.py"], "soon"),
        (&["logs", "--id", "x", "--follow"], "--follow"),
        (&["logs", "--status", "finished"], "memory_limit"),
        (&["completions", "tcsh"], "tcsh"),
    ];
    for (arguments, expected) in cases {
        let refused = output(&home, arguments);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}");
        assert!(refused.stdout.is_empty() && text(&refused.stderr).contains(expected), "{arguments:?}: {refused:?}");
    }
}

#[test]
fn run_passes_input_output_and_exit_code_through() {
    let home = Home::new("");
    let program = save(&home, "program.txt", "arguments\necho\nwarn to errors\nexit 7");
    let ran = output_with(runtray(&home).args(["run", &program, "one", "--two", "-3"]), b"from stdin");
    assert_eq!((ran.status.code(), text(&ran.stdout)), (Some(7), "one\n--two\n-3\nfrom stdin".to_owned()));
    assert_eq!(text(&ran.stderr), "to errors\n");
    let from_stdin = output_with(runtray(&home).args(["run", "--language", "fake", "-"]), b"print read\necho");
    assert_eq!(printed(&from_stdin), "read\n");
    assert_eq!(fs::read_dir(home.path().join("runs")).expect("runs").filter(is_folder).count(), 0, "nothing is left");
}

#[test]
fn arguments_after_the_file_belong_to_the_program() {
    let home = Home::new("");
    let program = save(&home, "program.txt", "arguments");
    let cases: [&[&str]; 4] = [&["--json"], &["--help"], &["-h", "--", "-V"], &["--timeout-ms", "5", "--no-such"]];
    for arguments in cases {
        let told = printed(&output(&home, &[&["run", "--timeout-ms", "9000", &program], arguments].concat()));
        assert_eq!(told.lines().collect::<Vec<_>>(), arguments);
    }
}

fn is_folder(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().is_ok_and(|entry| entry.path().is_dir())
}

#[test]
fn the_exit_code_of_run_tells_how_the_program_ended() {
    let home = Home::new("");
    let mut cases: Vec<(&str, &[&str], i32, &str)> = vec![
        ("print x", &[], 0, ""),
        ("exit 255", &[], 255, ""),
        ("no-such-command", &[], 2, "there is no command"),
        ("hang", &["--timeout-ms", "200"], 124, "timed out after 0.2 s"),
        ("hang", &["--timeout-ms", "200"], 124, "runtray: --timeout-ms gives it more time, up to 28800000"),
    ];
    if cfg!(unix) {
        cases.push(("abort", &[], 134, "ended by SIGABRT"));
    }
    for (program, options, code, expected) in cases {
        let program = save(&home, "program.txt", program);
        let ran = output(&home, &[&["run"], options, &[program.as_str()]].concat());
        assert_eq!(ran.status.code(), Some(code), "{program}: {}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains(expected), "{program}: {}", text(&ran.stderr));
    }
}

#[test]
fn the_default_time_limit_applies_only_with_json_output() {
    let home = Home::new("[limits]\ntimeout_ms = 100\nmax_timeout_ms = 150");
    let program = save(&home, "program.txt", "sleep 400\nprint done");
    assert_eq!(printed(&output(&home, &["run", &program])), "done\n");
    let ended = output(&home, &["run", "--json", &program]);
    assert_eq!((ended.status.code(), &object(&ended)["status"]), (Some(124), &json!("timeout")));
    assert_eq!(text(&ended.stderr), "runtray: --timeout-ms gives it more time, up to 150\n");
}

#[test]
fn run_with_json_prints_one_object() {
    let home = Home::new("");
    let program = save(&home, "program.txt", "print out\nwarn err\nsave made.txt content\nexit 3");
    let ran = output(&home, &["run", "--json", &program]);
    assert_eq!(ran.status.code(), Some(3));
    let answer = object(&ran);
    for (name, value) in [
        ("success", json!(false)),
        ("status", json!("failed")),
        ("output", json!("out\n")),
        ("error", json!("err\n")),
        ("exit_code", json!(3)),
        ("language", json!("fake")),
    ] {
        assert_eq!(answer[name], value, "{name}");
    }
    assert_eq!(answer["files"][0]["path"], "made.txt");
}

#[test]
fn run_saves_the_files_in_the_given_folder() {
    let home = Home::new("");
    let program = save(&home, "program.txt", "save-many 2 below\nsave made.txt content");
    let folder = home.path().join("kept");
    printed(&output(&home, &["run", "--save", &folder.display().to_string(), &program]));
    let read = |path: &str| fs::read_to_string(folder.join(path)).expect(path);
    assert_eq!((read("made.txt"), read("below/0"), read("below/1")), ("content".into(), "0".into(), "1".into()));
    let blocked = save(&home, "blocked", "a file where a folder belongs");
    let failed = output(&home, &["run", "--save", &blocked, &program]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed.stderr).contains("could not save"), "{}", text(&failed.stderr));
}

#[test]
fn run_explains_why_a_program_cannot_run() {
    let home = Home::new("[limits]\nmax_timeout_ms = 1000\nterminal_total_ms = 2000");
    let unknown = save(&home, "program.xyz", "");
    let program = save(&home, "program.txt", "");
    let folder = home.path().join("folder.txt").display().to_string();
    fs::create_dir(&folder).expect("a folder");
    let missing = home.path().join("missing.txt").display().to_string();
    let cases: [(&[&str], &str); 7] = [
        (&[&unknown], "`xyz` is no language"),
        (&["--language", "cobol", &program], "`cobol` is no language"),
        (&[&folder], "is a folder; name a program's file"),
        (&[&missing], "could not open"),
        (&["--json", "--timeout-ms", "0", &program], "from 1 to 1000"),
        (&["--json", "--timeout-ms", "1001", &program], "from 1 to 1000"),
        (&["--timeout-ms", "2001", &program], "from 1 to 2000, which is what `[limits] terminal_total_ms`"),
    ];
    for (arguments, expected) in cases {
        let refused = output(&home, &[&["run"], arguments].concat());
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        assert!(refused.stdout.is_empty() && text(&refused.stderr).contains(expected), "{arguments:?}: {refused:?}");
    }
}

#[test]
fn status_tells_whether_a_service_runs() {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    let port = service.port().to_string();
    let told = printed(&output(&home, &["status", "--port", &port]));
    assert!(told.contains("state: running\n") && told.contains(&format!("url: http://localhost:{port}\n")), "{told}");
    assert_eq!(object(&output(&home, &["status", "--json", "--port", &port]))["state"], "running");
    service.stop();
    let told = output(&home, &["status", "--port", &port]);
    assert_eq!((told.status.code(), told.stdout.len()), (Some(4), 0));
    assert!(text(&told.stderr).contains(&format!("no service answers on port {port}")), "{}", text(&told.stderr));
}

#[test]
fn status_finds_the_service_wherever_it_listens() {
    let home = Home::new("port = 0");
    let mut command = runtray(&home);
    command.arg("serve");
    let mut service = Service::start_by(command, &home);
    let port = service.port();
    let told = || output(&home, &["status"]);
    assert!(printed(&told()).contains(&format!("url: http://localhost:{port}\n")));
    home.save_settings("port = 1");
    let told_restart = format!("runs on port {port}; restart it to have it on port 1,");
    crate::harness::eventually("a restart to be asked for", || {
        let told = told();
        assert!(printed(&told).contains("state: running\n"));
        text(&told.stderr).contains(&told_restart).then_some(())
    });
    service.kill();
    let told = told();
    assert_eq!(told.status.code(), Some(4), "the address file of a service that was killed is no service");
    assert!(text(&told.stderr).contains("no service answers on port 1 "), "{}", text(&told.stderr));
}

#[test]
fn status_sends_the_token() {
    let home = Home::new("require_token = true");
    let service = Service::start_in(&home, &[]);
    assert_eq!(service.get("/status").status, 401);
    let port = service.port().to_string();
    assert_eq!(object(&output(&home, &["status", "--json", "--port", &port]))["token_required"], true);
    let elsewhere = output(&Home::new(""), &["status", "--port", &port]);
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(text(&elsewhere.stderr).contains("answers with status 401"), "{}", text(&elsewhere.stderr));
}

#[test]
fn config_finds_and_checks_the_file() {
    let home = Home::without_settings();
    let file = home.settings_file();
    assert_eq!(printed(&output(&home, &["config", "path"])).trim_end(), file.display().to_string());
    let token = home.path().join("data").join("token").display().to_string();
    assert_eq!(printed(&output(&home, &["config", "path", "--token"])).trim_end(), token);
    let none = printed(&output(&home, &["config", "check"]));
    assert!(none.contains("no problems (there is none yet"), "{none}");
    assert!(!file.exists(), "looking makes nothing");
    fs::create_dir(home.path().join("config")).expect("a config folder");
    fs::write(&file, "port = 5001\n").expect("settings");
    assert!(printed(&output(&home, &["config", "check"])).ends_with(": no problems\n"));
    assert_eq!(object(&output(&home, &["config", "check", "--json"]))["problems"], json!([]));
    fs::write(&file, "port = 1\nport = 2\n").expect("settings");
    let wrong = output(&home, &["config", "check"]);
    assert!(wrong.status.code() == Some(1) && text(&wrong.stdout).contains("line 2: "), "{wrong:?}");
    let missing = home.path().join("no-node");
    fs::write(&file, format!("[node]\npath = '{}'\n", missing.display())).expect("settings");
    let wrong = output(&home, &["config", "check"]);
    let expected = format!("line 2: `node.path` names {}, which does not exist", missing.display());
    assert!(wrong.status.code() == Some(1) && text(&wrong.stdout).contains(&expected), "{wrong:?}");
}

#[test]
fn completions_name_every_command() {
    let home = Home::new("");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&output(&home, &["completions", shell]));
        for word in ["serve", "run", "pythons", "logs", "status", "config", "completions", "follow", "allow-origin"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
}

#[test]
fn a_closed_standard_output_ends_every_command_quietly() {
    let home = Home::new("");
    let commands: [&[&str]; 5] =
        [&["completions", "bash"], &["config", "path"], &["config", "check"], &["pythons", "--json"], &["--help"]];
    for arguments in commands {
        let mut command = runtray(&home);
        command.args(arguments).stdin(Stdio::null()).stderr(Stdio::piped());
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ended = command.stdout(writer).output().expect("runtray ends");
        assert_eq!((ended.status.code(), text(&ended.stderr)), (Some(0), String::new()), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn bash_accepts_its_completions() {
    let home = Home::new("");
    let script = home.path().join("completions.bash");
    fs::write(&script, output(&home, &["completions", "bash"]).stdout).expect("a script");
    let ask = "source \"$0\" && COMP_WORDS=(runtray st) COMP_CWORD=1 && _runtray runtray st runtray && echo \"${COMPREPLY[@]}\"";
    let told = Command::new("bash").args(["--norc", "-c", ask]).arg(&script).output().expect("there is a bash");
    assert_eq!(printed(&told).trim(), "status");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_ends_with_130_and_leaves_nothing() {
    use nix::sys::signal::{Signal, kill};
    let home = Home::new("");
    let started = home.shared("started");
    let program = save(
        &home,
        "program.txt",
        &format!("ignore-termination\nspawn hang\nsave-process {}\nhang", started.display()),
    );
    let child = runtray(&home).args(["run", &program]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("runtray starts");
    crate::harness::eventually("the program to start", || fs::read(&started).ok());
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().expect("a pid"));
    // The first interrupt goes to the program, which ignores it.
    let code = crate::harness::eventually("runtray to end", || {
        kill(pid, Signal::SIGINT).expect("a signal");
        child.try_wait().expect("a child").map(|status| status.code())
    });
    assert_eq!(code, Some(130));
    assert_eq!(fs::read_dir(home.path().join("runs")).expect("runs").filter(is_folder).count(), 0, "nothing is left");
    #[cfg(target_os = "linux")]
    assert_eq!(processes_in(home.path()), Vec::<std::path::PathBuf>::new(), "nothing lives on");
}

/// The working folders of processes in `folder`, including deleted ones.
#[cfg(target_os = "linux")]
fn processes_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let processes = fs::read_dir("/proc").expect("/proc").flatten();
    let folders = processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
    folders.filter(|works_in| works_in.starts_with(folder)).collect()
}

#[cfg(windows)]
#[test]
fn windows_is_told_the_name_and_the_version_of_the_program() {
    let program = runtray(&Home::new("")).get_program().to_owned();
    let content = fs::read(program).expect("a program");
    let told = |text: &str| {
        let bytes: Vec<_> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        content.windows(bytes.len()).any(|window| window == bytes)
    };
    let version = env!("CARGO_PKG_VERSION");
    for text in [&format!("ProductVersion\0{version}\0"), "FileDescription\0Runtray on the command line\0"] {
        // The value begins at a multiple of four bytes.
        let spread = text.replacen('\0', "\0\0", 1);
        assert!(told(text) || told(&spread), "{text:?} is not in the program");
    }
}
