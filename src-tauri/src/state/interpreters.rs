//! The search for the Pythons of this machine, when the service starts and when another Python is chosen.
//! Probes are shared with the service.

use std::path::Path;
use std::sync::Arc;

use runtray_engine::interpreter;

use super::app_state::AppState;
use super::interpreter_list::Interpreters;

/// Searches again after each change that decides which interpreters are used, as long as the app lives.
pub(super) async fn keep(app_state: Arc<AppState>) {
    let (mut service, mut settings) = (app_state.lifecycle.service(), app_state.settings());
    loop {
        let (choice, writable) = (app_state.chosen_python(), app_state.writable());
        service.mark_unchanged();
        settings.mark_unchanged();
        look(&app_state, choice.as_deref()).await;
        loop {
            tokio::select! {
                changed = service.changed() => if changed.is_err() { return },
                changed = settings.changed() => match changed {
                    Err(_) => return,
                    Ok(()) if app_state.chosen_python() == choice && app_state.writable() == writable => continue,
                    Ok(()) => {}
                },
            }
            break;
        }
    }
}

/// Publishes the Python in use soon; the whole list takes until the slowest interpreter has answered.
async fn look(app_state: &AppState, choice: Option<&Path>) {
    app_state.interpreters.send_if_modified(|known| std::mem::replace(&mut known.is_complete, false));
    if let Some(service) = app_state.service() {
        let runtime = service.python().await;
        app_state.interpreters.send_if_modified(|known| known.learn(runtime.as_deref().ok(), runtime.as_ref().err()));
    }
    let found = interpreter::pythons(app_state.lifecycle.machine(), choice.map(Path::to_owned)).await;
    let new = Interpreters::of(found, choice);
    app_state.interpreters.send_if_modified(|known| std::mem::replace(known, new.clone()) != new);
}
