//! The standard library, as far as WebAssembly goes.

use crate::harness::{Python, check, prints};

#[test]
fn every_module_of_the_list_can_be_imported() {
    let program = "import importlib, pkgutil\nbad = []\nfor m in pkgutil.iter_modules(['/python']):\n    \
        if m.name in ('antigravity', 'this', '__hello__', '__phello__', 'ctypes', 'pty', 'ssl', 'tty') or m.name[0] == '_': continue\n    \
        try: importlib.import_module(m.name)\n    except BaseException as e: bad.append((m.name, e))\nprint(bad)";
    check(program, "[]\n");
}

#[test]
fn asyncio_runs_without_threads() {
    check(
        "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    return 7\nprint(asyncio.run(main()))",
        "7\n",
    );
    check(
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(n / 100)\n    print(n)\nasync def main():\n    \
         async with asyncio.TaskGroup() as g:\n        for n in (3, 1, 2): g.create_task(f(n))\nasyncio.run(main())",
        "1\n2\n3\n",
    );
    check(
        "import asyncio\nasync def main():\n    try:\n        await asyncio.wait_for(asyncio.sleep(9), 0.01)\n    \
         except TimeoutError: print('late')\n    q = asyncio.Queue()\n    await q.put(1)\n    print(await q.get())\nasyncio.run(main())",
        "late\n1\n",
    );
    check("import asyncio\nwith asyncio.Runner() as r: print(r.run(asyncio.sleep(0, 'ok')))", "ok\n");
}

#[test]
fn databases() {
    check("import sqlite3\nd = sqlite3.connect(':memory:')\nprint(d.execute('select 1 + 1').fetchone())", "(2,)\n");
    let python = Python::new();
    let write = "import sqlite3\nd = sqlite3.connect('d.db')\nd.execute('create table t(x)')\nd.execute('insert into t values (5)')\nd.commit()";
    assert_eq!(python.run(&["-c", write]).stderr, "");
    assert_eq!(
        python.run(&["-c", "import sqlite3; print(*sqlite3.connect('d.db').execute('select x from t'))"]).stdout,
        "(5,)\n"
    );
}

#[test]
fn time_zones_have_data() {
    check("import zoneinfo; print(len(zoneinfo.available_timezones()) > 400)", "True\n");
    check(
        "import datetime, zoneinfo\nprint(datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset())",
        "2:00:00\n",
    );
}

#[test]
fn numbers_hashes_and_compression() {
    check(
        "from decimal import Decimal, getcontext\ngetcontext().prec = 30\nprint(Decimal(1) / 3)",
        "0.333333333333333333333333333333\n",
    );
    check(
        "import hashlib; print(hashlib.sha256(b'').hexdigest()[:8], hashlib.md5(b'').hexdigest()[:8])",
        "e3b0c442 d41d8cd9\n",
    );
    check(
        "import hashlib; print(hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 2, 20).hex())",
        "ae4d0c95af6b46d32d0adff928f06dd02a303f8e\n",
    );
    check(
        "import zlib, gzip; print(zlib.decompress(zlib.compress(b'abc')), gzip.decompress(gzip.compress(b'x')))",
        "b'abc' b'x'\n",
    );
    check(
        "import math; print(math.factorial(30), 0.1 + 0.2, 2 ** 200 % 997)",
        "265252859812191058636308480000000 0.30000000000000004 124\n",
    );
}

#[test]
fn temporary_files_are_in_the_working_folder() {
    check(
        "import tempfile, os\nwith tempfile.TemporaryDirectory() as d:\n    print(d.startswith(os.getcwd()))\n    open(d + '/x', 'w').close()\n\
         with tempfile.NamedTemporaryFile('w+') as f: f.write('x')\nprint(os.listdir('.'))",
        "True\n[]\n",
    );
}

#[test]
fn sources_of_the_library_are_in_tracebacks() {
    let ended = crate::harness::code("import json; json.loads('{')");
    assert!(ended.stderr.contains("    obj, end = self.raw_decode"), "{ended:?}");
    assert!(prints("import inspect, json; print(inspect.getsource(json.loads)[:9])").starts_with("def loads"));
}
