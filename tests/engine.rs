//! The engine without a service: the end of runs that nobody waits for, and the time of the pool's refill.
//!
//! On Linux the launcher is this same program started once more, which libtest's `main` does not support.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Choices, Languages, Runtime};
use runtray_engine::{
    Config, Engine, Event, EventSink, Job, Limits, Outcome, Policy, PoolSize, Refill, Request, Status, Warm, commands,
};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// The age at which a running program refills the pool; no program here gets that old.
const NEVER: Duration = Duration::from_secs(3600);

fn main() {
    runtray_engine::enter();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let Some(python) = python().await else {
            eprintln!("not tested: no Python is installed here");
            return;
        };
        reported("a dropped run leaves nothing", a_dropped_run_leaves_nothing(&python)).await;
        reported("a dropped run refills the pool", a_dropped_run_refills_the_pool(&python)).await;
        reported("the pool is refilled when an answer was sent", the_pool_waits_for_the_answer(&python)).await;
        reported("a long program does not keep the pool empty", a_long_program_refills_the_pool(&python)).await;
        reported("a client that is gone ends no input", a_client_that_is_gone_ends_no_input(&python)).await;
    });
}

async fn reported(what: &str, test: impl Future<Output = ()>) {
    timeout(PATIENCE, test).await.unwrap_or_else(|_| panic!("it takes too long that {what}"));
    eprintln!("test {what} ... ok");
}

async fn python() -> Option<Arc<Runtime>> {
    let languages = Languages::new(Choices::default(), Machine::this());
    languages.runtime(languages.find("python")?).await.ok()
}

/// An engine with one Python that always waits, in a folder of its own.
struct Fixture {
    engine: Engine,
    python: Arc<Runtime>,
    folder: TempDir,
}

impl Fixture {
    async fn new(python: &Arc<Runtime>, head_start: Duration) -> Self {
        let folder = TempDir::new().expect("a folder");
        let warm = Warm { sizes: [("python".to_owned(), PoolSize::Fixed(1))].into(), head_start, ..Warm::default() };
        let config = Config { runs_folder: folder.path().join("runs"), hidden: Vec::new(), warm };
        let engine = Engine::start(&config).expect("an engine");
        engine.expect(python, &Limits::default(), &Policy::NONE);
        let this = Self { engine, python: python.clone(), folder };
        this.until_one_waits().await;
        this
    }

    fn waiting(&self) -> usize {
        self.engine.waiting().get("python").copied().unwrap_or_default()
    }

    async fn until_one_waits(&self) {
        while self.waiting() == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }

    fn job(&self, code: &str, args: &[&str]) -> Arc<Job> {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        let request = Request::new(code, PATIENCE).with_args(args).expect("arguments");
        Arc::new(Job::new(request, self.python.clone()).expect("a job"))
    }

    /// Runs a program to its end.
    async fn run(&self, code: &str, args: &[&str]) -> (Outcome, Refill) {
        let (mut events, _) = events();
        self.engine.run(&self.job(code, args), None, &mut events).await.expect("a run")
    }

    /// Runs a program until it has started, and then drops the run.
    async fn drop_run(&self, code: &str, has_begun: impl Future<Output = ()>) {
        let (mut events, _) = events();
        let job = self.job(code, &[]);
        tokio::select! {
            ended = self.engine.run(&job, None, &mut events) => panic!("it ended: {ended:?}"),
            () = has_begun => {}
        }
    }
}

/// Passes events on to the test.
struct Events(mpsc::UnboundedSender<Event>);

fn events() -> (Events, mpsc::UnboundedReceiver<Event>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Events(sender), receiver)
}

impl EventSink for Events {
    async fn put(&mut self, event: Event) {
        // An error means that the test does not look.
        let _ = self.0.send(event);
    }
}

/// A program that connects to `listener` and then waits for ever.
fn visitor(listener: &TcpListener) -> String {
    let port = listener.local_addr().expect("an address").port();
    format!("import socket, time\ns = socket.create_connection(('127.0.0.1', {port}))\ntime.sleep(600)")
}

async fn a_dropped_run_leaves_nothing(python: &Arc<Runtime>) {
    let fixture = Fixture::new(python, NEVER).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let mut visit = None;
    let visited = async { visit = listener.accept().await.ok() };
    fixture.drop_run(&visitor(&listener), visited).await;
    let runs = fixture.folder.path().join("runs");
    // `shutdown` waits for the trees of dropped runs, too.
    fixture.engine.shutdown().await;
    let (mut connection, _) = visit.expect("a visitor");
    let read = connection.read(&mut [0; 1]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "its program lives: {read:?}");
    drop(fixture.engine);
    let left: Vec<_> = fs::read_dir(runs).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| name == "gate"), "{left:?}");
}

async fn a_dropped_run_refills_the_pool(python: &Arc<Runtime>) {
    let fixture = Fixture::new(python, NEVER).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    fixture.drop_run(&visitor(&listener), async { drop(listener.accept().await) }).await;
    fixture.until_one_waits().await;
    fixture.engine.shutdown().await;
}

async fn the_pool_waits_for_the_answer(python: &Arc<Runtime>) {
    let fixture = Fixture::new(python, NEVER).await;
    for _ in 0..5 {
        let (outcome, refill) = fixture.run("print(1)", &[]).await;
        assert!(outcome.warm, "none had waited");
        // This run cannot use the pool, and starts more slowly than the pool refills.
        let (cold, none) = fixture.run("print(2)", &["argument"]).await;
        assert!(!cold.warm);
        drop(none);
        assert_eq!(fixture.waiting(), 0, "the pool was refilled before the answer was sent");
        drop(refill);
        fixture.until_one_waits().await;
    }
    fixture.engine.shutdown().await;
}

async fn a_long_program_refills_the_pool(python: &Arc<Runtime>) {
    let fixture = Fixture::new(python, Duration::from_millis(50)).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    // The run is dropped when an interpreter waits again.
    let refilled = async {
        let visit = listener.accept().await;
        fixture.until_one_waits().await;
        drop(visit);
    };
    fixture.drop_run(&visitor(&listener), refilled).await;
    fixture.engine.shutdown().await;
}

/// A program that read an end of file instead would go on before its run is cancelled.
async fn a_client_that_is_gone_ends_no_input(python: &Arc<Runtime>) {
    let fixture = Fixture::new(python, NEVER).await;
    let request = Request::new("import sys\nsys.stdin.read()", Duration::from_secs(1));
    let job = Job::new(request, python.clone()).expect("a job");
    let (commander, commands) = commands(1);
    drop(commander);
    let (mut events, _) = events();
    let (outcome, _) = fixture.engine.run(&Arc::new(job), Some(commands), &mut events).await.expect("a run");
    assert_eq!(outcome.status, Status::Timeout);
    fixture.engine.shutdown().await;
}
