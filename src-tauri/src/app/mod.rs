//! The app: Tauri's parts wired together.

mod command_table;
mod events;
mod plugins;

use std::process::ExitCode;
use std::sync::Arc;

use tauri::{AppHandle, Builder, Manager as _, Wry};
use tokio::sync::mpsc;

use crate::args::{Args, Wish};
use crate::state::Desk;
use crate::system::login::{self, Login};
use crate::system::native_dialog;
use crate::system::preflight::NoTray;
use crate::system::shutdown::Ending;
use crate::ui::{notifications, tray, window};

pub(crate) use command_table::with_commands;

/// Runs the app until it is asked to end.
pub(crate) fn run(desk: Arc<Desk>, args: Args, ending: Ending, wishes: mpsc::Receiver<Wish>) -> ExitCode {
    let builder = plugins::with_plugins(with_commands(Builder::default(), desk.clone(), ending), &desk);
    #[cfg(target_os = "macos")]
    let builder = builder.on_web_content_process_terminate(|webview| {
        if let Err(error) = webview.reload() {
            tracing::warn!(%error, "the window's page crashed and could not be loaded anew");
        }
    });
    let app = builder.setup(move |app| Ok(set_up(app.handle(), &args, wishes)?)).build(tauri::generate_context!());
    match app {
        Ok(app) => ExitCode::from(u8::try_from(app.run_return(events::handle)).unwrap_or(1)),
        Err(error) => {
            native_dialog::say(&format!("the app could not be started: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &AppHandle<Wry>, args: &Args, wishes: mpsc::Receiver<Wish>) -> tauri::Result<()> {
    let desk = app.state::<Arc<Desk>>().inner().clone();
    app.manage(Login::new(login::system_items(&desk.places)));
    end_when_asked(app, &desk);
    tauri::async_runtime::spawn(fulfil(app.clone(), wishes));
    desk.open();
    tauri::async_runtime::spawn(notifications::keep(app.clone(), desk.clone()));
    tauri::async_runtime::spawn(window::follow_theme(app.clone(), desk.clone()));
    #[cfg(target_os = "macos")]
    app.set_activation_policy(tauri::ActivationPolicy::Accessory)?;
    let hidden = args.hidden || desk.settings().borrow().settings.desktop.start_hidden;
    tray::host::show_tray(app, &desk);
    let no_tray = desk.no_tray().borrow().clone();
    if no_tray == Some(NoTray::Host) {
        tauri::async_runtime::spawn(tray::host::wait_for_host(app.clone(), desk, hidden));
    }
    if !hidden || matches!(no_tray, Some(NoTray::Bus | NoTray::Library | NoTray::Refused(_))) {
        window::open(app, None);
    }
    Ok(())
}

/// Does what second starts are for.
async fn fulfil(app: AppHandle<Wry>, mut wishes: mpsc::Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        match wish {
            Wish::Open => window::open(&app, None),
            Wish::Stay => {}
            Wish::Quit => app.state::<Ending>().ask(),
        }
    }
}

fn end_when_asked(app: &AppHandle<Wry>, desk: &Arc<Desk>) {
    let (app, desk, ending) = (app.clone(), desk.clone(), app.state::<Ending>().inner().clone());
    tauri::async_runtime::spawn(async move {
        ending.wait(desk).await;
        app.exit(0);
    });
}
