//! Memory that WebKitGTK keeps after a window was closed: its network process, free heap memory, and its code.
//!
//! Tauri keeps the web context for the next window, and with it that process, which takes about twenty megabytes. WebKit starts
//! another one when a page needs it.

use std::ffi::c_void;
use std::fs;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::time::Duration;

use nix::sys::mman::{MmapAdvise, madvise};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tauri::{AppHandle, Manager as _, Wry};

/// The name of the process, shortened by Linux.
const NAME: &str = "WebKitNetworkPr";
/// Libraries that are hardly used without a window.
const LIBRARIES: [&str; 2] = ["/libwebkit2gtk-", "/libjavascriptcoregtk-"];

/// After this time the page of a closed window is gone, and the user has not reopened the window at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Frees this memory after a pause, unless a window is open by then.
pub(crate) fn give_back(app: &AppHandle<Wry>) {
    // A WebDriver session would end with that process.
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PAUSE).await;
        let asked = app.clone();
        // Windows are created on the main thread, so none is created during this check.
        let look = move || {
            if asked.webview_windows().is_empty() {
                network_processes().for_each(end);
                trim();
                code().into_iter().for_each(|range| forget(&range));
            }
        };
        if let Err(error) = app.run_on_main_thread(look) {
            tracing::debug!(%error, "the app ends");
        }
    });
}

fn end(process: i32) {
    if let Err(error) = kill(Pid::from_raw(process), Signal::SIGTERM) {
        tracing::warn!(%error, "WebKit's process for the network could not be ended");
    }
}

fn network_processes() -> impl Iterator<Item = i32> {
    children()
        .filter(|process| fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim_end() == NAME))
}

/// The child processes of this process, started by any of its threads.
fn children() -> impl Iterator<Item = i32> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
}

/// Returns freed heap memory to the system.
fn trim() {
    // SAFETY: it only returns free memory of the allocator to the system.
    #[cfg(target_env = "gnu")]
    #[expect(unsafe_code, reason = "there is no safe wrapper")]
    unsafe {
        nix::libc::malloc_trim(0);
    }
}

/// The address ranges of the libraries' code and constants.
fn code() -> Vec<Range> {
    ranges(&fs::read_to_string("/proc/self/smaps").unwrap_or_default())
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Range {
    start: NonZeroUsize,
    length: usize,
}

/// The mappings of the libraries in `smaps` that are read-only and unmodified.
fn ranges(smaps: &str) -> Vec<Range> {
    let (mut current, mut found) = (None, Vec::new());
    for line in smaps.lines() {
        match line.strip_prefix("Anonymous:").map(str::trim) {
            Some("0 kB") => found.extend(current),
            Some(_) => {}
            // The first line of a mapping, or one of its counts.
            None if line.split_ascii_whitespace().next().is_some_and(|word| word.contains('-')) => {
                current = Range::of_library(line);
            }
            None => {}
        }
    }
    found
}

impl Range {
    /// The range of a line such as `7f10c0-7f10d0 r-xp 00000 fe:00 12 /usr/lib/libwebkit2gtk-4.1.so.0`.
    fn of_library(line: &str) -> Option<Self> {
        let mut fields = line.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let is_fixed = matches!(fields.next()?, "r-xp" | "r--p");
        let [start, end] = [start, end].map(|number| usize::from_str_radix(number, 16));
        let (start, end) = (start.ok()?, end.ok()?);
        let is_one = is_fixed && LIBRARIES.iter().any(|library| line.contains(library));
        is_one.then_some(Self { start: NonZeroUsize::new(start)?, length: end.checked_sub(start)? })
    }
}

/// Drops pages from this process; the next access reads them from their file again.
fn forget(range: &Range) {
    let start = NonNull::<c_void>::without_provenance(range.start);
    // SAFETY: the pages are unchanged pages of a file, and read-only. Reading them again gives the same bytes.
    #[expect(unsafe_code, reason = "there is no safe wrapper")]
    let advised = unsafe { madvise(start, range.length, MmapAdvise::MADV_DONTNEED) };
    if let Err(error) = advised {
        tracing::debug!(%error, "the web engine's code stays in memory");
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::os::unix::fs::symlink;
    use std::process::{Child, Command, Stdio};

    use super::{code, forget, network_processes, ranges};

    #[test]
    fn only_unmodified_read_only_mappings_are_found() {
        let check = |mapping: &str, anonymous: &str, expected: Option<(usize, usize)>| {
            let smaps = format!("{mapping}\nSize:  8 kB\nAnonymous:   {anonymous}\nVmFlags: rd\n");
            let found = ranges(&smaps).first().map(|range| (range.start.get(), range.length));
            assert_eq!(found, expected, "{smaps}");
        };
        let webkit = "fe:00 12   /usr/lib/libwebkit2gtk-4.1.so.0.19";
        check(&format!("1000-3000 r-xp 00000000 {webkit}"), "0 kB", Some((0x1000, 0x2000)));
        check(&format!("1000-3000 r--p 00000000 {webkit}"), "0 kB", Some((0x1000, 0x2000)));
        check(&format!("1000-3000 r--p 00000000 {webkit}"), "4 kB", None);
        check(&format!("1000-3000 r-xp 00000000 {webkit}"), "4 kB", None);
        check(&format!("1000-3000 rw-p 00000000 {webkit}"), "0 kB", None);
        check(&format!("0-3000 r-xp 00000000 {webkit}"), "0 kB", None);
        let engine = "fe:00 12   /usr/lib/libjavascriptcoregtk-4.1.so.0";
        check(&format!("1000-3000 r-xp 00000000 {engine}"), "0 kB", Some((0x1000, 0x2000)));
        check("1000-3000 r-xp 00000000 fe:00 12   /usr/lib/libgtk-3.so.0", "0 kB", None);
        check("1000-3000 r-xp 00000000 00:00 0", "0 kB", None);
        check("nonsense", "0 kB", None);
    }

    #[test]
    fn dropped_code_can_be_used_again() {
        let version = || tauri::webview_version().expect("a version");
        let before = version();
        let ranges = code();
        assert!(!ranges.is_empty(), "the web engine is not loaded");
        ranges.iter().for_each(forget);
        assert_eq!(version(), before);
    }

    #[test]
    fn only_a_child_of_that_name_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let start = |name: &str| -> Child {
            let program = folder.path().join(name);
            symlink("/bin/cat", &program).expect("a link");
            let spawned = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
            let mut child = spawned.expect("a child");
            // It has its name once it answers.
            child.stdin.as_mut().expect("a pipe").write_all(b"x").expect("a reader");
            child.stdout.as_mut().expect("a pipe").read_exact(&mut [0]).expect("an echo");
            child
        };
        let mut started = ["WebKitWebProcess", "WebKitNetworkProcess"].map(start);
        let found: Vec<_> = network_processes().collect();
        assert_eq!(found, [started[1].id().cast_signed()]);
        for child in &mut started {
            drop(child.stdin.take());
            assert!(child.wait().expect("an end").success());
        }
    }
}
