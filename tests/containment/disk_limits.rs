//! The limit of a run's folder on Linux, against programs that hide files.

use crate::harness::limited::{EVERY_MODE, SETTINGS, SWITCH, check, start};
use crate::harness::{Home, Service, nobody, skip};

const FOLDER: &str = "Execution was stopped: its files took more than 8 MiB.";

const DEEP: &str = "
import os, time
for _ in range(30):
    os.mkdir('d' * 200)
    os.chdir('d' * 200)
for number in range(8):
    with open(str(number), 'wb') as file:
        file.write(b'x' * (10 << 20))
time.sleep(110)
";
const CLOSED: &str = "
import os, time
os.makedirs('a/b')
for number in range(8):
    with open(f'a/b/{number}', 'wb') as file:
        file.write(b'x' * (10 << 20))
os.chmod('a/b', 0)
os.chmod('a', 0)
time.sleep(110)
";
const UNLINKED: &str = "
import os, time
held = []
for number in range(8):
    held.append(open(str(number), 'wb'))
    held[-1].write(b'x' * (10 << 20))
    os.unlink(str(number))
time.sleep(110)
";
/// Half of the bytes are in a named file, half in an unlinked one; the program's main process holds neither open.
const HALF_AND_HALF: &str = "
import os, time
file = open('visible', 'wb')
file.write(b'x' * (5 << 20))
file.close()
if os.fork() == 0:
    if os.fork() == 0:
        os.setsid()
        held = open('hidden', 'wb')
        os.unlink('hidden')
        held.write(b'x' * (5 << 20))
        time.sleep(110)
    os._exit(0)
time.sleep(110)
";
const TINY: &str = "
import os, time
for number in range(4000):
    os.close(os.open(str(number), os.O_WRONLY | os.O_CREAT))
time.sleep(110)
";
const FILLERS: &[(&str, &str, &str, &str)] = &[
    ("below any path", DEEP, "output_limit", FOLDER),
    ("in closed folders", CLOSED, "output_limit", FOLDER),
    ("without a name", UNLINKED, "output_limit", FOLDER),
    ("half without a name", HALF_AND_HALF, "output_limit", FOLDER),
];

#[test]
fn files_count_wherever_they_are() {
    let settings = SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 60000");
    for mode in EVERY_MODE {
        let Some(service) = start(mode, &settings) else { continue };
        check(mode, &service, FILLERS);
    }
}

#[test]
fn empty_files_count_too() {
    let settings =
        SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 60000").replace("folder_bytes = 8388608", "folder_bytes = 1048576");
    let ending = FOLDER.replace("8 MiB", "1 MiB");
    check("as it comes", &Service::start_with(&settings), &[("in empty files", TINY, "output_limit", &ending)]);
}

#[test]
fn files_count_for_a_service_of_an_unprivileged_user_too() {
    if let Some(reason) = nobody::cannot_run() {
        return skip(reason);
    }
    let settings = SETTINGS.replace("cpu_ms = 1000", "cpu_ms = 60000");
    for mode in ["user-namespaces", "subreaper"] {
        let home = Home::new(&format!("same_user_only = false\n{settings}[python]\npath = '/usr/bin/python3'\n"));
        let mut command = nobody::serve(&home);
        command.env(SWITCH, mode);
        check(mode, &Service::start_by(command, &home), FILLERS);
    }
}
