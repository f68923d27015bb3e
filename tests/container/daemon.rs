//! A fake daemon that answers as Docker or Podman does, over a socket in a folder of its own, with faults that a test chooses.
//!
//! Its answers (`answers/`) were written after the documents of the interface: there was no Docker to record them from.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::fake_container::{FakeContainer, attach};
use super::http::{Request, answer, answer_empty, answer_json, frame, refuse, upgrade};

/// The image that it has.
pub(super) const IMAGE: &str = "docker.io/library/python:3.13-slim";
/// The bytes of a usual frame.
const FRAME: usize = 32 << 10;

/// Its faults, compared with a good daemon.
#[derive(Clone, Default)]
pub(super) struct Manners {
    /// It is Podman.
    pub(super) is_podman: bool,
    /// A request whose method and path contain this is never answered.
    pub(super) hangs_at: Option<&'static str>,
    /// A request whose method and path contain this gets that status and message.
    pub(super) refuses: Option<(&'static str, u16, &'static str)>,
    /// It says that processes were killed for lack of memory.
    pub(super) is_out_of_memory: bool,
    /// It gives this archive instead of the real one.
    pub(super) archive: Option<Vec<u8>>,
    /// Bytes of a frame; 0 is the usual number.
    pub(super) frame: usize,
    /// It never tells an exit code.
    pub(super) forgets_exit: bool,
    /// It says that each container has used so much CPU time, in seconds.
    pub(super) cpu_seconds: u64,
    /// It sends this frame before the output of a program: its number and its bytes.
    pub(super) first_frame: Option<(u8, Vec<u8>)>,
    /// Volumes that it says its image has.
    pub(super) volumes: Value,
    /// The limit that it says it cannot enforce, by its name in `GET /info`.
    pub(super) lacks: Option<&'static str>,
    /// Its warnings when it makes a container.
    pub(super) warns: Option<&'static str>,
}

/// A running daemon. Dropping it ends all its containers.
pub(super) struct FakeDaemon {
    folder: tempfile::TempDir,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    manners: Mutex<Manners>,
    containers: Mutex<BTreeMap<String, FakeContainer>>,
    /// Method and path of each request so far.
    requests: Mutex<Vec<String>>,
    /// The bodies of requests that created containers.
    created: Mutex<Vec<Value>>,
    streams: Mutex<Vec<UnixStream>>,
    is_dead: AtomicBool,
}

impl FakeDaemon {
    /// Starts one.
    pub(super) fn start(manners: Manners) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join("s")).expect("a socket");
        let state = Arc::new(State { manners: Mutex::new(manners), ..State::default() });
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if serving.is_dead.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&serving);
                thread::spawn(move || state.serve(stream));
            }
        });
        Self { folder, state }
    }

    /// The value of `DOCKER_HOST` for it.
    pub(super) fn host(&self) -> String {
        format!("unix://{}", self.folder.path().join("s").display())
    }

    /// Changes how it behaves.
    pub(super) fn behave(&self, manners: Manners) {
        *lock(&self.state.manners) = manners;
    }

    /// Ends it as `kill -9` would: nothing answers, all connections break, and its containers end with it.
    pub(super) fn die(&self) {
        self.state.is_dead.store(true, Ordering::SeqCst);
        let _ = UnixStream::connect(self.folder.path().join("s"));
        let _ = std::fs::remove_file(self.folder.path().join("s"));
        for stream in lock(&self.state.streams).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        lock(&self.state.containers).clear();
    }

    /// The names of its containers.
    pub(super) fn containers(&self) -> Vec<String> {
        lock(&self.state.containers).keys().cloned().collect()
    }

    /// Whether it has containers that run.
    pub(super) fn has_running(&self) -> bool {
        lock(&self.state.containers).values().any(|container| container.is_running)
    }

    /// Adds a stopped container of somebody else, with `labels`.
    pub(super) fn add(&self, name: &str, labels: &Value) {
        lock(&self.state.containers).insert(name.to_owned(), FakeContainer::new(json!({ "Labels": labels })));
    }

    /// Method and path of each request so far.
    pub(super) fn requests(&self) -> Vec<String> {
        lock(&self.state.requests).clone()
    }

    /// The bodies of requests that created containers so far.
    pub(super) fn created(&self) -> Vec<Value> {
        lock(&self.state.created).clone()
    }
}

impl Drop for FakeDaemon {
    fn drop(&mut self) {
        self.die();
    }
}

/// A panic of one request's thread must not hide the failure of the test.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn recorded(text: &str) -> Value {
    serde_json::from_str(text).expect("a recorded answer")
}

impl State {
    fn serve(&self, stream: UnixStream) {
        lock(&self.streams).push(stream.try_clone().expect("a stream"));
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let Ok(Some(request)) = Request::read(&mut reader) else { return };
        // An error only means that the client has gone.
        let _ = self.answer(&request, stream);
    }

    fn answer(&self, request: &Request, mut stream: UnixStream) -> io::Result<()> {
        let line = format!("{} {}", request.method, request.path);
        lock(&self.requests).push(line.clone());
        let manners = lock(&self.manners).clone();
        if manners.hangs_at.is_some_and(|part| line.contains(part)) {
            return stream.read_to_end(&mut Vec::new()).map(drop);
        }
        if let Some((_, status, message)) = manners.refuses.filter(|(part, ..)| line.contains(part)) {
            return refuse(&mut stream, status, message);
        }
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["version"]) => answer_json(&mut stream, 200, &version(&manners)),
            ("GET", ["images", name @ .., "json"]) => image(&mut stream, &name.join("/"), &manners),
            ("GET", ["info"]) => answer_json(&mut stream, 200, &info(&manners)),
            ("POST", ["containers", "create"]) => self.create(request, &mut stream, manners.warns),
            ("GET", ["containers", "json"]) => answer_json(&mut stream, 200, &self.list()),
            ("POST", ["exec", id, "start"]) => self.run(id, stream, &manners),
            ("GET", ["exec", id, "json"]) => self.exec(id, &mut stream, &manners),
            ("DELETE", ["containers", name]) => match lock(&self.containers).remove(*name) {
                Some(container) => {
                    drop(container);
                    answer_empty(&mut stream)
                }
                None => missing(&mut stream, name),
            },
            (_, ["containers", name, what]) => self.container(request, name, what, stream, &manners),
            _ => refuse(&mut stream, 404, "page not found"),
        }
    }

    fn create(&self, request: &Request, stream: &mut UnixStream, warning: Option<&str>) -> io::Result<()> {
        let (name, body) = (request.parameter("name").unwrap_or_default(), request.json());
        lock(&self.created).push(body.clone());
        lock(&self.containers).insert(name.clone(), FakeContainer::new(body));
        answer_json(stream, 201, &json!({ "Id": name, "Warnings": Vec::from_iter(warning) }))
    }

    fn list(&self) -> Value {
        let containers = lock(&self.containers);
        let row = |(name, container): (&String, &FakeContainer)| json!({ "Id": name, "Labels": container.body["Labels"], "State": "exited" });
        containers.iter().map(row).collect()
    }

    /// A request about one container.
    fn container(
        &self,
        request: &Request,
        name: &str,
        what: &str,
        mut stream: UnixStream,
        manners: &Manners,
    ) -> io::Result<()> {
        let mut containers = lock(&self.containers);
        let Some(container) = containers.get_mut(name) else { return missing(&mut stream, name) };
        match (request.method.as_str(), what) {
            ("POST", "attach") => {
                drop(containers);
                upgrade(&mut stream)?;
                // As the first process, it ends when its input does.
                let _ = stream.read_to_end(&mut Vec::new());
                lock(&self.containers).get_mut(name).into_iter().for_each(FakeContainer::stop);
                Ok(())
            }
            ("POST", "start") => {
                container.is_running = true;
                answer_empty(&mut stream)
            }
            ("GET", "json") => {
                let mut told = recorded(include_str!("answers/container.json"));
                told["Id"] = name.into();
                told["State"]["Running"] = container.is_running.into();
                // Podman reports it only for a container that has ended.
                let is_told = !manners.is_podman || !container.is_running;
                told["State"]["OOMKilled"] = (manners.is_out_of_memory && is_told).into();
                answer_json(&mut stream, 200, &told)
            }
            ("PUT", "archive") => {
                assert_eq!(request.parameter("path").as_deref(), Some("/work"));
                container.unpack(&request.body)?;
                answer(&mut stream, 200, "text/plain", b"")
            }
            ("GET", "archive") => {
                let archive = manners.archive.clone().map_or_else(|| container.pack(), Ok)?;
                answer(&mut stream, 200, "application/x-tar", &archive)
            }
            ("POST", "exec") => {
                container.exec = Some(request.json());
                answer_json(&mut stream, 201, &json!({ "Id": name }))
            }
            ("GET", "stats") => {
                let mut told = recorded(include_str!("answers/stats.json"));
                if manners.cpu_seconds > 0 {
                    told["cpu_stats"]["cpu_usage"]["total_usage"] = (manners.cpu_seconds * 1_000_000_000).into();
                }
                answer_json(&mut stream, 200, &told)
            }
            ("POST", "pause") => {
                container.signal(Signal::SIGSTOP);
                answer_empty(&mut stream)
            }
            ("POST", "kill") => {
                container.stop();
                answer_empty(&mut stream)
            }
            _ => refuse(&mut stream, 404, "page not found"),
        }
    }

    /// Runs the program of a container over the connection.
    fn run(&self, id: &str, mut stream: UnixStream, manners: &Manners) -> io::Result<()> {
        let spawned = match lock(&self.containers).get_mut(id) {
            Some(container) => container.spawn(),
            None => return missing(&mut stream, id),
        };
        let child = match spawned {
            Ok(child) => child,
            Err(error) => {
                let message =
                    format!("OCI runtime exec failed: exec failed: unable to start container process: {error}");
                return refuse(&mut stream, 400, &message);
            }
        };
        upgrade(&mut stream)?;
        if let Some((number, bytes)) = &manners.first_frame {
            frame(&mut stream, *number, bytes)?;
        }
        let code = attach(child, &stream, if manners.frame > 0 { manners.frame } else { FRAME });
        if let Some(container) = lock(&self.containers).get_mut(id) {
            container.ended = Some(code);
        }
        stream.flush()?;
        stream.shutdown(Shutdown::Both)
    }

    fn exec(&self, id: &str, stream: &mut UnixStream, manners: &Manners) -> io::Result<()> {
        let containers = lock(&self.containers);
        let Some(container) = containers.get(id) else { return missing(stream, id) };
        let code = container.ended.filter(|_| !manners.forgets_exit);
        let is_running = container.has_begun && container.ended.is_none();
        let told = json!({ "ID": id, "ContainerID": id, "Running": is_running, "ExitCode": code, "Pid": 4243 });
        answer_json(stream, 200, &told)
    }
}

fn version(manners: &Manners) -> Value {
    match manners.is_podman {
        true => recorded(include_str!("answers/podman_version.json")),
        false => recorded(include_str!("answers/docker_version.json")),
    }
}

fn info(manners: &Manners) -> Value {
    let mut told = recorded(include_str!("answers/info.json"));
    if let Some(limit) = manners.lacks {
        told[limit] = false.into();
    }
    told
}

fn image(stream: &mut UnixStream, name: &str, manners: &Manners) -> io::Result<()> {
    if name != IMAGE {
        return refuse(stream, 404, &format!("No such image: {name}"));
    }
    let mut told = recorded(include_str!("answers/image.json"));
    told["Config"]["Volumes"] = manners.volumes.clone();
    answer_json(stream, 200, &told)
}

fn missing(stream: &mut UnixStream, name: &str) -> io::Result<()> {
    refuse(stream, 404, &format!("No such container: {name}"))
}
