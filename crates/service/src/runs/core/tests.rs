//! The core without a router, without sockets and without an engine.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use runtray_engine::Request;
use tempfile::TempDir;
use tokio::time::timeout;

use super::{Core, EventBus, Journal, Live, Loaded, Machine, RunError};
use crate::runs::admission::{Load, Refused};
use crate::runs::isolation::{NetworkWish, Wish};
use crate::runs::questions::{Answer, Questions};
use crate::runs::tests::{job, job_of};
use crate::settings::{IsolationChoice, NetworkChoice, Settings};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A core whose engine never starts; its journal's folder is deleted with it.
struct Fixture {
    core: Arc<Core>,
    _folder: TempDir,
}

fn fixture(settings: Settings) -> Fixture {
    fixture_with(settings, Questions::default())
}

fn fixture_with(settings: Settings, questions: Questions) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = Loaded { settings, problems: Vec::new() };
    let journal = Journal::open(&folder.path().join("journal.sqlite3"), &loaded.settings.journal);
    let core = Core::new(loaded, Machine::this(), journal, EventBus::default(), questions);
    Fixture { core, _folder: folder }
}

impl Fixture {
    fn check_load(&self, running: usize, queued: usize) {
        assert_eq!(*self.core.admission.load().borrow(), Load { running, queued });
    }

    /// Waits until as many executions as `count` are listed.
    async fn listed(&self, count: usize) {
        let mut changes = self.core.registry.changes();
        let reached = async {
            while self.core.registry.list().len() != count {
                changes.changed().await.expect("the registry lives");
            }
        };
        timeout(PATIENCE, reached).await.expect("the executions in time");
    }
}

#[tokio::test]
async fn an_execution_holds_its_slot_while_it_waits_for_the_engine() {
    let fixture = fixture(Settings { slots: 1, queue: 0, ..Settings::default() });
    let core = &fixture.core;
    let mut execution = core.execute(job("01A", "x = 1"), Wish::default(), Live::default()).await.expect("a slot");
    fixture.listed(1).await;
    fixture.check_load(1, 0);
    assert_eq!(core.registry.list()[0].summary().first_line, "x = 1");
    let refused = core.execute(job("01B", ""), Wish::default(), Live::default()).await.err();
    assert!(matches!(refused, Some(RunError::Refused(Refused::Full(_)))), "{refused:?}");
    // Without an engine nothing has begun, and its end refuses the execution.
    assert!(!execution.begun().initialized());
    core.shut_down().await;
    let ended = timeout(PATIENCE, execution.ended()).await.expect("an end in time");
    assert!(matches!(ended, Err(RunError::Stopping)), "{ended:?}");
    fixture.listed(0).await;
    fixture.check_load(0, 0);
}

#[tokio::test]
async fn interactive_executions_have_a_limit_of_their_own() {
    let fixture = fixture(Settings { slots: 1, queue: 0, terminals: 1, ..Settings::default() });
    let request = || Request::new("", PATIENCE).with_idle_limit(PATIENCE);
    let interactive = |id| job_of(id, request());
    let _terminal = fixture.core.execute(interactive("01A"), Wish::default(), Live::default()).await.expect("a slot");
    let refused = fixture.core.execute(interactive("01B"), Wish::default(), Live::default()).await.err();
    assert!(matches!(refused, Some(RunError::Refused(Refused::TerminalsFull(1)))), "{refused:?}");
    let _other = fixture
        .core
        .execute(job("01C", ""), Wish::default(), Live::default())
        .await
        .expect("a slot beside the terminal");
    fixture.check_load(2, 0);
}

#[tokio::test]
async fn a_closed_core_refuses_what_waits_and_what_comes() {
    let fixture = fixture(Settings { slots: 1, queue: 1, ..Settings::default() });
    let _running = fixture.core.execute(job("01A", ""), Wish::default(), Live::default()).await.expect("a slot");
    let mut queued = Box::pin(fixture.core.execute(job("01B", ""), Wish::default(), Live::default()));
    assert!(queued.as_mut().now_or_never().is_none(), "there was a slot");
    fixture.core.admission.close();
    for refused in
        [queued.await.err(), fixture.core.execute(job("01C", ""), Wish::default(), Live::default()).await.err()]
    {
        assert!(matches!(refused, Some(RunError::Refused(Refused::Closed))), "{refused:?}");
    }
}

#[tokio::test]
async fn languages_and_isolation_are_judged_before_a_slot_is_taken() {
    let fixture = fixture(Settings::default());
    let unknown = fixture.core.runtime("cobol").await.err();
    let runnable = fixture.core.entries_now().await.into_iter().filter(|entry| entry.runtime.is_ok());
    let runnable: Vec<String> = runnable.map(|entry| entry.language.name).collect();
    assert!(
        matches!(&unknown, Some(RunError::UnknownLanguage { name, known, .. }) if name == "cobol" && *known == runnable),
        "{unknown:?}"
    );
    assert!(cfg!(windows) || runnable.contains(&"python".to_owned()), "{runnable:?}");
    let reason = crate::sentences::SETTING_ISOLATION_UNKNOWN.message();
    let settings = Settings { refuse_to_run: Some(reason.clone()), ..Settings::default() };
    fixture.core.apply(Loaded { settings, problems: Vec::new() });
    let refused = fixture.core.runtime("cobol").await.err();
    assert!(matches!(&refused, Some(RunError::NoIsolation(why)) if *why == reason), "{refused:?}");
    fixture.check_load(0, 0);
}

#[tokio::test]
async fn changed_settings_resize_admission_at_once() {
    let fixture = fixture(Settings { slots: 1, queue: 1, ..Settings::default() });
    let _running = fixture.core.execute(job("01A", ""), Wish::default(), Live::default()).await.expect("a slot");
    let mut queued = Box::pin(fixture.core.execute(job("01B", ""), Wish::default(), Live::default()));
    assert!(queued.as_mut().now_or_never().is_none(), "there was a slot");
    let settings = Settings { slots: 2, queue: 1, ..Settings::default() };
    fixture.core.apply(Loaded { settings, problems: Vec::new() });
    let _second = timeout(PATIENCE, queued).await.expect("admitted in time").expect("a slot");
    fixture.check_load(2, 0);
}

/// Asks about a program, calls `meanwhile`, and returns the answer.
async fn answered(
    fixture: &Fixture,
    wish: Wish,
    meanwhile: impl AsyncFnOnce(&Arc<Core>, &str),
) -> Result<Option<Answer>, RunError> {
    let core = &fixture.core;
    let mut asked = core.questions.subscribe();
    let job = job("01A", "");
    let settle = async {
        let shown = asked.wait_for(|list| !list.is_empty()).await.expect("the list lives")[0].id.clone();
        meanwhile(core, &shown).await;
    };
    let waiting = core.answer(core.settings.subscribe(), &job, wish);
    let (answer, ()) = timeout(PATIENCE, async { tokio::join!(waiting, settle) }).await.expect("an end in time");
    assert!(asked.borrow().is_empty(), "the question is left");
    answer
}

fn asking() -> Settings {
    Settings { network: NetworkChoice::Ask, isolation: IsolationChoice::Sandbox, ..Settings::default() }
}

#[tokio::test]
async fn a_program_waits_for_an_answer_without_a_slot() {
    let fixture = fixture(Settings { slots: 1, queue: 0, ..asking() });
    let wish = Wish::default();
    for said in [Answer::Network, Answer::NoNetwork] {
        let answer = answered(&fixture, wish, async |core, id| {
            fixture.check_load(0, 0);
            assert!(core.questions.answer(id, said));
        });
        assert_eq!(answer.await.expect("an answer"), Some(said));
    }
    let wish = Wish { network: Some(NetworkWish::On), ..wish };
    let refused =
        answered(&fixture, wish, async |core, id| assert!(core.questions.answer(id, Answer::NoNetwork))).await;
    assert!(
        matches!(&refused, Err(RunError::NoIsolation(why)) if why.to_string().contains("no network")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn new_settings_answer_and_close_what_waits() {
    let fixture = fixture(asking());
    let apply = |core: &Arc<Core>, settings| core.apply(Loaded { settings, problems: Vec::new() });
    for settings in [
        Settings { network: NetworkChoice::Off, ..asking() },
        Settings { network_always: vec!["local".into()], ..asking() },
        Settings { network_never: Some(vec!["local".into()]), ..asking() },
    ] {
        let answer = answered(&fixture, Wish::default(), async |core, _| apply(core, settings)).await;
        assert_eq!(answer.expect("settled"), None);
        apply(&fixture.core, asking());
    }
    // Others change nothing, so it still waits.
    let answer = answered(&fixture, Wish::default(), async |core, id| {
        apply(core, Settings { port: 1, ..asking() });
        assert!(core.questions.answer(id, Answer::Network));
    });
    assert_eq!(answer.await.expect("an answer"), Some(Answer::Network));
}

#[tokio::test]
async fn a_question_ends_with_its_run_its_time_and_the_service() {
    let says = |ended: Result<Option<Answer>, RunError>, words: &str| match ended {
        Err(RunError::NoIsolation(why)) => assert!(why.to_string().contains(words), "{why}"),
        other => panic!("{other:?} and not {words}"),
    };
    let slow = fixture(asking());
    says(answered(&slow, Wish::default(), async |core, id| assert!(core.cancel(id))).await, "cancelled");
    let quick = fixture_with(asking(), Questions::with_patience(Duration::from_millis(20)));
    says(answered(&quick, Wish::default(), async |_, _| ()).await, "nobody has said within");
    let stopped = answered(&slow, Wish::default(), async |core, _| core.drain()).await;
    assert!(matches!(stopped, Err(RunError::Refused(Refused::Closed))), "{stopped:?}");
    let (settings, job) = (slow.core.settings.subscribe(), job("01A", ""));
    says(slow.core.answer(settings.clone(), &job, Wish::default()).await, "nobody can be asked");
    let _asked = slow.core.questions.subscribe();
    let late = slow.core.answer(settings, &job, Wish::default()).await;
    assert!(matches!(late, Err(RunError::Refused(Refused::Closed))), "after the drain: {late:?}");
}
