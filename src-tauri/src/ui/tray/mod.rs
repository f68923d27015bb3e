//! The icon in the system tray and its menu, updated with the status.

mod actions;
pub(crate) mod host;
mod icon;
mod items;
pub(super) mod menu;

use std::sync::Arc;

use tauri::tray::TrayIconBuilder;
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::watch;

use crate::state::AppState;
use crate::system::login::Login;

use items::Items;
use menu::View;

/// The id by which the tray is found.
const ID: &str = "runtray";

/// Shows the tray icon and keeps it up to date.
///
/// # Errors
/// The system refuses the icon.
pub(crate) fn show(app: &AppHandle, app_state: &Arc<AppState>) -> tauri::Result<()> {
    let view = View::of(app_state, *login_changes(app).borrow());
    let items = Items::new(app, &view)?;
    let (clicked, clicks) = watch::channel(());
    let tray = TrayIconBuilder::with_id(ID)
        .menu(items.menu())
        .icon(icon::of(view.icon))
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip(&view.tooltip)
        .show_menu_on_left_click(true)
        .on_menu_event(move |app, event| {
            actions::chosen(app, event.id().as_ref());
            let _ = clicked.send(());
        });
    tray.build(app)?;
    tauri::async_runtime::spawn(keep(app.clone(), app_state.clone(), items, view, clicks));
    Ok(())
}

/// Shows each change at once, as long as the app lives.
async fn keep(
    app: AppHandle<Wry>,
    app_state: Arc<AppState>,
    mut items: Items,
    mut drawn: View,
    mut clicks: watch::Receiver<()>,
) {
    let (mut status, mut recent, mut interpreters) = (app_state.status(), app_state.recent(), app_state.interpreters());
    let mut settings = app_state.settings();
    let mut autostart = login_changes(&app);
    loop {
        let view = View::of(&app_state, *autostart.borrow_and_update());
        if view != drawn {
            if let Err(error) = draw(&app, &mut items, &drawn, &view) {
                tracing::warn!(%error, "the tray could not be changed");
            }
            drawn = view;
        }
        let changed = tokio::select! {
            changed = status.changed() => changed,
            // The system changes the mark of a clicked item itself, so set it again.
            changed = clicks.changed() => changed.map(|()| mark(&items, &drawn)),
            changed = recent.changed() => changed,
            changed = interpreters.changed() => changed,
            changed = settings.changed() => changed,
            changed = autostart.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
    }
}

fn login_changes(app: &AppHandle<Wry>) -> watch::Receiver<bool> {
    app.state::<Login>().changes()
}

fn mark(items: &Items, view: &View) {
    if let Err(error) = items.mark(view) {
        tracing::warn!(%error, "the marks of the tray's menu could not be set");
    }
}

fn draw(app: &AppHandle<Wry>, items: &mut Items, old: &View, new: &View) -> tauri::Result<()> {
    if old.language != new.language {
        // On Linux a renamed submenu keeps its old title, so another language needs a new menu.
        *items = Items::new(app, new)?;
        if let Some(tray) = app.tray_by_id(ID) {
            tray.set_menu(Some(items.menu().clone()))?;
        }
    }
    items.draw(app, old, new)?;
    let Some(tray) = app.tray_by_id(ID) else { return Ok(()) };
    if old.icon != new.icon {
        tray.set_icon_with_as_template(Some(icon::of(new.icon)), cfg!(target_os = "macos"))?;
    }
    if old.tooltip != new.tooltip {
        tray.set_tooltip(Some(&new.tooltip))?;
    }
    Ok(())
}
