//! A program that prints 1 GiB: the growth of the service's memory, and the response.
//!
//! Flask is left out: it keeps several copies of the whole output, which is too much for a small machine.

use std::io::{self, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::{RUNTRAY, milliseconds};
use crate::client::Answer;
use crate::report::{Figure, Section, Target};
use crate::service::{Home, Kind, Service};
use crate::setup::Setup;
use crate::statistics::{Ratio, Summary};
use crate::subject::{Http, PYTHON, Subject};
use crate::{environment, memory};

/// Prints 1024 MiB.
const FLOOD: &str =
    "import sys\nblock = ('x' * 63 + '\\n') * 16384\nfor _ in range(1024):\n    sys.stdout.write(block)\n";
/// The time limit of the flood.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The interval at which the service's memory is measured meanwhile.
const LOOK: Duration = Duration::from_millis(10);

/// The measurements of the service, one sample for each flood.
#[derive(Default)]
struct Growth {
    resident: Vec<f64>,
    pss: Vec<f64>,
}

/// Measures the flood through Runtray, and the bare program with its output discarded.
pub(super) fn measure(setup: &Setup) -> Result<Section> {
    let home = Home::new(setup, Kind::Runtray)?;
    let service = Service::start(setup, Kind::Runtray, &home)?;
    Http::new(service.client(), PYTHON).greet()?;
    let (mut growth, mut bare, mut times, mut answers) = (Growth::default(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setup.effort.floods {
        bare.push(milliseconds(run_bare(setup)?));
        let (took, answer) = flood(&service, &mut growth)?;
        times.push(milliseconds(took));
        answers.push(answer);
    }
    Ok(section(growth, bare, times, &answers))
}

fn section(growth: Growth, bare: Vec<f64>, times: Vec<f64>, answers: &[Answer]) -> Section {
    let most = Summary::of(&growth.resident).max;
    let kept = answers.iter().map(|answer| answer.output.len() as f64 / f64::from(1 << 20)).collect();
    Section {
        targets: vec![Target::below("growth of the service's memory for 1 GB", most, 32.0, "MiB"), says_so(answers)],
        ratios: vec![Ratio::of_rounds("runtray ÷ bare, time", &times, &bare)],
        figures: vec![
            Figure::new("bare python", "time", "ms", bare),
            Figure::new(RUNTRAY, "time", "ms", times),
            Figure::new(RUNTRAY, "growth of the peak (RSS)", "MiB", growth.resident),
            Figure::new(RUNTRAY, "growth of the peak (PSS)", "MiB", growth.pss),
            Figure::new(RUNTRAY, "output in the answer", "MiB", kept),
        ],
        ..Section::default()
    }
}

fn says_so(answers: &[Answer]) -> Target {
    let met = answers.iter().all(|answer| answer.output_truncated);
    let answer = answers.last().map(|Answer { status, error, output_truncated, .. }| {
        format!("status {status}, output_truncated {output_truncated}, error \"{}\"", error.trim_end())
    });
    Target { target: "the answer to 1 GB is cut and says so".to_owned(), measured: answer.unwrap_or_default(), met }
}

fn run_bare(setup: &Setup) -> Result<Duration> {
    let mut command = Command::new(&setup.interpreters.python.path);
    environment::set(&mut command);
    let began = Instant::now();
    let mut child = command.args(["-c", FLOOD]).stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("the program has no output")?;
    io::copy(&mut BufReader::with_capacity(64 << 10, output), &mut io::sink())?;
    child.wait()?;
    Ok(began.elapsed())
}

fn flood(service: &Service<'_>, growth: &mut Growth) -> Result<(Duration, Answer)> {
    let process = service.process();
    memory::forget_peak(process)?;
    let (resident, pss) = (memory::resident(process)?, memory::pss(process)?);
    let over = AtomicBool::new(false);
    let (took, answer, highest) = thread::scope(|scope| {
        let watch = scope.spawn(|| highest_pss(process, &over));
        let began = Instant::now();
        let answer = service.client().execute("python", FLOOD, TIMEOUT);
        let took = began.elapsed();
        over.store(true, Ordering::Relaxed);
        (took, answer, watch.join().unwrap_or_default())
    });
    growth.resident.push(memory::peak(process)? - resident);
    growth.pss.push(highest - pss);
    Ok((took, answer?))
}

/// The highest PSS until `over` is set.
fn highest_pss(process: u32, over: &AtomicBool) -> f64 {
    let mut highest: f64 = 0.0;
    while !over.load(Ordering::Relaxed) {
        highest = highest.max(memory::pss(process).unwrap_or_default());
        thread::sleep(LOOK);
    }
    highest
}
