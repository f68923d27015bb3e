//! `runtray`: the Runtray service without a desktop, for servers and terminals.

mod args;
mod commands;
mod exit;
mod foreign;
mod print;
mod service_client;
mod table;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    runtray_engine::enter();
    match commands::dispatch(args::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}
