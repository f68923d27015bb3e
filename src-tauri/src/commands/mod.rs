//! What the window may ask for: one line each, done by the layer below.

pub(crate) mod app;
pub(crate) mod console;
pub(crate) mod executions;
pub(crate) mod python;
pub(crate) mod service;
pub(crate) mod settings;

use std::sync::Arc;

use crate::model::Failure;
use crate::state::Desk;

/// The desk as Tauri hands it to a command.
pub(crate) type OnDesk<'a> = tauri::State<'a, Arc<Desk>>;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, Failure>;
