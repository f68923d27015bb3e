//! The app: Tauri's parts wired together, and what happens when a menu item is chosen.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tauri::{AppHandle, Builder, Manager, RunEvent, Runtime, WindowEvent, Wry};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_notification::NotificationExt as _;
use tauri_plugin_window_state::StateFlags;
use tokio::sync::{mpsc, watch};

use crate::args::{Args, Wish};
use crate::desk::Desk;
use crate::ending::Ending;
use crate::follow::Followers;
use crate::login::Login;
use crate::notices::{Notice, Notices};
use crate::surroundings::NoTray;
use crate::{actions, commands, login, message, surroundings, tray, window};

/// How long somebody who shows tray icons may take to come, at login.
const HOST_PATIENCE: Duration = Duration::from_secs(10);

/// Runs the app until it is asked to end.
pub(crate) fn run(desk: Arc<Desk>, args: Args, ending: Ending, wishes: mpsc::Receiver<Wish>) -> ExitCode {
    let builder = with_plugins(with_commands(Builder::default(), desk.clone(), ending), &desk);
    #[cfg(target_os = "macos")]
    let builder = builder.on_web_content_process_terminate(|webview| {
        if let Err(error) = webview.reload() {
            tracing::warn!(%error, "the window's page crashed and could not be loaded anew");
        }
    });
    let app = builder.setup(move |app| Ok(set_up(app.handle(), &args, wishes)?)).build(tauri::generate_context!());
    match app {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(happened)).unwrap_or(1)),
        Err(error) => {
            message::say(&format!("the app could not be started: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What the window may ask for, on any of Tauri's runtimes: tests have one without a display.
pub(crate) fn with_commands<R: Runtime>(builder: Builder<R>, desk: Arc<Desk>, ending: Ending) -> Builder<R> {
    builder.manage(desk).manage(Followers::default()).manage(ending).invoke_handler(tauri::generate_handler![
        commands::app::follow,
        commands::app::autostart,
        commands::app::set_autostart,
        commands::app::open_folder,
        commands::app::copy,
        commands::app::quit,
        commands::service::start_service,
        commands::service::stop_service,
        commands::service::restart_service,
        commands::service::use_port,
        commands::service::token,
        commands::console::console_follow,
        commands::console::console_shown,
        commands::console::console_run,
        commands::console::console_say,
        commands::console::console_kill,
        commands::console::run_again,
        commands::executions::cancel_execution,
        commands::executions::executions,
        commands::executions::execution,
        commands::executions::facets,
        commands::executions::statistics,
        commands::executions::select_executions,
        commands::executions::delete_executions,
        commands::executions::export_executions,
        commands::python::pythons,
        commands::python::test_python,
        commands::python::browse_python,
        commands::python::languages,
        commands::settings::settings,
        commands::settings::change_settings,
        commands::settings::allow_origin,
        commands::settings::deny_origin,
        commands::settings::revoke_origin,
        commands::settings::dismiss_welcome,
    ])
}

fn with_plugins(builder: Builder<Wry>, desk: &Desk) -> Builder<Wry> {
    let window_state = tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
        .with_filename(desk.places.data.join("window.json").display().to_string());
    builder
        .plugin(window_state.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_notification::init())
}

fn set_up(app: &AppHandle<Wry>, args: &Args, wishes: mpsc::Receiver<Wish>) -> tauri::Result<()> {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    app.manage(Login::new(login::system_items(&desk.places)));
    end_when_asked(app, &desk);
    tauri::async_runtime::spawn(fulfil(app.clone(), wishes));
    desk.open();
    tauri::async_runtime::spawn(notify(app.clone(), desk.clone()));
    tauri::async_runtime::spawn(follow_theme(app.clone(), desk.clone()));
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Accessory)?;
    let hidden = args.hidden || desk.settings().borrow().settings.desktop.start_hidden;
    show_tray(app, &desk);
    let no_tray = desk.no_tray().borrow().clone();
    if no_tray == Some(NoTray::Host) {
        tauri::async_runtime::spawn(wait_for_host(app.clone(), desk, hidden));
    }
    if !hidden || matches!(no_tray, Some(NoTray::Bus | NoTray::Library | NoTray::Refused(_))) {
        actions::open(app, None);
    }
    Ok(())
}

/// Does what second starts are for.
async fn fulfil(app: AppHandle<Wry>, mut wishes: mpsc::Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        match wish {
            Wish::Open => actions::open(&app, None),
            Wish::Stay => {}
            Wish::Quit => app.state::<Ending>().ask(),
        }
    }
}

/// Shows the tray icon where it can be, or can come to be, seen.
fn show_tray(app: &AppHandle<Wry>, desk: &Arc<Desk>) {
    let no_tray = desk.no_tray().borrow().clone();
    if let Some(reason @ (NoTray::Bus | NoTray::Library)) = &no_tray {
        stay_visible(&reason.reason(desk.language()));
    } else if let Err(error) = tray::show(app, desk) {
        stay_visible(&error.to_string());
        desk.set_no_tray(Some(NoTray::Refused(error.to_string())));
    }
}

/// Waits for somebody who shows tray icons: at login a panel may come later than we. Who comes to be without one sees the
/// window, also when it was to be hidden.
async fn wait_for_host(app: AppHandle<Wry>, desk: Arc<Desk>, hidden: bool) {
    let mut appears = std::pin::pin!(surroundings::host_appears());
    let appeared = match tokio::time::timeout(HOST_PATIENCE, appears.as_mut()).await {
        Ok(appeared) => appeared,
        Err(_) => {
            stay_visible(&NoTray::Host.reason(desk.language()));
            if hidden {
                actions::open(&app, None);
            }
            appears.await
        }
    };
    match appeared {
        Ok(()) => desk.set_no_tray(None),
        Err(error) => tracing::warn!(%error, "the session bus does not say who shows tray icons"),
    }
}

fn stay_visible(reason: &str) {
    eprintln!("runtray-desktop: no tray icon: {reason}; the window stays instead");
}

fn end_when_asked(app: &AppHandle<Wry>, desk: &Arc<Desk>) {
    let (app, desk, ending) = (app.clone(), desk.clone(), app.state::<Ending>().inner().clone());
    tauri::async_runtime::spawn(async move {
        ending.wait(desk).await;
        app.exit(0);
    });
}

fn happened(app: &AppHandle<Wry>, event: RunEvent) {
    match event {
        // The last window was closed: the tray stays.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, label, .. } if !has_tray(app) => {
            api.prevent_close();
            minimise(app, &label);
        }
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } => window_closed(app),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => actions::open(app, None),
        _ => {}
    }
}

fn has_tray(app: &AppHandle<Wry>) -> bool {
    app.state::<Arc<Desk>>().no_tray().borrow().is_none()
}

/// Without a tray there is no other way back to the window.
fn minimise(app: &AppHandle<Wry>, label: &str) {
    if let Some(Err(error)) = app.get_webview_window(label).map(|window| window.minimize()) {
        tracing::warn!(%error, "the window could not be minimised");
    }
}

/// Tells of what the user should know while no window is open.
async fn notify(app: AppHandle<Wry>, desk: Arc<Desk>) {
    let (mut status, mut notices) = (desk.status(), Notices::default());
    while status.changed().await.is_ok() {
        let wanted = desk.settings().borrow().settings.desktop.notifications;
        let new = notices.of(&status.borrow_and_update(), desk.language(), Instant::now());
        // An open window says it itself.
        if wanted && !window::is_seen(&app) {
            new.into_iter().for_each(|notice| show(&app, notice));
        }
    }
}

fn show(app: &AppHandle<Wry>, Notice { title, text }: Notice) {
    if let Err(error) = app.notification().builder().title(title).body(text).show() {
        tracing::warn!(%error, "a notification could not be shown");
    }
}

/// A window that closes ends nothing: what goes on in the Console is told, as nothing else shows that it does.
fn window_closed(app: &AppHandle<Wry>) {
    window::closed(app);
    let desk = app.state::<Arc<Desk>>();
    if desk.console.is_active() && desk.settings().borrow().settings.desktop.notifications {
        show(app, Notice::console(desk.language()));
    }
}

async fn follow_theme(app: AppHandle<Wry>, desk: Arc<Desk>) {
    let mut settings = desk.settings();
    let mut theme = settings.borrow().settings.desktop.theme;
    while settings.changed().await.is_ok() {
        let new = settings.borrow_and_update().settings.desktop.theme;
        let window = app.get_webview_window(window::LABEL).filter(|_| theme != new);
        theme = new;
        if let Some(Err(error)) = window.map(|window| window.set_theme(window::theme(new))) {
            tracing::warn!(%error, "the window's theme could not be changed");
        }
    }
}

/// Whether the app starts at login, now and whenever that changes.
pub(crate) fn autostart_changes(app: &AppHandle<Wry>) -> watch::Receiver<bool> {
    app.state::<Login>().changes()
}

/// Puts a text where other programs can paste it from.
pub(crate) fn copy(app: &AppHandle<Wry>, text: String) {
    if let Err(error) = app.clipboard().write_text(text) {
        tracing::warn!(%error, "the clipboard could not be written");
    }
}
