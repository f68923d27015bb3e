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
    /// Pointers of 64 bits.
    Width,
}

/// The programs by name, each with its reason.
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
    ("python/environment", Reason::Processes),
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
    ("python/memory_error", Reason::Width),
];

/// Programs that print text that differs between installations or versions of Python: paths, modules, bytecode, the words of the
/// standard library. They end the same in a waiting interpreter and in a new one.
pub(super) const OF_ITS_OWN: &[&str] = &[
    "python/annotations",
    "python/code_objects",
    "python/debugger",
    "python/environment",
    "python/garbage",
    "python/importer_caches",
    "python/interactive_modules",
    "python/interpreter_state",
    "python/main_module",
    "python/metadata",
    "python/modules",
    "python/options_by_environment",
    "python/pickled_classes",
    "python/shadowed_modules",
    "python/traceback_formatted",
    "python/traced",
];
