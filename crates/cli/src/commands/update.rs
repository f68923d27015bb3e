//! `runtray update`: asks the feed for a new version, and installs it after a yes.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::ensure;
use runtray_service::settings::UpdateSettings;
use runtray_update::{Answer, Feed, Given, Installation, Installed, Release, Updater};
use serde_json::json;

use super::configuration::settings;
use super::status;
use crate::args::Update;
use crate::{exit, print};

/// The time between two questions whether the service runs programs.
const PAUSE: Duration = Duration::from_millis(500);

/// Looks for a new version, and installs it unless the user only asked for it.
pub(crate) fn update(args: &Update) -> anyhow::Result<ExitCode> {
    let installation = Installation::of_this_program();
    if let (Installation::System(_), Some(advice)) = (&installation, installation.advice()) {
        return left_to_the_system(args, &advice.to_string());
    }
    let (paths, loaded) = settings()?;
    let feed = Feed::find(given(&loaded.settings.updates))?;
    let updater = Updater::of_this_program(feed, paths.update_folder())?;
    let answer = updater.check()?;
    if args.json {
        print::json(&report(&updater, &answer))?;
    } else {
        describe(&updater, &answer)?;
    }
    match answer.release {
        None => Ok(ExitCode::SUCCESS),
        Some(_) if args.check => Ok(ExitCode::from(exit::NEWER)),
        Some(release) => install(&updater, &release, args, || {
            if !args.now {
                until_idle(|| status::programs(loaded.settings.port, &paths));
            }
        }),
    }
}

fn left_to_the_system(args: &Update, advice: &str) -> anyhow::Result<ExitCode> {
    match args.json {
        true => print::json(&json!({ "installed": env!("CARGO_PKG_VERSION"), "newer": null, "advice": advice }))?,
        false => print::line(advice)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn given(settings: &UpdateSettings) -> Given<'_> {
    Given { feed: &settings.feed, key: &settings.key, hosts: &settings.hosts }
}

fn report(updater: &Updater, Answer { newest, release }: &Answer) -> serde_json::Value {
    let newer = |release: &Release| json!({ "version": release.version.to_string(), "date": release.date, "notes": release.notes });
    let advice = updater.installation.advice().map(|advice| advice.to_string());
    json!({
        "installed": updater.current.to_string(),
        "newest": newest.to_string(),
        "newer": release.as_ref().map(newer),
        "advice": advice,
    })
}

fn describe(updater: &Updater, Answer { newest, release }: &Answer) -> anyhow::Result<()> {
    let Some(release) = release else {
        return print::line(format_args!(
            "Runtray {} is up to date: the newest version of {} is {newest}.",
            updater.current,
            updater.feed.host()
        ));
    };
    let date = if release.date.is_empty() { String::new() } else { format!(" of {}", release.date) };
    print::line(format_args!("Runtray {}{date} is new; this is {}.", release.version, updater.current))?;
    if !release.notes.trim().is_empty() {
        print::line(format_args!("\n{}\n", release.notes.trim()))?;
    }
    updater.installation.advice().map_or(Ok(()), print::line)
}

/// Fetches and installs it after a yes, as soon as `wait` returns.
fn install(updater: &Updater, release: &Release, args: &Update, wait: impl FnOnce()) -> anyhow::Result<ExitCode> {
    if updater.installation.advice().is_some() {
        return Ok(ExitCode::from(exit::NEWER));
    }
    if !args.yes && !agrees(release)? {
        print::note("runtray: nothing was installed");
        return Ok(ExitCode::from(exit::NEWER));
    }
    let package = updater.fetch(release, show_progress())?;
    wait();
    let text = match package.install(args.now)? {
        Installed::Replaced => {
            "is installed. A service that runs is still the old one, and ends its programs as usual: restart it when it suits you."
        }
        Installed::SetupStarted(_) if args.now => "is being installed: the installer ends the app and its programs.",
        Installed::SetupStarted(_) => {
            "is being installed: the installer quits the app as soon as it runs no program, and starts it again. A service of `runtray serve` is still the old one: restart it when it suits you."
        }
    };
    print::line(format_args!("Runtray {} {text}", release.version))?;
    Ok(ExitCode::SUCCESS)
}

/// Waits until the service runs no program, and says how many it waits for.
fn until_idle(programs: impl Fn() -> Option<usize>) {
    let mut told = 0;
    while let Some(programs) = programs().filter(|programs| *programs > 0) {
        if programs != told {
            told = programs;
            print::note(format_args!(
                "runtray: the service runs {programs} program{}; waiting for the end (--now does not wait)",
                if programs == 1 { "" } else { "s" }
            ));
        }
        thread::sleep(PAUSE);
    }
}

/// Asks on the terminal.
fn agrees(release: &Release) -> anyhow::Result<bool> {
    ensure!(io::stdin().is_terminal(), "nobody can be asked here: add --yes to install version {}", release.version);
    eprint!("Install it? [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Shows the share that was fetched, in one line of a terminal.
fn show_progress() -> impl FnMut(u64, Option<u64>) {
    let (is_terminal, mut shown) = (io::stderr().is_terminal(), None);
    move |read, size| {
        let percent = size.filter(|size| *size > 0).map(|size| read * 100 / size);
        if let Some(percent) = percent.filter(|percent| is_terminal && shown != Some(*percent)) {
            shown = Some(percent);
            eprint!("\rFetching: {percent} %{}", if percent == 100 { "\n" } else { "" });
        }
    }
}
