//! `runtray logs`.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use runtray_service::journal::{Filter, RUNNING, Reader};
use runtray_service::paths::Paths;
use runtray_wire::{Execution, ExecutionSummary, Given, GivenFile, GivenVariable};

use crate::args::Logs;
use crate::print;

/// The interval at which a followed journal is checked for changes; a check takes microseconds.
const FOLLOW: Duration = Duration::from_millis(200);

/// Reads the journal itself, so that it works whether the service runs or not.
pub(crate) fn logs(args: Logs) -> anyhow::Result<ExitCode> {
    let file = Paths::find()?.journal_file();
    if !file.exists() {
        print::note(format_args!("runtray: nothing has run yet ({} does not exist)", file.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let mut reader = Reader::open(&file).with_context(|| format!("could not read the journal {}", file.display()))?;
    if let Some(id) = &args.id {
        let record = reader.entry(id)?.with_context(|| format!("no execution has the id {id}"))?;
        show(&record, args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    // Take the position before reading the page: executions that are recorded in between are printed when they end.
    let position = args.follow.then(|| Position::now(&reader)).transpose()?;
    let mut items = match args.lines {
        // A page has at least one.
        0 => Vec::new(),
        lines => reader.page(&filter(&args, lines))?.items,
    };
    items.reverse();
    list(&items, args.json)?;
    if let Some(position) = position {
        follow(&mut reader, &args, position)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn filter(args: &Logs, limit: usize) -> Filter {
    Filter {
        limit,
        before: None,
        status: args.status.clone(),
        language: args.language.clone(),
        origin: args.origin.clone(),
        q: args.search.clone(),
    }
}

/// Prints executions as they end, each once, until the program is stopped.
///
/// It follows every execution, because status and output, by which `args` may filter, are only known at the end.
fn follow(reader: &mut Reader, args: &Logs, position: Position) -> anyhow::Result<()> {
    let wanted = filter(args, 1);
    let Position { mut last, mut open } = position;
    loop {
        print::pause(FOLLOW);
        if !reader.changed()? {
            continue;
        }
        // The numbers start again after the log was cleared.
        last = if reader.last_number()? < last { 0 } else { last };
        let new = reader.recorded_after(last)?;
        last = new.last().map_or(last, |mark| mark.number);
        open.extend(new.into_iter().map(|mark| mark.id));
        let mut ended = Vec::new();
        for id in std::mem::take(&mut open) {
            match reader.status(&id)?.as_deref() {
                Some(RUNNING) => drop(open.insert(id)),
                Some(_) => ended.extend(reader.summary(&id, &wanted)?),
                None => {}
            }
        }
        list(&ended, args.json)?;
    }
}

/// The position in a journal up to which it was read.
struct Position {
    /// The number of the last recorded execution.
    last: i64,
    /// The ids of the running executions.
    open: BTreeSet<String>,
}

impl Position {
    /// The end of the journal.
    fn now(reader: &Reader) -> anyhow::Result<Self> {
        Ok(Self { last: reader.last_number()?, open: reader.running()?.into_iter().collect() })
    }
}

fn list(items: &[ExecutionSummary], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return items.iter().try_for_each(print::json);
    }
    let rows: Vec<[String; 7]> = items.iter().map(row).collect();
    print::table(&rows)
}

fn row(item: &ExecutionSummary) -> [String; 7] {
    let time = item.started_at;
    [
        format!("{} {:02}:{:02}:{:02}Z", time.date(), time.hour(), time.minute(), time.second()),
        item.id.clone(),
        item.language.clone(),
        item.status.clone(),
        item.duration_ms.map_or_else(|| "-".into(), |ms| format!("{ms:.0} ms")),
        item.origin.clone(),
        item.first_line.clone(),
    ]
}

fn show(record: &Execution, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print::json(record);
    }
    let ended = record.duration_ms.map_or_else(String::new, |ms| format!(" after {ms:.1} ms"));
    print::line(format_args!("{}  {}  {}{ended}  from {}", record.id, record.runtime, record.status, record.origin))?;
    part("code", &record.code, record.code_truncated)?;
    if let Some(given) = &record.given {
        show_given(given)?;
    }
    part("output", &record.output, record.output_truncated)?;
    part("error", &record.error, record.error_truncated)
}

/// Prints a text under its title, which tells if the text is incomplete.
fn part(title: &str, text: &str, is_cut: bool) -> anyhow::Result<()> {
    print::line(format_args!("--- {title}{}", if is_cut { " (only the beginning is kept)" } else { "" }))?;
    print::line(text.trim_end_matches('\n'))
}

/// A program's input besides its code, if any.
fn show_given(given: &Given) -> anyhow::Result<()> {
    let list = |title: &str, items: Vec<String>| match items.is_empty() {
        true => Ok(()),
        false => part(title, &items.join("\n"), false),
    };
    list("arguments", given.args.clone())?;
    let variable = |one: &GivenVariable| match &one.value {
        Some(value) => format!("{}={value}", one.name),
        None => format!("{} (its value is not kept)", one.name),
    };
    list("environment", given.env.iter().map(variable).collect())?;
    let file = |file: &GivenFile| match file.content {
        Some(_) => format!("{} ({} bytes)", file.path, file.size_bytes),
        None => format!("{} ({} bytes, not kept)", file.path, file.size_bytes),
    };
    list("files", given.files.iter().map(file).collect())?;
    list("standard input", Some(given.stdin.clone()).filter(|text| !text.is_empty()).into_iter().collect())
}
