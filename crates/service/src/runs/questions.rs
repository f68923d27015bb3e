//! Programs that wait for the user's answer whether they may use the network.
//!
//! The questions are published by a watch channel. A holder of its receiver can answer; without a receiver nothing is asked.
//! Their number is limited, for each caller and in all, and so is the time that each waits. A question is withdrawn when its
//! [`Question`] is dropped: its client has left, or may not run programs any more. This list outlives a service, because the
//! app's window, which answers, does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use runtray_engine::Job;
use time::OffsetDateTime;
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::shown_program::ShownProgram;

/// The most programs that wait.
const MOST: usize = 20;
/// The most programs of one caller that wait.
const MOST_OF_ONE: usize = 4;
/// How long a program waits.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// A program that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkQuestion {
    /// The id of its execution.
    pub id: String,
    /// Its caller, as in the log: a web origin, or a word such as `local`.
    pub caller: String,
    /// Since when it waits.
    pub asked_at: OffsetDateTime,
    /// Its beginning.
    pub program: ShownProgram,
}

/// The user's answer about one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It gets a network.
    Network,
    /// It gets none.
    NoNetwork,
}

/// Why a question was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// No receiver is left, so nobody could answer.
    Nobody,
    /// Too many programs wait already; the number is the limit.
    TooMany(usize),
}

/// All questions. Clones share them.
#[derive(Clone)]
pub(crate) struct Questions(Arc<Shared>);

struct Shared {
    waiting: Mutex<Vec<Waiting>>,
    published: watch::Sender<Vec<NetworkQuestion>>,
    patience: Duration,
}

struct Waiting {
    question: NetworkQuestion,
    answer: oneshot::Sender<Answer>,
    cancel: CancellationToken,
}

/// A question that waits. Dropping it withdraws it.
pub(crate) struct Question {
    questions: Questions,
    id: String,
    answered: oneshot::Receiver<Answer>,
}

impl Default for Questions {
    fn default() -> Self {
        Self::with_patience(PATIENCE)
    }
}

impl Questions {
    /// No questions; each will wait for `patience`.
    pub(crate) fn with_patience(patience: Duration) -> Self {
        let published = watch::Sender::new(Vec::new());
        Self(Arc::new(Shared { waiting: Mutex::default(), published, patience }))
    }

    /// Asks about `job`.
    ///
    /// # Errors
    /// Nobody could answer, or too many programs wait.
    pub(crate) fn ask(&self, job: &Job) -> Result<Question, NotAsked> {
        if self.0.published.receiver_count() == 0 {
            return Err(NotAsked::Nobody);
        }
        let question = NetworkQuestion {
            id: job.id().to_owned(),
            caller: job.origin().to_owned(),
            asked_at: OffsetDateTime::now_utc(),
            program: ShownProgram::begins(&job.request().code(), Some(&job.runtime().language)),
        };
        let mut waiting = self.lock();
        let of_this = waiting.iter().filter(|one| one.question.caller == question.caller).count();
        if waiting.len() >= MOST || of_this >= MOST_OF_ONE {
            return Err(NotAsked::TooMany(if of_this >= MOST_OF_ONE { of_this } else { waiting.len() }));
        }
        let (answer, answered) = oneshot::channel();
        let id = question.id.clone();
        waiting.push(Waiting { question, answer, cancel: job.cancel().clone() });
        self.publish(&waiting);
        Ok(Question { questions: self.clone(), id, answered })
    }

    /// Answers the question about the execution `id`; `false` if it does not wait any more.
    pub(crate) fn answer(&self, id: &str, answer: Answer) -> bool {
        let mut waiting = self.lock();
        let Some(at) = waiting.iter().position(|one| one.question.id == id) else { return false };
        let answered = waiting.remove(at);
        self.publish(&waiting);
        answered.answer.send(answer).is_ok()
    }

    /// Gives no network to any program of `caller` that waits.
    pub(crate) fn refuse(&self, caller: &str) {
        let of_caller = |one: &&Waiting| one.question.caller == caller;
        let ids: Vec<String> = self.lock().iter().filter(of_caller).map(|one| one.question.id.clone()).collect();
        for id in ids {
            self.answer(&id, Answer::NoNetwork);
        }
    }

    /// The caller of the execution `id`, if it waits.
    pub(crate) fn caller_of(&self, id: &str) -> Option<String> {
        self.lock().iter().find(|one| one.question.id == id).map(|one| one.question.caller.clone())
    }

    /// Cancels the execution `id`, if it waits; `false` if it does not.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.lock().iter().find(|one| one.question.id == id).map(|one| one.cancel.cancel()).is_some()
    }

    /// Withdraws all questions: their programs are not run.
    pub(crate) fn withdraw_all(&self) {
        let mut waiting = self.lock();
        let withdrawn = std::mem::take(&mut *waiting);
        self.publish(&waiting);
        drop(waiting);
        drop(withdrawn);
    }

    /// A watch channel of the questions, oldest first. Its holder must be able to answer.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Vec<NetworkQuestion>> {
        self.0.published.subscribe()
    }

    /// Waits until no receiver is left.
    pub(crate) async fn deserted(&self) {
        self.0.published.closed().await;
    }

    /// How long a question waits.
    pub(crate) fn patience(&self) -> Duration {
        self.0.patience
    }

    fn publish(&self, waiting: &[Waiting]) {
        self.0.published.send_replace(waiting.iter().map(|one| one.question.clone()).collect());
    }

    /// Every change below is made at once, so a panic leaves no half-made one.
    fn lock(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question {
    /// The answer; `None` if all questions were withdrawn. Cancel safe.
    pub(crate) async fn answered(&mut self) -> Option<Answer> {
        (&mut self.answered).await.ok()
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let mut waiting = self.questions.lock();
        let before = waiting.len();
        waiting.retain(|one| one.question.id != self.id);
        if waiting.len() != before {
            self.questions.publish(&waiting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, MOST, MOST_OF_ONE, NotAsked, Question, Questions};
    use crate::runs::tests::job;

    fn ask(questions: &Questions, id: &str, caller: &str) -> Result<Question, NotAsked> {
        questions.ask(&job(id, "x = 1\ny = 2\n").with_names(id, caller))
    }

    #[tokio::test]
    async fn a_question_shows_its_program_and_goes_with_its_answer() {
        let questions = Questions::default();
        let asked = questions.subscribe();
        let mut question = ask(&questions, "01A", "https://a.example").expect("asked");
        let shown = asked.borrow()[0].clone();
        assert_eq!((shown.id.as_str(), shown.caller.as_str()), ("01A", "https://a.example"));
        assert_eq!(
            (shown.program.lines, shown.program.language.as_deref()),
            (vec!["x = 1".into(), "y = 2".into()], Some("python"))
        );
        assert!(questions.answer("01A", Answer::Network) && !questions.answer("01A", Answer::NoNetwork));
        assert_eq!(question.answered().await, Some(Answer::Network));
        assert!(asked.borrow().is_empty());
    }

    #[tokio::test]
    async fn without_anybody_nothing_is_asked_and_a_dropped_question_is_withdrawn() {
        let questions = Questions::default();
        assert_eq!(ask(&questions, "01A", "local").err(), Some(NotAsked::Nobody));
        let asked = questions.subscribe();
        drop(ask(&questions, "01A", "local").expect("asked"));
        assert!(asked.borrow().is_empty() && !questions.answer("01A", Answer::Network));
        let mut question = ask(&questions, "01B", "local").expect("asked");
        questions.withdraw_all();
        assert_eq!((question.answered().await, asked.borrow().len()), (None, 0));
        drop(asked);
        questions.deserted().await;
    }

    #[tokio::test]
    async fn questions_are_limited_for_each_caller_and_in_all() {
        let questions = Questions::default();
        let _asked = questions.subscribe();
        let mut waiting = Vec::new();
        for number in 0..MOST {
            let caller = format!("https://site{}.example", number / MOST_OF_ONE);
            waiting.push(ask(&questions, &format!("01{number}"), &caller).expect("room"));
            if number % MOST_OF_ONE == MOST_OF_ONE - 1 {
                assert_eq!(ask(&questions, "02", &caller).err(), Some(NotAsked::TooMany(MOST_OF_ONE)));
            }
        }
        assert_eq!(ask(&questions, "02", "https://other.example").err(), Some(NotAsked::TooMany(MOST)));
        questions.refuse("https://site0.example");
        assert_eq!(waiting[0].answered().await, Some(Answer::NoNetwork));
        assert_eq!(questions.caller_of("014").as_deref(), Some("https://site1.example"), "others still wait");
        ask(&questions, "02", "https://other.example").expect("room again");
    }
}
