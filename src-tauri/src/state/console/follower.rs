//! Sends the Console's output to one window, at the window's pace.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::session::{Console, Session};
use crate::model::{ConsoleState, ConsoleUpdate};

/// The size of one piece of output in bytes.
const PIECE: usize = 32 << 10;
/// Pieces that may be sent before the window confirms that it has shown them.
const UNACKNOWLEDGED: usize = 8;

/// The window that shows the Console, if any.
#[derive(Default)]
pub(crate) struct Follower(Mutex<Option<Following>>);

struct Following {
    /// The identifier that the window gave itself.
    window: String,
    credit: Arc<Semaphore>,
    task: JoinHandle<()>,
}

impl Follower {
    /// Sends the output so far and every change by `send`, until that fails. A later window replaces this one, which may hang or
    /// be closed.
    pub(crate) fn follow(
        &self,
        console: &Console,
        window: String,
        send: impl Fn(ConsoleUpdate) -> bool + Send + Sync + 'static,
    ) {
        let credit = Arc::new(Semaphore::new(UNACKNOWLEDGED));
        let task = tokio::spawn(follow(console.clone(), credit.clone(), send));
        self.replace(Some(Following { window, credit, task }));
    }

    /// The window has shown `pieces` of the pieces that were sent.
    pub(crate) fn acknowledge(&self, window: &str, pieces: usize) {
        let following = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(following) = following.as_ref().filter(|following| following.window == window) {
            let missing = UNACKNOWLEDGED - following.credit.available_permits().min(UNACKNOWLEDGED);
            following.credit.add_permits(pieces.min(missing));
        }
    }

    /// The window was closed.
    pub(crate) fn leave(&self) {
        self.replace(None);
    }

    fn replace(&self, following: Option<Following>) {
        let old = std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), following);
        if let Some(old) = old {
            old.task.abort();
        }
    }
}

async fn follow(console: Console, credit: Arc<Semaphore>, send: impl Fn(ConsoleUpdate) -> bool) {
    let (mut changes, mut told) = (console.changes(), Told::default());
    loop {
        changes.mark_unchanged();
        let update = told.next(&console.lock());
        let Some(update) = update else {
            match changes.changed().await {
                Ok(()) => continue,
                Err(_) => return,
            }
        };
        if matches!(update, ConsoleUpdate::Output { .. }) {
            let Ok(permit) = credit.acquire().await else { return };
            permit.forget();
        }
        if !send(update) {
            return;
        }
    }
}

/// The position of one window in the updates.
#[derive(Default)]
struct Told {
    session: Option<u64>,
    place: u64,
    /// The position up to which the output is older than this window.
    old: u64,
    state: Option<ConsoleState>,
}

impl Told {
    /// The next update in the order of events: a new program, its output, its end. A window that fell too far behind starts again
    /// with the output that is still kept.
    fn next(&mut self, session: &Session) -> Option<ConsoleUpdate> {
        let has_missed = self.place < session.scrollback.start();
        if self.session != Some(session.number) || has_missed {
            // Output of a program that started while this window was open is new, even if it is sent late.
            let is_old = self.session.is_none() || has_missed;
            *self = Self {
                session: Some(session.number),
                place: session.scrollback.start(),
                old: if is_old { session.scrollback.end() } else { 0 },
                state: None,
            };
            return Some(ConsoleUpdate::Cleared);
        }
        // A window is told that a program runs before its output, so that the user can type at once.
        let begins = self.state.is_none() && session.state != ConsoleState::Ended;
        let data = session.scrollback.from(self.place, PIECE);
        if !data.is_empty() && !begins {
            self.place += data.len() as u64;
            return Some(ConsoleUpdate::Output { data: data.to_owned(), is_old: self.place <= self.old });
        }
        (self.state != Some(session.state)).then(|| {
            self.state = Some(session.state);
            ConsoleUpdate::State { state: session.state, ended: session.ended.clone() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Told};
    use crate::model::{ConsoleEnd, ConsoleState, ConsoleUpdate, Failure};
    use crate::sentences;
    use crate::state::console::session::Session;

    fn rest(told: &mut Told, session: &Session) -> Vec<ConsoleUpdate> {
        std::iter::from_fn(|| told.next(session)).collect()
    }

    fn output(data: &str, is_old: bool) -> ConsoleUpdate {
        ConsoleUpdate::Output { data: data.to_owned(), is_old }
    }

    fn state(state: ConsoleState, ended: Option<ConsoleEnd>) -> ConsoleUpdate {
        ConsoleUpdate::State { state, ended }
    }

    #[test]
    fn a_late_window_gets_everything_in_order() {
        let mut session = Session { number: 3, state: ConsoleState::Running, ..Session::default() };
        session.scrollback.push("one\n");
        let (mut early, mut late) = (Told::default(), Told::default());
        let begun = [ConsoleUpdate::Cleared, state(ConsoleState::Running, None), output("one\n", true)];
        assert_eq!(rest(&mut early, &session), begun);
        session.scrollback.push("two\n");
        let refused = ConsoleEnd::Refused(Failure::new("x", &sentences::ENDED.message()));
        (session.state, session.ended) = (ConsoleState::Ended, Some(refused.clone()));
        let end = state(ConsoleState::Ended, Some(refused));
        assert_eq!(rest(&mut early, &session), [output("two\n", false), end.clone()]);
        assert_eq!(rest(&mut late, &session), [ConsoleUpdate::Cleared, output("one\ntwo\n", true), end]);
    }

    #[test]
    fn the_next_program_starts_with_an_empty_screen() {
        let mut told = Told::default();
        assert_eq!(rest(&mut told, &Session::default()).len(), 2);
        let session = Session { number: 1, state: ConsoleState::Starting, ..Session::default() };
        assert_eq!(rest(&mut told, &session), [ConsoleUpdate::Cleared, state(ConsoleState::Starting, None)]);
    }

    #[test]
    fn a_window_that_fell_behind_starts_again_with_the_kept_output() {
        let mut session = Session { state: ConsoleState::Running, ..Session::default() };
        session.scrollback.push("first\n");
        let mut told = Told::default();
        rest(&mut told, &session);
        let line = format!("{}\n", "x".repeat(999));
        (0..3000).for_each(|_| session.scrollback.push(&line));
        let updates = rest(&mut told, &session);
        assert_eq!(updates[0], ConsoleUpdate::Cleared);
        let sizes: Vec<_> = updates
            .iter()
            .filter_map(|update| match update {
                ConsoleUpdate::Output { data, .. } => Some(data.len()),
                _ => None,
            })
            .collect();
        assert!(sizes.iter().all(|size| *size <= PIECE) && sizes.iter().sum::<usize>() >= 1 << 19, "{sizes:?}");
    }
}
