//! Runs in prestarted interpreters, each of which leaves traces and looks for traces of other runs.

use std::collections::HashSet;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::harness::Service;
use crate::harness::footprint::{Footprint, post};
use crate::harness::hostile_programs::{ALL, HostileProgram, SETTINGS, WAITING};
use crate::harness::rounds;

/// Prints the traces of other runs that it finds, then the values that no two runs may share, and leaves its own traces.
/// `NICENESS` stands for the tests' niceness.
const PYTHON: &str = "
import atexit, builtins, gc, json, os, random, resource, signal, sys, threading, time, uuid, warnings

found = []

def look(what, clean):
    if not clean:
        found.append(what)

def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False

alone = os.getppid() == 1
look('environment', 'RUNTRAY_TRACE' not in os.environ)
look('folder', os.getcwd() == os.path.dirname(__file__) and os.listdir() == ['main.py'])
look('folder above', [n for n in sorted(os.listdir('..')) if n[0] != '.'] == ([os.path.basename(os.getcwd())] if alone else ['tmp', 'work']))
look('temporary files', os.listdir(os.environ['TMPDIR']) == [] and (not alone or os.listdir('/tmp') == []))
look('shared memory', not alone or os.listdir('/dev/shm') == [])
look('processes', not alone or {n for n in os.listdir('/proc') if n.isdigit()} <= {'1', str(os.getpid())})
look('modules', 'runtray_trace' not in sys.modules and not hasattr(json, 'runtray_trace'))
look('names', not hasattr(builtins, 'runtray_trace') and 'runtray_trace' not in globals())
look('path', not any('runtray_trace' in path for path in sys.path))
look('umask', os.umask(0o123) != 0o123)
look('handlers', {signal.getsignal(s) for s in (signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP)} == {signal.SIG_DFL})
look('blocked signals', signal.pthread_sigmask(signal.SIG_BLOCK, []) == set() and signal.sigpending() == set())
look('timers', signal.getitimer(signal.ITIMER_REAL) == (0, 0))
look('limits', resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 77)
look('priority', os.nice(0) == NICENESS)
look('descriptors', [n for n in range(256) if is_open(n)] == [0, 1, 2])
look('recursion limit', sys.getrecursionlimit() == 1000)
look('collector', gc.isenabled() and sys.gettrace() is None and sys.excepthook is sys.__excepthook__)
look('warnings', not any(entry[0] == 'error' for entry in warnings.filters))
look('threads', threading.active_count() == 1)
look('arguments', sys.argv == ['main.py'])
look('input', sys.stdin.read() == '')
print(json.dumps({'found': found, 'own': [random.random(), hash('text'), str(uuid.uuid4()), os.path.dirname(__file__)]}))
sys.stdout.flush()

os.environ['RUNTRAY_TRACE'] = os.environ['LANG'] = 'left'
for path in 'trace', '../trace', os.environ['TMPDIR'] + '/trace', '/dev/shm/trace' if alone else 'shm', 'runtray_trace.py':
    open(path, 'w').close()
import runtray_trace
json.runtray_trace = builtins.runtray_trace = runtray_trace
sys.path.insert(0, '/runtray_trace')
sys.argv.append('left')
os.umask(0o123)
for number in signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGUSR2])
signal.setitimer(signal.ITIMER_REAL, 100)
resource.setrlimit(resource.RLIMIT_NOFILE, (77, 77))
os.nice(5)
kept = [os.open('/dev/null', os.O_RDWR) for _ in range(20)]
sys.setrecursionlimit(500)
gc.disable()
sys.settrace(lambda *_: None)
random.seed(1)
atexit.register(open, os.path.abspath('../at-exit'), 'w')
threading.Thread(target=time.sleep, args=[3600], daemon=True).start()
if os.fork() == 0:
    os.setsid()
    for number in 0, 1, 2:
        os.dup2(kept[0], number)
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
os.chdir('/')
warnings.simplefilter('error')
builtins.print = sys.excepthook = None
";

/// The same for Node.js, as far as it can do that.
const JAVASCRIPT: &str = "
const fs = require('fs'), path = require('path'), { spawn } = require('child_process');
const found = [];
const look = (what, clean) => clean || found.push(what);
const alone = process.ppid === 1;
look('environment', !('RUNTRAY_TRACE' in process.env));
look('folder', process.cwd() === __dirname && fs.readdirSync('.').join() === 'main.js');
look('folder above', fs.readdirSync('..').filter((name) => name[0] !== '.').sort().join() === (alone ? path.basename(__dirname) : 'tmp,work'));
look('temporary files', fs.readdirSync(process.env.TMPDIR).length === 0);
look('shared memory', !alone || fs.readdirSync('/dev/shm').length === 0);
look('processes', !alone || fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).every((name) => name === '1' || name === String(process.pid)));
look('names', !('runtrayTrace' in globalThis) && !('runtrayTrace' in Object.prototype) && !('runtrayTrace' in fs));
look('modules', Object.keys(require.cache).length === 1);
look('umask', process.umask(0o123) !== 0o123);
look('handlers', process.listenerCount('SIGTERM') + process.listenerCount('exit') === 0);
look('title', process.title !== 'left');
look('priority', require('os').getPriority() === NICENESS);
look('arguments', process.argv.length === 2 && process.exitCode === undefined);
look('input', fs.readFileSync(0, 'utf8') === '');
console.log(JSON.stringify({ found, own: [Math.random(), require('crypto').randomUUID(), __dirname] }));

process.env.RUNTRAY_TRACE = 'left';
globalThis.runtrayTrace = Object.prototype.runtrayTrace = fs.runtrayTrace = 1;
for (const file of ['trace', '../trace', path.join(process.env.TMPDIR, 'trace'), alone ? '/dev/shm/trace' : 'shm', 'left.js'])
  fs.writeFileSync(file, '');
require('./left.js');
process.on('SIGTERM', () => {});
process.argv.push('left');
process.title = 'left';
require('os').setPriority(5);
spawn('sleep', ['3600'], { detached: true, stdio: 'ignore' }).unref();
process.chdir('/');
";

/// The unique values of the runs so far.
#[derive(Default)]
struct Seen(HashSet<String>);

impl Seen {
    /// Runs the program of a language, and gives the traces of other runs that it found.
    fn look(&mut self, service: &Service, language: &str, code: &str) -> Option<String> {
        let code = code.replace("NICENESS", &niceness());
        let answer = service.execute_warm(language, &json!({"language": language, "code": code, "timeout_ms": 60_000}));
        let Ok(seen) = serde_json::from_str::<Value>(answer["output"].as_str().unwrap_or_default()) else {
            return Some(format!("{language} could not look: {answer}"));
        };
        let own = seen["own"].as_array().into_iter().flatten();
        let repeated: Vec<_> = own.filter(|value| !self.0.insert(value.to_string())).collect();
        let clean = seen["found"] == json!([]) && repeated.is_empty() && answer["status"] == "completed";
        (!clean).then(|| format!("{language}: found {}, had {repeated:?} as another: {answer}", seen["found"]))
    }
}

/// The niceness of the tests, which the service and its programs inherit.
fn niceness() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc");
    let after_name = stat.rsplit(") ").next().expect("fields after the name");
    after_name.split(' ').nth(16).expect("the niceness").to_owned()
}

fn report(text: &str) {
    std::io::stderr().write_all(format!("\n{text}\n").as_bytes()).expect("stderr can be written");
}

/// The languages with such a program that are available here.
fn languages(service: &Service) -> Vec<(&'static str, &'static str)> {
    let present = service.get("/languages").json();
    let rows = present.as_array().expect("a list of languages");
    let is_there = |name: &str| rows.iter().any(|row| row["language"] == name && row["available"] == true);
    [("python", PYTHON), ("javascript", JAVASCRIPT)].into_iter().filter(|(name, _)| is_there(name)).collect()
}

#[test]
fn no_run_finds_traces_of_another() {
    let service = Service::start_with("[warm]\npython = 2\njavascript = 1\n");
    let (languages, rounds) = (languages(&service), rounds::count(100));
    let mut seen = Seen::default();
    // Every fourth run uses the slower language.
    let turns = (0..rounds as usize).map(|round| languages[usize::from(round % 4 == 3).min(languages.len() - 1)]);
    let wrong: Vec<_> = turns.filter_map(|(language, code)| seen.look(&service, language, code)).collect();
    report(&format!(
        "{rounds} runs in a row in interpreters that had waited: each left traces, {} found any",
        wrong.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_run_finds_traces_of_a_hostile_program() {
    let service = Service::start_with(SETTINGS);
    let before = Footprint::settled(&service, WAITING);
    let has_namespace = post(&service, &json!({"code": "import os; print(os.getppid())"}))["output"] == "1\n";
    let able: Vec<_> = ALL.iter().filter(|one| has_namespace || !one.needs_namespace).collect();
    let (rounds, mut seen, mut wrong) = (rounds::count(2 * able.len() as u32), Seen::default(), Vec::new());
    for one in able.iter().cycle().take(rounds as usize / 2) {
        wrong.extend(misbehave(&service, one));
        wrong.extend(seen.look(&service, "python", PYTHON).map(|what| format!("after {}: {what}", one.name)));
    }
    wrong.extend(before.differences(&service));
    report(&format!(
        "{rounds} runs in interpreters that had waited, every second one misbehaved, in {} ways",
        able.len()
    ));
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), service.stderr());
}

/// Runs a hostile program. Gives its result if that is not the expected one.
fn misbehave(service: &Service, one: &HostileProgram) -> Option<String> {
    let known = "import os\nos.environ.update(RUNTRAY_TEST_RUN='trace', RUNTRAY_TEST_KEY='4711')\n";
    let mut request = one.request();
    request["code"] = format!("{known}{}", one.code).into();
    let answer = service.execute_warm("python", &request);
    let error = answer["error"].as_str().unwrap_or_default();
    let as_expected = answer["status"] == one.status && error.ends_with(one.ending);
    (!as_expected).then(|| format!("{} ended as {}: {error:.300}", one.name, answer["status"]))
}
