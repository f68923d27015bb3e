//! The app's own sentences about failures; the service has others.

runtray_engine::sentences! {
    ENDED = "app.ended": "the program has ended already";
    GONE = "app.gone": "this run is no longer in the log";
    CONSOLE_BUSY = "app.console_busy": "a program of the Console runs already; stop it first";
    CONSOLE_NOT_RUNNING = "app.console_not_running": "The service is not running. Start it, then run the program again.";
    NO_PATH = "app.no_path": "choose the path of a Python interpreter";
    NOT_OPENED = "app.not_opened": "could not open {path}: {cause}";
    NOT_COPIED = "app.not_copied": "could not copy: {error}";
    AUTOSTART = "app.autostart": "starting at login could not be changed: {error}";
    NO_PYTHON = "app.no_python": "no Python was found on this machine";
}
