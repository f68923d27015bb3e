//! A minimal Tauri app in the tray: an icon, a menu, and a window that is created when it is opened.

#![cfg_attr(windows, windows_subsystem = "windows")]

use tauri::menu::{Menu, MenuItem};
use tauri::tray::TrayIconBuilder;
use tauri::{App, AppHandle, Builder, Manager as _, RunEvent, WebviewUrl, WebviewWindowBuilder};

const OPEN: &str = "open";
const QUIT: &str = "quit";
const WINDOW: &str = "main";

fn main() -> tauri::Result<()> {
    let app = Builder::default().setup(|app| Ok(show_tray(app)?)).build(tauri::generate_context!())?;
    app.run(|_, event| {
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            api.prevent_exit();
        }
    });
    Ok(())
}

fn show_tray(app: &App) -> tauri::Result<()> {
    let open = MenuItem::with_id(app, OPEN, "Open Minimal", true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "Quit Minimal", true, None::<&str>)?;
    let mut tray = TrayIconBuilder::new().menu(&Menu::with_items(app, &[&open, &quit])?);
    if let Some(icon) = app.default_window_icon() {
        tray = tray.icon(icon.clone());
    }
    tray.on_menu_event(|app, event| chosen(app, event.id().as_ref())).build(app)?;
    Ok(())
}

fn chosen(app: &AppHandle, id: &str) {
    match id {
        OPEN => open(app),
        QUIT => app.exit(0),
        _ => {}
    }
}

fn open(app: &AppHandle) {
    if app.get_webview_window(WINDOW).is_some() {
        return;
    }
    let window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::App("index.html".into()));
    if let Err(error) = window.title("Minimal").inner_size(960.0, 640.0).build() {
        eprintln!("minimal-app: the window could not be opened: {error}");
    }
}
