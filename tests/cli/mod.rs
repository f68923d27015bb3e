//! The commands of `runtray`.

mod command_line;
mod doctor;
mod encodings;
#[cfg(unix)]
mod foreign_text;
mod live_run;
mod logs;
mod pythons;
mod run_with;
#[cfg(unix)]
mod update;
