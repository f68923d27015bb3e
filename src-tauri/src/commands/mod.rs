//! What the window may ask for: one line each, done by the layer below.

pub(crate) mod app;
pub(crate) mod console;
pub(crate) mod executions;
pub(crate) mod python;
pub(crate) mod service;
pub(crate) mod settings;

use std::sync::Arc;

use crate::model::Failure;
use crate::state::AppState;

/// The desk as Tauri hands it to a command.
pub(crate) type StateHandle<'a> = tauri::State<'a, Arc<AppState>>;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, Failure>;
