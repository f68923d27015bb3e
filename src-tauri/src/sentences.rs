//! The app's own sentences about failures; the service has others.

runtray_engine::sentences! {
    ENDED = "app.ended": "the program has ended already";
    NO_QUESTION = "app.no_question": "this program does not wait for an answer any more";
    GONE = "app.gone": "this run is no longer in the log";
    CONSOLE_BUSY = "app.console_busy": "a program of the Console runs already; stop it first";
    CONSOLE_NOT_RUNNING = "app.console_not_running": "The service is not running. Start it, then run the program again.";
    PACKS_CANCELLED = "app.packs_cancelled": "this was cancelled; no package has changed";
    UPDATE_BROKE = "app.update_broke": "the update ended unexpectedly; nothing was installed";
    SETUP_FAILED = "app.setup_failed": "the installer ended with the code {code}, and the version that was there stays";
    NO_PATH = "app.no_path": "choose the path of a Python interpreter";
    NOT_OPENED = "app.not_opened": "could not open {path}: {cause}";
    NOT_COPIED = "app.not_copied": "could not copy: {error}";
    AUTOSTART = "app.autostart": "starting at login could not be changed: {error}";
    NO_PYTHON = "app.no_python": "no Python was found on this machine";
    NO_HOME = "app.no_home": "the home folder of this user is not known";
    NO_PROGRAM = "app.no_program": "the program `runtray` is neither beside this app nor on PATH; install it with `cargo install --path crates/cli`";
    NO_ASSISTANT = "app.no_assistant": "{name} was not found on this machine";
    NOT_READ = "app.not_read": "{path} cannot be read: {cause}";
    NOT_CHANGED = "app.not_changed": "{path} could not be changed: {cause}";
    NO_COPY = "app.no_copy": "no copy could be kept, so nothing was changed: {cause}";
    CHANGED_MEANWHILE = "app.changed_meanwhile": "{path} has changed meanwhile and was left as it is; look at the change again";
    HAS_A_MISTAKE = "app.has_a_mistake": "{path} {mistake}";
    NOT_JSON = "app.not_json": "has a mistake in line {line}: {cause}";
    NOT_TOML = "app.not_toml": "has a mistake in line {line}: {cause}";
    NO_OBJECT = "app.no_object": "has no object at `{key}`";
    TWICE = "app.twice": "has `{key}` twice";
}
