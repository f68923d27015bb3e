//! The programs that end differently than in an installed Python, and the missing or different feature of each.

/// A feature that a program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Threads.
    Threads,
    /// Other processes, or its own as the system sees it.
    Processes,
    /// The network, or a socket.
    Sockets,
    /// Signals.
    Signals,
    /// Copies of descriptors, and descriptors as the system sees them.
    Descriptors,
    /// Files outside its folder, or a variable of its user.
    Outside,
    /// `bz2` and `lzma`.
    Archives,
    /// Pointers of 64 bits.
    Width,
    /// The bare words of a failed import, which say here what to do.
    Advice,
    /// To be the outermost frame: the frames of its start are below it.
    Frames,
    /// To see how its interpreter was started and what that imported.
    Start,
    /// The older CPython of the comparison: its output differs in 3.14.
    Version,
}

/// By name.
pub(super) const EXCEPTIONS: &[(&str, Reason)] = &[
    ("python/asyncio_queue", Reason::Threads),
    ("python/end_of_life", Reason::Threads),
    ("python/excepthooks", Reason::Threads),
    ("python/exit_in_thread", Reason::Threads),
    ("python/futures", Reason::Threads),
    ("python/thread_exception", Reason::Threads),
    ("python/thread_pool", Reason::Threads),
    ("python/threads", Reason::Threads),
    ("python/threads_and_locks", Reason::Threads),
    ("python/threads_outlive_main", Reason::Threads),
    ("python/asyncio_subprocess", Reason::Processes),
    ("python/executed_again", Reason::Processes),
    ("python/exit_values", Reason::Processes),
    ("python/forked", Reason::Processes),
    ("python/multiprocessing_default_pool", Reason::Processes),
    ("python/multiprocessing_fork", Reason::Processes),
    ("python/multiprocessing_forkserver", Reason::Processes),
    ("python/multiprocessing_spawn", Reason::Processes),
    ("python/neighbours", Reason::Processes),
    ("python/one_liners", Reason::Processes),
    ("python/own_file", Reason::Processes),
    ("python/process", Reason::Processes),
    ("python/process_pool", Reason::Processes),
    ("python/subprocess_run", Reason::Processes),
    ("python/subprocess_shell", Reason::Processes),
    ("python/asyncio_tcp", Reason::Sockets),
    ("python/http_server", Reason::Sockets),
    ("python/sockets_and_select", Reason::Sockets),
    ("python/asynchronous", Reason::Signals),
    ("python/fault_handler", Reason::Signals),
    ("python/interrupted", Reason::Signals),
    ("python/killed_by_signal", Reason::Signals),
    ("python/signal_handlers", Reason::Signals),
    ("python/signals", Reason::Signals),
    ("python/descriptors", Reason::Descriptors),
    ("python/unclosed_files", Reason::Descriptors),
    ("python/streams", Reason::Descriptors),
    ("python/folder", Reason::Outside),
    ("python/line_cache", Reason::Outside),
    ("python/environment", Reason::Outside),
    ("python/zip_and_compress", Reason::Archives),
    ("python/memory_error", Reason::Width),
    ("python/import_module", Reason::Advice),
    ("python/garbage", Reason::Frames),
    ("python/inspect_source", Reason::Frames),
    ("python/introspection", Reason::Frames),
    ("python/recursion", Reason::Frames),
    ("python/encoding", Reason::Start),
    ("python/importer_caches", Reason::Start),
    ("python/interpreter_state", Reason::Start),
    ("python/metadata", Reason::Start),
    ("python/modules", Reason::Start),
    ("python/options_by_environment", Reason::Start),
    ("python/shadowed_modules", Reason::Start),
    ("python/annotations", Reason::Version),
    ("python/code_objects", Reason::Version),
    ("python/debugger", Reason::Version),
    ("python/main_module", Reason::Version),
    ("python/pickled_classes", Reason::Version),
    ("python/traced", Reason::Version),
    ("python/traceback_formatted", Reason::Version),
    ("python/interactive_modules", Reason::Version),
];
