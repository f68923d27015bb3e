//! Finds the processes of a run in a process table, for systems without a name for the whole tree.
//!
//! A process belongs to the run if it is in the main process's session, if its parent belongs, if it belonged before, or if it
//! carries the run's mark. A daemon leaves its session and its parent; it is known from an earlier table or by its mark.

use std::collections::HashSet;

/// A living process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) session: i32,
    /// Its start time, in microseconds since 1970. Together with the pid it identifies the process.
    pub(super) born: u64,
}

type Identity = (i32, u64);

/// The known processes of one run. The main process must not be reaped while this is used, so that its pid, which is also the
/// session's id, is not reused.
#[derive(Debug)]
pub(super) struct Descendants {
    main: i32,
    since: u64,
    known: HashSet<Identity>,
    strangers: HashSet<Identity>,
}

impl Descendants {
    /// For the main process `main`. Processes that started before `since` are not checked for the mark.
    pub(super) fn of(main: i32, since: u64) -> Self {
        Self { main, since, known: HashSet::new(), strangers: HashSet::new() }
    }

    /// The pids in `table` that belong to the run. `marked` is called once for each process that no other rule covers.
    pub(super) fn within(&mut self, table: &[Row], mut marked: impl FnMut(i32) -> bool) -> Vec<i32> {
        let living: HashSet<Identity> = table.iter().map(Row::identity).collect();
        self.known.retain(|it| living.contains(it));
        self.strangers.retain(|it| living.contains(it));
        self.adopt(table);
        for row in table {
            if self.is_new_stranger(row) && marked(row.pid) {
                self.known.insert(row.identity());
            }
        }
        self.adopt(table);
        table.iter().filter(|row| self.known.contains(&row.identity())).map(|row| row.pid).collect()
    }

    fn is_new_stranger(&mut self, row: &Row) -> bool {
        row.born >= self.since && !self.known.contains(&row.identity()) && self.strangers.insert(row.identity())
    }

    /// Adds processes in the session or with a known parent, until there are no more.
    fn adopt(&mut self, table: &[Row]) {
        let mut parents: HashSet<i32> = self.known.iter().map(|(pid, _)| *pid).chain([self.main]).collect();
        loop {
            let before = self.known.len();
            for row in table {
                let belongs = row.pid == self.main || row.session == self.main || parents.contains(&row.parent);
                if belongs && self.known.insert(row.identity()) {
                    parents.insert(row.pid);
                }
            }
            if self.known.len() == before {
                return;
            }
        }
    }
}

impl Row {
    fn identity(&self) -> Identity {
        (self.pid, self.born)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: i32 = 100;
    const START: u64 = 1000;

    fn row(pid: i32, parent: i32, session: i32) -> Row {
        Row { pid, parent, session, born: START + 1 }
    }

    /// Feeds each table in turn, with these pids marked, and compares the result of the last.
    fn check(tables: &[&[Row]], marks: &[i32], expected: &[i32]) {
        let mut descendants = Descendants::of(MAIN, START);
        let mut found = Vec::new();
        for table in tables {
            found = descendants.within(table, |pid| marks.contains(&pid));
        }
        assert_eq!(found, expected, "{tables:?} {marks:?}");
    }

    #[test]
    fn strangers_do_not_belong() {
        check(&[&[row(1, 0, 1), row(50, 1, 50), row(51, 50, 50)]], &[], &[]);
        check(&[&[row(101, 1, 101), row(102, 101, 101)]], &[], &[]);
    }

    #[test]
    fn children_and_the_session_belong() {
        check(&[&[row(1, 0, 1), row(100, 9, 100), row(101, 100, 100)]], &[], &[100, 101]);
        check(&[&[row(103, 1, 100)]], &[], &[103]);
        check(&[&[row(101, 100, 101)]], &[], &[101]);
    }

    #[test]
    fn a_child_may_stand_before_its_parent_in_the_table() {
        check(&[&[row(7, 101, 7), row(101, 100, 101), row(100, 9, 100)]], &[], &[7, 101, 100]);
    }

    #[test]
    fn a_daemon_that_was_seen_in_time_belongs_for_ever() {
        let forked = [row(100, 9, 100), row(101, 100, 101), row(102, 101, 101)];
        let detached = [row(102, 1, 101)];
        check(&[&forked, &detached], &[], &[102]);
        check(&[&forked, &detached, &[row(102, 1, 101), row(103, 102, 103)]], &[], &[102, 103]);
    }

    #[test]
    fn a_daemon_that_was_not_seen_belongs_by_its_mark() {
        let detached = [row(100, 9, 100), row(102, 1, 101), row(103, 102, 103)];
        check(&[&detached], &[], &[100]);
        check(&[&detached], &[102], &[100, 102, 103]);
    }

    #[test]
    fn a_reused_pid_is_another_process() {
        let child = [row(100, 9, 100), row(101, 100, 101)];
        let reused = [row(100, 9, 100), Row { born: START + 5, ..row(101, 1, 101) }];
        check(&[&child, &reused], &[], &[100]);
    }

    #[test]
    fn older_processes_are_not_asked_for_the_mark() {
        check(&[&[Row { born: START - 1, ..row(60, 1, 60) }]], &[60], &[]);
    }

    #[test]
    fn a_stranger_is_asked_once() {
        let mut asked = 0;
        let mut descendants = Descendants::of(MAIN, START);
        for _ in 0..3 {
            descendants.within(&[row(60, 1, 60)], |_| {
                asked += 1;
                false
            });
        }
        assert_eq!(asked, 1);
    }
}
