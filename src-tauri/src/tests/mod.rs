//! Commands as the window asks for them, through Tauri's own gate, without a display.

mod commands;
mod mock_app;
