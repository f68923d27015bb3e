//! Real process trees, on Windows or under Wine. They run this test program itself, as [`fake_program`].

use std::ffi::OsString;
use std::future::Future;
use std::io::{IsTerminal, Read, Write, stdin};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::*;
use crate::limits::Limits;
use crate::session::TerminalSize;
use crate::sys::launch::{Grants, RunFolders};
use crate::sys::pipes::Output;
use crate::sys::skip::skip;

const PATIENCE: Duration = Duration::from_secs(60);
/// The timeout for the first line of a pseudo-console.
const TERMINAL_PATIENCE: Duration = Duration::from_secs(20);
const MIB: usize = 1 << 20;

/// The program that the other tests run.
#[test]
#[ignore = "a program for the other tests"]
fn fake_program() {
    match std::env::var("FAKE_PROGRAM").expect("a part to play").as_str() {
        "speak" => {
            print_now("to stdout\n");
            eprintln!("to stderr");
            std::process::exit(7);
        }
        "listen" => {
            let mut heard = String::new();
            stdin().read_to_string(&mut heard).expect("text");
            print_now(&format!("heard {heard:?}\n"));
        }
        "terminal" => {
            let mut line = String::new();
            print_now(&format!("terminal: {}\n", stdin().is_terminal() && std::io::stdout().is_terminal()));
            stdin().read_line(&mut line).expect("a line");
            print_now(&format!("heard {:?}\n", line.trim_end()));
        }
        "arguments" => print_now(&format!("{:?}\n", std::env::args().collect::<Vec<_>>())),
        "abort" => std::process::abort(),
        "tell its id" => {
            print_now(&format!("{} is its id\n", std::process::id()));
            loop {
                std::thread::park();
            }
        }
        "sleep" => loop {
            std::thread::park();
        },
        "spin" => spin(Duration::from_secs(2)),
        "leave a child" => drop(spawn_sleeper().expect("a child")),
        "spawn" => {
            let children: Vec<_> = (0..6).map(|_| spawn_sleeper()).collect();
            std::process::exit(i32::from(children.iter().any(Result::is_err)));
        }
        "eat memory" => eat(512 * MIB),
        part => panic!("no such part: {part}"),
    }
}

fn print_now(text: &str) {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).expect("an open stdout");
}

fn spawn_sleeper() -> io::Result<std::process::Child> {
    std::process::Command::new(std::env::current_exe()?).args(FAKE_PROGRAM_ARGS).env("FAKE_PROGRAM", "sleep").spawn()
}

fn spin(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {}
}

/// Windows counts memory when it is committed, touched or not.
fn eat(bytes: usize) {
    let mut eaten = Vec::new();
    for _ in 0..bytes / MIB {
        let mut bite: Vec<u8> = Vec::new();
        if bite.try_reserve_exact(MIB).is_err() {
            std::process::exit(1);
        }
        eaten.push(bite);
    }
}

const FAKE_PROGRAM_ARGS: [&str; 4] = ["sys::windows::tests::fake_program", "--exact", "--ignored", "--nocapture"];

async fn launch(part: &str, limits: &Limits, more: &[&str]) -> (Tree, Pipes) {
    launch_with(part, limits, None, more).await.expect("a running program")
}

async fn launch_with(
    part: &str,
    limits: &Limits,
    terminal: Option<TerminalSize>,
    more: &[&str],
) -> io::Result<(Tree, Pipes)> {
    let program = std::env::current_exe().expect("a program");
    let args: Vec<OsString> = FAKE_PROGRAM_ARGS.iter().chain(more).map(OsString::from).collect();
    let mut env: Vec<(OsString, OsString)> =
        std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")).collect();
    env.push(("FAKE_PROGRAM".into(), part.into()));
    let folder = Path::new(r"C:\");
    let folders = nothing_of_its_own(folder);
    let launch = Launch {
        program: &program,
        args: &args,
        env: &env,
        folder,
        folders,
        limits,
        waits: false,
        terminal,
        sandbox: None,
    };
    Launcher::start().expect("a launcher").launch(&launch).await
}

/// Folders of a run that hides nothing and has its temporary files in `folder`.
fn nothing_of_its_own(folder: &Path) -> RunFolders<'_> {
    RunFolders { root: folder, temporary: folder, args_in_sight: &[], hidden: &[] }
}

/// Plays `part` to its end; returns that, standard output and standard error.
async fn play(part: &str, limits: &Limits) -> (Exit, String, String) {
    let (mut tree, mut pipes) = launch(part, limits, &[]).await;
    drop(pipes.stdin);
    let (mut out, mut err) = (String::new(), String::new());
    let (exit, ..) = soon(async {
        let stderr = pipes.stderr.as_mut().expect("a pipe");
        tokio::join!(tree.wait(), pipes.stdout.read_to_string(&mut out), stderr.read_to_string(&mut err))
    })
    .await;
    (exit.expect("an end"), out, err)
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("should not take this long")
}

/// Whether something was not done because of Wine; prints so.
pub(in crate::sys) fn excused(what: &str) -> bool {
    let wine = Path::new(r"C:\windows\system32\winecfg.exe").exists();
    if wine {
        skip(format_args!("Wine {what}"));
    }
    wine
}

#[tokio::test]
async fn missing_program_is_an_error() {
    let launch = Launch {
        program: Path::new(r"C:\no\such.exe"),
        args: &[],
        env: &[],
        folder: Path::new(r"C:\"),
        folders: nothing_of_its_own(Path::new(r"C:\")),
        limits: &Limits::default(),
        waits: false,
        terminal: None,
        sandbox: None,
    };
    let error = Launcher::start().expect("a launcher").launch(&launch).await.err().expect("should have failed");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn without_app_containers_the_sandbox_starts_nothing() {
    let launcher = Launcher::start().expect("a launcher");
    let report = launcher.sandbox().borrow().clone().expect("a report");
    assert!(!report.is_for_auto());
    if launcher.containers.is_some() {
        assert_eq!(report, SandboxReport::unproven());
        return;
    }
    assert_eq!(report.lack, Some(Lack::AppContainer));
    let (program, folder) = (std::env::current_exe().expect("a program"), Path::new(r"C:\"));
    let launch = Launch {
        program: &program,
        args: &[],
        env: &[],
        folder,
        folders: nothing_of_its_own(folder),
        limits: &Limits::default(),
        waits: false,
        terminal: None,
        sandbox: Some(&Grants::default()),
    };
    let error = launcher.launch(&launch).await.err().expect("should have failed");
    assert!(error.to_string().contains("no AppContainers"), "{error}");
}

#[tokio::test]
async fn exit_code_and_both_outputs_come_back() {
    let (exit, out, err) = play("speak", &Limits::default()).await;
    assert_eq!((exit.code, exit.signal, exit.breach), (Some(7), None, None));
    assert!(out.contains("to stdout"), "{out}");
    assert!(err.contains("to stderr"), "{err}");
}

#[tokio::test]
async fn stdin_arrives_and_ends() {
    let (mut tree, mut pipes) = launch("listen", &Limits::default(), &[]).await;
    let mut input = pipes.stdin;
    input.write_all("zwölf\nBoxkämpfer".as_bytes()).await.expect("a reader");
    drop(input);
    let mut out = String::new();
    soon(pipes.stdout.read_to_string(&mut out)).await.expect("text");
    assert!(out.contains(r#"heard "zwölf\nBoxkämpfer""#), "{out}");
    assert_eq!(soon(tree.wait()).await.expect("an end").code, Some(0));
}

#[tokio::test]
async fn stdin_is_at_its_end_where_none_is_given() {
    let (_, out, _) = play("listen", &Limits::default()).await;
    assert!(out.contains(r#"heard """#), "{out}");
}

#[tokio::test]
async fn arguments_arrive_as_they_are() {
    let odd = ["two words", "", r"C:\x y\", r#"say "hi""#, "%PATH%", "ünï"];
    let (mut tree, mut pipes) = launch("arguments", &Limits::default(), &odd).await;
    let mut out = String::new();
    soon(pipes.stdout.read_to_string(&mut out)).await.expect("text");
    let expected = format!("{odd:?}");
    assert!(out.contains(expected.trim_start_matches('[')), "{out}");
    soon(tree.wait()).await.expect("an end");
}

#[tokio::test]
async fn exception_is_told_from_an_exit_code() {
    let (exit, ..) = play("abort", &Limits::default()).await;
    assert_eq!((exit.code, exit.signal.as_deref()), (None, Some("0xC0000409")));
}

#[tokio::test]
async fn child_ends_with_the_main_process() {
    let (exit, ..) = play("leave a child", &Limits::default()).await;
    assert_eq!(exit.code, Some(0));
}

#[tokio::test]
async fn a_tree_knows_its_processes() {
    let (mut tree, mut pipes) = launch("tell its id", &Limits::default(), &[]).await;
    let (other, _others) = launch("sleep", &Limits::default(), &[]).await;
    let mut printed = String::new();
    soon(read_until(&mut pipes.stdout, &mut printed, " is its id")).await;
    let words: Vec<_> = printed.split_whitespace().collect();
    let id = words[words.len() - 4].parse().unwrap_or_else(|error| panic!("{error}: {printed}"));
    assert!(tree.contains(id) && !other.contains(id));
    assert!(!tree.contains(std::process::id()), "this process is in no tree");
    tree.kill();
    soon(tree.wait()).await.expect("an end");
}

#[tokio::test]
async fn waiting_may_be_given_up_and_taken_up_again() {
    let (mut tree, _pipes) = launch("sleep", &Limits::default(), &[]).await;
    timeout(LOOK_EVERY, tree.wait()).await.expect_err("should still run");
    tree.kill();
    tree.kill();
    let exit = soon(tree.wait()).await.expect("an end");
    assert_eq!((exit.code, exit.signal, exit.breach), (None, None, None));
    assert_eq!(soon(tree.wait()).await.expect("the same end").code, None);
}

#[tokio::test]
async fn dropping_a_tree_ends_it() {
    let (tree, mut pipes) = launch("sleep", &Limits::default(), &[]).await;
    drop(tree);
    soon(pipes.stdout.read_to_end(&mut Vec::new())).await.expect("the end of the output");
}

#[tokio::test]
async fn handles_of_ours_are_not_inherited() {
    let (mut ours, theirs) = streams::pipes().await.expect("pipes");
    let (_tree, mut pipes) = launch("sleep", &Limits::default(), &[]).await;
    soon(pipes.stdout.read_u8()).await.expect("a sign of life");
    drop(theirs);
    soon(ours.stdout.read_to_end(&mut Vec::new())).await.expect("nobody else holds it");
}

#[tokio::test]
async fn cpu_limit_ends_the_tree() {
    let (exit, ..) = play("spin", &Limits { cpu: Duration::from_millis(300), ..Limits::default() }).await;
    if exit.cpu.is_zero() && excused("does not account CPU time to jobs") {
        return;
    }
    assert_eq!(exit.breach, Some(Breach::Cpu));
    assert!(exit.cpu >= Duration::from_millis(300), "{exit:?}");
}

#[tokio::test]
async fn memory_limit_fails_the_program() {
    let (exit, ..) = play("eat memory", &Limits { memory_bytes: 200 * MIB as u64, ..Limits::default() }).await;
    if exit.code == Some(0) && excused("does not hold jobs to their memory limit") {
        return;
    }
    assert_eq!(exit.breach, Some(Breach::Memory));
    assert!(exit.peak_memory_bytes > 100 * MIB as u64, "{exit:?}");
}

#[tokio::test]
async fn beyond_the_process_limit_a_start_fails_and_the_program_goes_on() {
    let (exit, ..) = play("spawn", &Limits { processes: 3, ..Limits::default() }).await;
    if exit.code == Some(0) && excused("does not hold jobs to their process limit") {
        return;
    }
    assert_eq!((exit.code, exit.breach), (Some(1), None));
}

#[tokio::test]
async fn a_terminal_is_one_and_ends_with_its_program() {
    let size = TerminalSize::new(80, 24).expect("a size");
    let (mut tree, mut pipes) = match launch_with("terminal", &Limits::default(), Some(size), &[]).await {
        Ok(launched) => launched,
        Err(error) if excused(&format!("makes no pseudo-console: {error}")) => return,
        Err(error) => panic!("{error}"),
    };
    let mut printed = String::new();
    if timeout(TERMINAL_PATIENCE, read_until(&mut pipes.stdout, &mut printed, "terminal: true")).await.is_err() {
        assert!(excused(&format!("does not pass on what a program writes to its pseudo-console, only {printed:?}")));
        return;
    }
    pipes
        .terminal
        .as_ref()
        .expect("a terminal")
        .resize(TerminalSize::new(100, 40).expect("a size"))
        .expect("another size");
    pipes.stdin.write_all(b"typed\r").await.expect("a reader");
    soon(read_until(&mut pipes.stdout, &mut printed, r#"heard "typed""#)).await;
    assert_eq!(soon(tree.wait()).await.expect("an end").code, Some(0));
    drop((pipes.stdin, pipes.terminal));
    soon(pipes.stdout.read_to_end(&mut Vec::new())).await.expect("the end of the output");
}

async fn read_until(from: &mut Output, printed: &mut String, text: &str) {
    let mut chunk = [0; 4096];
    while !printed.contains(text) {
        let count = from.read(&mut chunk).await.expect("more output");
        assert!(count > 0, "the output ended: {printed:?}");
        printed.push_str(&String::from_utf8_lossy(&chunk[..count]));
    }
}
