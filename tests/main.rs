//! Black-box tests of the real program: each starts `runtray` as a user would, in a folder of its own.

mod bad_input;
mod broken_settings;
mod command_line;
#[cfg(unix)]
mod commands;
mod containment;
#[cfg(target_os = "linux")]
mod disk_limits;
mod encodings;
mod endings;
mod execute;
mod executions;
mod floods;
#[cfg(unix)]
mod foreign_text;
mod given;
mod guard;
mod harness;
mod interactive;
mod journal;
#[cfg(target_os = "linux")]
mod limits;
mod listening;
mod live_run;
mod live_settings;
mod logs;
mod long_input;
#[cfg(target_os = "linux")]
mod mixed;
#[cfg(target_os = "linux")]
mod neighbours;
#[cfg(unix)]
mod other_users;
mod pages;
#[cfg(unix)]
mod private_files;
mod programs;
mod proxies;
mod pythons;
mod reports;
#[cfg(target_os = "linux")]
mod rights;
mod run_with;
#[cfg(unix)]
mod scarcity;
mod settings;
#[cfg(target_os = "linux")]
mod soak;
mod strangers;
mod streaming;
#[cfg(target_os = "linux")]
mod supervision;
#[cfg(unix)]
mod terminals;
mod unread;
mod upgrades;
#[cfg(unix)]
mod warm;
#[cfg(unix)]
mod warm_interpreters;
#[cfg(target_os = "linux")]
mod warm_packages;
#[cfg(target_os = "linux")]
mod warm_settings;
#[cfg(target_os = "linux")]
mod warm_terminals;
#[cfg(target_os = "linux")]
mod warm_traces;
