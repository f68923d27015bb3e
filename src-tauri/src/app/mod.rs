//! The app: Tauri's parts wired together.

mod command_table;
mod events;
mod plugins;

use std::process::ExitCode;
use std::sync::Arc;

use tauri::{AppHandle, Builder, Manager as _, Wry};
use tokio::sync::mpsc;

use crate::args::Args;
use crate::state::{self, AppState};
use crate::system::instance::LaunchRequest;
use crate::system::login::{self, Login};
use crate::system::native_dialog;
use crate::system::preflight::NoTray;
use crate::system::shutdown::Shutdown;
use crate::ui::{notifications, tray, window};

pub(crate) use command_table::with_commands;

/// Runs the app until it shuts down.
pub(crate) fn run(
    app_state: Arc<AppState>,
    args: Args,
    shutdown: Shutdown,
    requests: mpsc::Receiver<LaunchRequest>,
) -> ExitCode {
    let builder = plugins::with_plugins(with_commands(Builder::default(), app_state.clone(), shutdown), &app_state);
    #[cfg(target_os = "macos")]
    let builder = builder.on_web_content_process_terminate(|webview| {
        if let Err(error) = webview.reload() {
            tracing::warn!(%error, "the window's page crashed and could not be loaded anew");
        }
    });
    let app = builder.setup(move |app| Ok(set_up(app.handle(), &args, requests)?)).build(tauri::generate_context!());
    match app {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(events::handle)).unwrap_or(1)),
        Err(error) => {
            native_dialog::say(&format!("the app could not be started: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &AppHandle<Wry>, args: &Args, requests: mpsc::Receiver<LaunchRequest>) -> tauri::Result<()> {
    let app_state = app.state::<Arc<AppState>>().inner().clone();
    #[cfg(windows)]
    if let Err(error) = crate::system::taskbar::name(&app.config().identifier) {
        tracing::warn!(%error, "the app has no name for the taskbar");
    }
    app.manage(Login::new(login::system_items(&app_state.paths)));
    quit_on_shutdown(app, &app_state);
    tauri::async_runtime::spawn(fulfil(app.clone(), requests));
    // Before the service starts: a program could ask at once.
    app_state.take_questions();
    state::start(&app_state);
    tauri::async_runtime::spawn(notifications::keep(app.clone(), app_state.clone()));
    tauri::async_runtime::spawn(notifications::announce_versions(app.clone(), app_state.clone()));
    tauri::async_runtime::spawn(window::follow_theme(app.clone(), app_state.clone()));
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Accessory)?;
    // A tray host may still appear, so a hidden start waits for it. If another part of the tray is missing, only the window can
    // show the app.
    let hidden = args.hidden || app_state.settings().borrow().settings.desktop.start_hidden;
    tray::host::show_tray(app, &app_state);
    let no_tray = app_state.no_tray().borrow().clone();
    if no_tray == Some(NoTray::Host) {
        tauri::async_runtime::spawn(tray::host::wait_for_host(app.clone(), app_state, hidden));
    }
    if !hidden || matches!(no_tray, Some(NoTray::Bus | NoTray::Library | NoTray::Refused(_))) {
        window::open(app, None);
    }
    Ok(())
}

/// Handles the requests of second starts.
async fn fulfil(app: AppHandle<Wry>, mut requests: mpsc::Receiver<LaunchRequest>) {
    while let Some(request) = requests.recv().await {
        match request {
            LaunchRequest::Open => window::open(&app, None),
            LaunchRequest::Nothing => {}
            LaunchRequest::Quit => app.state::<Shutdown>().request(),
            LaunchRequest::QuitWhenIdle => {
                let (app_state, shutdown) = (app.state::<Arc<AppState>>(), app.state::<Shutdown>());
                let (app_state, shutdown) = (app_state.inner().clone(), shutdown.inner().clone());
                tauri::async_runtime::spawn(async move { app_state.quit_when_idle(&shutdown).await });
            }
        }
    }
}

fn quit_on_shutdown(app: &AppHandle<Wry>, app_state: &Arc<AppState>) {
    let (app, app_state, shutdown) = (app.clone(), app_state.clone(), app.state::<Shutdown>().inner().clone());
    tauri::async_runtime::spawn(async move {
        app_state.stop_on(&shutdown).await;
        app.exit(0);
    });
}
