//! Runs Tauri's build script with the list of commands, each of which then needs a permission.

use std::path::Path;

use tauri_build::{AppManifest, Attributes};

const COMMANDS: &[&str] = &[
    "follow",
    "autostart",
    "set_autostart",
    "open_folder",
    "about",
    "copy",
    "quit",
    "start_service",
    "stop_service",
    "restart_service",
    "use_port",
    "token",
    "console_follow",
    "console_acknowledge",
    "console_run",
    "console_say",
    "console_kill",
    "run_again",
    "cancel_execution",
    "executions",
    "execution",
    "facets",
    "statistics",
    "select_executions",
    "delete_executions",
    "export_executions",
    "packs",
    "add_pack",
    "remove_pack",
    "cancel_packs",
    "pythons",
    "test_python",
    "browse_python",
    "languages",
    "assistants",
    "plan_assistant",
    "apply_assistant",
    "open_assistant",
    "examine",
    "settings",
    "change_settings",
    "allow_origin",
    "deny_origin",
    "revoke_origin",
    "answer_network",
    "dismiss_welcome",
    "version_news",
    "look_for_update",
    "install_update",
];

fn main() -> anyhow::Result<()> {
    anyhow::ensure!(
        Path::new("../ui/dist/index.html").exists(),
        "the window is not built: `cargo xtask ui` does that, and so does `cargo xtask run`"
    );
    tauri_build::try_build(Attributes::new().app_manifest(AppManifest::new().commands(COMMANDS)))
}
