//! Programs with a network: they reach public addresses, and neither this machine nor its local network.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::internet::{
    BEYOND, COMPANY, ECHO, MACHINE, NEIGHBOUR, NOTHING, PUBLIC, PUBLIC_V6, ROUTER, SECRETS, TRANSLATED_PUBLIC,
    TRANSLATED_ROUTER, on_the_machine, told_by,
};
use super::{MODES, SECRET};
use crate::harness::leftovers::descendants;
use crate::harness::{Home, Service, TempDir, eventually, runtray};

/// The functions of the attempts.
const PRELUDE: &str = "
import errno, os, socket, struct, sys, threading
def tcp(address, port, timeout=5):
    with socket.create_connection((address, port), timeout) as connection:
        return connection.recv(100).decode()
def udp(address, port, content=b'ping', timeout=5):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        sender.settimeout(timeout)
        sender.connect((address, port))
        sender.send(content)
        return sender.recv(65536)
";

/// The services to test: each way of containment that gives a run a network of its own.
fn services(settings: &str) -> Vec<(&'static str, Service)> {
    let modes = MODES.into_iter().filter(|mode| *mode != "subreaper");
    modes.map(|mode| (mode, Service::start_in_mode(&Home::new(settings), mode))).collect()
}

fn run(service: &Service, code: &str) -> Value {
    service.execute(&json!({"code": format!("{PRELUDE}{code}"), "timeout_ms": 60_000}))
}

/// The output of `code`, which must have completed with a network.
fn printed(service: &Service, code: &str) -> String {
    let answer = run(service, code);
    assert_eq!(
        (answer["status"].as_str(), &answer["granted"]["network"]),
        (Some("completed"), &json!(true)),
        "{code}: {answer}"
    );
    answer["output"].as_str().unwrap_or_default().trim_end().to_owned()
}

#[test]
fn what_is_not_public_stays_closed() {
    on_the_machine(|| {
        let others = BEYOND.into_iter().chain(COMPANY).chain([TRANSLATED_ROUTER]);
        for address in [MACHINE, ROUTER, NEIGHBOUR, "127.0.0.1", "::1"].into_iter().chain(others.clone()) {
            assert_eq!(told_by(address, SECRETS).expect(address), SECRET, "the machine itself reaches {address}");
        }
        for (mode, service) in services("[sandbox]\nnetwork = \"on\"\n") {
            let own = service.port();
            let closed = |code: String| {
                let answer = run(&service, &code);
                assert!(!answer.to_string().contains(SECRET), "{mode}: {code}: {answer}");
                assert_eq!(answer["status"], "failed", "{mode}: {code}: {answer}");
                let error = answer["error"].as_str().unwrap_or_default();
                let told =
                    ["No route to host", "Permission denied", "Connection refused", "unreachable", "not permitted"];
                assert!(told.iter().any(|words| error.contains(words)), "{mode}: {code}: not refused at once: {error}");
            };
            for address in
                [MACHINE, ROUTER, NEIGHBOUR, "127.0.0.1", "::1", "0.0.0.0", "fd77::2"].into_iter().chain(others.clone())
            {
                closed(format!("print(tcp('{address}', {SECRETS}))"));
            }
            for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", MACHINE] {
                closed(format!("print(tcp('{address}', {own}))"));
            }
            for address in ["::ffff:10.77.0.1", "64:ff9b::10.77.0.1", "64:ff9b::7f00:1", "2002:a4d:1::", "224.0.0.1"] {
                closed(format!("print(tcp('{address}', {SECRETS}))"));
            }
            for address in [ROUTER, MACHINE, BEYOND[2], BEYOND[4]] {
                closed(format!("print(udp('{address}', {ECHO}))"));
            }
            for name in ["rebound.test", "router.test"] {
                closed(format!("print(tcp('{name}', {SECRETS}))"));
            }
            closed(format!("print(tcp('198.18.0.1', {SECRETS}))"));
            for code in [
                "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
                "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
                "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
                "open('/dev/net/tun', 'r+b')",
            ] {
                let answer = run(&service, code);
                assert_eq!(answer["status"], "failed", "{mode}: {code}: {answer}");
            }
            // A packet that is not a question does not reach the name server.
            let smuggled = "udp('198.18.0.1', 53, b'\\x12\\x34\\x29\\x00\\x00\\x01' + bytes(6) + b'\\x04evil\\x00\\x00\\x01\\x00\\x01')";
            assert_eq!(printed(&service, &format!("print({smuggled}[3] & 15)")), "5", "{mode}");
        }
    });
}

/// Programs that must work with a network as outside of the sandbox, and their output.
const WORKS: &[(&str, &str)] = &[
    ("print(tcp(PUBLIC, SECRETS)[:6])", "S3CRET"),
    ("print(tcp(PUBLIC_V6, SECRETS)[:6])", "S3CRET"),
    ("print(tcp(TRANSLATED_PUBLIC, SECRETS)[:6])", "S3CRET"),
    ("print(tcp('public.test', SECRETS)[:6])", "S3CRET"),
    ("print(tcp('six.test', SECRETS)[:6])", "S3CRET"),
    ("print(udp(PUBLIC, ECHO), udp(PUBLIC_V6, ECHO))", "b'ping' b'ping'"),
    ("print(len(udp(PUBLIC, ECHO, bytes(60000))))", "60000"),
    ("print({it[4][0] for it in socket.getaddrinfo('public.test', 80)})", "{'203.0.113.10'}"),
    ("try: socket.getaddrinfo('missing.test', 80)\nexcept socket.gaierror as error: print(error.errno)", "-2"),
    ("try: tcp(PUBLIC, NOTHING)\nexcept ConnectionRefusedError: print('refused')", "refused"),
    ("try: udp(PUBLIC, NOTHING)\nexcept ConnectionRefusedError: print('refused')", "refused"),
    ("it = socket.create_server(('127.0.0.1', 0)); print(bool(socket.create_connection(it.getsockname())))", "True"),
    (
        "import asyncio
async def main():
    reader, writer = await asyncio.open_connection('public.test', ECHO)
    writer.write(b'hello'); writer.write_eof()
    print(await reader.read())
asyncio.run(main())",
        "b'hello'",
    ),
    // A question over TCP.
    (
        "name = b'\\x06public\\x04test\\x00'
question = b'\\x00\\x01\\x01\\x00\\x00\\x01' + bytes(6) + name + b'\\x00\\x01\\x00\\x01'
with socket.create_connection(('198.18.0.1', 53)) as it:
    it.sendall(struct.pack('>H', len(question)) + question)
    print(socket.inet_ntoa(it.recv(512)[-4:]))",
        PUBLIC,
    ),
];

/// The same in JavaScript.
const WORKS_IN_NODE: &str = "
const it = require('net').connect(ECHO, 'public.test', () => it.end('from node'));
it.on('data', (data) => console.log(data.toString()));";

#[test]
fn public_addresses_are_reached_as_outside() {
    on_the_machine(|| {
        let names = format!(
            "PUBLIC, PUBLIC_V6, TRANSLATED_PUBLIC = '{PUBLIC}', '{PUBLIC_V6}', '{TRANSLATED_PUBLIC}'\n\
             SECRETS, ECHO, NOTHING = {SECRETS}, {ECHO}, {NOTHING}\n"
        );
        for (mode, service) in services("[sandbox]\nnetwork = \"on\"\n") {
            for (code, expected) in WORKS {
                assert_eq!(printed(&service, &format!("{names}{code}")), *expected, "{mode}: {code}");
            }
            let code = WORKS_IN_NODE.replace("ECHO", &ECHO.to_string());
            let answer = service.execute(&json!({"code": code, "language": "javascript"}));
            assert_eq!(answer["output"], "from node\n", "{mode}: {answer}");
        }
    });
}

#[test]
fn a_request_may_ask_for_less_network_and_the_answer_says_what_it_had() {
    on_the_machine(|| {
        let service = Service::start_with("[sandbox]\nnetwork = \"on\"\n");
        let code = format!("{PRELUDE}print(tcp('{PUBLIC}', {SECRETS}))");
        let answer = service.execute(&json!({"code": code, "network": "off"}));
        assert_eq!((answer["status"].as_str(), answer.get("granted")), (Some("failed"), None), "{answer}");
        let answer = service.execute(&json!({"code": code, "network": "on"}));
        assert_eq!(
            (answer["status"].as_str(), &answer["granted"]["network"]),
            (Some("completed"), &json!(true)),
            "{answer}"
        );
        let entry = service.get(&format!("/executions/{}", answer["id"].as_str().expect("an id"))).json();
        assert_eq!(entry["network"], true, "{entry}");
        let answer = run(&service, &format!("print(tcp('{ROUTER}', {SECRETS}))"));
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.contains("keeps programs from this computer and the local network"), "{answer}");
        let none = Service::start_in_mode(&Home::new("[sandbox]\nnetwork = \"on\"\n"), "subreaper");
        let refused = none.post("/execute", &json!({"code": ""}));
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (422, Some("isolation_unavailable")),
            "{}",
            refused.body
        );
        assert!(
            refused.body.contains("namespaces") && refused.body.contains("leave the network off"),
            "{}",
            refused.body
        );
        assert_eq!(none.execute(&json!({"code": "", "network": "off"}))["status"], "completed");
    });
}

#[test]
fn closed_services_are_opened_one_by_one() {
    on_the_machine(|| {
        let own = 5999;
        let mut allowed: Vec<String> = (9100..9130).map(|port| format!("127.0.0.1:{port}")).collect();
        allowed.extend([format!("{ROUTER}:{SECRETS}"), format!("127.0.0.1:{SECRETS}")]);
        allowed.extend([format!("[::1]:{ECHO}"), format!("127.0.0.1:{own}"), format!("[::1]:{own}")]);
        let settings = format!("[sandbox]\nnetwork = \"on\"\nnetwork_allow = {allowed:?}\n");
        for mode in MODES.into_iter().filter(|mode| *mode != "subreaper") {
            let home = Home::new(&settings);
            let mut command = runtray(&home);
            command.args(["serve", "--port", &own.to_string()]).env("RUNTRAY_CONTAINMENT", mode);
            let service = Service::start_by(command, &home);
            let told = |code: &str| printed(&service, code);
            assert_eq!(told(&format!("print(tcp('{ROUTER}', {SECRETS}) == {SECRET:?})")), "True", "{mode}");
            assert_eq!(told(&format!("print(tcp('127.0.0.1', {SECRETS}) == {SECRET:?})")), "True", "{mode}");
            assert_eq!(told(&format!("print(tcp('localhost', {SECRETS}) == {SECRET:?})")), "True", "{mode}");
            let echoed = format!(
                "with socket.create_connection(('::1', {ECHO})) as it:\n    it.sendall(b'six'); it.shutdown(1); print(it.recv(9))"
            );
            assert_eq!(told(&echoed), "b'six'", "{mode}");
            for (address, port) in
                [(ROUTER, ECHO), ("127.0.0.1", ECHO), ("::1", SECRETS), ("127.0.0.1", own), ("::1", own)]
            {
                let answer = run(&service, &format!("print(tcp('{address}', {port}))"));
                assert_eq!(answer["status"], "failed", "{mode}: {address}:{port}: {answer}");
            }
        }
    });
}

/// Sends 50 MB to the server that repeats everything, and compares.
const TRANSFER: &str = "import hashlib, random
data = random.Random(7).randbytes(50_000_000)
it = socket.create_connection((PUBLIC, ECHO))
def send():
    it.sendall(data); it.shutdown(socket.SHUT_WR)
sender = threading.Thread(target=send); sender.start()
back = hashlib.sha256(); count = 0
while piece := it.recv(1 << 16):
    back.update(piece); count += len(piece)
sender.join()
print(count, back.digest() == hashlib.sha256(data).digest())";

#[test]
fn fifty_megabytes_pass_unchanged_in_both_directions() {
    on_the_machine(|| {
        for (mode, service) in services("[sandbox]\nnetwork = \"on\"\n") {
            let began = Instant::now();
            assert_eq!(printed(&service, &format!("PUBLIC, ECHO = '{PUBLIC}', {ECHO}\n{TRANSFER}")), "50000000 True");
            let _ = writeln!(std::io::stderr(), "{mode}: 50 MB there and back in {:?}", began.elapsed());
        }
    });
}

/// More connections and datagrams than there is room for. Then others work.
const FLOOD: &str = "import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (2000, 2000))
held = []
for _ in range(1200):
    it = socket.socket(); it.setblocking(False); held.append(it)
    it.connect_ex((PUBLIC, ECHO))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(1, 3000):
    try: sender.sendto(b'x', (PUBLIC, port))
    except OSError: pass
for it in held: it.close()
print(tcp(PUBLIC, SECRETS, 30)[:6])";

#[test]
fn a_flood_is_bounded_and_everything_ends_with_the_run() {
    on_the_machine(|| {
        let settings = "[sandbox]\nnetwork = \"on\"\n[warm]\npython = 0\n[limits]\nopen_files = 4096\n";
        let names = format!("PUBLIC, ECHO, SECRETS = '{PUBLIC}', {ECHO}, {SECRETS}\n");
        for (mode, service) in services(settings) {
            assert_eq!(printed(&service, &format!("{names}{FLOOD}")), "S3CRET", "{mode}");
            let endless = "held = [socket.create_connection((PUBLIC, ECHO)) for _ in range(50)]\nwhile True: pass";
            let request = json!({"code": format!("{PRELUDE}{names}{endless}"), "timeout_ms": 2000});
            let began = Instant::now();
            let answer = service.execute(&request);
            assert_eq!(answer["status"], "timeout", "{mode}: {answer}");
            assert!(began.elapsed() < Duration::from_secs(20), "{mode}: the end took {:?}", began.elapsed());
            // The launcher and the next supervisor are left.
            eventually("the gateways to be gone", || (descendants(service.pid()).len() <= 2).then_some(()));
        }
    });
}

#[test]
fn without_the_app_only_answers_that_were_given_for_good_hold() {
    const PAGES: [&str; 2] = ["http://localhost:3000", "http://localhost:3001"];
    on_the_machine(|| {
        let settings = format!(
            "[sandbox]\nnetwork = \"ask\"\nnetwork_always = [{:?}]\nnetwork_never = [{:?}]\n",
            PAGES[0], PAGES[1]
        );
        for (mode, service) in services(&settings) {
            for network in [json!(null), json!("ask"), json!("on")] {
                let reply = service.post("/execute", &json!({"code": "", "network": network}));
                assert_eq!(
                    (reply.status, reply.json()["code"].as_str()),
                    (422, Some("isolation_unavailable")),
                    "{mode}"
                );
                assert!(reply.body.contains("nobody can be asked without the Runtray app"), "{mode}: {}", reply.body);
            }
            assert_eq!(service.execute(&json!({"code": "", "network": "off"}))["granted"], json!(null), "{mode}");
            for (page, expected) in PAGES.into_iter().zip([json!(true), json!(null)]) {
                let headers = [("Content-Type", "application/json"), ("Origin", page)];
                let answer = service.post_with("/execute", &headers, br#"{"code": ""}"#).json();
                assert_eq!(
                    (&answer["status"], &answer["granted"]["network"]),
                    (&json!("completed"), &expected),
                    "{mode}"
                );
            }
        }
    });
}

#[test]
fn the_command_line_asks_nobody_either() {
    on_the_machine(|| {
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("main.py");
        fs::write(&file, "print(6 * 7)").expect("a file");
        let home = Home::new("[sandbox]\nnetwork = \"ask\"\n");
        let service = Service::start_in(&home, &[]);
        for options in [&["--json"][..], &[]] {
            let ran = runtray(&home).arg("run").args(options).arg(&file).output().expect("runtray runs");
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(!ran.status.success() && said.contains("nobody can be asked"), "{options:?}: {said}");
        }
        drop(service);
        fs::write(home.settings_file(), "[sandbox]\nnetwork = \"ask\"\nnetwork_always = [\"local\"]\n")
            .expect("settings");
        let ran = runtray(&home).args(["run", "--json"]).arg(&file).output().expect("runtray runs");
        let answer: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
        assert_eq!((&answer["output"], &answer["granted"]["network"]), (&json!("42\n"), &json!(true)), "{answer}");
    });
}
