//! The commands of the window: one line each; the layers below do the work.

pub(crate) mod app;
pub(crate) mod assistants;
pub(crate) mod console;
pub(crate) mod doctor;
pub(crate) mod executions;
pub(crate) mod packs;
pub(crate) mod python;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod updates;

use std::sync::Arc;

use crate::model::Failure;
use crate::state::AppState;

/// The application state as Tauri passes it to a command.
pub(crate) type StateHandle<'a> = tauri::State<'a, Arc<AppState>>;

/// The answer of a command.
pub(crate) type Answer<T> = Result<T, Failure>;
