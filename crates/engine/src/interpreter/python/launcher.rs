//! Pythons that the `py` launcher of Windows lists.

use std::path::PathBuf;

use crate::interpreter::machine::Machine;
use crate::interpreter::probe::probe;
use crate::interpreter::{executable, search_path};

/// The paths that `py -0p` lists; none without a launcher or if it fails.
pub(in crate::interpreter) async fn installed(machine: &Machine) -> Vec<PathBuf> {
    let Some(launcher) = launcher(machine) else { return Vec::new() };
    let answer = probe(machine, &launcher, &["-0p"]).await;
    answer.map(|answer| answer.stdout.lines().filter_map(path_in).collect()).unwrap_or_default()
}

/// On PATH, in Windows' folder, or in the folder of a per-user installation.
fn launcher(machine: &Machine) -> Option<PathBuf> {
    if !machine.is_windows() {
        return None;
    }
    let of_user = machine.folder("LOCALAPPDATA").map(|data| data.join("Programs/Python/Launcher/py.exe"));
    let of_system = machine.folder("SYSTEMROOT").map(|folder| folder.join("py.exe"));
    let installed = [of_system, of_user].into_iter().flatten().find(|path| executable::is_program(path));
    let found = search_path::find(machine, "py").or(installed);
    found.filter(|launcher| machine.lets_programs_change(launcher).is_none())
}

/// The path in a line such as ` -V:3.12 *        C:\Python312\python.exe`, or ` -3.9-64    C:\Python39\python.exe *` before
/// Python 3.11.
fn path_in(line: &str) -> Option<PathBuf> {
    let starts = line.match_indices(char::is_whitespace).map(|(at, space)| at + space.len());
    let path = starts.map(|start| &line[start..]).find(|rest| is_absolute(rest))?;
    let path = path.trim_end().trim_end_matches('*').trim_end();
    path.to_ascii_lowercase().ends_with(".exe").then(|| path.into())
}

/// `C:\…` or `\\server\…`, by Windows' rules on any platform.
fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1..3) == Some(br":\");
    drive || path.starts_with(r"\\")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::path_in;

    fn check(listing: &str, expected: &[&str]) {
        let paths: Vec<PathBuf> = listing.lines().filter_map(path_in).collect();
        assert_eq!(paths, expected.iter().map(PathBuf::from).collect::<Vec<_>>(), "{listing}");
    }

    #[test]
    fn every_launcher_s_listing_is_read() {
        check("", &[]);
        check("No installed Pythons found!\r\n", &[]);
        check(
            " -V:3.13 *        C:\\Python313\\python.exe\r\n -V:3.12-32       C:\\Program Files (x86)\\Python312\\python.exe\r\n",
            &[r"C:\Python313\python.exe", r"C:\Program Files (x86)\Python312\python.exe"],
        );
        check(
            "Installed Pythons found by C:\\WINDOWS\\py.exe Launcher for Windows\r\n -3.9-64\tC:\\Python39\\python.exe *\r\n \
             -2.7-64\tD:\\Python27\\python.exe\r\n",
            &[r"C:\Python39\python.exe", r"D:\Python27\python.exe"],
        );
        check("  *               C:\\work\\.venv\\Scripts\\python.exe\r\n", &[r"C:\work\.venv\Scripts\python.exe"]);
        check(" -V:ContinuumAnalytics/py311 \\\\server\\conda\\python.exe", &[r"\\server\conda\python.exe"]);
    }
}
