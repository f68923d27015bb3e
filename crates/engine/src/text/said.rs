//! Sentences for people, as a code with values.
//!
//! Whoever shows one may word it in another language: the code says which sentence it is, the values what is filled in.
//! Written out ([`Display`](fmt::Display)) it is in English, for logs, scripts and clients of the API. A sentence can only be
//! made from a [`Sentence`], and those are declared in lists ([`sentences!`](super::sentences!)), so that a test can walk
//! all of them and find the one that a language lacks.

use std::fmt;

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
