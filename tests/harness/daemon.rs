//! Interactive programs with a daemon, whose client leaves.

use std::fs;
use std::path::Path;
#[cfg(not(target_os = "linux"))]
use std::time::Duration;

use serde_json::Value;

#[cfg(target_os = "linux")]
use super::leftovers::Marker;
use super::{Service, eventually};

/// Starts a program, waits for the first heartbeat of its daemon, lets the client leave, and checks that no process is left.
#[cfg(target_os = "linux")]
pub(crate) fn ends_with_its_client(service: &Service, request: Value, beat: &Path) {
    let marker = Marker::new();
    let talk = service.converse(&marker.mark(request));
    eventually("the first beat", || (beats(beat) > 0).then_some(()));
    assert_eq!(marker.carriers().len(), 2, "the program and its daemon");
    drop(talk);
    eventually("the run to be gone", || service.running().is_empty().then_some(()));
    assert_eq!(marker.carriers(), Vec::<u32>::new());
}

/// As on Linux, for systems on which no marker finds the processes of a run: checks that the heartbeat stops.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ends_with_its_client(service: &Service, request: Value, beat: &Path) {
    let talk = service.converse(&request);
    eventually("the first beat", || (beats(beat) > 0).then_some(()));
    drop(talk);
    eventually("the run to be gone", || service.running().is_empty().then_some(()));
    let last = beats(beat);
    // No event marks the end of the heartbeat: wait for 20 of its intervals.
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(beats(beat), last, "the daemon lives on");
}

/// The number of heartbeats in a file.
fn beats(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |file| file.len())
}
