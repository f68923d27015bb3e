//! Programs that ask for the network, in a service that is embedded as in the desktop app: they wait for an answer, get it, or
//! are withdrawn.
//!
//! On Linux the launcher is this program started once more, which libtest's `main` does not support.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use runtray_service::paths::Paths;
use runtray_service::settings::SettingsStore;
use runtray_service::{Lifecycle, NetworkQuestion, Options};
use runtray_wire::NetworkAnswer;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// Longer than any step takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// Two pages that may run code.
const A: &str = "https://a.example";
const B: &str = "https://b.example";
/// The text of the server on this machine for a program that reaches it.
const SECRET: &str = "S3CRET";

fn main() {
    runtray_engine::enter();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let port = serve_the_secret().await;
        let Some(fixture) = Fixture::start(port).await else { return };
        reported("an answer holds for one program", an_answer_holds_for_one_program(&fixture)).await;
        reported("an answer for good is remembered", an_answer_for_good_is_remembered(&fixture)).await;
        reported("who is gone or denied is not asked about", who_is_gone_is_not_asked_about(&fixture)).await;
        reported("a conversation waits", a_conversation_waits(&fixture)).await;
        reported("questions are limited", questions_are_limited(&fixture)).await;
        reported("new settings answer", new_settings_answer(&fixture)).await;
        reported("a stop and an empty house refuse", a_stop_and_an_empty_house_refuse(fixture)).await;
    });
}

async fn reported(what: &str, test: impl Future<Output = ()>) {
    timeout(PATIENCE, test).await.unwrap_or_else(|_| panic!("it takes too long that {what}"));
    eprintln!("test {what} ... ok");
}

/// A server on this machine that tells the secret. The settings open it to programs with a network.
async fn serve_the_secret() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            // An error only means that the program has ended.
            let _ = connection.write_all(SECRET.as_bytes()).await;
        }
    });
    port
}

/// A running service, with a receiver of its questions that can answer.
struct Fixture {
    lifecycle: Lifecycle,
    questions: watch::Receiver<Vec<NetworkQuestion>>,
    /// The program that fetches the secret.
    code: String,
    folder: TempDir,
}

impl Fixture {
    /// `None`, with the reason, on a machine that gives programs no network by choice.
    async fn start(port: u16) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let settings = format!(
            "allowed_origins = [\"{A}\", \"{B}\"]\nstop_grace_ms = 30000\n[sandbox]\nnetwork = \"ask\"\n\
             network_allow = [\"127.0.0.1:{port}\"]\n[admission]\nslots = 1\nwaiting_bytes = 1048576\n"
        );
        fs::write(below("settings.toml"), settings).expect("settings");
        let lifecycle = Lifecycle::new(Options {
            settings: SettingsStore::open(&below("settings.toml")),
            paths: Paths { config: below("config"), data: below("data"), runs: below("runs") },
            port: Some(0),
            listen: None,
            allow_origins: Vec::new(),
            token: None,
        });
        let questions = lifecycle.network_questions();
        lifecycle.start().await.expect("it starts");
        let code = format!(
            "import socket\nwith socket.create_connection(('127.0.0.1', {port}), 20) as it:\n    print(it.recv(9).decode())"
        );
        let fixture = Self { lifecycle, questions, code, folder };
        let mut asked = fixture.questions.clone();
        let mut first = fixture.post(Some(A), &fixture.program()).await;
        tokio::select! {
            _ = asked.wait_for(|list| !list.is_empty()) => {}
            answer = first.answer() => {
                eprintln!("not tested: this machine gives programs no network by choice: {answer:?}");
                return None;
            }
        }
        drop(first);
        fixture.asked(0).await;
        Some(fixture)
    }

    fn program(&self) -> Value {
        json!({ "code": self.code })
    }

    /// The questions, once there are `count`.
    async fn asked(&self, count: usize) -> Vec<NetworkQuestion> {
        self.questions.clone().wait_for(|list| list.len() == count).await.expect("a list").clone()
    }

    async fn say(&self, question: &NetworkQuestion, answer: NetworkAnswer) {
        assert!(self.lifecycle.answer_network(&question.id, answer).await.expect("saved"), "it waits no more");
    }

    async fn set(&self, key: &str, value: Value) {
        let changes = BTreeMap::from([(key.to_owned(), Some(value))]);
        self.lifecycle.change_settings(changes).await.expect("a change");
    }

    async fn connect(&self) -> (TcpStream, u16, String) {
        let service = self.lifecycle.service().borrow().clone().expect("a service");
        let port = service.addresses()[0].port();
        // A service that runs as root asks every client for it.
        let token = fs::read_to_string(self.folder.path().join("data/token")).unwrap_or_default().trim().to_owned();
        (TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.expect("it listens"), port, token)
    }

    async fn send(&self, method: &str, path: &str, page: Option<&str>, body: &str) -> Sent {
        let (mut connection, port, token) = self.connect().await;
        let origin = page.map(|page| format!("Origin: {page}\r\n")).unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n{origin}\
             Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        connection.write_all(request.as_bytes()).await.expect("it reads");
        Sent(connection)
    }

    async fn post(&self, page: Option<&str>, program: &Value) -> Sent {
        self.send("POST", "/execute", page, &program.to_string()).await
    }

    /// The same, with the question about it. No other may wait.
    async fn ask(&self, page: Option<&str>, program: &Value) -> (Sent, NetworkQuestion) {
        let sent = self.post(page, program).await;
        (sent, self.asked(1).await.remove(0))
    }
}

/// A request that was sent. Dropping it closes the connection.
struct Sent(TcpStream);

impl Sent {
    /// The status and the JSON of the answer. Not cancel safe.
    async fn answer(&mut self) -> (u16, Value) {
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).await.expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let (from, to) = (answer.find('{').expect("JSON"), answer.rfind('}').expect("JSON"));
        (status, serde_json::from_str(&answer[from..=to]).expect("JSON"))
    }

    /// The program ran, and reached the server or not.
    async fn check_ran(mut self, with_network: bool) {
        let (status, answer) = self.answer().await;
        assert_eq!((status, &answer["isolation"]), (200, &json!("sandbox")), "{answer}");
        assert_eq!(
            answer["output"].as_str().map(str::trim_end),
            Some(if with_network { SECRET } else { "" }),
            "{answer}"
        );
        assert_eq!(answer["granted"]["network"] == json!(true), with_network, "{answer}");
        if !with_network {
            assert!(answer["error"].to_string().contains("`[sandbox] network` decides"), "{answer}");
        }
    }

    async fn check_refused(mut self, status: u16, words: &str) {
        let (was, answer) = self.answer().await;
        assert!(was == status && answer["error"].to_string().contains(words), "{was} {answer}");
    }
}

async fn an_answer_holds_for_one_program(fixture: &Fixture) {
    for (page, caller, answer, expected) in [
        (Some(A), A, NetworkAnswer::Once, true),
        (Some(A), A, NetworkAnswer::Without, false),
        (None, "local", NetworkAnswer::Once, true),
    ] {
        let (sent, question) = fixture.ask(page, &fixture.program()).await;
        assert_eq!((question.caller.as_str(), question.program.language.as_deref()), (caller, Some("python")));
        assert_eq!((question.program.lines.join("\n"), question.program.more_lines), (fixture.code.clone(), 0));
        fixture.say(&question, answer).await;
        sent.check_ran(expected).await;
        assert!(!fixture.lifecycle.answer_network(&question.id, NetworkAnswer::Always).await.expect("nothing to save"));
    }
    let mut wanted = fixture.program();
    wanted["network"] = json!("on");
    let (sent, question) = fixture.ask(Some(A), &wanted).await;
    fixture.say(&question, NetworkAnswer::Without).await;
    sent.check_refused(422, "gets no network").await;
    wanted["network"] = json!("off");
    fixture.post(Some(A), &wanted).await.check_ran(false).await;
    let text = fs::read_to_string(fixture.folder.path().join("settings.toml")).expect("the file");
    assert!(!text.contains("network_always"), "something was remembered: {text}");
}

async fn an_answer_for_good_is_remembered(fixture: &Fixture) {
    let program = fixture.program();
    let mut sent = Vec::new();
    for page in [A, A, B, B] {
        sent.push(fixture.post(Some(page), &program).await);
        fixture.asked(sent.len()).await;
    }
    let waiting = fixture.asked(4).await;
    fixture.say(&waiting[1], NetworkAnswer::Always).await;
    fixture.asked(2).await;
    fixture.say(&waiting[2], NetworkAnswer::Never).await;
    fixture.asked(0).await;
    for (sent, expected) in sent.into_iter().zip([true, true, false, false]) {
        sent.check_ran(expected).await;
    }
    let text = fs::read_to_string(fixture.folder.path().join("settings.toml")).expect("the file");
    assert!(text.contains(&format!("network_always = [\"{A}\"]")), "{text}");
    assert!(text.contains(&format!("network_never = [\"{B}\"]")), "{text}");
    // Another service with the same settings asks about neither.
    fixture.lifecycle.restart().await.expect("it starts again");
    fixture.post(Some(A), &program).await.check_ran(true).await;
    fixture.post(Some(B), &program).await.check_ran(false).await;
    fixture.set("sandbox.network", json!("on")).await;
    fixture.post(Some(B), &program).await.check_ran(false).await;
    fixture.set("sandbox.network", json!("ask")).await;
    // Revoked: both are asked about again.
    fixture.set("sandbox.network_always", json!([])).await;
    fixture.set("sandbox.network_never", json!([])).await;
    for page in [A, B] {
        let (sent, question) = fixture.ask(Some(page), &program).await;
        fixture.say(&question, NetworkAnswer::Once).await;
        sent.check_ran(true).await;
    }
}

async fn who_is_gone_is_not_asked_about(fixture: &Fixture) {
    let program = fixture.program();
    drop(fixture.ask(Some(A), &program).await);
    fixture.asked(0).await;
    // Cancelled by its id, from elsewhere.
    let (sent, question) = fixture.ask(Some(A), &program).await;
    let mut cancelled = fixture.send("DELETE", &format!("/executions/{}", question.id), None, "").await;
    assert_eq!(cancelled.answer().await.0, 200);
    sent.check_refused(422, "cancelled").await;
    fixture.asked(0).await;
    // Denied, and revoked, while another page's program waits.
    let (other, _) = fixture.ask(Some(B), &program).await;
    let origin = A.parse().expect("an origin");
    for is_denied in [true, false] {
        fixture.lifecycle.allow_origin(&origin).await.expect("saved");
        let sent = fixture.post(Some(A), &program).await;
        fixture.asked(2).await;
        match is_denied {
            true => fixture.lifecycle.deny_origin(&origin).await.map(drop).expect("saved"),
            false => fixture.lifecycle.revoke_origin(&origin).await.map(drop).expect("saved"),
        }
        assert_eq!(fixture.asked(1).await[0].caller, B);
        sent.check_refused(403, A).await;
    }
    fixture.lifecycle.allow_origin(&origin).await.expect("saved");
    fixture.say(&fixture.asked(1).await[0], NetworkAnswer::Once).await;
    other.check_ran(true).await;
}

async fn a_conversation_waits(fixture: &Fixture) {
    let connect = async || {
        let (connection, port, token) = fixture.connect().await;
        let mut request = format!("ws://localhost:{port}/execute/ws").into_client_request().expect("a request");
        let headers = request.headers_mut();
        headers.insert("authorization", format!("Bearer {token}").parse().expect("a header"));
        let (mut socket, _) = tokio_tungstenite::client_async(request, connection).await.expect("a WebSocket");
        let code = format!("print(input())\n{}", fixture.code);
        for message in [json!({"type": "run", "code": code}), json!({"type": "stdin", "data": "typed ahead\n"})] {
            socket.send(Message::text(message.to_string())).await.expect("sent");
        }
        socket
    };
    let mut socket = connect().await;
    fixture.say(&fixture.asked(1).await[0], NetworkAnswer::Once).await;
    let mut printed = String::new();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let message: Value = serde_json::from_str(&text).expect("JSON");
        printed += message["data"].as_str().unwrap_or_default();
    }
    assert_eq!(printed.replace('\r', ""), format!("typed ahead\n{SECRET}\n"));
    let socket = connect().await;
    fixture.asked(1).await;
    drop(socket);
    fixture.asked(0).await;
    // The app's own Console.
    let service = fixture.lifecycle.service().borrow().clone().expect("a service");
    let run = json!({"type": "run", "code": fixture.code}).to_string();
    {
        let mut starting = Box::pin(service.run_interactive(&run, "Runtray Console"));
        tokio::select! {
            _ = &mut starting => panic!("nobody was asked"),
            questions = fixture.asked(1) => assert_eq!(questions[0].caller, "Runtray Console"),
        }
    }
    fixture.asked(0).await;
}

async fn questions_are_limited(fixture: &Fixture) {
    let program = fixture.program();
    let mut waiting = Vec::new();
    for count in 1..=4 {
        waiting.push(fixture.post(Some(A), &program).await);
        fixture.asked(count).await;
    }
    fixture.post(Some(A), &program).await.check_refused(429, "4 programs wait").await;
    // Waiting programs hold no slot, of which there is one, but count as memory.
    fixture.set("sandbox.network_always", json!([B])).await;
    fixture.post(Some(B), &program).await.check_ran(true).await;
    fixture.set("sandbox.network_always", json!([])).await;
    drop(waiting);
    fixture.asked(0).await;
    let large = json!({ "code": format!("{}\n#{}", fixture.code, "x".repeat(700_000)) });
    let (first, shown) = fixture.ask(None, &large).await;
    assert!(shown.program.lines.last().is_some_and(|line| line.len() < 1000), "a long line is cut");
    fixture.post(Some(B), &large).await.check_refused(429, "waiting_bytes").await;
    fixture.say(&shown, NetworkAnswer::Once).await;
    first.check_ran(true).await;
}

async fn new_settings_answer(fixture: &Fixture) {
    let program = fixture.program();
    for (choice, expected) in [("off", false), ("on", true)] {
        let (sent, _) = fixture.ask(Some(A), &program).await;
        fixture.set("sandbox.network", json!(choice)).await;
        sent.check_ran(expected).await;
        fixture.set("sandbox.network", json!("ask")).await;
    }
    // With a hand-made mistake in the file, callers that were always allowed are asked about again.
    let file = fixture.folder.path().join("settings.toml");
    let text = fs::read_to_string(&file).expect("the file");
    let is_list = |line: &&str| line.starts_with("network_always") || line.starts_with("network_never");
    let bare: String = text.lines().filter(|line| !is_list(line)).map(|line| format!("{line}\n")).collect();
    let with = |lists: &str| bare.replace("[admission]", &format!("{lists}\n[admission]"));
    for slip in [
        format!("network_always = [\"{A}\", \"b.example\"]"),
        format!("network_always = [\"{A}\"]\nnetwork_never = [\"b.example\"]"),
        format!("network_always = [\"{A}\"]\nnetwork_never = \"{B}\""),
    ] {
        fs::write(&file, with(&slip)).expect("the file");
        fixture.lifecycle.restart().await.expect("it starts again");
        let (sent, question) = fixture.ask(Some(A), &program).await;
        fixture.say(&question, NetworkAnswer::Once).await;
        sent.check_ran(true).await;
    }
    // While such a mistake hides the denied callers, no answer is written, and no answer gives the network.
    let (sent, question) = fixture.ask(Some(A), &program).await;
    for answer in [NetworkAnswer::Always, NetworkAnswer::Never] {
        let refused = fixture.lifecycle.answer_network(&question.id, answer).await.expect_err("a broken file");
        assert!(refused.to_string().contains("network_never"), "{refused}");
    }
    sent.check_ran(false).await;
    fs::write(&file, bare).expect("the file");
    fixture.lifecycle.restart().await.expect("it starts again");
}

async fn a_stop_and_an_empty_house_refuse(fixture: Fixture) {
    let program = fixture.program();
    let (sent, _) = fixture.ask(Some(A), &program).await;
    let began = std::time::Instant::now();
    fixture.lifecycle.stop().await;
    sent.check_refused(503, "stopping").await;
    assert!(began.elapsed() < Duration::from_secs(20), "it had the grace of programs that run: {:?}", began.elapsed());
    fixture.asked(0).await;
    fixture.lifecycle.start().await.expect("it starts again");
    let (sent, _) = fixture.ask(Some(A), &program).await;
    let Fixture { lifecycle, questions, code, folder } = fixture;
    drop(questions);
    sent.check_refused(422, "nobody can be asked").await;
    let (_, questions) = watch::channel(Vec::new());
    let fixture = Fixture { lifecycle, questions, code, folder };
    fixture.post(Some(A), &program).await.check_refused(422, "nobody can be asked").await;
    fixture.set("sandbox.network_always", json!(["local"])).await;
    fixture.post(None, &program).await.check_ran(true).await;
    fixture.lifecycle.stop().await;
}
