//! `runtray packs`.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use runtray_engine::interpreter::{Machine, SCIENCE};
use runtray_engine::message::LocalizedMessage;
use runtray_service::Packages;
use runtray_wire::{PackProgress, PackStep, Packs};

use super::configuration::settings;
use crate::args;
use crate::print;

/// How often a line of progress is replaced.
const CALM: Duration = Duration::from_millis(100);

/// Lists, adds or removes packages of the built-in Python.
pub(crate) async fn packs(command: args::Packs) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let machine = Machine::this();
    machine.set_writable(&loaded.settings.sandbox_write);
    let packages = Packages::new(&paths, machine);
    let mut shown = Shown::new();
    let mut progress = |step: PackProgress| shown.show(&step);
    let (changed, json) = match &command {
        args::Packs::List { json } => (packages.list().await, *json),
        args::Packs::Add { names, from, json } => (packages.add(names, from, &mut progress).await, *json),
        args::Packs::Remove { names, json } => (packages.remove(names, &mut progress).await, *json),
    };
    shown.end();
    let packs = changed.map_err(|reason: LocalizedMessage| anyhow!("{reason}"))?;
    if json {
        print::json(&packs)?;
    } else {
        list(&packs)?;
        if matches!(&command, args::Packs::Add { names, .. } if names.iter().any(|name| name == SCIENCE)) {
            print::note("programs run with it when `[python] path = \"science\"` is set, or it is chosen in Settings");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(packs: &Packs) -> anyhow::Result<()> {
    if packs.packages.is_empty() {
        return print::line("No packages are added; `runtray packs add NAME` adds one.");
    }
    let row = |pack: &runtray_wire::Pack| {
        let why = if pack.requested { "" } else { "needed by others" };
        [pack.name.clone(), pack.version.clone(), size(pack.bytes), why.to_owned()]
    };
    print::table(&packs.packages.iter().map(row).collect::<Vec<_>>())?;
    print::line(format_args!("{} on the disk", size(packs.bytes)))
}

/// For example `1.2 MB`.
fn size(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// The progress on standard error: one line that is replaced on a terminal, else a line for each step.
struct Shown {
    is_terminal: bool,
    last: Option<(PackStep, String)>,
    at: Instant,
}

impl Shown {
    fn new() -> Self {
        Self { is_terminal: io::stderr().is_terminal(), last: None, at: Instant::now() }
    }

    fn show(&mut self, progress: &PackProgress) {
        let step = (progress.step, progress.name.clone());
        let is_new = self.last.as_ref() != Some(&step);
        if !is_new && (!self.is_terminal || self.at.elapsed() < CALM) {
            return;
        }
        (self.last, self.at) = (Some(step), Instant::now());
        if self.is_terminal {
            // Clears the line, so that a shorter text leaves nothing of a longer one.
            eprint!("\r\x1b[K{}", text(progress));
            io::stderr().flush().ok();
        } else {
            print::note(text(progress));
        }
    }

    fn end(&self) {
        if self.is_terminal && self.last.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

fn text(progress: &PackProgress) -> String {
    let PackProgress { step, name, done, total } = progress;
    match step {
        PackStep::Resolve => format!("asking for {name}"),
        PackStep::Download if *total > 0 => format!("fetching {name}: {} of {}", size(*done), size(*total)),
        PackStep::Download if *done > 0 => format!("fetching {name}: {}", size(*done)),
        PackStep::Download => format!("fetching {name}"),
        PackStep::Unpack => format!("unpacking {name}"),
        PackStep::Compile => "compiling to bytecode".to_owned(),
        PackStep::Machine if *done == 0 => format!("compiling {name} to machine code, which takes minutes"),
        PackStep::Machine => format!("compiling {name} to machine code: {done} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!([0, 1, 100_000, 1_250_000].map(size), ["0.0 MB", "0.1 MB", "0.1 MB", "1.3 MB"]);
    }
}
