//! The engine's sentences. Logs, scripts and clients use the English; the window translates them by code.

crate::sentences! {
    SYSTEM_NOT_FOUND = "system.not_found": "it does not exist";
    SYSTEM_DENIED = "system.denied": "access was denied";
    SYSTEM_EXISTS = "system.exists": "it is there already";
    SYSTEM_DISK_FULL = "system.disk_full": "the disk is full";
    SYSTEM_QUOTA = "system.quota": "the disk quota is used up";
    SYSTEM_READ_ONLY = "system.read_only": "the disk is read-only";
    SYSTEM_NOT_A_FOLDER = "system.not_a_folder": "a part of the path is not a folder";
    SYSTEM_IS_A_FOLDER = "system.is_a_folder": "it is a folder";
    SYSTEM_TOO_LARGE = "system.too_large": "it is too large";
    SYSTEM_TIMED_OUT = "system.timed_out": "it took too long";
    SYSTEM_NO_MEMORY = "system.no_memory": "there is not enough memory";
    SYSTEM_BUSY = "system.busy": "another program uses it";
    SYSTEM_CODE = "system.code": "{what} (system error {code})";
    SYSTEM_OTHER = "system.other": "{error}";

    REJECTED = "interpreter.rejected": "{path} {reason}";
    NO_BUILT_IN = "interpreter.no_built_in": "is not part of this installation of Runtray";
    NOT_ON_PATH = "interpreter.not_on_path": "is neither an absolute path nor the name of a program on PATH";
    NOT_A_FILE = "interpreter.not_a_file": "is not a file";
    NOT_EXECUTABLE = "interpreter.not_executable": "is not executable";
    NOT_OURS = "interpreter.not_ours": "is in a folder that belongs to another user; choose it in the settings if you trust it";
    UNSEEN = "interpreter.unseen": "cannot be examined: {cause}";
    NOT_LOOKED_AT = "interpreter.not_looked_at": "could not be examined";
    DEAD_LINK = "interpreter.dead_link": "is a link to {target}, which does not exist any more";
    NOT_THERE = "interpreter.not_there": "does not exist";
    DIRECTORY_WITH = "interpreter.directory_with": "is a directory; the interpreter in it is {program}";
    DIRECTORY = "interpreter.directory": "is a directory";
    STORE_STUB = "interpreter.store_stub": "is the Microsoft Store's stub, which opens the Store: install Python from python.org or the Store, or turn the alias off under Settings > Apps > App execution aliases";
    APPLE_STUB = "interpreter.apple_stub": "is Apple's stub, which opens an installer: install the Command Line Tools with `xcode-select --install`";
    UNDESCRIBED = "interpreter.undescribed": "printed no description of itself, as a {name} would";
    PRINTED_INSTEAD = "interpreter.printed_instead": "printed no description of itself, but {line}";
    NOT_STARTED = "interpreter.not_started": "could not be started: {cause}";
    NO_ANSWER = "interpreter.no_answer": "did not answer within {seconds} s";
    UNREADABLE = "interpreter.unreadable": "could not be read from: {cause}";
    OLD_PYTHON = "interpreter.old_python": "is Python {version}; Runtray needs {oldest} or newer";
    OLD_NODE = "interpreter.old_node": "is Node.js {version}; Runtray needs {oldest} or newer";
    NODE_WITHOUT_TYPES = "interpreter.node_without_types": "is Node.js {version}, and TypeScript needs Node.js {oldest} or newer";

    NO_LANGUAGE = "language.unknown": "{name} is not among the languages";
    NO_TYPES = "language.no_types": "{path} {reason}: install a newer one from nodejs.org, or choose one in the settings";
    COMMAND_NOT_ON_PATH = "language.not_on_path": "`{name}` is not on PATH: install it, or give its whole path in the settings";
    SHELL_NOT_ON_PATH = "language.shell_not_on_path": "`{name}` is not on PATH";
    SHELLS_OFF = "language.shells_off": "programs for the shell {name} are off; `allow_shells = true` in the settings turns them on";
    COMMAND_RELATIVE = "language.relative": "`{name}` is a relative path: give its whole path in the settings";
    COMMAND_UNUSABLE = "language.unusable": "{name} does not exist or is not executable: correct it in the settings";
    SEARCH_BROKE = "language.search_broke": "the search for it failed: {error}";
    CHOSEN_UNUSABLE = "language.chosen_unusable": "the chosen {name} cannot be used: {reasons}. Choose another in the settings";
    NONE_FOUND = "language.none_found": "no {name} was found: {advice}, or choose one in the settings";
    NONE_USABLE = "language.none_usable": "no {name} was found that can be used: {reasons}. To get one, {advice}";
    INSTALL_PYTHON = "language.install_python": "install Python 3.8 or newer (from python.org, or `apt install python3` on Debian and Ubuntu)";
    INSTALL_NODE = "language.install_node": "install Node.js (from nodejs.org, or `apt install nodejs` on Debian and Ubuntu)";

    SOURCE_CHOICE = "source.choice": "your choice";
    SOURCE_BUILT_IN = "source.built_in": "built in";
    SOURCE_VIRTUALENV = "source.virtualenv": "active virtual environment";
    SOURCE_ACTIVE_CONDA = "source.active_conda": "active conda environment";
    SOURCE_PROJECT = "source.project": "the project's .venv";
    SOURCE_REGISTRY = "source.registry": "Windows registry";
    SOURCE_LAUNCHER = "source.launcher": "py launcher";
    SOURCE_NAME = "source.name": "{name}";

    RUN_FOLDER = "engine.run_folder": "could not prepare the run's folder: {cause}";
    START = "engine.start": "could not start {program}: {cause}";
    SUPERVISOR = "engine.supervisor": "the run's supervisor failed: {cause}";

    NOT_IN_WASM = "isolation.not_in_wasm": "the isolation \"wasm\" is that of the built-in Python, which does not run {language}. Send the program in Python, or ask for another isolation";
    NO_WASM = "isolation.no_wasm": "the isolation \"wasm\" is that of the built-in Python, which is not part of this installation of Runtray. Ask for another isolation, or install a package that has it";
    NO_SANDBOX = "isolation.no_sandbox": "the sandbox is not available here: {reason}";
    NO_NETWORK = "isolation.no_network": "programs cannot be given a network here: {reason}";
    NETWORK_LACK_SYSTEM = "isolation.network_lack_system": "this version gives programs in the sandbox a network on Linux only. Leave the network off";
    NETWORK_LACK_NAMESPACES = "isolation.network_lack_namespaces": "this machine gives programs no network and mount namespaces, without which its own network cannot be kept closed. Allow user namespaces, or leave the network off";
    NETWORK_LACK_DEVICE = "isolation.network_lack_device": "the device /dev/net/tun cannot be used ({cause}). Load the module `tun`, start the container with `--device /dev/net/tun`, or leave the network off";
    LACK_SYSTEM = "isolation.lack_system": "this version has no sandbox for this system. Choose \"none\" in the settings to run programs with your own rights";
    LACK_LANDLOCK = "isolation.lack_landlock": "the kernel has no Landlock. It needs Linux 6.2 or newer with `landlock` among the security modules (`lsm=` on the kernel's command line)";
    LACK_OLD_LANDLOCK = "isolation.lack_old_landlock": "the kernel's Landlock is too old to keep programs from truncating files. Linux 6.2 or newer is needed";
    LACK_SIGNALS = "isolation.lack_signals": "this machine gives no namespaces, and its Landlock is too old to keep programs from ending your other processes. Allow user namespaces, or use Linux 6.12 or newer";
    LACK_SILENT = "isolation.lack_silent": "the launcher process does not answer. Try again in a moment";
    LACK_REFUSED = "isolation.lack_refused": "the kernel or the container refused to set it up ({cause})";
    GRANT_CODE = "isolation.grant_code": "programs could change the interpreter in {code}, which Runtray starts with your rights, because they may write to {folder}. Remove that folder from `[sandbox] write`, or choose an interpreter elsewhere";
    GRANT_OPEN = "isolation.grant_open": "without mount namespaces Runtray cannot keep {inner} closed while {folder} is granted. Grant other folders in `[sandbox]`";
    GAP_ROOT = "isolation.gap_root": "There are no mount namespaces: programs can see sizes and dates of files, and cannot use `/dev/shm`, UNIX sockets and pseudo-terminals, or change modes and dates.";
    GAP_NETWORK = "isolation.gap_network": "There are no network namespaces: programs cannot open connections even to themselves.";
    GAP_IOCTL = "isolation.gap_ioctl": "Landlock cannot limit ioctl on devices before Linux 6.10.";
    GAP_UNPROVEN = "isolation.gap_unproven": "The sandbox of macOS has not been tested on a real Mac yet, so \"auto\" does not use it. Programs in it cannot open connections even to themselves.";
    GAP_ABSTRACT = "isolation.gap_abstract": "Landlock cannot close abstract UNIX sockets before Linux 6.12.";

    OUTCOME_DENIED_FILE = "outcome.denied_file": "The sandbox kept this program from opening {path}. Allow the folder in Settings, or send the file with the request.";
    OUTCOME_DENIED_WRITE = "outcome.denied_write": "The sandbox kept this program from changing {path}. Write to the working folder, or allow the folder in Settings.";
    OUTCOME_DENIED_NETWORK = "outcome.denied_network": "The sandbox kept this program from using the network. The setting `[sandbox] network` decides who may.";
    OUTCOME_DENIED_ADDRESS = "outcome.denied_address": "The sandbox keeps programs from this computer and the local network. Allow the address in Settings if the program may connect to it.";
    OUTCOME_ELSEWHERE = "outcome.elsewhere": "{python} ({path}) has {module}. Choose it in Settings to run this program.";
    OUTCOME_TIMEOUT = "outcome.timeout": "Execution timed out after {limit}.";
    OUTCOME_IDLE = "outcome.idle": "Execution timed out: nothing was typed and nothing printed for {limit}.";
    OUTCOME_CPU = "outcome.cpu": "Execution timed out: it used more than {limit} of CPU time.";
    OUTCOME_CANCELLED = "outcome.cancelled": "Execution was cancelled.";
    OUTCOME_OUTPUT = "outcome.output": "Execution was stopped: it wrote more than {limit} of output.";
    OUTCOME_FOLDER = "outcome.folder": "Execution was stopped: its files took more than {limit}.";
    OUTCOME_MEMORY = "outcome.memory": "Execution was stopped: it used more than {limit} of memory.";
    OUTCOME_PROCESSES = "outcome.processes": "Execution was stopped: it had more than {limit} processes.";
    OUTCOME_SUPERVISOR = "outcome.supervisor": "Execution crashed: the process that watches over it was killed, stopped or changed, by the program or by the system.";
    OUTCOME_INTERRUPTED = "outcome.interrupted": "Execution was interrupted.";
    OUTCOME_TERMINATED = "outcome.terminated": "Execution was terminated.";
    OUTCOME_UNKNOWN = "outcome.unknown": "Execution crashed: it was ended by an unknown cause.";
    OUTCOME_SIGNAL = "outcome.signal": "Execution crashed: it was ended by {signal}.";
}
