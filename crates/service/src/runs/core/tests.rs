//! The core without a router, without sockets and without an engine.

use std::time::Duration;

use futures_util::FutureExt as _;
use runtray_engine::Request;
use tempfile::TempDir;
use tokio::time::timeout;

use super::{Core, EventBus, Journal, Live, Loaded, Machine, RunError};
use crate::runs::admission::{Load, Refused};
use crate::runs::isolation::Chosen;
use crate::runs::tests::{job, job_of};
use crate::settings::{IsolationChoice, NetworkChoice, Settings};

/// No isolation.
const NONE: Chosen = Chosen { level: IsolationChoice::None, network: NetworkChoice::Off };
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A core whose engine never starts; its journal's folder is deleted with it.
struct Fixture {
    core: Core,
    _folder: TempDir,
}

fn fixture(settings: Settings) -> Fixture {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = Loaded { settings, problems: Vec::new() };
    let journal = Journal::open(&folder.path().join("journal.sqlite3"), &loaded.settings.journal);
    Fixture { core: Core::new(loaded, Machine::this(), journal, EventBus::default()), _folder: folder }
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
    let mut execution = core.execute(job("01A", "x = 1"), NONE, Live::default()).await.expect("a slot");
    fixture.listed(1).await;
    fixture.check_load(1, 0);
    assert_eq!(core.registry.list()[0].summary().first_line, "x = 1");
    let refused = core.execute(job("01B", ""), NONE, Live::default()).await.err();
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
    let _terminal = fixture.core.execute(interactive("01A"), NONE, Live::default()).await.expect("a slot");
    let refused = fixture.core.execute(interactive("01B"), NONE, Live::default()).await.err();
    assert!(matches!(refused, Some(RunError::Refused(Refused::TerminalsFull(1)))), "{refused:?}");
    let _other = fixture.core.execute(job("01C", ""), NONE, Live::default()).await.expect("a slot beside the terminal");
    fixture.check_load(2, 0);
}

#[tokio::test]
async fn a_closed_core_refuses_what_waits_and_what_comes() {
    let fixture = fixture(Settings { slots: 1, queue: 1, ..Settings::default() });
    let _running = fixture.core.execute(job("01A", ""), NONE, Live::default()).await.expect("a slot");
    let mut queued = Box::pin(fixture.core.execute(job("01B", ""), NONE, Live::default()));
    assert!(queued.as_mut().now_or_never().is_none(), "there was a slot");
    fixture.core.admission.close();
    for refused in [queued.await.err(), fixture.core.execute(job("01C", ""), NONE, Live::default()).await.err()] {
        assert!(matches!(refused, Some(RunError::Refused(Refused::Closed))), "{refused:?}");
    }
}

#[tokio::test]
async fn languages_and_isolation_are_judged_before_a_slot_is_taken() {
    let fixture = fixture(Settings::default());
    let unknown = fixture.core.runtime("cobol").await.err();
    assert!(
        matches!(&unknown, Some(RunError::UnknownLanguage { name, known }) if name == "cobol" && known.contains("python")),
        "{unknown:?}"
    );
    let reason = crate::sentences::SETTING_ISOLATION_LEVEL.with("level", "wasm");
    let settings = Settings { refuse_to_run: Some(reason.clone()), ..Settings::default() };
    fixture.core.apply(Loaded { settings, problems: Vec::new() }).await;
    let refused = fixture.core.runtime("cobol").await.err();
    assert!(matches!(&refused, Some(RunError::NoIsolation(why)) if *why == reason), "{refused:?}");
    fixture.check_load(0, 0);
}

#[tokio::test]
async fn changed_settings_resize_admission_at_once() {
    let fixture = fixture(Settings { slots: 1, queue: 1, ..Settings::default() });
    let _running = fixture.core.execute(job("01A", ""), NONE, Live::default()).await.expect("a slot");
    let mut queued = Box::pin(fixture.core.execute(job("01B", ""), NONE, Live::default()));
    assert!(queued.as_mut().now_or_never().is_none(), "there was a slot");
    let settings = Settings { slots: 2, queue: 1, ..Settings::default() };
    fixture.core.apply(Loaded { settings, problems: Vec::new() }).await;
    let _second = timeout(PATIENCE, queued).await.expect("admitted in time").expect("a slot");
    fixture.check_load(2, 0);
}
