//! The kinds of runs, and their order.

use crate::harness::hostile_programs::{ALL, HostileProgram};

/// A kind of run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A program that runs to its end, which must be the expected one.
    Whole(&'static HostileProgram),
    /// A program whose client disconnects before its end.
    Abandoned(&'static HostileProgram),
}

/// The time limit of a program that ends by itself; a busy machine is slow.
const LONG: u64 = 120_000;
/// The time limit of an endless program.
const SHORT: u64 = 500;

const BENIGN: HostileProgram = whole("benign", "print('well')", "completed", "");
const CRASH: HostileProgram =
    whole("crash", "import os\nos.abort()", "crashed", "Execution crashed: it was ended by SIGABRT.");
const OUTPUT: HostileProgram =
    whole("100 MB output", "import os\nfor _ in range(1600):\n    os.write(1, b'x' * 65536)", "completed", "");
const TREE: HostileProgram = HostileProgram {
    timeout_ms: SHORT,
    ..whole("timeout", HANGING_TREE, "timeout", "Execution timed out after 0.5 s.")
};
const LEFT: HostileProgram = whole("disconnect", HANGING_TREE, "cancelled", "");

/// Starts a child and a daemon; all three never end.
const HANGING_TREE: &str = "
import os, time
if os.fork() and os.fork() == 0:
    os.setsid()
time.sleep(3600)
";

/// The share of each kind among this many runs: half of all are benign.
const SHARES: [(Pick, usize); 8] = [
    (|| Kind::Whole(&BENIGN), 10),
    (|| Kind::Whole(&CRASH), 2),
    (|| Kind::Whole(&TREE), 2),
    (|| Kind::Abandoned(&LEFT), 2),
    (|| Kind::Whole(named("daemon")), 1),
    (|| Kind::Whole(named("fork bomb")), 1),
    (|| Kind::Whole(named("memory hog")), 1),
    (|| Kind::Whole(&OUTPUT), 1),
];
type Pick = fn() -> Kind;

const fn whole(name: &'static str, code: &'static str, status: &'static str, ending: &'static str) -> HostileProgram {
    HostileProgram { name, code, timeout_ms: LONG, status, ending, share: 1, needs_namespace: false }
}

fn named(name: &str) -> &'static HostileProgram {
    ALL.iter().find(|one| one.name == name).expect("a hostile program of that name")
}

/// The kind of a run by its number. The kinds are mixed, and each occurs according to its share.
pub(super) fn kind(number: usize) -> Kind {
    let all: usize = SHARES.iter().map(|(_, share)| share).sum();
    // Seven and twenty have no common divisor, so every place is used.
    let mut place = number * 7 % all;
    for (pick, share) in SHARES {
        if place < share {
            return pick();
        }
        place -= share;
    }
    Kind::Whole(&BENIGN)
}

#[test]
fn every_kind_comes_as_often_as_its_share_says() {
    let names = (0..20).map(|number| match kind(number) {
        Kind::Whole(one) | Kind::Abandoned(one) => one.name,
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    let count = |name: &str| names.iter().filter(|other| **other == name).count();
    for (name, share) in [("benign", 10), ("crash", 2), ("timeout", 2), ("disconnect", 2), ("fork bomb", 1)] {
        assert_eq!(count(name), share, "{name} in {names:?}");
    }
}
