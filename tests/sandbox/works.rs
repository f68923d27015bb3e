//! Programs that must keep working in the sandbox.

use serde_json::json;

use crate::harness::{Home, Service};

/// Programs of Python that work wherever runs have a root folder of their own; the last ones do so everywhere.
const ROOTED: [(&str, &str); 14] = [
    (
        "a pool",
        "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.Pool(2) as p: assert p.map(f, range(3)) == [0, 1, 4]",
    ),
    (
        "a spawned pool",
        "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as p: assert p.map(f, [3]) == [9]",
    ),
    (
        "a fork server",
        "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n    with m.get_context('forkserver').Pool(1) as p: assert p.map(f, [3]) == [9]",
    ),
    ("a queue", "import multiprocessing as m\nq = m.Queue(); q.put(1); assert q.get(timeout=9) == 1"),
    (
        "shared memory",
        "from multiprocessing.shared_memory import SharedMemory\ns = SharedMemory(create=True, size=10); s.buf[0] = 1; s.close(); s.unlink()",
    ),
    (
        "a manager",
        "import multiprocessing as m\nif __name__ == '__main__':\n    with m.Manager() as n: assert n.list([1])[0] == 1",
    ),
    (
        "a pool of processes",
        "from concurrent.futures import ProcessPoolExecutor\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as p: assert p.submit(int, '7').result() == 7",
    ),
    (
        "a pseudo-terminal",
        "import os, pty\nm, s = os.openpty(); assert os.isatty(s) and os.ttyname(s); pid, fd = pty.fork()\nif pid == 0: os.write(1, b'x'); os._exit(0)\nassert os.read(fd, 1) == b'x'",
    ),
    (
        "its own server",
        "import http.server, threading, urllib.request\nh = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)\nthreading.Thread(target=h.handle_request).start()\nassert urllib.request.urlopen(f'http://127.0.0.1:{h.server_port}/').status == 200",
    ),
    (
        "streams of asyncio",
        "import asyncio\nasync def serve(r, w): w.write(await r.readline()); await w.drain(); w.close()\nasync def main():\n    s = await asyncio.start_server(serve, '127.0.0.1', 0)\n    r, w = await asyncio.open_connection(*s.sockets[0].getsockname())\n    w.write(b'x\\n'); assert await r.readline() == b'x\\n'\nasyncio.run(main())",
    ),
    (
        "modes and dates",
        "import os, shutil\nopen('a', 'w').close(); os.chmod('a', 0o700); os.utime('a', (1, 1)); shutil.copy2('a', 'b'); assert os.stat('b').st_mtime == 1",
    ),
    (
        "an archive",
        "import tarfile, os\nopen('a', 'w').close(); os.mkdir('o')\nwith tarfile.open('t', 'w') as t: t.add('a')\nwith tarfile.open('t') as t: t.extractall('o')\nassert os.path.exists('o/a')",
    ),
    (
        "a ruleset of its own",
        "import ctypes, os\nl = ctypes.CDLL(None, use_errno=True)\na = (ctypes.c_uint64 * 1)(1 << 3)\nf = l.syscall(444, a, 8, 0); assert f >= 0\nassert l.prctl(38, 1, 0, 0, 0) == 0 and l.syscall(446, f, 0) == 0\nopen('a', 'w').close()",
    ),
    (
        "moving between folders",
        "import os\nos.makedirs('a/b'); os.mkdir('c'); open('a/b/f', 'w').close(); os.rename('a/b/f', 'c/f'); os.rename('a/b', 'c/b'); os.link('c/f', 'a/f')",
    ),
];

const EVERYWHERE: [(&str, &str); 10] = [
    (
        "subprocesses",
        "import subprocess, sys\nassert subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True, check=True).stdout == '1\\n'\nassert subprocess.check_output('echo $((1+1)) | cat', shell=True) == b'2\\n'",
    ),
    (
        "subprocesses of asyncio",
        "import asyncio\nasync def main():\n    p = await asyncio.create_subprocess_exec('cat', stdin=-1, stdout=-1)\n    assert (await p.communicate(b'x'))[0] == b'x'\nasyncio.run(main())",
    ),
    (
        "threads",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as p: assert list(p.map(abs, [-1, 2])) == [1, 2]",
    ),
    (
        "sqlite",
        "import sqlite3\nd = sqlite3.connect('d.db'); d.execute('pragma journal_mode=wal'); d.execute('create table t (a)'); d.execute('insert into t values (1)'); d.commit(); assert d.execute('select a from t').fetchall() == [(1,)]",
    ),
    (
        "temporary files",
        "import tempfile, os\nwith tempfile.TemporaryDirectory() as d: open(d + '/a', 'w').write('x')\nwith tempfile.TemporaryFile() as f: f.write(b'x')\nwith tempfile.SpooledTemporaryFile() as f: f.write(b'x')",
    ),
    (
        "time zones",
        "import zoneinfo, datetime, os\nassert os.path.isdir('/usr/share/zoneinfo') is False or datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset().seconds == 7200",
    ),
    ("locales", "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')"),
    ("users and hosts", "import pwd, os, socket, getpass\npwd.getpwuid(os.getuid()); socket.gethostname()"),
    ("certificates", "import ssl\nssl.create_default_context()"),
    ("memory files", "import os, mmap\nf = os.memfd_create('x'); os.ftruncate(f, 4096); mmap.mmap(f, 4096)[0] = 1"),
];

const NODE: [(&str, &str); 5] = [
    (
        "a worker",
        "const { Worker } = require('worker_threads'); new Worker('require(\"worker_threads\").parentPort.postMessage(7)', { eval: true }).on('message', (m) => console.log(m));",
    ),
    ("a command with input", "console.log(require('child_process').execSync('cat', { input: '7' }).toString())"),
    (
        "a child of its own",
        "if (process.argv[2]) console.log(7); else require('child_process').fork(__filename, ['x'])",
    ),
    (
        "files",
        "const fs = require('fs'); fs.mkdirSync('a'); fs.writeFileSync('a/b', '7'); fs.writeFileSync('c', fs.readFileSync('a/b')); fs.renameSync('c', 'a/c'); console.log(fs.readFileSync('a/c', 'utf8'))",
    ),
    ("cores", "console.log(require('os').cpus().length > 0 ? 7 : 0)"),
];

#[test]
fn programs_work_in_the_sandbox() {
    let mut failures = Vec::new();
    for mode in super::MODES {
        let service = Service::start_in_mode(&Home::new("isolation = \"sandbox\"\n[sandbox]\n"), mode);
        let rooted = super::is_rooted(&service);
        let python = ROOTED.iter().filter(|_| rooted).chain(&EVERYWHERE).map(|case| ("python", case));
        for (language, (name, code)) in python.chain(NODE.iter().map(|case| ("javascript", case))) {
            let request = json!({"code": code, "language": language, "timeout_ms": 60_000});
            let answer = service.execute(&request);
            let is_right = language == "python" || answer["output"].as_str().is_some_and(|text| text.contains('7'));
            if answer["status"] != "completed" || !is_right || answer["isolation"] != "sandbox" {
                failures.push(format!("{mode}: {name}: {answer}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
