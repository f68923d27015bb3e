//! Serving as root: every caller could run code as root, so every request needs the token.

use runtray_engine::is_root;

use crate::platform::paths::Paths;

/// The environment variable that declares a container. In a container root is the usual and only user.
pub const CONTAINER_VARIABLE: &str = "RUNTRAY_CONTAINER";

/// Whether every request needs the token because this process is root; if so, it is logged.
pub(crate) fn needs_token(paths: &Paths) -> bool {
    let needs = is_root() && !is_container();
    if needs {
        tracing::warn!(
            "this service runs as root, so every caller needs the token in {}; run it as a user of its own, or set {CONTAINER_VARIABLE}=1 in a container",
            paths.token_file().display()
        );
    }
    needs
}

fn is_container() -> bool {
    std::env::var(CONTAINER_VARIABLE).is_ok_and(|value| matches!(value.trim(), "1" | "true" | "yes"))
}
