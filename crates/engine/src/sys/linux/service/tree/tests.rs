//! Supervisors with invalid reports. The test plays the supervisor; another process stands for its process.

use std::io::Write as _;
use std::os::unix::net::UnixStream as StdStream;
use std::process::{Child, Command};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use tokio::net::UnixStream;

use super::Tree;
use crate::outcome::Containment;
use crate::sys::exit::{Breach, Exit};
use crate::sys::linux::fd_passing;
use crate::sys::linux::pidfd::{self, ForeignProcess};
use crate::sys::linux::protocol::Bounds;
use crate::sys::linux::protocol::{self, ControlMessage, Report, RunSpec};
use crate::sys::linux::service::control::Control;
use crate::sys::linux::service::launcher_channel::LauncherChannel;

const FORGED: i32 = 42;

/// A tree whose program has begun, the supervisor's end of its control socket, and the process that stands for the supervisor.
async fn begun() -> (Tree, StdStream, Child) {
    let (ours, mut theirs) = StdStream::pair().expect("a pair");
    let (channel, _) = fd_passing::pair().expect("a pair");
    let child = Command::new("sleep").arg("600").spawn().expect("sleep starts");
    let pid = Pid::from_raw(child.id().cast_signed());
    let supervisor = ForeignProcess::new(pid, pidfd::open(pid).ok()).expect("a process");
    let (control, channel) = (Control::of(ours).expect("a socket"), LauncherChannel::of(channel).expect("a socket"));
    let mut tree = Tree::new(control, channel, supervisor, Containment::PidNamespace);
    say(&mut theirs, &Report::Ready);
    tree.start(&spec()).await.expect("it is started");
    let _: RunSpec = protocol::read(&mut theirs).expect("the spec");
    assert_eq!(protocol::read::<ControlMessage>(&mut theirs).expect("a control message"), ControlMessage::Go);
    (tree, theirs, child)
}

fn spec() -> RunSpec {
    let bounds =
        Bounds { memory_bytes: 1, cpu: std::time::Duration::ZERO, processes: 1, open_files: 1, file_size_bytes: 1 };
    let (program, args, env) = ("/bin/true".into(), Vec::new(), Vec::new());
    RunSpec {
        program,
        args,
        env,
        folder: "/nowhere/work".into(),
        temporary: "/nowhere/tmp".into(),
        root: "/nowhere".into(),
        args_in_sight: Vec::new(),
        hidden: Vec::new(),
        sandbox: None,
        bounds,
        waits: false,
        terminal: false,
    }
}

fn say(to: &mut StdStream, report: &Report) {
    protocol::write(to, report).expect("the service listens");
}

fn end() -> Report {
    Report::Ended(Exit { code: Some(FORGED), ..Exit::never_started() })
}

/// The run counts as crashed whatever was reported, and the supervisor is gone.
async fn check_disbelieved(mut tree: Tree, child: Child, what: &str) {
    let exit = tree.wait().await.expect("an end");
    assert_eq!((exit.code, exit.breach), (None, Some(Breach::Supervisor)), "{what}");
    check_gone(child, what);
}

/// It may be reaped already: the service reaps supervisors that became its children.
fn check_gone(mut child: Child, what: &str) {
    let pid = Pid::from_raw(child.id().cast_signed());
    let _ = child.wait();
    assert_eq!(kill(pid, None), Err(Errno::ESRCH), "{what}: the supervisor is still there");
}

#[tokio::test]
async fn an_end_is_believed_when_the_supervisor_is_gone() {
    let (mut tree, mut theirs, mut child) = begun().await;
    say(&mut theirs, &end());
    assert!(futures_util::FutureExt::now_or_never(tree.wait()).is_none(), "it was believed at once");
    child.kill().and_then(|()| child.wait()).expect("it ends");
    assert_eq!(tree.wait().await.expect("an end").code, Some(FORGED));
    assert_eq!(tree.wait().await.expect("the same end").code, Some(FORGED));
}

#[tokio::test]
async fn an_end_is_not_believed_of_a_supervisor_that_stays() {
    let (tree, mut theirs, child) = begun().await;
    say(&mut theirs, &end());
    check_disbelieved(tree, child, "it stays").await;
}

#[tokio::test]
async fn lies_are_not_believed() {
    let two_ends = [end(), end()].map(|end| protocol::frame(&end).expect("a frame")).concat();
    let huge = u32::MAX.to_le_bytes().to_vec();
    let impossible = Report::Ended(Exit { signal: Some("SIGNONE".into()), ..Exit::never_started() });
    let impossible = protocol::frame(&impossible).expect("a frame");
    let cases = [
        ("two ends", two_ends),
        ("a huge frame", huge),
        ("no report", vec![1, 0, 0, 0, 99]),
        ("no signal", impossible),
    ];
    for (what, bytes) in cases {
        let (tree, mut theirs, child) = begun().await;
        theirs.write_all(&bytes).expect("the service listens");
        check_disbelieved(tree, child, what).await;
    }
}

#[tokio::test]
async fn a_supervisor_that_dies_without_a_word_has_crashed() {
    let (tree, theirs, mut child) = begun().await;
    child.kill().expect("it can be killed");
    check_disbelieved(tree, child, "it died").await;
    drop(theirs);
}

#[tokio::test]
async fn a_dropped_tree_ends_its_supervisor() {
    let (tree, theirs, child) = begun().await;
    drop(tree);
    theirs.set_nonblocking(true).expect("a socket");
    let theirs = UnixStream::from_std(theirs).expect("a socket");
    theirs.readable().await.expect("the end of the control messages");
    tokio::task::spawn_blocking(move || check_gone(child, "dropped")).await.expect("it is gone");
}
