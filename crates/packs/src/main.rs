//! `runtray-packs`: adds packages of pure Python to Runtray's built-in Python.
//!
//! The service and the app start it; it is no command for users. It is a program of its own so that TLS, archives and the
//! resolver are in no process that serves requests, and so that ending it ends everything that it does. It writes
//! [`PackEvent`]s to standard output.
//!
//! Everything is in one folder: `lock.json` has the versions and hashes in effect, `wheels/` the files as they were published,
//! `sites/` their content with bytecode, and `science/` the science pack. A change makes a new site and
//! then replaces `lock.json`, which the engine reads: a killed or failed change leaves everything as it was.

mod arguments;
mod disk;
mod files;
mod index;
mod inside;
mod lock;
mod release;
mod requirement;
mod resolve;
mod science;
mod science_wheel;
mod site;
mod source;
mod store;
mod wheel;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use runtray_wire::{PackEvent, PackFault, PackProgress, PackStep, Packs};

use arguments::{Arguments, Command};

/// The result of a step of this program.
type Outcome<T> = Result<T, PackFault>;

/// Where progress is reported.
struct Report;

impl Report {
    fn progress(&self, step: PackStep, name: &str, done: u64, total: u64) {
        self.tell(&PackEvent::Progress(PackProgress { step, name: name.to_owned(), done, total }));
    }

    /// Ends this process if nobody listens any more: then nobody wants the change.
    fn tell(&self, event: &PackEvent) {
        let mut out = io::stdout().lock();
        let written = serde_json::to_writer(&mut out, event).map_err(io::Error::other).and_then(|()| writeln!(out));
        if written.and_then(|()| out.flush()).is_err() {
            std::process::exit(1);
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match act(&arguments) {
        Ok(packs) => {
            Report.tell(&PackEvent::Done(packs));
            ExitCode::SUCCESS
        }
        Err(fault) => {
            Report.tell(&PackEvent::Failed(fault));
            ExitCode::FAILURE
        }
    }
}

fn act(arguments: &Arguments) -> Outcome<Packs> {
    let store = store::Store::new(&arguments.folder);
    match &arguments.command {
        Command::List => store.list(),
        Command::Add(add) if science_wheel::is_meant(&add.names)? => store.add_science(add, &Report),
        Command::Add(add) => store.add(add, &Report),
        Command::Remove { names, .. } if science_wheel::is_meant(names)? => store.remove_science(),
        Command::Remove { names, python } => store.remove(names, python, &Report),
    }
}
