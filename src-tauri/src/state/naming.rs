//! Short names for interpreters: the name of the environment, with as many of its parent folders as distinguish it from others.

use std::collections::HashMap;
use std::path::{Component, Path};

/// The most characters of a name; longer ones are cut in the middle.
const MOST: usize = 32;
/// Common names of environments, for which the name of the project folder is used.
const UNTOLD: [&str; 6] = [".venv", "venv", ".env", "env", ".virtualenv", "virtualenv"];
/// Folders of the system's interpreters, for which the name of the program is used.
const SYSTEM: [&str; 4] = ["/", "/usr", "/usr/local", "/opt"];

/// An interpreter: its program, and the folder of its installation or environment if that is known.
pub(super) type Interpreter<'a> = (&'a Path, Option<&'a Path>);

/// A unique name for each interpreter.
pub(super) fn labels(interpreters: &[Interpreter<'_>]) -> Vec<String> {
    let segments: Vec<_> = interpreters.iter().map(segments).collect();
    let forms: Vec<_> = segments.iter().map(|own| forms(own, shortest(own, &segments))).collect();
    let mut chosen = vec![0; forms.len()];
    let names_of = |chosen: &[usize]| -> Vec<String> {
        forms.iter().zip(chosen).map(|(forms, form)| middle(&forms[*form], MOST)).collect()
    };
    // Names that are equal get a longer form, as long as there is one.
    for _ in 0..FORMS {
        let names = names_of(&chosen);
        let count = counts(&names);
        for (form, name) in chosen.iter_mut().zip(&names) {
            if count[name.as_str()] > 1 {
                *form = (*form + 1).min(FORMS - 1);
            }
        }
    }
    let longest: Vec<_> = forms.iter().map(|forms| forms[FORMS - 1].as_str()).collect();
    numbered(&told_apart(&longest, &names_of(&chosen)))
}

/// Shortens equal ones among `names` again, around the part in which their whole names differ.
fn told_apart(whole: &[&str], names: &[String]) -> Vec<String> {
    let mut alike: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        alike.entry(name).or_default().push(index);
    }
    let mut names = names.to_vec();
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let texts: Vec<Vec<char>> = group.iter().map(|index| whole[*index].chars().collect()).collect();
        let (prefix, suffix) = (common(&texts, false), common(&texts, true));
        for (index, text) in group.iter().zip(&texts) {
            names[*index] = around(text, prefix, suffix);
        }
    }
    names
}

/// The number of characters in the common prefix, or in the common suffix.
fn common(texts: &[Vec<char>], at_end: bool) -> usize {
    let shortest = texts.iter().map(Vec::len).min().unwrap_or_default();
    let at = |text: &Vec<char>, place: usize| if at_end { text[text.len() - 1 - place] } else { text[place] };
    (0..shortest).take_while(|place| texts.iter().all(|text| at(text, *place) == at(&texts[0], *place))).count()
}

/// The ends of `text` with as much as fits of the part between the first `prefix` and the last `suffix` characters.
fn around(text: &[char], prefix: usize, suffix: usize) -> String {
    let (end, room) = (MOST / 4, MOST / 2 - 2);
    if text.len() <= MOST {
        return text.iter().collect();
    }
    let differing = text.len().saturating_sub(prefix + suffix).min(room);
    let start = prefix.saturating_sub((room - differing) / 2).clamp(end, text.len() - end - room);
    let part = |range: std::ops::Range<usize>| text[range].iter().collect::<String>();
    format!("{}…{}…{}", part(0..end), part(start..start + room), part(text.len() - end..text.len()))
}

/// `text` with its middle left out if it is longer than `most` characters.
pub(crate) fn middle(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let (head, tail) = (most / 2, most.saturating_sub(most / 2 + 1));
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{begin}…{end}")
}

fn segments((program, folder): &Interpreter<'_>) -> Vec<String> {
    let is_own = |folder: &&Path| !SYSTEM.iter().any(|system| *folder == Path::new(system));
    let named = folder.filter(is_own).unwrap_or(program);
    let normal = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    named.components().filter_map(normal).collect()
}

/// The smallest number of last segments that no other path shares; the number of all segments if there is none.
fn shortest(own: &[String], all: &[Vec<String>]) -> usize {
    let least = if own.last().is_some_and(|last| is_untold(last)) { 2 } else { 1 };
    let is_unique = |count: &usize| {
        let end = &own[own.len() - count..];
        all.iter().filter(|other| other.ends_with(end)).count() == 1
    };
    (least..=own.len()).find(is_unique).unwrap_or(own.len())
}

fn is_untold(name: &str) -> bool {
    UNTOLD.contains(&name)
}

/// The number of forms from [`forms`].
const FORMS: usize = 3;

/// Increasingly detailed forms of a name: shortened, whole, and with the common last segment.
fn forms(own: &[String], count: usize) -> [String; FORMS] {
    let end = &own[own.len() - count..];
    let told = match end {
        [told @ .., last] if !told.is_empty() && is_untold(last) => told,
        _ => end,
    };
    let short = match told {
        [first, _, .., last] => format!("{first}/…/{last}"),
        _ => told.join("/"),
    };
    [short, told.join("/"), end.join("/")]
}

fn counts(names: &[String]) -> HashMap<&str, usize> {
    names.iter().fold(HashMap::new(), |mut counts, name| {
        *counts.entry(name.as_str()).or_default() += 1;
        counts
    })
}

/// Appends numbers to names that are still equal.
fn numbered(names: &[String]) -> Vec<String> {
    let count = counts(names);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut numbered = Vec::new();
    for name in names {
        let nth = seen.entry(name).or_default();
        *nth += 1;
        numbered.push(if count[name.as_str()] > 1 { format!("{name} ({nth})") } else { name.clone() });
    }
    numbered
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::{Path, PathBuf};

    use super::{MOST, labels, middle};

    fn check(folders: &[&str], expected: &[&str]) {
        let programs: Vec<PathBuf> = folders.iter().map(|folder| Path::new(folder).join("bin/python3.13")).collect();
        let interpreters: Vec<_> = programs
            .iter()
            .zip(folders)
            .map(|(program, folder)| (program.as_path(), Some(Path::new(*folder))))
            .collect();
        assert_eq!(labels(&interpreters), expected);
    }

    #[test]
    fn the_name_of_an_environment_distinguishes_it_from_others() {
        check(&["/usr", "/home/ada/.pyenv/versions/3.12.1"], &["python3.13", "3.12.1"]);
        check(&["/home/ada/demo/.venv", "/home/ada/envs/ml"], &["demo", "ml"]);
        check(&["/home/ada/a/.venv", "/home/ada/a/venv"], &["a/.venv", "a/venv"]);
        check(&["/w/one/api/.venv", "/w/two/api/.venv"], &["one/api", "two/api"]);
        check(&["/w/one/x/api/.venv", "/w/two/x/api/.venv"], &["one/…/api", "two/…/api"]);
        check(&["/w/a/x/c", "/w/a/y/c", "/v/a/x/c"], &["w/…/c", "y/c", "v/…/c"]);
        check(&["/w/.venv", "/w/.venv"], &["w/.venv (1)", "w/.venv (2)"]);
    }

    #[test]
    fn fifty_long_names_are_short_and_all_different() {
        let folder =
            |number: usize| PathBuf::from(format!("/home/ada/{}-{number:02}-{}/.venv", "x".repeat(40), "y".repeat(40)));
        let folders: Vec<_> = (0..50).map(folder).collect();
        let interpreters: Vec<_> = folders.iter().map(|folder| (folder.as_path(), Some(folder.as_path()))).collect();
        let names = labels(&interpreters);
        assert!(names.iter().all(|name| name.chars().count() <= MOST), "{names:?}");
        let tells = |(number, name): (usize, &String)| name.contains(&format!("-{number:02}-"));
        assert!(names.iter().enumerate().all(tells), "{names:?}");
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 50, "{names:?}");
    }

    #[test]
    fn the_middle_is_left_out_and_both_ends_stay() {
        assert_eq!(middle("abcdefghij", 10), "abcdefghij");
        assert_eq!(middle("abcdefghijk", 10), "abcde…hijk");
        assert_eq!(middle(&"é".repeat(60), 48).chars().count(), 48);
        assert_eq!(middle("abc", 1), "…");
    }
}
