//! Sentences for people, as a code with values.
//!
//! Whoever shows one may word it in another language: the code says which sentence it is, the values what is filled in.
//! Written out ([`Display`](fmt::Display)) it is in English, for logs, scripts and clients of the API. A sentence can only be
//! made from a [`Sentence`], and those are declared in lists ([`sentences!`](super::sentences!)), so that a test can walk
//! all of them and find the one that a language lacks.

use std::fmt;
use std::io;

/// A sentence that can be said: its code and its English text, with `{name}` where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// Its code: lower case, with dots and underscores. It never changes its meaning.
    pub code: &'static str,
    /// Its English text.
    pub english: &'static str,
}

/// A sentence with what is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    sentence: Sentence,
    values: Vec<(&'static str, Value)>,
}

/// What is filled into a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A name, a path, a number: the same in every language.
    Text(String),
    /// Another sentence, for example a cause.
    Said(Said),
    /// Several, one after the other.
    List(Vec<Said>),
}

/// Declares sentences as constants and lists them all in `ALL`.
#[macro_export]
macro_rules! sentences {
    ($($name:ident = $code:literal: $english:literal;)+) => {
        $(
            #[doc = $english]
            pub const $name: $crate::said::Sentence = $crate::said::Sentence { code: $code, english: $english };
        )+
        /// Every sentence of this list.
        pub const ALL: &[$crate::said::Sentence] = &[$($name),+];
    };
}

impl Sentence {
    /// The sentence with nothing filled in yet.
    pub fn said(self) -> Said {
        Said { sentence: self, values: Vec::new() }
    }

    /// The sentence with one value.
    pub fn with(self, name: &'static str, value: impl Into<Value>) -> Said {
        self.said().with(name, value)
    }
}

impl Said {
    /// Fills in one more value.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        debug_assert!(self.sentence.english.contains(&format!("{{{name}}}")), "{} has no {name}", self.sentence.code);
        self.values.push((name, value.into()));
        self
    }

    /// Which sentence it is.
    pub fn code(&self) -> &'static str {
        self.sentence.code
    }

    /// What is filled in, by name.
    pub fn values(&self) -> &[(&'static str, Value)] {
        &self.values
    }

    /// One value as text, in English where it is a sentence.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
    }

    /// The sentence that fills `name`, where this is `sentence`.
    pub fn inner(&self, sentence: Sentence, name: &str) -> Option<&Self> {
        let value = self.values.iter().find(|(known, _)| *known == name && self.sentence == sentence)?;
        if let (_, Value::Said(said)) = value { Some(said) } else { None }
    }

    /// Which sentence about an outcome a text is that was written out: the inverse of [`Display`](fmt::Display), for the
    /// last line of an error that was kept. Values come back as texts.
    pub fn of_outcome(text: &str) -> Option<Self> {
        let outcomes = super::sentences::ALL.iter().filter(|sentence| sentence.code.starts_with("outcome."));
        outcomes.copied().find_map(|sentence| read(sentence, text))
    }
}

/// Reads `text` as `sentence`, literal part by literal part.
fn read(sentence: Sentence, text: &str) -> Option<Said> {
    let mut said = sentence.said();
    let (first, mut rest) = sentence.english.split_once('{').unwrap_or((sentence.english, ""));
    let mut text = text.strip_prefix(first)?;
    while let Some((name, after)) = rest.split_once('}') {
        let (literal, next) = after.split_once('{').unwrap_or((after, ""));
        let end = if literal.is_empty() { text.len() } else { text.find(literal)? };
        said.values.push((name, Value::Text(text[..end].to_owned())));
        text = &text[end + literal.len()..];
        rest = next;
    }
    text.is_empty().then_some(said)
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.sentence.english;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, next) = after.split_once('}').unwrap_or((after, ""));
            let value = self.values.iter().find(|(known, _)| *known == name);
            f.write_str(before)?;
            value.map_or(Ok(()), |(_, value)| value.fmt(f))?;
            rest = next;
        }
        f.write_str(rest)
    }
}

impl std::error::Error for Said {}

impl PartialEq<&str> for Said {
    fn eq(&self, english: &&str) -> bool {
        let text = self.to_string();
        text.as_str() == *english
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Said(said) => said.fmt(f),
            Self::List(list) => {
                for (index, said) in list.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "; " })?;
                    said.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

impl From<Said> for Value {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<Vec<Said>> for Value {
    fn from(list: Vec<Said>) -> Self {
        Self::List(list)
    }
}

impl From<&io::Error> for Value {
    fn from(error: &io::Error) -> Self {
        Self::Said(system(error))
    }
}

macro_rules! texts {
    ($($type:ty),+) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Text(value.to_string())
            }
        })+
    };
}
texts!(&str, String, &String, std::path::Display<'_>, u16, u32, u64, usize, u128, f32);

/// What the system said, in its own words only where the kind of error has none here.
pub fn system(error: &io::Error) -> Said {
    use super::sentences as s;
    // An error of our own carries its sentence.
    if let Some(said) = error.get_ref().and_then(|inner| inner.downcast_ref::<Said>()) {
        return said.clone();
    }
    let sentence = match error.kind() {
        io::ErrorKind::NotFound => s::SYSTEM_NOT_FOUND,
        io::ErrorKind::PermissionDenied => s::SYSTEM_DENIED,
        io::ErrorKind::AlreadyExists => s::SYSTEM_EXISTS,
        io::ErrorKind::StorageFull => s::SYSTEM_DISK_FULL,
        io::ErrorKind::QuotaExceeded => s::SYSTEM_QUOTA,
        io::ErrorKind::ReadOnlyFilesystem => s::SYSTEM_READ_ONLY,
        io::ErrorKind::NotADirectory => s::SYSTEM_NOT_A_FOLDER,
        io::ErrorKind::IsADirectory => s::SYSTEM_IS_A_FOLDER,
        io::ErrorKind::TimedOut => s::SYSTEM_TIMED_OUT,
        io::ErrorKind::FileTooLarge => s::SYSTEM_TOO_LARGE,
        io::ErrorKind::OutOfMemory => s::SYSTEM_NO_MEMORY,
        io::ErrorKind::ResourceBusy | io::ErrorKind::ExecutableFileBusy | io::ErrorKind::Deadlock => s::SYSTEM_BUSY,
        _ => return s::SYSTEM_OTHER.with("error", error.to_string()),
    };
    match error.raw_os_error() {
        Some(code) => s::SYSTEM_CODE.with("what", sentence.said()).with("code", code.to_string()),
        None => sentence.said(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Said, Value};
    use crate::text::sentences::{ALL, OUTCOME_CPU, REJECTED};

    #[test]
    fn codes_are_of_one_form_and_mean_one_sentence() {
        let mut seen = HashSet::new();
        for sentence in ALL {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
            assert!(seen.insert(sentence.code) && sentence.code.chars().all(is_word), "{}", sentence.code);
        }
    }

    #[test]
    fn what_was_written_out_is_recognised() {
        for sentence in ALL.iter().filter(|sentence| sentence.code.starts_with("outcome.")) {
            let names = sentence.english.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            let said = names.fold(sentence.said(), |mut said, (name, _)| {
                said.values.push((name, Value::Text("7 {MiB}".into())));
                said
            });
            assert_eq!(Said::of_outcome(&said.to_string()), Some(said));
        }
        for text in ["", "Execution timed out: it used more than", "x"] {
            assert_eq!(Said::of_outcome(text), None, "{text}");
        }
    }

    #[test]
    fn sentences_are_filled_into_sentences() {
        let cause = OUTCOME_CPU.with("limit", "3 s");
        let said = REJECTED.with("path", "/x").with("reason", vec![cause.clone(), cause]);
        assert_eq!(said.to_string().matches("3 s of CPU time.; Execution").count(), 1);
    }
}
