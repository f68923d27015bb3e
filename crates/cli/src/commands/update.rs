//! `runtray update`: asks the feed for a new version, and installs it after a yes.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use anyhow::ensure;
use runtray_service::settings::UpdateSettings;
use runtray_update::{Answer, Feed, Given, Installation, Installed, Release, Updater};
use serde_json::json;

use super::configuration::settings;
use crate::args::Update;
use crate::{exit, print};

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
        Some(release) => install(&updater, &release, args.yes),
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

fn install(updater: &Updater, release: &Release, is_allowed: bool) -> anyhow::Result<ExitCode> {
    if updater.installation.advice().is_some() {
        return Ok(ExitCode::from(exit::NEWER));
    }
    if !is_allowed && !agrees(release)? {
        print::note("runtray: nothing was installed");
        return Ok(ExitCode::from(exit::NEWER));
    }
    let package = updater.fetch(release, show_progress())?;
    let text = match package.install()? {
        Installed::Replaced => {
            "is installed. A service that runs is still the old one, and ends its programs as usual: restart it when it suits you."
        }
        Installed::SetupStarted(_) => "is being installed: the installer ends and starts the app.",
    };
    print::line(format_args!("Runtray {} {text}", release.version))?;
    Ok(ExitCode::SUCCESS)
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
