//! `runtray config`.

use std::borrow::Cow;
use std::path::Path;
use std::process::ExitCode;

use runtray_service::paths::Paths;
use runtray_service::settings::{Loaded, Problem, missing_programs};
use serde::Serialize;

use crate::args::Config;
use crate::{exit, print};

pub(crate) fn config(config: &Config) -> anyhow::Result<ExitCode> {
    match config {
        Config::Path { token } => {
            let paths = Paths::find()?;
            let file = if *token { paths.token_file() } else { paths.settings_file() };
            print::line(file.display())?;
            Ok(ExitCode::SUCCESS)
        }
        Config::Check { json } => check(*json),
    }
}

fn check(as_json: bool) -> anyhow::Result<ExitCode> {
    let file = Paths::find()?.settings_file();
    let mut problems = Loaded::from_file(&file).problems;
    problems.extend(missing_programs(&file));
    problems.sort_by_key(|problem| problem.line);
    if as_json {
        print::json(&report(&file, &problems))?;
    } else if problems.is_empty() {
        let missing = if file.exists() { "" } else { " (there is none yet: the defaults hold)" };
        print::line(format_args!("{}: no problems{missing}", file.display()))?;
    } else {
        problems.iter().try_for_each(|problem| print::line(format_args!("{}: {problem}", file.display())))?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

/// The settings file as `--json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    file: Cow<'a, str>,
    problems: Vec<ReportedProblem<'a>>,
}

#[derive(Serialize)]
struct ReportedProblem<'a> {
    line: Option<usize>,
    key: &'a str,
    message: String,
}

fn report<'a>(file: &'a Path, problems: &'a [Problem]) -> Report<'a> {
    let reported = |problem: &'a Problem| ReportedProblem {
        line: problem.line,
        key: &problem.key,
        message: problem.message.to_string(),
    };
    Report { file: file.to_string_lossy(), problems: problems.iter().map(reported).collect() }
}
