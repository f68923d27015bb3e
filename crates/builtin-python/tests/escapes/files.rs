//! Ways to the files outside: by their names, by links, over folders that are open.

use super::Case;

/// Each escape attempt, with a similar harmless action.
pub(super) const FILES: &[Case] = &[
    Case("open(o + '/secret').read()", "open(os.getcwd() + '/own').read()", "abc"),
    Case("open('../secret').read()", "open('sub/../own').read()", "abc"),
    Case("open('sub/../../secret').read()", "open('./sub/.././own').read()", "abc"),
    Case("open('../' * 20 + o + '/secret').read()", "open('./' * 20 + 'own').read()", "abc"),
    Case("open(os.path.relpath(o + '/secret')).read()", "open(os.path.relpath(os.getcwd() + '/own')).read()", "abc"),
    Case("open('../other-run/main.py').read()", "open('main.py').read(3)", "imp"),
    Case("open('../journal.sqlite3').read()", "open('sub/inner').read()", "x"),
    Case("open('../token').read()", "len(open('own', 'rb').read())", "3"),
    Case("open('/etc/passwd').read()", "open('/python/os.py').read(3)", "r\"\""),
    Case("open('/proc/self/environ').read()", "sorted(os.environ)", "['OUTSIDE']"),
    Case("open('/proc/self/cwd/../secret').read()", "os.path.exists('own')", "True"),
    Case("open('/proc/1/cmdline').read()", "sys.argv", "['main.py']"),
    Case("os.listdir('/proc/self/fd')", "os.fstat(1).st_size >= 0", "True"),
    Case("open('/dev/fd/3', 'rb').read(1)", "sys.stdout.fileno()", "1"),
    Case("open('/dev/urandom', 'rb').read(1)", "len(os.urandom(4))", "4"),
    Case("open('/dev/tty').read()", "sys.stdin.read()", ""),
    Case("os.listdir('..')", "os.listdir('sub')", "['inner']"),
    Case("os.listdir('/')", "'os.py' in os.listdir('/python')", "True"),
    Case("os.listdir(o)", "sorted(os.listdir(os.getcwd()))", "['main.py', 'own', 'sub']"),
    Case("next(os.scandir('..')).name", "next(os.scandir('sub')).name", "inner"),
    Case("os.stat(o + '/secret').st_size", "os.stat('own').st_size", "3"),
    Case("os.lstat('../secret').st_size", "os.lstat('own').st_size", "3"),
    Case("os.stat('/').st_ino", "os.stat('.').st_ino != 0", "True"),
    Case("os.access(o + '/secret', os.F_OK) or fail()", "os.access('own', os.F_OK)", "True"),
    Case(
        "os.close(os.open(o + '/new', os.O_CREAT | os.O_WRONLY))",
        "os.close(os.open('n', os.O_CREAT | os.O_WRONLY))",
        "None",
    ),
    Case("open('../new', 'w').write('x')", "open('sub/new', 'w').write('x')", "1"),
    Case("open(o + '/secret', 'a').write('x')", "open('own', 'a').write('x')", "1"),
    Case("os.mkdir('../new')", "os.mkdir('new') or os.listdir('new')", "[]"),
    Case("os.remove(o + '/secret')", "os.remove('own') or os.path.exists('own')", "False"),
    Case("os.rmdir('../other-run')", "os.mkdir('d') or os.rmdir('d')", "None"),
    Case("shutil.rmtree('../other-run')", "shutil.rmtree('sub') or os.path.exists('sub')", "False"),
    Case("os.rename('../secret', 'here')", "os.rename('own', 'here') or open('here').read()", "abc"),
    Case("os.rename('own', '../there')", "os.rename('own', 'sub/there') or open('sub/there').read()", "abc"),
    Case("os.replace('own', o + '/secret')", "os.replace('own', 'sub/inner') or open('sub/inner').read()", "abc"),
    Case("os.link('../secret', 'here')", "os.link('own', 'here') or os.stat('here').st_nlink", "2"),
    Case("os.link('own', '../there')", "os.link('own', 'sub/there') or open('sub/there').read()", "abc"),
    Case("os.truncate(o + '/secret', 0)", "os.truncate('own', 1) or os.stat('own').st_size", "1"),
    Case("os.utime('../secret', (1, 1))", "os.utime('own', (1, 1)) or os.stat('own').st_mtime", "1.0"),
    Case("os.chdir(o)", "os.chdir('sub') or open('inner').read()", "x"),
    Case("os.chdir('..') or os.listdir('.')", "os.chdir('sub') or len(os.listdir('..'))", "3"),
    Case("shutil.copy(o + '/secret', 'here')", "shutil.copy('own', 'here')", "here"),
    Case("shutil.move('own', '../there')", "shutil.move('own', 'sub/there')", "sub/there"),
    Case(
        "os.open('../../secret', os.O_RDONLY, dir_fd=os.open('sub', os.O_RDONLY))",
        "os.read(os.open('own', os.O_RDONLY, dir_fd=os.open('.', os.O_RDONLY)), 3)",
        "b'abc'",
    ),
    Case(
        "[os.open('../secret', os.O_RDONLY, dir_fd=number) for number in range(3, 9)]",
        "os.fstat(0) is not None",
        "True",
    ),
    Case(
        "sqlite3.connect('../journal.sqlite3').execute('create table t (a)')",
        "len(list(sqlite3.connect('d').execute('select 1')))",
        "1",
    ),
    Case("zipfile.ZipFile('../new.zip', 'w')", "zipfile.ZipFile('new.zip', 'w').namelist()", "[]"),
    Case("tempfile.mkdtemp(dir='..')", "os.path.isdir(tempfile.mkdtemp(dir='sub'))", "True"),
];

/// Links that the program makes. Making one is harmless: following it is not.
pub(super) const LINKS: &[Case] = &[
    Case("os.symlink(o + '/secret', 'l') or open('l').read()", "os.symlink('own', 'l') or open('l').read()", "abc"),
    Case("os.symlink(o, 'l') or open('l/secret').read()", "os.symlink('sub', 'l') or open('l/inner').read()", "x"),
    Case(
        "os.symlink('../secret', 'l') or open('l').read()",
        "os.symlink('../own', 'sub/l') or open('sub/l').read()",
        "abc",
    ),
    Case("os.symlink('..', 'up') or os.listdir('up')", "os.symlink('..', 'sub/up') or len(os.listdir('sub/up'))", "3"),
    Case(
        "os.symlink('.', 'a') or os.symlink('a/..', 'b') or os.listdir('b')",
        "os.symlink('.', 'a') or os.symlink('a/sub', 'b') or os.listdir('b')",
        "['inner']",
    ),
    Case(
        "os.symlink('sub', 'a') or os.symlink('a/../../secret', 'b') or open('b').read()",
        "os.symlink('sub', 'a') or os.symlink('a/../own', 'b') or open('b').read()",
        "abc",
    ),
    Case("os.readlink(o + '/link')", "os.symlink('own', 'l') or os.readlink('l')", "own"),
    Case(
        "os.symlink('../new', 'l') or open('l', 'w').write('x')",
        "os.symlink('new', 'l') or open('l', 'w').write('x')",
        "1",
    ),
    Case("os.symlink('..', 'l') or os.mkdir('l/new')", "os.symlink('sub', 'l') or os.mkdir('l/new')", "None"),
    Case("os.symlink('..', 'l') or os.remove('l/secret')", "os.symlink('sub', 'l') or os.remove('l/inner')", "None"),
    Case(
        "os.symlink('..', 'l') or os.rename('l/secret', 's')",
        "os.symlink('sub', 'l') or os.rename('l/inner', 's')",
        "None",
    ),
    Case(
        "os.symlink('..', 'l') or os.link('l/secret', 's')",
        "os.symlink('sub', 'l') or os.link('l/inner', 's')",
        "None",
    ),
    Case(
        "os.symlink('..', 'l') or os.chdir('l') or os.listdir('.')",
        "os.symlink('sub', 'l') or os.chdir('l')",
        "None",
    ),
];

/// The standard library, which every program shares.
pub(super) const LIBRARY: &[Case] = &[
    Case("open('/python/json/__init__.py', 'a').write('x')", "open('/python/json/__init__.py').read(3)", "r\"\""),
    Case("open('/python/new.py', 'w').write('x')", "open('new.py', 'w').write('x')", "1"),
    Case("os.remove('/python/os.py')", "os.path.isfile('/python/os.py')", "True"),
    Case("os.rename('/python/os.py', '/python/so.py')", "shutil.copy('/python/os.py', 'os2.py')", "os2.py"),
    Case("os.rename('/python/os.py', 'os2.py')", "shutil.copyfile('/python/os.py', 'os2.py')", "os2.py"),
    Case("os.rename('own', '/python/own')", "os.rename('own', 'own2')", "None"),
    Case("os.truncate('/python/os.py', 0)", "os.stat('/python/os.py').st_size > 0", "True"),
    Case("os.mkdir('/python/new')", "os.path.isdir('/python/json')", "True"),
    Case("os.utime('/python/os.py')", "os.stat('/python/os.py').st_mtime >= 0", "True"),
    Case("os.link('/python/os.py', 'os2.py')", "os.link('own', 'os2.py')", "None"),
    Case(
        "os.symlink('/python', 'l') or open('l/os.py', 'w')",
        "importlib.import_module('colorsys').rgb_to_hsv(0, 0, 0)[2]",
        "0",
    ),
    Case("open('/python/../etc/passwd').read()", "open('/python/json/../os.py').read(3)", "r\"\""),
];
