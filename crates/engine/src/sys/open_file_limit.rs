//! This process's limit of open files, pipes and sockets.

/// The limit to set if the system allows more: some systems visit every number up to the limit for each new process.
#[cfg(unix)]
const ENOUGH: u64 = 65_536;

/// Raises the limit of open files as far as this user may, and returns it; `None` if there is none.
///
/// Shells set 256 on macOS and 1024 on Linux, far below the system's maximum. The limit of runs is a setting and does not change.
#[cfg(unix)]
pub fn raise_open_files() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    // macOS reports no hard limit, but accepts at most `kern.maxfilesperproc`, which is at least OPEN_MAX.
    const OPEN_MAX: u64 = 10_240;
    for wanted in [hard.min(ENOUGH), hard.min(OPEN_MAX)] {
        if wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
            return Some(wanted);
        }
    }
    Some(soft)
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn raise_open_files() -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use nix::sys::resource::{Resource, getrlimit};

    #[test]
    fn the_limit_is_what_is_said_and_never_lower() {
        let (before, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
        let limit = super::raise_open_files().expect("a limit");
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).expect("a limit"), (limit, hard));
        assert!(limit >= before && (limit == before || limit <= hard), "{before} became {limit} of {hard}");
    }
}
