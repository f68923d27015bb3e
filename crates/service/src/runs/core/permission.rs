//! The wait for the user's answer, where the settings ask whether a program may use the network.

use std::pin::pin;

use runtray_engine::{Error, Isolation, Job};
use tokio::sync::watch;
use tokio::time::sleep;

use super::Core;
use crate::runs::admission::Refused;
use crate::runs::auto;
use crate::runs::error::RunError;
use crate::runs::isolation::{self, Chosen, Wish};
use crate::runs::questions::Answer;
use crate::sentences as s;
use crate::settings::{IsolationChoice, Loaded, NetworkChoice};

impl Core {
    /// The user's answer about `job`, whose request asks for `wish`; `None` if the settings need none. Such a program waits
    /// before admission, so it holds no slot and no place in the queue. The wait ends with a change of the settings that decides
    /// it, with the run's cancel token, after some minutes, and when the service stops. Dropping the future withdraws the
    /// question.
    ///
    /// # Errors
    /// The program is not to be run: the settings forbid its request, nobody can be asked or has answered, or too many wait.
    pub(super) async fn permission(&self, job: &Job, wish: Wish) -> Result<Option<Answer>, RunError> {
        let settings = self.settings.subscribe();
        let asked = chosen(&settings.borrow(), job, wish)?;
        if asked.network != NetworkChoice::Ask || !self.can_give_network(asked.level).await? {
            return Ok(None);
        }
        self.answer(settings, job, wish).await
    }

    /// Asks about `job`, unless settings that came after the first ones of `settings` decide it.
    pub(super) async fn answer(
        &self,
        mut settings: watch::Receiver<Loaded>,
        job: &Job,
        wish: Wish,
    ) -> Result<Option<Answer>, RunError> {
        let mut question = self.questions.ask(job)?;
        // A shutdown drains admission before it withdraws the questions, so that it misses none.
        if self.admission.is_closed() {
            return Err(Refused::Closed.into());
        }
        let patience = self.questions.patience();
        let mut too_late = pin!(sleep(patience));
        loop {
            tokio::select! {
                answer = question.answered() => {
                    let answer = answer.ok_or(Refused::Closed)?;
                    let now = chosen(&settings.borrow(), job, wish)?;
                    now.answered(Some(answer), wish).map_err(RunError::NoIsolation)?;
                    return Ok(Some(answer));
                }
                // The sender lives as long as the core.
                _ = settings.changed() => {
                    let now = chosen(&settings.borrow_and_update(), job, wish)?;
                    if now.network != NetworkChoice::Ask {
                        return Ok(None);
                    }
                }
                () = job.cancel().cancelled() => return Err(RunError::NoIsolation(s::NETWORK_CANCELLED.message())),
                () = self.questions.deserted() => return Err(RunError::NoIsolation(s::NETWORK_NOBODY.message())),
                () = &mut too_late => {
                    let minutes = patience.as_secs().div_ceil(60);
                    return Err(RunError::NoIsolation(s::NETWORK_UNANSWERED.with("minutes", minutes)));
                }
            }
        }
    }

    /// Whether a program at `level` gets a network only by a grant, and this machine can give one.
    ///
    /// # Errors
    /// This machine cannot give a network or a sandbox, so the user is not asked.
    async fn can_give_network(&self, level: IsolationChoice) -> Result<bool, RunError> {
        let report = self.engine.started().await?.sandbox().await;
        if auto::level(level, !report.is_for_auto()) != Isolation::Sandbox {
            return Ok(false);
        }
        if let Some(lack) = report.lack {
            return Err(Error::NoSandbox(lack.message()).into());
        }
        report.no_network().map_or(Ok(true), |reason| Err(Error::NoNetwork(reason).into()))
    }
}

/// The isolation by the settings for `job`, whose request asks for `wish`.
fn chosen(loaded: &Loaded, job: &Job, wish: Wish) -> Result<Chosen, RunError> {
    let chosen = isolation::chosen(&loaded.settings, wish, job.runtime().isolation, job.origin());
    chosen.map_err(RunError::NoIsolation)
}
