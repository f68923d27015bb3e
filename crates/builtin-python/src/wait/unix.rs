//! Signals: SIGINT is let in while a wait can see it.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, raise, sigaction, sigprocmask};
use nix::sys::time::TimeSpec;

/// Whether a wait will tell the program of an interrupt.
static WAITING: AtomicBool = AtomicBool::new(false);

/// Whether an interrupt came that no wait has told yet.
static PENDING: AtomicBool = AtomicBool::new(false);

/// The microseconds that a program has to reach a wait before an interrupt ends it.
const GRACE: nix::libc::suseconds_t = 200_000;

/// The text for a program that cannot be interrupted.
const LAST_WORDS: &[u8] = b"KeyboardInterrupt\n";

/// Installs the handler of SIGINT. For the one thread of this process, before a program runs.
///
/// # Errors
/// The system does not take the handler.
#[expect(unsafe_code, reason = "a signal handler is installed")]
pub fn catch_interrupts() -> io::Result<()> {
    let handler = |handler| SigAction::new(SigHandler::Handler(handler), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handlers use atomics, and functions that POSIX allows in handlers.
    let before = unsafe { sigaction(Signal::SIGINT, &handler(on_interrupt)) }?;
    // SAFETY: as above; nothing else in this process uses the timer.
    unsafe { sigaction(Signal::SIGALRM, &handler(on_end_of_grace)) }?;
    if matches!(before.handler(), SigHandler::SigIgn) {
        // A program that was started in the background must keep running.
        // SAFETY: as above; this restores the previous handler.
        unsafe { sigaction(Signal::SIGINT, &before) }?;
    }
    Ok(())
}

extern "C" fn on_interrupt(_: i32) {
    let first = !PENDING.swap(true, Ordering::SeqCst);
    if !WAITING.load(Ordering::SeqCst) && (!first || start_grace().is_err()) {
        end_with_last_words();
    }
}

extern "C" fn on_end_of_grace(_: i32) {
    if PENDING.load(Ordering::SeqCst) {
        end_with_last_words();
    }
}

#[expect(unsafe_code, reason = "nix has no timer that is allowed in a signal handler")]
fn start_grace() -> nix::Result<()> {
    let time = |tv_usec| nix::libc::timeval { tv_sec: 0, tv_usec };
    let timer = nix::libc::itimerval { it_interval: time(0), it_value: time(GRACE) };
    // SAFETY: the timer is valid, and nobody asks for the one before.
    Errno::result(unsafe { nix::libc::setitimer(nix::libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) })
        .map(drop)
}

fn end_with_last_words() -> ! {
    nix::unistd::write(io::stderr().as_fd(), LAST_WORDS).ok();
    end_by_interrupt()
}

/// Ends this process by the signal, so that its parent sees the signal.
#[expect(unsafe_code, reason = "the default action is put back")]
pub fn end_by_interrupt() -> ! {
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: the default action is always valid.
    unsafe { sigaction(Signal::SIGINT, &default) }.ok();
    sigprocmask(SigmaskHow::SIG_UNBLOCK, Some(&interrupt()), None).ok();
    raise(Signal::SIGINT).ok();
    std::process::exit(130)
}

fn interrupt() -> SigSet {
    SigSet::from_iter([Signal::SIGINT])
}

/// Whether an interrupt ended the sleep.
pub(crate) fn sleep(time: Duration) -> bool {
    let end = Instant::now().checked_add(time);
    loop {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return false;
        }
        if wait(&mut [], left) == Err(Errno::EINTR) {
            return true;
        }
    }
}

/// The bytes of standard input that are there, empty at its end; `None` when an interrupt ended the wait.
pub(crate) fn read_input(most: usize) -> io::Result<Option<Vec<u8>>> {
    let stdin = io::stdin();
    let ready = loop {
        let ready = wait(&mut [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)], None);
        if ready != Ok(0) {
            break ready;
        }
    };
    // A descriptor that cannot be polled is read at once; an error of that read says why.
    if ready == Err(Errno::EINTR) {
        return Ok(None);
    }
    let mut data = vec![0; most];
    match nix::unistd::read(stdin.as_fd(), &mut data) {
        Ok(read) => data.truncate(read),
        Err(Errno::EINTR) => return Ok(None),
        // A closed or forbidden input has nothing more.
        Err(Errno::EBADF | Errno::EISDIR | Errno::EIO) => data.clear(),
        Err(error) => return Err(error.into()),
    }
    Ok(Some(data))
}

/// Waits with SIGINT let in only by the wait itself, so that none comes between looking and waiting.
fn wait(files: &mut [PollFd<'_>], time: Option<Duration>) -> nix::Result<i32> {
    let mut before = SigSet::empty();
    sigprocmask(SigmaskHow::SIG_BLOCK, Some(&interrupt()), Some(&mut before))?;
    WAITING.store(true, Ordering::SeqCst);
    if PENDING.load(Ordering::SeqCst) {
        return told(&before, Err(Errno::EINTR));
    }
    // A day at a time: systems differ in the longest wait that they take.
    let time = time.map(|time| TimeSpec::from(time.min(Duration::from_secs(86_400))));
    told(&before, ppoll(files, time, before))
}

/// Ends a wait with the result `ended`, or as interrupted if an interrupt came until now.
fn told(before: &SigSet, ended: nix::Result<i32>) -> nix::Result<i32> {
    WAITING.store(false, Ordering::SeqCst);
    let interrupted = PENDING.swap(false, Ordering::SeqCst);
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(before), None)?;
    match ended {
        _ if interrupted => Err(Errno::EINTR),
        // The end of another's grace.
        Err(Errno::EINTR) => Ok(0),
        ended => ended,
    }
}

#[cfg(not(target_os = "macos"))]
fn ppoll(files: &mut [PollFd<'_>], time: Option<TimeSpec>, mask: SigSet) -> nix::Result<i32> {
    nix::poll::ppoll(files, time, Some(mask))
}

/// macOS has no `ppoll`: an interrupt in the moment before the wait is seen when the wait ends.
#[cfg(target_os = "macos")]
fn ppoll(files: &mut [PollFd<'_>], time: Option<TimeSpec>, mask: SigSet) -> nix::Result<i32> {
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&mask), None)?;
    let milliseconds = time.map(|time| i32::try_from(Duration::from(time).as_millis().max(1)).unwrap_or(i32::MAX));
    let timeout = milliseconds
        .map_or(nix::poll::PollTimeout::NONE, |time| time.try_into().unwrap_or(nix::poll::PollTimeout::MAX));
    nix::poll::poll(files, timeout)
}
