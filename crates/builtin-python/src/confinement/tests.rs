//! The walls, tried from inside: a child of this process confines itself, and acts as a program outside WebAssembly could.
//!
//! Each attempt is also made in a child that is not confined, where it must end otherwise: so no case passes by chance.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;
use std::time::Instant;

use landlock::RulesetStatus;
use nix::errno::Errno;
use nix::libc::{self, c_long};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, fork, pipe};
use tempfile::TempDir;

use super::skip::skip;
use super::{Reach, confine, files};

/// A folder `library` to read, and folders `run` and `tmp` to write to, beside a file that is out of reach.
struct Folders(TempDir);

impl Folders {
    fn new() -> Self {
        let folders = Self(TempDir::new().expect("a folder"));
        for folder in ["library", "run/a", "run/b", "tmp"] {
            fs::create_dir_all(folders.at(folder)).expect("a folder");
        }
        for file in ["library/os.py", "run/a/file", "secret"] {
            fs::write(folders.at(file), "x").expect("a file");
        }
        folders
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    /// The lines of `try_it` in a child of this process, which is confined to these folders if it `is_confined`.
    #[expect(unsafe_code, reason = "a process can only be confined for ever, so that a child is")]
    fn child(&self, is_confined: bool, try_it: impl Fn(&Path) -> Vec<String>) -> Vec<String> {
        let (reader, writer) = pipe().expect("a pipe");
        let [library, run, tmp] = ["library", "run", "tmp"].map(|name| self.at(name));
        // SAFETY: the child allocates, which this C library allows after a fork, and waits for no other thread.
        if let ForkResult::Parent { child } = unsafe { fork() }.expect("a child") {
            drop(writer);
            let mut said = String::new();
            File::from(reader).read_to_string(&mut said).expect("it is read");
            waitpid(child, None).expect("it ends");
            return said.lines().map(str::to_owned).collect();
        }
        if is_confined {
            confine(&Reach { read: vec![&library], write: vec![&run, &tmp] });
        }
        let said = try_it(self.0.path()).join("\n");
        let written = File::from(writer).write_all(said.as_bytes());
        // SAFETY: it ends the child without the handlers of its parent.
        unsafe { libc::_exit(i32::from(written.is_err())) }
    }
}

/// The number of an error, and 0 for none.
fn number(result: &io::Result<()>) -> i32 {
    result.as_ref().err().map_or(0, |error| error.raw_os_error().unwrap_or(-1))
}

/// The name of an attempt, and the attempt in the folder around all others.
type Attempt = (&'static str, fn(&Path) -> io::Result<()>);

/// Fails unless each attempt ends with `refusal` in a confined child, and otherwise in another.
fn refused(attempts: &[Attempt], refusal: Errno) {
    let try_all = |folder: &Path| {
        attempts.iter().map(|(name, attempt)| format!("{name}: {}", number(&attempt(folder)))).collect::<Vec<_>>()
    };
    let expected: Vec<_> = attempts.iter().map(|(name, _)| format!("{name}: {}", refusal as i32)).collect();
    assert_eq!(Folders::new().child(true, try_all), expected);
    let free = Folders::new().child(false, try_all);
    let alike: Vec<_> = expected.iter().filter(|refused| free.contains(refused)).collect();
    assert!(free.len() == attempts.len() && alike.is_empty(), "refused to everybody: {alike:?}");
}

/// Whether the kernel limits files; says so if it does not.
fn has_landlock() -> bool {
    let status = |_: &Path| vec![format!("{:?}", files::restrict(&Reach::default()).ok())];
    let has = Folders::new().child(false, status) != [format!("{:?}", Some(RulesetStatus::NotEnforced))];
    if !has {
        skip("this kernel has no Landlock");
    }
    has
}

#[test]
fn files_elsewhere_are_out_of_reach() {
    if !has_landlock() {
        return;
    }
    refused(
        &[
            ("read a file of the system", |_| File::open("/etc/passwd").map(drop)),
            ("read the person's file", |folder| File::open(folder.join("secret")).map(drop)),
            ("write to it", |folder| File::options().append(true).open(folder.join("secret")).map(drop)),
            ("list the folder around", |folder| fs::read_dir(folder).map(drop)),
            ("list the root", |_| fs::read_dir("/").map(drop)),
            ("read the own environment", |_| File::open("/proc/self/environ").map(drop)),
            ("write to the own memory", |_| File::options().write(true).open("/proc/self/mem").map(drop)),
            ("open a device", |_| File::open("/dev/null").map(drop)),
            ("make a file", |folder| File::create(folder.join("new")).map(drop)),
            ("make a folder", |folder| fs::create_dir(folder.join("new folder"))),
            ("make a link", |folder| symlink("secret", folder.join("new link"))),
            ("remove a file", |folder| fs::remove_file(folder.join("secret"))),
            ("move a file away", |folder| fs::rename(folder.join("run/a/file"), folder.join("out"))),
            ("fetch a file", |folder| fs::rename(folder.join("library/os.py"), folder.join("run/os.py"))),
            ("change the library", |folder| File::create(folder.join("library/os.py")).map(drop)),
            ("add to the library", |folder| File::create(folder.join("library/new.py")).map(drop)),
            ("follow a link that leads out", |folder| {
                symlink(folder.join("tmp/../secret"), folder.join("run/link"))?;
                File::open(folder.join("run/link")).map(drop)
            }),
        ],
        Errno::EACCES,
    );
}

/// A system call that is given as numbers.
#[expect(unsafe_code, reason = "calls that no program of this kind makes have no wrapper")]
fn call(number: c_long, arguments: [c_long; 5]) -> io::Result<()> {
    let [one, two, three, four, five] = arguments;
    // SAFETY: no pointer is given but null, which the kernel refuses.
    Ok(Errno::result(unsafe { libc::syscall(number, one, two, three, four, five, 0) }).map(drop)?)
}

fn parent() -> c_long {
    nix::unistd::getppid().as_raw().into()
}

#[expect(unsafe_code, reason = "the attempt is to make a process")]
fn make_process(flags: libc::c_int) -> io::Result<()> {
    let (flags, none) = (c_long::from(flags | libc::SIGCHLD), c_long::from(0));
    // SAFETY: the child shares nothing, and ends at once.
    let made = Errno::result(unsafe { libc::syscall(libc::SYS_clone, flags, none, none, none, none) })?;
    if made == 0 {
        // SAFETY: it ends the child.
        unsafe { libc::_exit(0) }
    }
    Ok(())
}

/// Maps a page with `rights`.
fn map(rights: libc::c_int) -> io::Result<()> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
    call(libc::SYS_mmap, [0, 4096, rights.into(), flags.into(), -1])
}

#[expect(unsafe_code, reason = "the attempt is to make data code")]
fn data_to_code() -> io::Result<()> {
    let page = vec![0_u8; 3 * 4096];
    let start = page.as_ptr().addr().next_multiple_of(4096);
    let rights = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
    // SAFETY: the page is whole, and stays readable and writable.
    let changed = unsafe { libc::mprotect(page.as_ptr().with_addr(start).cast_mut().cast(), 4096, rights) };
    Ok(Errno::result(changed).map(drop)?)
}

#[test]
fn there_are_no_other_system_calls() {
    refused(
        &[
            ("make an internet socket", |_| call(libc::SYS_socket, [libc::AF_INET.into(), 1, 0, 0, 0])),
            ("make a local socket", |_| call(libc::SYS_socket, [libc::AF_UNIX.into(), 1, 0, 0, 0])),
            ("make a pair of sockets", |_| call(libc::SYS_socketpair, [libc::AF_UNIX.into(), 1, 0, 0, 0])),
            ("start a program", |_| call(libc::SYS_execve, [0; 5])),
            ("start an open program", |_| call(libc::SYS_execveat, [-1, 0, 0, 0, 0])),
            ("make a process", |_| make_process(0)),
            ("make a process elsewhere", |_| make_process(libc::CLONE_NEWUSER)),
            ("make a process by the newer call", |_| call(libc::SYS_clone3, [0; 5])),
            ("signal the parent", |_| call(libc::SYS_kill, [parent(), 0, 0, 0, 0])),
            ("signal the parent's thread", |_| call(libc::SYS_tgkill, [parent(), parent(), 0, 0, 0])),
            ("be told by signals", |_| call(libc::SYS_fcntl, [2, libc::F_SETOWN.into(), parent(), 0, 0])),
            ("trace the parent", |_| call(libc::SYS_ptrace, [libc::PTRACE_PEEKDATA.into(), parent(), 0, 0, 0])),
            ("read the parent's memory", |_| call(libc::SYS_process_vm_readv, [parent(), 0, 0, 0, 0])),
            ("open the parent", |_| call(libc::SYS_pidfd_open, [parent(), 0, 0, 0, 0])),
            ("read the parent's limits", |_| call(libc::SYS_prlimit64, [parent(), 7, 0, 0, 0])),
            ("change the parent's priority", |_| call(libc::SYS_setpriority, [0, parent(), 19, 0, 0])),
            ("leave the session", |_| call(libc::SYS_setsid, [0; 5])),
            ("make a namespace", |_| call(libc::SYS_unshare, [libc::CLONE_NEWUTS.into(), 0, 0, 0, 0])),
            ("mount", |_| call(libc::SYS_mount, [0; 5])),
            ("change the root", |_| call(libc::SYS_chroot, [0; 5])),
            ("change the folder", |_| call(libc::SYS_chdir, [0; 5])),
            ("change a file's mode", |_| call(libc::SYS_fchmodat, [-1, 0, 0, 0, 0])),
            ("change an open file's mode", |_| call(libc::SYS_fchmod, [2, 0o600, 0, 0, 0])),
            ("change a file's owner", |_| call(libc::SYS_fchownat, [-1, 0, 0, 0, 0])),
            ("change attributes", |_| call(libc::SYS_setxattr, [0; 5])),
            ("cut a file by its path", |_| call(libc::SYS_truncate, [0; 5])),
            ("make a device", |_| call(libc::SYS_mknodat, [-1, 0, 0, 0, 0])),
            ("open by a handle", |_| call(libc::SYS_open_by_handle_at, [-1, 0, 0, 0, 0])),
            ("watch files", |_| call(libc::SYS_inotify_init1, [0; 5])),
            ("hold a file in memory", |_| call(libc::SYS_memfd_create, [0; 5])),
            ("share memory", |_| call(libc::SYS_shmat, [-1, 0, 0, 0, 0])),
            ("use rings", |_| call(libc::SYS_io_uring_setup, [1, 0, 0, 0, 0])),
            ("load a filter", |_| call(libc::SYS_bpf, [0; 5])),
            ("count events", |_| call(libc::SYS_perf_event_open, [0; 5])),
            ("keep keys", |_| call(libc::SYS_keyctl, [0; 5])),
            ("change the personality", |_| call(libc::SYS_personality, [0; 5])),
            ("be dumpable", |_| call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0, 0, 0])),
            ("type into a terminal", |_| call(libc::SYS_ioctl, [2, libc::TIOCSTI.cast_signed(), 0, 0, 0])),
            ("map code", |_| map(libc::PROT_READ | libc::PROT_EXEC)),
            ("make data code", |_| data_to_code()),
        ],
        Errno::ENOSYS,
    );
}

/// Everything that a prepared Python does besides computing.
fn work(folder: &Path) -> io::Result<()> {
    let (run, tmp) = (folder.join("run"), folder.join("tmp"));
    assert_eq!(fs::read(folder.join("library/os.py"))?, b"x");
    assert_eq!(fs::read_dir(folder.join("library"))?.count(), 1);
    fs::write(run.join("file"), "abc")?;
    fs::write(run.join("copy"), fs::read(run.join("file"))?)?;
    fs::rename(run.join("a/file"), run.join("b/file"))?;
    fs::rename(run.join("copy"), tmp.join("copy"))?;
    fs::hard_link(run.join("file"), run.join("a/hard"))?;
    symlink("file", run.join("soft"))?;
    assert_eq!(fs::read(run.join("soft"))?, b"abc");
    let file = File::options().write(true).open(run.join("file"))?;
    file.set_len(1)?;
    file.set_modified(std::time::SystemTime::UNIX_EPOCH)?;
    file.sync_all()?;
    fs::create_dir_all(run.join("c/d"))?;
    fs::remove_dir_all(run.join("c"))?;
    fs::remove_file(tmp.join("copy"))?;
    let large = thread::spawn(|| vec![1_u8; 64 << 20].len());
    assert_eq!(large.join().ok(), Some(64 << 20));
    thread::sleep(std::time::Duration::from_millis(1));
    assert!(nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).is_ok());
    Ok(nix::sys::signal::raise(nix::sys::signal::Signal::SIGCONT)?)
}

#[test]
fn what_a_python_does_goes_on() {
    let said = |folder: &Path| vec![format!("{:?}", work(folder))];
    assert_eq!(Folders::new().child(true, said), ["Ok(())"]);
}

/// Threads that begin later have the walls too, and so nobody can wait for one without.
#[test]
fn later_threads_are_confined() {
    let said = |_: &Path| {
        let attempt = thread::spawn(|| number(&call(libc::SYS_setsid, [0; 5])));
        vec![format!("{:?}", attempt.join().ok())]
    };
    assert_eq!(Folders::new().child(true, said), [format!("{:?}", Some(Errno::ENOSYS as i32))]);
}

#[test]
fn a_folder_that_is_not_there_takes_no_wall_of_calls_away() {
    let said = |_: &Path| {
        confine(&Reach { read: vec![Path::new("/nowhere")], write: Vec::new() });
        vec![number(&call(libc::SYS_setsid, [0; 5])).to_string()]
    };
    assert_eq!(Folders::new().child(false, said), [(Errno::ENOSYS as i32).to_string()]);
}

/// The cost for a run without a waiting interpreter. A loaded machine takes longer than the 0.2 ms of a quiet one.
#[test]
fn the_walls_are_up_in_a_moment() {
    let took = |folder: &Path| {
        let [library, run, tmp] = ["library", "run", "tmp"].map(|name| folder.join(name));
        let begun = Instant::now();
        confine(&Reach { read: vec![&library], write: vec![&run, &tmp] });
        vec![begun.elapsed().as_micros().to_string()]
    };
    let measured = (0..21).map(|_| Folders::new().child(false, took)[0].parse::<u64>().expect("a number"));
    let mut measured: Vec<_> = measured.collect();
    measured.sort_unstable();
    println!("confined in {} µs at best, {} µs at the median", measured[0], measured[10]);
    assert!(measured[0] < 2000, "{measured:?}");
}
