//! `runtray logs`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use runtray_service::journal::{Filter, RUNNING, Reader, Record, Summary};
use runtray_service::places::Places;

use crate::args::Logs;
use crate::{print, table};

/// How often a followed journal is asked whether it changed; the question costs microseconds.
const FOLLOW: Duration = Duration::from_millis(200);

/// Reads the journal itself, so that it works whether the service runs or not.
pub(crate) fn logs(args: Logs) -> anyhow::Result<ExitCode> {
    let file = Places::find()?.journal_file();
    if !file.exists() {
        eprintln!("runtray: nothing has run yet ({} does not exist)", file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let mut reader = Reader::open(&file).with_context(|| format!("could not read the journal {}", file.display()))?;
    if let Some(id) = &args.id {
        let record = reader.entry(id)?.with_context(|| format!("no execution has the id {id}"))?;
        show(&record, args.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut items = reader.page(&filter(&args, args.lines))?.items;
    items.reverse();
    list(&items, args.json)?;
    if args.follow {
        follow(&mut reader, &args, items)?;
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
fn follow(reader: &mut Reader, args: &Logs, shown: Vec<Summary>) -> anyhow::Result<()> {
    let newest = |items: &[Summary]| items.iter().map(|item| item.id.clone()).max().unwrap_or_default();
    let mut open: Vec<String> = running(&shown);
    let mut last = newest(&shown);
    loop {
        print::pause(FOLLOW);
        if !reader.changed()? {
            continue;
        }
        let mut items = reader.page(&filter(args, 1000))?.items;
        items.reverse();
        items.retain(|item| item.id > last || open.contains(&item.id));
        last = last.max(newest(&items));
        let ended: Vec<Summary> = items.iter().filter(|item| item.status != RUNNING).cloned().collect();
        open.retain(|id| !ended.iter().any(|item| item.id == *id));
        open.extend(running(&items));
        open.sort();
        open.dedup();
        list(&ended, args.json)?;
    }
}

fn running(items: &[Summary]) -> Vec<String> {
    items.iter().filter(|item| item.status == RUNNING).map(|item| item.id.clone()).collect()
}

fn list(items: &[Summary], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return items.iter().try_for_each(print::json);
    }
    let rows: Vec<[String; 7]> = items.iter().map(row).collect();
    table::align(&rows).into_iter().try_for_each(print::line)
}

fn row(item: &Summary) -> [String; 7] {
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

fn show(record: &Record, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        return print::json(record);
    }
    let ended = record.duration_ms.map_or_else(String::new, |ms| format!(" after {ms:.1} ms"));
    print::line(format_args!("{}  {}  {}{ended}  from {}", record.id, record.runtime, record.status, record.origin))?;
    for (title, text) in [("code", &record.code), ("output", &record.output), ("error", &record.error)] {
        print::line(format_args!("--- {title}"))?;
        print::line(text.trim_end_matches('\n'))?;
    }
    Ok(())
}
