//! Commands as the window calls them, through Tauri's permission check, without a display.

mod commands;
mod mock_app;
