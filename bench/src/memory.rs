//! The memory of a process tree on Linux.
//!
//! PSS (proportional set size) divides shared pages among their processes, so that the sum over a tree is the cost of the tree.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

const KIB_PER_MIB: f64 = 1024.0;
/// The interval between two measurements of a program that may still work in the background.
const SETTLE: Duration = Duration::from_secs(1);
/// The largest change between two measurements of an idle program, in MiB.
const STILL: f64 = 0.25;
/// The longest wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// The PSS of `root` and all its descendants, in MiB.
///
/// # Errors
/// `root` is gone, or this is not Linux.
pub(crate) fn tree_pss(root: u32) -> Result<f64> {
    // A child may end during the measurement; then it counts as 0.
    Ok(pss(root)? + children(root).into_iter().filter_map(|child| tree_pss(child).ok()).sum::<f64>())
}

/// [`tree_pss`] once it does not change any more.
///
/// # Errors
/// The errors of [`tree_pss`].
pub(crate) fn settled(root: u32) -> Result<f64> {
    let began = Instant::now();
    let mut before = f64::INFINITY;
    loop {
        thread::sleep(SETTLE);
        let now = tree_pss(root)?;
        if (now - before).abs() < STILL || began.elapsed() > PATIENCE {
            return Ok(now);
        }
        before = now;
    }
}

/// `root` and all its descendants.
pub(crate) fn tree(root: u32) -> Vec<u32> {
    std::iter::once(root).chain(children(root).into_iter().flat_map(tree)).collect()
}

/// The PSS of one process, in MiB.
///
/// # Errors
/// The errors of [`tree_pss`].
pub(crate) fn pss(process: u32) -> Result<f64> {
    field(process, "smaps_rollup", "Pss:")
}

/// The resident memory of the process in MiB, with shared pages in full.
///
/// # Errors
/// The errors of [`tree_pss`].
pub(crate) fn resident(process: u32) -> Result<f64> {
    field(process, "status", "VmRSS:")
}

/// The highest [`resident`] memory since [`forget_peak`], in MiB.
///
/// # Errors
/// The errors of [`tree_pss`].
pub(crate) fn peak(process: u32) -> Result<f64> {
    field(process, "status", "VmHWM:")
}

/// Resets the peak to the present value.
///
/// # Errors
/// The errors of [`tree_pss`].
pub(crate) fn forget_peak(process: u32) -> Result<()> {
    fs::write(format!("/proc/{process}/clear_refs"), "5").context("cannot reset the peak of the service's memory")
}

fn field(process: u32, file: &str, name: &str) -> Result<f64> {
    let file = format!("/proc/{process}/{file}");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    parse(&text, name).with_context(|| format!("{file} has no {name}"))
}

fn parse(text: &str, name: &str) -> Option<f64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / KIB_PER_MIB)
}

fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn values_are_given_in_mib() {
        let text = "5560-7fff ---p 00000000 00:00 0  [rollup]\nRss:   10240 kB\nPss:    2048 kB\nPss_Dirty: 512 kB\n";
        for (name, expected) in [("Pss:", Some(2.0)), ("Rss:", Some(10.0)), ("Swap:", None)] {
            assert_eq!(parse(text, name), expected, "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_tree_holds_its_children() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let found = super::children(std::process::id());
        child.kill().expect("sleep is killed");
        child.wait().expect("sleep is reaped");
        assert!(found.contains(&child.id()), "{found:?}");
    }
}
