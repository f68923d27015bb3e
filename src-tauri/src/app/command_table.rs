//! The commands that the window may call.

use std::sync::Arc;

use tauri::{Builder, Runtime};

use crate::commands;
use crate::state::AppState;
use crate::system::shutdown::Shutdown;
use crate::ui::updates::WindowUpdates;

/// Adds every command and the state that commands use, on any of Tauri's runtimes: tests use one without a display.
pub(crate) fn with_commands<R: Runtime>(
    builder: Builder<R>,
    app_state: Arc<AppState>,
    shutdown: Shutdown,
) -> Builder<R> {
    builder.manage(app_state).manage(WindowUpdates::default()).manage(shutdown).invoke_handler(
        tauri::generate_handler![
            commands::app::follow,
            commands::app::autostart,
            commands::app::set_autostart,
            commands::app::open_folder,
            commands::app::about,
            commands::app::copy,
            commands::app::quit,
            commands::service::start_service,
            commands::service::stop_service,
            commands::service::restart_service,
            commands::service::use_port,
            commands::service::token,
            commands::console::console_follow,
            commands::console::console_acknowledge,
            commands::console::console_run,
            commands::console::console_say,
            commands::console::console_kill,
            commands::console::run_again,
            commands::assistants::assistants,
            commands::assistants::plan_assistant,
            commands::assistants::apply_assistant,
            commands::assistants::open_assistant,
            commands::doctor::examine,
            commands::executions::cancel_execution,
            commands::executions::executions,
            commands::executions::execution,
            commands::executions::facets,
            commands::executions::statistics,
            commands::executions::select_executions,
            commands::executions::delete_executions,
            commands::executions::export_executions,
            commands::packs::packs,
            commands::packs::add_pack,
            commands::packs::remove_pack,
            commands::packs::cancel_packs,
            commands::python::pythons,
            commands::python::test_python,
            commands::python::browse_python,
            commands::python::languages,
            commands::settings::settings,
            commands::settings::change_settings,
            commands::settings::allow_origin,
            commands::settings::deny_origin,
            commands::settings::revoke_origin,
            commands::settings::answer_network,
            commands::settings::dismiss_welcome,
            commands::updates::version_news,
            commands::updates::look_for_update,
            commands::updates::install_update,
        ],
    )
}
