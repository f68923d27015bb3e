//! The figures of a soak, and their bounds.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::killed::Killed;
use super::load::Load;
use super::strikes::Strikes;

/// The most that the service's memory may grow, in percent.
const DRIFT: f64 = 5.0;
/// The longest that a process tree may outlive its deadline, in milliseconds, in 99 of 100 cases.
const AFTER_DEADLINE: f64 = 500.0;
/// A response that takes longer counts as missing.
const HANG: Duration = Duration::from_secs(60);
/// The number of complaints that are printed.
const MOST_LISTED: usize = 5;

/// One figure.
#[derive(Debug)]
struct Figure {
    what: &'static str,
    measured: String,
    bound: &'static str,
    holds: bool,
}

/// All figures.
#[derive(Debug)]
pub(super) struct Figures {
    rows: Vec<Figure>,
    complaints: Vec<String>,
}

impl Figures {
    /// `left` lists resources that the service did not hold before; `resident` is its memory early and at the end, in bytes.
    pub(super) fn new(
        mut load: Load,
        survivors: usize,
        left: Vec<String>,
        descriptors: i64,
        resident: [u64; 2],
        killed: &Killed,
    ) -> Self {
        load.after_deadline.sort_by(f64::total_cmp);
        let [early, late] = resident.map(|bytes| bytes as f64);
        let drift = (late / early - 1.0) * 100.0;
        let Strikes { killed: killed_by_us, stopped, crashed, .. } = &*load.strikes;
        let [killed_by_us, stopped, crashed] =
            [killed_by_us, stopped, crashed].map(|count| count.load(Ordering::Relaxed));
        let p99 = quantile(&load.after_deadline, 0.99);
        // The third column is the bound that a reader sees; the last argument decides whether it holds.
        let rows = vec![
            Figure::zero("answers that were wrong", load.wrong.len()),
            Figure::zero("processes that outlived their run", survivors),
            Figure::zero("leftovers below the service and in its folders", left.len()),
            Figure::zero("slots that are missing", load.missing_slots),
            Figure::row("launchers and supervisors killed", killed_by_us.to_string(), "some", killed_by_us > 0),
            Figure::row("launchers and supervisors stopped", stopped.to_string(), "some", stopped > 0),
            Figure::row(
                "runs that crashed with their supervisor",
                crashed.to_string(),
                "no more than were struck",
                crashed <= killed_by_us + stopped,
            ),
            Figure::row("more open descriptors", descriptors.to_string(), "none", descriptors <= 0),
            Figure::row("drift of the memory (RSS)", format!("{drift:+.1} %"), "below 5 %", drift < DRIFT),
            Figure::row(
                "deadline to whole tree gone, p50",
                milliseconds(quantile(&load.after_deadline, 0.5)),
                "",
                true,
            ),
            Figure::row("deadline to whole tree gone, p99", milliseconds(p99), "below 500 ms", p99 < AFTER_DEADLINE),
            Figure::row("refused with 429", load.refused.to_string(), "some", load.refused > 0),
            Figure::row("longest answer", format!("{:.1?}", load.longest), "below 60 s", load.longest < HANG),
            Figure::row(
                "kill -9 to all gone",
                format!("{:.1?}", killed.gone_after),
                "below 60 s",
                killed.gone_after < HANG,
            ),
            Figure::zero("processes left after kill -9", killed.processes),
            Figure::zero("folders left after kill -9", killed.folders),
        ];
        load.wrong.extend(left);
        Self { rows, complaints: load.wrong }
    }

    /// The bounds that do not hold.
    pub(super) fn broken(&self) -> Vec<String> {
        let broken = self.rows.iter().filter(|row| !row.holds);
        broken.map(|Figure { what, measured, bound, .. }| format!("{what}: {measured}, not {bound}")).collect()
    }
}

impl Figure {
    fn row(what: &'static str, measured: String, bound: &'static str, holds: bool) -> Self {
        Self { what, measured, bound, holds }
    }

    fn zero(what: &'static str, count: usize) -> Self {
        Self::row(what, count.to_string(), "0", count == 0)
    }
}

/// The quantile by nearest rank; infinite for no samples, so that no bound holds.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let rank = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::INFINITY)
}

fn milliseconds(value: f64) -> String {
    format!("{value:.0} ms")
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| figure | measured | bound | |\n| --- | --- | --- | --- |")?;
        for Figure { what, measured, bound, holds } in &self.rows {
            writeln!(f, "| {what} | {measured} | {bound} | {} |", if *holds { "holds" } else { "BROKEN" })?;
        }
        self.complaints.iter().take(MOST_LISTED).try_for_each(|what| writeln!(f, "- {what}"))?;
        let more = self.complaints.len().saturating_sub(MOST_LISTED);
        if more > 0 { writeln!(f, "- and {more} more") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The results of a soak in which every bound holds.
    fn good() -> (Load, usize, Vec<String>, i64, [u64; 2], Killed) {
        let after_deadline = (0..100).map(f64::from).collect();
        let strikes = Strikes::new(1, 1);
        for count in [&strikes.killed, &strikes.stopped, &strikes.crashed] {
            count.store(1, Ordering::Relaxed);
        }
        let load = Load { refused: 3, longest: Duration::from_secs(4), after_deadline, ..Load::new(strikes) };
        let killed = Killed { gone_after: Duration::from_secs(1), processes: 0, folders: 0 };
        (load, 0, Vec::new(), 0, [1000, 1049], killed)
    }

    type Case<'a> = &'a dyn Fn(&mut (Load, usize, Vec<String>, i64, [u64; 2], Killed));

    #[test]
    fn each_bound_can_be_broken() {
        let cases: [(&str, Case<'_>); 16] = [
            ("", &|_| {}),
            ("wrong", &|soak| soak.0.wrong.push("crash: status \"failed\"".into())),
            ("outlived", &|soak| soak.1 = 1),
            ("leftovers", &|soak| soak.2.push("1 folders are left".into())),
            ("slots that are missing", &|soak| soak.0.missing_slots = 1),
            ("supervisors killed", &|soak| soak.0.strikes.killed.store(0, Ordering::Relaxed)),
            ("supervisors stopped", &|soak| soak.0.strikes.stopped.store(0, Ordering::Relaxed)),
            ("crashed with", &|soak| soak.0.strikes.crashed.store(3, Ordering::Relaxed)),
            ("descriptors", &|soak| soak.3 = 1),
            ("memory", &|soak| soak.4 = [1000, 1050]),
            ("p99", &|soak| soak.0.after_deadline[97..].fill(500.0)),
            ("p99", &|soak| soak.0.after_deadline.clear()),
            ("429", &|soak| soak.0.refused = 0),
            ("longest", &|soak| soak.0.longest = HANG),
            ("processes left", &|soak| soak.5.processes = 1),
            ("folders left", &|soak| soak.5.folders = 1),
        ];
        for (what, breaks) in cases {
            let mut soak = good();
            breaks(&mut soak);
            let broken = Figures::new(soak.0, soak.1, soak.2, soak.3, soak.4, &soak.5).broken();
            assert_eq!(broken.len(), usize::from(!what.is_empty()), "{what}: {broken:?}");
            assert!(broken.iter().all(|row| row.contains(what)), "{what}: {broken:?}");
        }
    }
}
