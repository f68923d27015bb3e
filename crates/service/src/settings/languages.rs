//! The user's own languages: `[[language]]` rows.

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Choices, Interpreter, Language, Languages};
use runtray_engine::message::{LocalizedMessage, Value};
use toml_edit::Item;

use super::closest::closest;
use super::document::{LANGUAGE, Lines, Row};
use super::model::Problem;
use super::read::{excerpt, texts};
use super::security_keys;
use crate::sentences as s;

const FIELDS: [&str; 4] = ["name", "aliases", "command", "extension"];
const LONGEST_NAME: usize = 32;

/// The languages of the valid rows. All mistakes of a row become one problem.
pub(super) fn read(rows: &[Row<'_>], lines: Lines<'_>, problems: &mut Vec<Problem>) -> Vec<Language> {
    let built_in = Languages::new(Choices::default(), Machine::this());
    let mut taken = Vec::new();
    for row in rows {
        let mut mistakes = Mistakes::new();
        let mut report = |field: &str, mistake: LocalizedMessage| mistakes.push((field.to_owned(), mistake));
        let language = language(row, &mut report);
        let language = language.filter(|language| is_free(language, &taken, &built_in, &mut report));
        problems.extend(problem(row, lines, mistakes, language.is_none()));
        taken.extend(language);
    }
    taken
}

/// The mistakes of a row, by field.
type Mistakes = Vec<(String, LocalizedMessage)>;

/// The problem of a row. A single mistake is reported under its field.
fn problem(row: &Row<'_>, lines: Lines<'_>, mut mistakes: Mistakes, is_left_out: bool) -> Option<Problem> {
    if mistakes.is_empty() {
        return None;
    }
    // A missing field has no line; if nothing else is wrong, the line of the row is named.
    let present = mistakes.iter().filter(|(field, _)| row.table.contains_key(field));
    let line = present.map(|(field, _)| lines.of(row.table, field)).min().unwrap_or(row.line);
    let (key, message) = match mistakes.len() {
        1 => mistakes.pop().map(|(field, mistake)| (format!("{LANGUAGE}.{field}"), Value::from(mistake)))?,
        _ => {
            let named = |(field, mistake)| {
                s::LANGUAGE_FIELD.with("field", String::as_str(&field)).with("mistake", Value::Message(mistake))
            };
            (LANGUAGE.to_owned(), Value::from(mistakes.into_iter().map(named).collect::<Vec<LocalizedMessage>>()))
        }
    };
    let message = match (is_left_out, message) {
        (false, Value::Message(message)) => message,
        (false, mistakes) => s::LANGUAGE_MISTAKES.with("mistakes", mistakes),
        (true, mistakes) => s::LANGUAGE_LEFT_OUT.with("mistakes", mistakes),
    };
    Some(Problem { line: Some(line), key, message })
}

fn language(row: &Row<'_>, report: &mut dyn FnMut(&str, LocalizedMessage)) -> Option<Language> {
    // A misplaced security key has been reported already.
    let is_unknown = |field: &str| !FIELDS.contains(&field) && security_keys::meant(field).is_none();
    for (field, _) in row.table.iter().filter(|(field, _)| is_unknown(field)) {
        let meant = closest(field, FIELDS.into_iter());
        report(
            field,
            meant.map_or_else(|| s::LANGUAGE_KEY_UNKNOWN.message(), |meant| s::LANGUAGE_KEY_MEANT.with("meant", meant)),
        );
    }
    let mut field = |name: &str, check: &dyn Fn(&Item) -> Result<Vec<String>, LocalizedMessage>| {
        let checked = row.table.get(name).ok_or_else(|| s::LANGUAGE_MISSING.message()).and_then(check);
        checked.map_err(|why| report(name, why)).ok()
    };
    let name = field("name", &|item| Ok(vec![valid_name(text(item)?)?]));
    let command = field("command", &command);
    let extension = field("extension", &|item| Ok(vec![valid_extension(text(item)?)?]));
    let aliases = if row.table.contains_key("aliases") { field("aliases", &aliases) } else { Some(Vec::new()) };
    Some(Language {
        name: name?.pop()?,
        aliases: aliases?,
        extension: extension?.pop()?,
        interpreter: Interpreter::Command(command?),
    })
}

/// Whether no other language has the row's names. The name of a built-in language is free, because the row replaces it.
fn is_free(
    language: &Language,
    taken: &[Language],
    built_in: &Languages,
    report: &mut dyn FnMut(&str, LocalizedMessage),
) -> bool {
    let mine = built_in.named(&language.name).filter(|row| row.name == language.name);
    let mut free = true;
    for (field, name) in names(language) {
        let other = taken.iter().find(|other| names(other).any(|(_, taken)| taken == name));
        // A row may replace a built-in language, and with it that language's aliases; and take a shell's name.
        let built_in = || built_in.named(name).filter(|other| mine != Some(*other) && !other.is_shell());
        let other = other.or_else(built_in);
        if let Some(other) = other {
            free = false;
            report(field, s::LANGUAGE_TAKEN.with("name", name).with("other", &other.name));
        }
    }
    free
}

fn names(language: &Language) -> impl Iterator<Item = (&'static str, &str)> {
    let aliases = language.aliases.iter().map(|alias| ("aliases", alias.as_str()));
    std::iter::once(("name", language.name.as_str())).chain(aliases)
}

fn text(item: &Item) -> Result<&str, LocalizedMessage> {
    item.as_str().ok_or_else(|| s::LANGUAGE_TEXT.with("written", excerpt(item)))
}

fn valid_name(text: &str) -> Result<String, LocalizedMessage> {
    let name = text.to_lowercase();
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if first && name.len() <= LONGEST_NAME && name.chars().all(|c| c.is_ascii_alphanumeric() || "+#._-".contains(c)) {
        return Ok(name);
    }
    Err(s::LANGUAGE_NAME.with("most", LONGEST_NAME))
}

fn valid_extension(text: &str) -> Result<String, LocalizedMessage> {
    if (1..=16).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err(s::LANGUAGE_EXTENSION.message())
}

fn aliases(item: &Item) -> Result<Vec<String>, LocalizedMessage> {
    let mut names: Vec<_> = texts(item)?.into_iter().map(valid_name).collect::<Result<_, _>>()?;
    names.sort();
    names.dedup();
    Ok(names)
}

fn command(item: &Item) -> Result<Vec<String>, LocalizedMessage> {
    let words = texts(item)?;
    match words.first() {
        None | Some(&"") => Err(s::LANGUAGE_NO_PROGRAM.message()),
        _ if words.iter().any(|word| word.contains('\0')) => Err(s::LANGUAGE_NUL.message()),
        _ => Ok(words.into_iter().map(str::to_owned).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Choices, Interpreter, Language, Languages, Machine, is_free};
    use crate::settings::Loaded;

    fn row(fields: &str) -> String {
        format!("[[language]]\n{fields}\n")
    }

    fn check(text: &str, names: &[&str], problems: &[(usize, &str, &str)]) {
        let loaded = Loaded::from_text(text);
        let found: Vec<_> = loaded.settings.languages.iter().map(|language| language.name.as_str()).collect();
        assert_eq!(found, names, "{text}\n{:?}", loaded.problems);
        assert_eq!(loaded.problems.len(), problems.len(), "{text}\n{:?}", loaded.problems);
        for (problem, (line, key, part)) in loaded.problems.iter().zip(problems) {
            assert_eq!((problem.line, problem.key.as_str()), (Some(*line), *key), "{text}");
            assert!(problem.message.to_string().contains(part), "{} lacks {part:?}", problem.message);
        }
    }

    const BASH: &str = "name = \"Bash\"\naliases = [\"sh\"]\ncommand = [\"bash\", \"-u\"]\nextension = \"sh\"";

    #[test]
    fn a_valid_row_is_read_in_lower_case() {
        check(&row(BASH), &["bash"], &[]);
    }

    #[test]
    fn an_invalid_row_is_left_out_and_the_next_one_is_not() {
        for (line, part, fields) in [
            (1, "is missing", "name = \"a\"\ncommand = [\"a\"]"),
            (2, "must be a text", "name = 1\ncommand = [\"a\"]\nextension = \"a\""),
            (2, "at most 32", "name = \"a b\"\ncommand = [\"a\"]\nextension = \"a\""),
            (3, "begin with a program", "name = \"a\"\ncommand = []\nextension = \"a\""),
            (3, "must be texts", "name = \"a\"\ncommand = \"a -b\"\nextension = \"a\""),
            (4, "without the dot", "name = \"a\"\ncommand = [\"a\"]\nextension = \".a\""),
            (4, "without the dot", "name = \"a\"\ncommand = [\"a\"]\nextension = \"../a\""),
        ] {
            let text = row(fields) + &row(BASH);
            let key = Loaded::from_text(&text).problems.first().map(|problem| problem.key.clone()).unwrap_or_default();
            check(&text, &["bash"], &[(line, &key, part)]);
        }
    }

    #[test]
    fn names_and_aliases_are_unique() {
        let other = "name = \"sh\"\ncommand = [\"dash\"]\nextension = \"sh\"";
        check(&(row(BASH) + &row(other)), &["bash"], &[(7, "language.name", "`bash` answers to already")]);
        let snake = "name = \"snake\"\naliases = [\"PY\"]\ncommand = [\"snake\"]\nextension = \"py\"";
        check(&row(snake), &[], &[(3, "language.aliases", "`python` answers to already")]);
        check(&(row(BASH) + &row(BASH)), &["bash"], &[(7, "language", "`aliases` is \"sh\"")]);
    }

    #[test]
    fn only_a_built_in_language_s_own_name_may_be_taken() {
        let row = |name: &str, alias: &str| Language {
            name: name.to_owned(),
            aliases: vec![alias.to_owned()],
            extension: "x".to_owned(),
            interpreter: Interpreter::Python,
        };
        let built_in = Choices { languages: vec![row("snake", "sn")], ..Choices::default() };
        let built_in = Languages::new(built_in, Machine::this());
        for (language, expected) in
            [(row("snake", "adder"), vec![]), (row("adder", "viper"), vec![]), (row("adder", "snake"), vec!["aliases"])]
        {
            let mut fields = Vec::new();
            let free = is_free(&language, &[], &built_in, &mut |field, _| fields.push(field.to_owned()));
            assert_eq!((free, fields), (expected.is_empty(), expected.into_iter().map(str::to_owned).collect()));
        }
    }

    #[test]
    fn a_typo_in_a_row_costs_nothing_else() {
        let text = row(BASH) + "comand = 1\n";
        check(&text, &["bash"], &[(6, "language.comand", "did you mean `command`?")]);
    }

    #[test]
    fn a_single_bracket_is_explained() {
        check("[language]\nname = \"a\"\n", &[], &[(1, "language", "[[language]]")]);
    }
}
