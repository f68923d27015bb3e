//! `runtray config`.

use std::process::ExitCode;

use runtray_service::paths::Paths;
use runtray_service::settings::{Loaded, Problem, missing_programs};
use serde_json::json;

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
        let problems: Vec<_> = problems.iter().map(describe).collect();
        print::json(&json!({ "file": file, "problems": problems }))?;
    } else if problems.is_empty() {
        let missing = if file.exists() { "" } else { " (there is none yet: the defaults hold)" };
        print::line(format_args!("{}: no problems{missing}", file.display()))?;
    } else {
        problems.iter().try_for_each(|problem| print::line(format_args!("{}: {problem}", file.display())))?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

fn describe(problem: &Problem) -> serde_json::Value {
    json!({ "line": problem.line, "key": problem.key, "message": problem.message.to_string() })
}
